//! kill -9 at any point, then `resume`: each trial exactly once, with the outcome it would have had.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::workplace::{Workplace, verdict};

const SEARCH: &str = "[searcher]\nplugin = \"evolution\"\n[searcher.settings]\nepochs = 3\npopulation = 3\n\
                      [ideator]\nplugin = \"operators\"\n";
const POINTS: usize = 20;

#[test]
fn a_run_killed_at_twenty_points_and_resumed_has_each_trial_once() {
    let place = Workplace::new();
    let whole = place.run_file("whole", 2, SEARCH);
    let output = place.succeed(&["run", whole.to_str().expect("UTF-8"), "--json"]);
    let events = output.stdout.iter().filter(|byte| **byte == b'\n').count();
    assert!(
        events >= POINTS,
        "an uninterrupted run prints {events} events, too few to kill it at {POINTS} of them"
    );
    let expected: Vec<_> = place.trials("whole").iter().map(verdict).collect();

    for point in 0..POINTS {
        let name = format!("killed{point:02}");
        let file = place.run_file(&name, 2, SEARCH);
        // From the first event to the one before the last.
        let line = 1 + point * (events - 2) / (POINTS - 1);
        kill_after(&place, file.to_str().expect("UTF-8"), line);
        let folder = place.run_folder(&name);
        place.succeed(&["resume", folder.file_name().expect("a name").to_str().expect("UTF-8")]);
        let trials: Vec<_> = place.trials(&name).iter().map(verdict).collect();
        assert_eq!(trials, expected, "killed after event {line} of {events}");
    }
}

/// Starts a run and kills it with SIGKILL as soon as it has printed its `line`th event.
fn kill_after(place: &Workplace, file: &str, line: usize) {
    let mut child = place
        .proofhouse(&["run", file, "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("proofhouse starts");
    let printed = BufReader::new(child.stdout.take().expect("a pipe")).lines().take(line).count();
    child.kill().expect("SIGKILL");
    child.wait().expect("it is gone");
    assert_eq!(printed, line, "the run printed fewer events than an uninterrupted one");
}
