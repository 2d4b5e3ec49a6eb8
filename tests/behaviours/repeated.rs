//! The same run gives the same scores: twice, with one worker and with two, and trial by trial.

use crate::workplace::{Workplace, verdict};

const SEARCH: &str = "[searcher]\nplugin = \"evolution\"\n[searcher.settings]\nepochs = 2\npopulation = 4\n\
                      [ideator]\nplugin = \"operators\"\n";

#[test]
fn two_runs_with_different_numbers_of_workers_have_identical_trials() {
    let place = Workplace::new();
    for (name, workers) in [("first", 2), ("second", 2), ("alone", 1)] {
        let file = place.run_file(name, workers, SEARCH);
        place.succeed(&["run", file.to_str().expect("UTF-8")]);
    }
    let verdicts = |name: &str| place.trials(name).iter().map(verdict).collect::<Vec<_>>();
    let first = verdicts("first");
    assert_eq!(first.len(), 8);
    let scored = place.trials("first").iter().filter(|trial| trial.outcome.score().is_some()).count();
    assert!(scored >= 4, "most trials are scored: {first:#?}");
    assert_eq!(first, verdicts("second"), "the same run twice");
    assert_eq!(first, verdicts("alone"), "one worker and two");
}

#[test]
fn a_replayed_trial_has_the_same_score_bit_for_bit() {
    let place = Workplace::new();
    let file = place.run_file("replayed", 2, SEARCH);
    place.succeed(&["run", file.to_str().expect("UTF-8")]);
    let scored: Vec<u64> = place
        .trials("replayed")
        .iter()
        .filter(|trial| trial.outcome.score().is_some())
        .map(|trial| trial.id)
        .collect();
    assert!(scored.len() >= 3, "three trials to replay: {scored:?}");
    for id in &scored[..3] {
        place.succeed(&["replay", &id.to_string()]);
    }
}
