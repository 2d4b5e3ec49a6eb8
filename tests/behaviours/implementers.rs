//! Implementers at work: smoke runs before a patch is handed in, and crashed programs that are given back.

use model_server::{Answer, Behaviour, ModelServer, Protocol, Received};
use proofhouse_ledger::{Reader, TrialRecord};
use serde_json::json;

use crate::model_script::{self, Models, fenced, replaced};
use crate::workplace::Workplace;

const SEED: &str = "    torch.manual_seed(seed)";

const IDEA: &str =
    "[Experiment]\nTitle: another seed\nTo see what luck does.\n[Code Changes]\nIn train.\n[End]";

/// One idea; and a diff whose program raises, until the coder is told of it.
fn stubborn(received: &Received) -> Answer {
    if received.body["model"] == "thinker-1" {
        return Answer::new(IDEA);
    }
    let told = received.texts().iter().any(|text| text.contains("NameError"));
    Answer::new(fenced(&match told {
        true => replaced(SEED, "    torch.manual_seed(seed + 1)"),
        false => replaced(SEED, "    torch.manual_seed(seeed)"),
    }))
}

fn one_trial(models: &Models, implementer: &str) -> String {
    format!(
        "[searcher]\nplugin = \"best-of-n\"\n[searcher.settings]\nideas = 1\npopulation = 1\n\
         [ideator]\nplugin = \"llm-ideator\"\nmodels = [\"thinker\"]\n{implementer}\n{}",
        models.tables()
    )
}

fn run(name: &str, implementer: &str, script: fn(&Received) -> Answer) -> (TrialRecord, Reader) {
    let place = Workplace::new();
    let models = Models::scripted(script);
    let environment = place.environment(0.1);
    let file = place.run_file_in(&environment, name, 1, &one_trial(&models, implementer));
    place.succeed(&["run", file.to_str().expect("UTF-8")]);
    let reader = Reader::open(&place.run_folder(name)).expect("the ledger");
    (reader.trial(0).expect("the trial"), reader)
}

fn word(trial: &TrialRecord) -> (&'static str, String) {
    let outcome = trial.outcome.as_ref().expect("it has ended");
    match outcome {
        proofhouse_types::Outcome::Failed(failure) => (outcome.word(), failure.detail.clone()),
        proofhouse_types::Outcome::Scored(_) => (outcome.word(), String::new()),
    }
}

#[test]
fn a_smoke_run_finds_the_crash_before_the_trial_does() {
    let implementer = "[implementer]\nplugin = \"llm-implementer\"\nmodels = [\"coder\"]\n\
                       [implementer.settings]\nsamples = 2\nsmoke = true\nrepair = 1\n";
    let (trial, reader) = run("smoke", implementer, stubborn);
    assert_eq!(word(&trial), ("scored", String::new()));
    assert_eq!((trial.attempt, trial.starts), (Some(0), 1), "what was handed in ran at once");
    assert!(trial.earlier.instructions > 0, "the smoke runs are part of its cost");
    // The score is the evaluator's, on the whole held-out part: no prompt holds a number that only it knows.
    let score = trial.outcome.and_then(|outcome| outcome.score()).expect("a score").to_string();
    for exchange in reader.exchanges().expect("reads") {
        let (messages, _) = reader.exchange_request(&exchange).expect("reads");
        assert!(messages.iter().all(|(_, text)| !text.contains(&score)));
    }
}

#[test]
fn a_crashed_program_goes_back_to_its_implementer_as_often_as_the_run_file_says() {
    let implementer = |repairs: u32| {
        format!(
            "[implementer]\nplugin = \"llm-implementer\"\nmodels = [\"coder\"]\nrepairs = {repairs}\n\
             [implementer.settings]\nsamples = 1\n"
        )
    };
    let (trial, _) = run("unrepaired", &implementer(0), stubborn);
    let (outcome, detail) = word(&trial);
    assert_eq!((outcome, trial.attempt), ("crashed", Some(0)));
    assert!(detail.contains("NameError"), "{detail}");

    let (trial, reader) = run("repaired", &implementer(1), stubborn);
    assert_eq!(word(&trial), ("scored", String::new()));
    assert_eq!((trial.attempt, trial.starts), (Some(1), 2));
    assert!(trial.earlier.instructions > 0, "the crashed run is part of its cost");
    let spent = reader.llm_spent().expect("reads");
    assert_eq!(trial.cost.llm_tokens, spent.tokens(), "both calls are part of its cost");
    reader.verify().expect("the record is whole");
}

