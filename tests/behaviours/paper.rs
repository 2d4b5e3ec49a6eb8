//! The paper's size: not run here, but it loads.

use proofhouse_lab::Environment;

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
