//! The paper's problem and search: too large to run here, but they load, and they are the paper's.

use proofhouse_lab::{Environment, RunConfig};

use crate::workplace::{Workplace, root};

#[test]
fn the_paper_profile_loads_with_the_papers_numbers() {
    let environment = Environment::read(&root().join("envs/nanogpt")).expect("the environment");
    let profile = environment.profile("paper").expect("the profile");
    let settings = &profile.evaluator_settings;
    assert_eq!(settings["train-device-seconds"], 25.0 * 60.0);
    assert_eq!(settings["implausible-below"], 2.5);
    assert_eq!((settings["vocabulary"].as_u64(), settings["block"].as_u64()), (Some(50257), Some(1024)));
    let program = &environment.problem.files[0].text;
    assert!(program.contains("vocab_size=50257, block_size=1024, n_layer=12, n_head=12, n_embd=768"));
}

#[test]
fn the_paper_run_has_the_papers_settings() {
    let config = RunConfig::read(&root().join("envs/nanogpt/paper.toml")).expect("the run file");
    let search = &config.searcher.settings;
    assert_eq!(
        (&search["epochs"], &search["population"], &search["context"]),
        (&10.into(), &80.into(), &100.into())
    );
    assert_eq!(search["threshold"], 3.255);
    let ideas = &config.ideator.settings;
    assert_eq!((&ideas["ideas-per-call"], &ideas["temperature"]), (&10.into(), &1.0.into()));
    assert_eq!((&ideas["thinking-tokens"], &ideas["thinking-tokens-later"]), (&3000.into(), &1500.into()));
    let implementer = config.implementer.expect("an implementer");
    let diffs = &implementer.settings;
    assert_eq!(
        (&diffs["samples"], &diffs["revisions"], &diffs["repair"]),
        (&10.into(), &2.into(), &0.into())
    );
    assert_eq!((&diffs["max-tokens"], &diffs["thinking-tokens"]), (&10_000.into(), &3000.into()));
    assert_eq!((implementer.repairs, &diffs["smoke"]), (0, &false.into()));
}

/// The paper's run in all but size: its plugins, models and settings are taken as they stand.
#[test]
fn the_paper_run_begins_with_a_key_and_data() {
    let place = Workplace::new();
    let text = std::fs::read_to_string(root().join("envs/nanogpt/paper.toml")).expect("the run file");
    let text = text
        .replace("profile = \"paper\"", "profile = \"quick\"")
        .replace("environment = \"nanogpt\"", &format!("environment = {:?}", place.environment(0.1)))
        .replace(
            "key-env = \"ANTHROPIC_API_KEY\"",
            "key-env = \"ANTHROPIC_API_KEY\"\nbase-url = \"http://127.0.0.1:9\"\nretries = 0",
        )
        .replace("population = 80", "population = 2")
        .replace("floor-exploit-to = 10", "floor-exploit-to = 1")
        .replace("epochs = 10", "epochs = 1")
        .replace("baseline-seeds = 3", "baseline-seeds = 1");
    let file = place.path("paper.toml");
    std::fs::write(&file, text).expect("a run file");
    let (file, data) = (file.to_str().expect("UTF-8").to_owned(), place.path("data.txt"));
    let output = place
        .proofhouse(&["run", &file, "--data", data.to_str().expect("UTF-8")])
        .env("ANTHROPIC_API_KEY", "sk-test")
        .output()
        .expect("proofhouse starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    // Nobody listens there: every plugin took its settings, and the models gave nothing.
    let trials = place.trials("paper");
    assert_eq!(trials.len(), 2);
    assert!(trials.iter().all(|trial| trial.idea.title == "(no proposal)"), "{trials:?}");
}

#[test]
fn a_run_without_its_data_says_which_and_where() {
    let place = Workplace::new();
    let file =
        place.run_file("paper", 1, "[searcher]\nplugin = \"evolution\"\n[ideator]\nplugin = \"operators\"\n");
    let text = std::fs::read_to_string(&file).expect("a run file").replace("\"quick\"", "\"paper\"");
    let text: String =
        text.lines().filter(|line| !line.starts_with("data =")).map(|line| format!("{line}\n")).collect();
    std::fs::write(&file, text).expect("a run file");
    let output =
        place.proofhouse(&["run", file.to_str().expect("UTF-8")]).output().expect("proofhouse starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("fineweb-gpt2") && said.contains("--data"), "{said}");
    assert!(!place.path("runs").exists(), "nothing was begun");
}
