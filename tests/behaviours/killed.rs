//! kill -9 at any point, then `resume`: each trial exactly once, with the outcome it would have had.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use proofhouse_ledger::Reader;

use crate::workplace::{Workplace, verdict};

const SEARCH: &str = "[searcher]\nplugin = \"evolution\"\n[searcher.settings]\nepochs = 3\npopulation = 3\n\
                      [ideator]\nplugin = \"operators\"\n";
const POINTS: usize = 20;

#[test]
fn a_run_killed_at_twenty_points_and_resumed_has_each_trial_once() {
    let place = Workplace::new();
    let whole = place.run_file("whole", 2, SEARCH);
    let output = place.succeed(&["run", whole.to_str().expect("UTF-8"), "--json"]);
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let steps: Vec<&str> = printed.lines().filter(|line| is_step(line)).collect();
    let began =
        steps.iter().position(|line| line.contains("\"run-started\"")).expect("the run's first event");
    assert!(steps.len() - began > 2 * POINTS, "{} events are too few to kill a run at {POINTS}", steps.len());
    let expected: Vec<_> = place.trials("whole").iter().map(verdict).collect();
    assert_eq!(expected.len(), 9);

    for point in 0..POINTS {
        let name = format!("killed{point:02}");
        let file = place.run_file(&name, 2, SEARCH);
        // From the first event of the run, before which there is none, to the one before the last.
        let first = began + 1;
        let line = first + point * (steps.len() - 1 - first) / (POINTS - 1);
        kill_after(&place, file.to_str().expect("UTF-8"), line);
        let folder = place.run_folder(&name);
        place.succeed(&["resume", folder.file_name().expect("a name").to_str().expect("UTF-8")]);
        let trials: Vec<_> = place.trials(&name).iter().map(verdict).collect();
        assert_eq!(trials, expected, "killed after event {line} of {}", steps.len());
        let checked = Reader::open(&folder).expect("the ledger").verify();
        assert!(checked.is_ok(), "killed after event {line}: {checked:?}");
    }
}

/// An event that every execution of a run has. How often a worker says what it has used depends on the clock.
fn is_step(line: &str) -> bool {
    !line.contains("\"event\":\"used\"")
}

/// Starts a run and kills it with SIGKILL as soon as it has printed its `count`th step.
fn kill_after(place: &Workplace, file: &str, count: usize) {
    let mut child = place
        .proofhouse(&["run", file, "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("proofhouse starts");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let printed = lines.map_while(Result::ok).filter(|line| is_step(line)).take(count).count();
    child.kill().expect("SIGKILL");
    child.wait().expect("it is gone");
    assert_eq!(printed, count, "the run printed fewer events than an uninterrupted one");
}
