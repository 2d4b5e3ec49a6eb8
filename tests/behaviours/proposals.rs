//! The ideator that needs no language model: its first proposals run.

use crate::workplace::Workplace;

const SEARCH: &str = "[searcher]\nplugin = \"best-of-n\"\n[searcher.settings]\nideas = 30\npopulation = 30\n\
                      [ideator]\nplugin = \"operators\"\n";

#[test]
fn at_least_nine_of_ten_first_proposals_are_scored() {
    let place = Workplace::new();
    let file = place.run_file("proposals", 2, SEARCH);
    place.succeed(&["run", file.to_str().expect("UTF-8")]);
    let trials = place.trials("proposals");
    let failed: Vec<_> = trials.iter().filter(|trial| trial.outcome.score().is_none()).collect();
    assert_eq!(trials.len(), 30);
    assert!(failed.len() <= 3, "{} of 30 first proposals failed: {failed:#?}", failed.len());
}
