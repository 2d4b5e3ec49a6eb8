//! Keys reach the provider, and nobody else.

use std::fs;
use std::path::Path;

use model_server::{Answer, Behaviour, ModelServer, Protocol};

use crate::workplace::Workplace;

const CANARY: &str = "sk-canary-5f0e7c1d9b3a";

#[test]
fn a_key_is_in_no_file_and_no_output_of_a_run() {
    let place = Workplace::new();
    let environment = place.environment(0.1);
    // The implementer's provider refuses, and repeats the request's headers in its error.
    let server = ModelServer::start(|received| match received.body["model"].as_str() {
        Some("thinker-1") => Behaviour::Reply(Answer::new(
            "[Experiment]\nTitle: one\nBecause.\n[Code Changes]\nIn train.\n[End]",
        )),
        _ => Behaviour::Echo,
    });
    let url = server.base_url(Protocol::Chat);
    let model = |name: &str| {
        format!(
            "[models.{name}]\nprovider = \"openai-chat\"\nmodel = \"{name}-1\"\nbase-url = \"{url}\"\n\
             key-env = \"TEST_KEY\"\n"
        )
    };
    let plugins = format!(
        "[searcher]\nplugin = \"best-of-n\"\n[searcher.settings]\nideas = 1\npopulation = 1\n\
         [ideator]\nplugin = \"llm-ideator\"\nmodels = [\"thinker\"]\n\
         [implementer]\nplugin = \"llm-implementer\"\nmodels = [\"coder\"]\n[implementer.settings]\nsamples = 2\n\
         {}{}[llm]\nrecord = \"recorded.jsonl\"\ncache = \"answers\"\n",
        model("thinker"),
        model("coder")
    );
    let file = place.run_file_in(&environment, "keys", 1, &plugins);
    let file = file.to_str().expect("UTF-8");

    let missing = place.proofhouse(&["run", file]).env_remove("TEST_KEY").output().expect("starts");
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert_eq!(missing.status.code(), Some(2), "{said}");
    assert!(said.contains("TEST_KEY"), "{said}");
    assert!(!place.path("runs").exists(), "nothing was begun");

    let output = place.proofhouse(&["run", file, "--json"]).env("TEST_KEY", CANARY).output().expect("starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let got =
        server.requests().iter().any(|one| one.header("authorization").is_some_and(|it| it.contains(CANARY)));
    assert!(got, "the provider has the key");
    let trials = place.trials("keys");
    assert_eq!(trials[0].outcome.word(), "unpatched", "the provider refused: {:?}", trials[0].outcome);
    let detail = format!("{:?}", trials[0].outcome);
    assert!(detail.contains("401") || detail.contains("rejects"), "{detail}");

    for command in [vec!["show", "0"], vec!["models", "log"], vec!["models", "log", "--exchange", "1"]] {
        let shown = place.proofhouse(&command).env("TEST_KEY", CANARY).output().expect("starts");
        assert!(shown.status.success(), "{command:?}: {}", String::from_utf8_lossy(&shown.stderr));
        assert!(!holds(&shown.stdout) && !holds(&shown.stderr), "{command:?}");
    }
    assert!(!holds(&output.stdout) && !holds(&output.stderr), "the run's own output");
    assert!(place.path("recorded.jsonl").exists() && place.path("answers").exists());
    assert!(files_with_key(place.path("").as_path()).is_empty());
}

#[test]
fn models_check_says_of_each_model_whether_it_answers_and_at_what_price() {
    let place = Workplace::new();
    let server = ModelServer::start(|received| match received.body["model"].as_str() {
        Some("gone") => Behaviour::error(404, "model_not_found", "there is no model gone"),
        _ if received.body["response_format"].is_object() => Behaviour::say("{\"word\": \"proof\"}"),
        _ => Behaviour::say("proof"),
    });
    let model = |name: &str, provider: &str, protocol: Protocol, more: &str| {
        format!(
            "[models.{name}]\nprovider = \"{provider}\"\nmodel = \"{name}\"\nbase-url = \"{}\"\n\
             usd-per-million-input = 3.0\nusd-per-million-output = 15.0\n{more}",
            server.base_url(protocol)
        )
    };
    let plugins = [
        "[searcher]\nplugin = \"best-of-n\"\n[ideator]\nplugin = \"llm-ideator\"\n".to_owned(),
        model("chat", "openai-chat", Protocol::Chat, "json-schema = true\nkey-env = \"TEST_KEY\"\n"),
        model("responses", "openai-responses", Protocol::Responses, "thinking = true\n"),
        model("messages", "anthropic", Protocol::Anthropic, "thinking = true\n"),
        model("gemini", "gemini", Protocol::Gemini, ""),
        model("vectors", "openai-chat", Protocol::Chat, "embedding = true\n"),
    ]
    .concat();
    let file = place.run_file("check", 1, &plugins);
    let check = |file: &Path, more: &[&str]| {
        let mut arguments = vec!["models", "check", file.to_str().expect("UTF-8")];
        arguments.extend(more);
        let output = place.proofhouse(&arguments).env("TEST_KEY", CANARY).output().expect("starts");
        assert!(!holds(&output.stdout) && !holds(&output.stderr));
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (status, said) = check(&file, &[]);
    println!("{said}");
    assert_eq!(status, Some(0), "{said}");
    for line in ["chat", "responses", "messages", "gemini", "vectors"] {
        let row = said.lines().find(|row| row.starts_with(line)).expect(line);
        assert!(row.contains("3.00") && row.contains("15.00") && row.contains('s'), "{row}");
    }
    assert!(
        said.lines()
            .any(|row| row.starts_with("chat") && row.contains("json-schema") && row.ends_with("proof"))
    );
    assert!(said.lines().any(|row| row.starts_with("vectors") && row.contains("a vector of")));

    let file = place.run_file("gone", 1, &(plugins + &model("gone", "openai-chat", Protocol::Chat, "")));
    let (status, said) = check(&file, &["--model", "gone"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("failed: the provider rejects the request") && said.contains("no model gone"),
        "{said}"
    );
}

fn holds(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes())
}

fn files_with_key(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with_key(&path));
        } else if holds(&fs::read(&path).expect("a file")) {
            found.push(path);
        }
    }
    found
}
