//! The lab's workbench: an implementer's diff is judged as a trial's would be, and run for a moment by a worker.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use proofhouse_ledger::Completion;
use proofhouse_sandbox::{Smoke, Workbench};
use proofhouse_types::{Failure, FailureKind, Outcome, TrialId};

use crate::desk::{Signal, SmokeRun};
use crate::program::Sources;

/// Bytes of a program's output that its implementer is shown.
const MOST_TAIL: usize = 8 << 10;
/// How the lines of the program's own output begin in a trial's log.
const CANDIDATE: &str = "candidate: ";

/// Tries the diffs for one trial.
pub(crate) struct TrialBench {
    pub(crate) trial: TrialId,
    pub(crate) sources: Arc<Sources>,
    /// Has the environment smoke runs?
    pub(crate) smokes: bool,
    pub(crate) desk: Sender<Signal>,
}

impl Workbench for TrialBench {
    fn check(&self, diff: &str) -> Result<(), Failure> {
        self.sources.patched(diff).map(drop)
    }

    fn smoke(&self, diff: &str) -> Smoke {
        if !self.smokes {
            return Smoke::NotGranted("the environment's profile has no `smoke-settings`".to_owned());
        }
        let program = match self.sources.patched(diff) {
            Ok(program) => program,
            Err(failure) => return Smoke::Failed(failure),
        };
        let (answer, ended) = channel();
        let asked = self.desk.send(Signal::Smoke(SmokeRun { trial: self.trial, program, answer }));
        match asked {
            // Where the run is stopped, the answer's sender is dropped.
            Ok(()) => ended.recv().unwrap_or(Smoke::Stopped),
            Err(_) => Smoke::Stopped,
        }
    }
}

/// What an implementer learns of a smoke run: that the program ran and what it printed, or why it did not. Never what
/// the evaluator measured.
pub(crate) fn told(end: &Completion) -> Smoke {
    match &end.outcome {
        Outcome::Scored(_) => Smoke::Passed(own_output(&end.log)),
        Outcome::Failed(failure) if failure.kind == FailureKind::Quarantined => {
            // The evaluator's words may hold its measurements.
            let detail = failure.detail.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
            Smoke::Failed(Failure { kind: failure.kind, detail })
        }
        Outcome::Failed(failure) => Smoke::Failed(failure.clone()),
    }
}

/// The end of what the program itself printed.
fn own_output(log: &str) -> String {
    let lines: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix(CANDIDATE)).collect();
    let text = lines.join("\n");
    let mut from = text.len().saturating_sub(MOST_TAIL);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text[from..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(outcome: Outcome, log: &str) -> Completion {
        Completion { log: log.to_owned(), ..Completion::unrun(outcome) }
    }

    #[test]
    fn nothing_of_the_score_reaches_an_implementer() {
        let score = proofhouse_types::Score { value: 2.5, standard_error: None, measurements: vec![] };
        let log = "candidate: step 0\nevaluator: loss 2.5\ncandidate: step 1\n";
        assert_eq!(told(&ended(Outcome::Scored(score), log)), Smoke::Passed("step 0\nstep 1".to_owned()));
        let quarantined = Outcome::failed(FailureKind::Quarantined, "a loss of 0.25 is not plausible");
        let Smoke::Failed(failure) = told(&ended(quarantined, "")) else { panic!("it failed") };
        assert_eq!(failure.detail, "a loss of #.## is not plausible");
        let crashed = Outcome::failed(FailureKind::Crashed, "line 7: NameError");
        let Smoke::Failed(failure) = told(&ended(crashed, "")) else { panic!("it failed") };
        assert_eq!(failure.detail, "line 7: NameError");
    }

    #[test]
    fn output_is_cut_at_a_character() {
        let long = format!("candidate: {}\n", "é".repeat(MOST_TAIL));
        let tail = own_output(&long);
        assert!(tail.len() <= MOST_TAIL && tail.chars().all(|letter| letter == 'é'));
    }
}