#[test]
fn a_budget_that_ends_before_a_repair_costs_no_trial_its_repair() {
    let place = Workplace::new();
    let server = ModelServer::start(|received| {
        let other = "[Experiment]\nTitle: luck of the third draw\nPerhaps numbers matter.\n[Code Changes]\nAt its start.\n[End]";
        let ideas = received.body["model"] == "thinker-1";
        Behaviour::Reply(if ideas { Answer::new(format!("{IDEA}\n{other}")) } else { stubborn(received) })
    });
    let tables = model_script::tables(&server.base_url(Protocol::Chat));
    // One request for both ideas, one for the first patch: the second patch finds no budget, while the first runs.
    let plugins = format!(
        "[searcher]\nplugin = \"best-of-n\"\n[searcher.settings]\nideas = 2\npopulation = 2\n\
         [ideator]\nplugin = \"llm-ideator\"\nmodels = [\"thinker\"]\n\
         [implementer]\nplugin = \"llm-implementer\"\nmodels = [\"coder\"]\nrepairs = 1\nparallel = 1\n\
         [implementer.settings]\nsamples = 1\n{tables}[llm]\nmax-requests = 2\n"
    );
    let file = place.run_file_in(&place.environment(0.1), "spent", 1, &plugins);
    let stopped = place.proofhouse(&["run", file.to_str().expect("UTF-8")]).output().expect("starts");
    assert_eq!(stopped.status.code(), Some(3), "{}", String::from_utf8_lossy(&stopped.stderr));
    let asked: Vec<_> = server.requests().iter().map(|one| one.body["model"].clone()).collect();
    assert_eq!(asked, ["thinker-1", "coder-1"], "the budget ends with the second patch");
    place.succeed(&["resume", "spent-1", "--max-requests", "100"]);
    let reader = Reader::open(&place.run_folder("spent")).expect("the ledger");
    let first = reader.trial(0).expect("the trial");
    assert_eq!((word(&first), first.attempt), (("scored", String::new()), Some(1)));
}

/// An agent that reads, edits, runs, sees what it did wrong, mends it, runs again and hands in.
fn agent(received: &Received) -> Answer {
    if received.body["model"] == "thinker-1" {
        return Answer::new(IDEA);
    }
    let messages = received.body["messages"].as_array().expect("messages");
    let turn = messages.iter().filter(|message| message["role"] == "assistant").count();
    let last = received.prompt();
    let edit = |search: &str, replace: &str| json!({"action": "edit", "path": "train.py", "search": search, "replace": replace});
    let action = match turn {
        0 => json!({"action": "search", "pattern": "manual_seed"}),
        1 => edit(SEED, "    torch.manual_seed(seeed)"),
        2 => json!({"action": "run"}),
        3 => {
            assert!(last.contains("NameError") && last.contains("<untrusted id="), "{last}");
            edit("torch.manual_seed(seeed)", "torch.manual_seed(seed + 1)")
        }
        4 => json!({"action": "run"}),
        _ => json!({"action": "finish", "summary": "another seed"}),
    };
    Answer::new(format!("```json\n{action}\n```"))
}

#[test]
fn an_agent_runs_its_change_and_mends_it_before_it_hands_it_in() {
    let implementer = "[implementer]\nplugin = \"agent-implementer\"\nmodels = [\"coder\"]\n";
    let (trial, reader) = run("agent", implementer, agent);
    assert_eq!(word(&trial), ("scored", String::new()));
    assert_eq!((trial.attempt, trial.starts), (Some(0), 1));
    assert!(
        trial.implementer_labels.contains(&"patched-by=coder".to_owned()),
        "{:?}",
        trial.implementer_labels
    );
    let calls = reader.exchanges_of("implement 0.0").expect("reads").len();
    assert_eq!(calls, 6, "one exchange for each turn");
    let diff = trial.patch.expect("a patch").diff;
    assert!(diff.contains("-    torch.manual_seed(seed)\n+    torch.manual_seed(seed + 1)\n"), "{diff}");
}
