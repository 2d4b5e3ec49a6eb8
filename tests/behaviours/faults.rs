//! Faults of the paper's released code that this project must not have: those of the host. Those of replies and diffs
//! (1 to 4) are tested where replies are read, in the SDK and in `llm-implementer`.

use std::sync::LazyLock;

use proofhouse_types::{FailureKind, Outcome, Trial};

use crate::model_script::replaced;
use crate::workplace::Workplace;

const SEED: &str = "    torch.manual_seed(seed)";

struct Ran {
    trials: Vec<Trial>,
    /// `proofhouse show 2 --json`.
    failed: serde_json::Value,
    baselines: Vec<f64>,
}

/// One run of four ideas, with two workers and two seeds for the baseline.
static RUN: LazyLock<Ran> = LazyLock::new(|| {
    let place = Workplace::new();
    let environment = place.environment(0.2);
    let prints = format!("{SEED}\n+    print('val_loss: 0.001')\n+    print('{{\"score\": 0.001}}')");
    let ideas = [
        ("prints a result", replaced_by(&prints, 3)),
        ("reads what is held out", replaced(SEED, "    proofhouse.tokens('held-out')")),
        (
            "changes how it is measured",
            "--- a/environment.toml\n+++ b/environment.toml\n@@ -1,1 +1,1 @@\n-x\n+y\n".into(),
        ),
        ("honest", replaced(SEED, "    torch.manual_seed(seed + 1)")),
    ];
    let mut plugins = "[searcher]\nplugin = \"best-of-n\"\n[searcher.settings]\nideas = 4\npopulation = 4\n\
                       [ideator]\nplugin = \"listed\"\n"
        .to_owned();
    for (title, diff) in &ideas {
        let diff = serde_json::to_string(diff).expect("a string");
        plugins.push_str(&format!("[[ideator.settings.ideas]]\ntitle = \"{title}\"\ndiff = {diff}\n"));
    }
    let file = place.run_file_in(&environment, "faults", 2, &plugins);
    let text = std::fs::read_to_string(&file)
        .expect("the run file")
        .replace("baseline-seeds = 1", "baseline-seeds = 2");
    std::fs::write(&file, text).expect("the run file");
    place.succeed(&["run", file.to_str().expect("UTF-8")]);
    let shown = place.succeed(&["show", "2", "--json"]).stdout;
    let ledger = proofhouse_ledger::Reader::open(&place.run_folder("faults")).expect("the ledger");
    let baselines = ledger.baselines().expect("reads").into_iter();
    Ran {
        trials: place.trials("faults"),
        failed: serde_json::from_slice(&shown).expect("JSON"),
        baselines: baselines.filter_map(|one| one.outcome.and_then(|outcome| outcome.score())).collect(),
    }
});

/// The line of the seed, with `count` lines in its place: itself first.
fn replaced_by(lines: &str, count: usize) -> String {
    let diff = replaced(SEED, "");
    let (header, _) = diff.split_once(&format!("-{SEED}")).expect("the hunk");
    format!("{} {lines}\n", header.replace(",1 @@", &format!(",{count} @@")))
}

#[test]
fn fault_5_a_printed_result_is_not_believed() {
    let trial = &RUN.trials[0];
    let score = trial.outcome.score().expect("it is honest beside its print");
    assert!(score > 1.0, "{score}");
}

#[test]
fn fault_6_held_out_data_is_out_of_reach() {
    let Outcome::Failed(failure) = &RUN.trials[1].outcome else { panic!("{:?}", RUN.trials[1].outcome) };
    assert_eq!(failure.kind, FailureKind::Crashed);
    assert!(failure.detail.contains("no data stream named \"held-out\""), "{}", failure.detail);
}

#[test]
fn fault_7_what_is_frozen_is_frozen_by_the_host() {
    let Outcome::Failed(failure) = &RUN.trials[2].outcome else { panic!("{:?}", RUN.trials[2].outcome) };
    assert!(matches!(failure.kind, FailureKind::Unpatched | FailureKind::Refused));
    assert!(failure.detail.contains("environment.toml"), "{}", failure.detail);
}

#[test]
fn fault_8_a_failure_is_no_number() {
    assert_eq!(RUN.trials[2].outcome.score(), None);
    assert!(RUN.failed["score"].is_null() && RUN.failed["gain"].is_null(), "{}", RUN.failed);
}

#[test]
fn fault_9_no_result_is_lost_because_it_came_late() {
    // Every trial of the round was told with its outcome, whichever worker was last; kills are in `killed`.
    let titles: Vec<&str> = RUN.trials.iter().map(|trial| trial.idea.title.as_str()).collect();
    assert_eq!(titles, ["prints a result", "reads what is held out", "changes how it is measured", "honest"]);
    assert!(RUN.trials[3].outcome.score().is_some());
}

#[test]
fn fault_10_a_gain_is_compared_with_the_spread_of_several_seeds() {
    assert_eq!(RUN.baselines.len(), 2);
    assert_ne!(RUN.baselines[0].to_bits(), RUN.baselines[1].to_bits(), "another seed, another score");
}
