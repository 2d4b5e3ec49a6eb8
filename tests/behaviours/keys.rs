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
