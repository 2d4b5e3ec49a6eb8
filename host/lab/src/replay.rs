//! Running a recorded program again, to see whether it ends the same, bit for bit.

use std::path::Path;

use proofhouse_fleet::{Fleet, Job};
use proofhouse_ledger::{Completion, Reader};
use proofhouse_sandbox::{CancelToken, Runtime};
use proofhouse_types::{Cost, Outcome};
use serde::Serialize;

use crate::desk::Desk;
use crate::dispatch::{self, Crew, Flow, Task, Work};
use crate::job::JobTemplate;
use crate::{Host, LabError, Progress, Subject, program, setup};

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayResult {
    /// What was replayed.
    pub subject: Subject,
    /// As the ledger has it.
    pub recorded: Outcome,
    /// As it ended now.
    pub replayed: Outcome,
    /// Are the scores the same, bit for bit? Where both failed: in the same way?
    pub equal: bool,
    /// What it used up now.
    pub cost: Cost,
}

/// Runs `subject` of the run in `dir` again, with the recorded sources and seed, and the same components and data. The
/// ledger is only read.
///
/// # Errors
/// Where it never ran or has no outcome, or components or data are not those of the run.
pub fn replay(
    dir: &Path,
    subject: Subject,
    host: &Host,
    progress: &mut dyn Progress,
    cancel: &CancelToken,
) -> Result<ReplayResult, LabError> {
    let reader = Reader::open(dir)?;
    let (recorded, work) = recorded(&reader, subject)?;
    let mut header = reader.run()?;
    let runtime = Runtime::new(&host.cache)?;
    let (_, changes) = setup::reload(&mut header, &runtime, progress)?;
    if !changes.is_empty() {
        let reason = format!("{}; bring back what the run used", changes.join("; "));
        return Err(LabError::NotReplayable { subject: subject.to_string(), reason });
    }
    let desk = Desk::new(None);
    let fleet = Fleet::start(1, host.worker.clone(), desk.sender())?;
    let template = JobTemplate::new(&header, &host.cache)?;
    let mut once = Once { work: Some(work), end: None };
    let flow = dispatch::run(&desk, &fleet, &template, &mut once, progress, cancel)?;
    match (flow, once.end) {
        (Flow::Done, Some(end)) => Ok(ReplayResult {
            subject,
            equal: same(&recorded, &end.outcome),
            recorded,
            replayed: end.outcome,
            cost: end.cost,
        }),
        _ => Err(LabError::Stopped),
    }
}

fn recorded(reader: &Reader, subject: Subject) -> Result<(Outcome, Work), LabError> {
    let (outcome, program, seed) = match subject {
        Subject::Trial(id) => {
            let trial = reader.trial(id)?;
            (trial.outcome, trial.program, trial.seed)
        }
        Subject::Baseline(index) => {
            let found = reader.baselines()?.into_iter().find(|baseline| baseline.index == index);
            found.map_or((None, None, 0), |found| (found.outcome, Some(found.program), found.seed))
        }
    };
    let refuse =
        |reason: &str| LabError::NotReplayable { subject: subject.to_string(), reason: reason.into() };
    let outcome = outcome.ok_or_else(|| refuse("it has no outcome yet"))?;
    let program = program.ok_or_else(|| refuse("its patch was never run"))?;
    let program = program::from_record(reader.program(program)?);
    let task = match subject {
        Subject::Trial(id) => Task::Trial(id),
        Subject::Baseline(index) => Task::Baseline(index),
    };
    Ok((outcome, Work { task, program, seed, settings: None }))
}

/// Scores bit for bit; failures by their kind, because a traceback may name what differs from machine to machine.
fn same(recorded: &Outcome, replayed: &Outcome) -> bool {
    match (recorded, replayed) {
        (Outcome::Scored(one), Outcome::Scored(other)) => one.value.to_bits() == other.value.to_bits(),
        (Outcome::Failed(one), Outcome::Failed(other)) => one.kind == other.kind,
        _ => false,
    }
}

/// One program, whose end is kept and not recorded.
struct Once {
    work: Option<Work>,
    end: Option<Completion>,
}

impl Crew for Once {
    fn next(&mut self, _: &mut dyn Progress) -> Result<Option<Work>, LabError> {
        Ok(self.work.take())
    }

    fn started(&mut self, _: &Work, _: &Job, _: &mut dyn Progress) -> Result<(), LabError> {
        Ok(())
    }

    fn finished(&mut self, _: Work, end: Completion, _: &mut dyn Progress) -> Result<(), LabError> {
        self.end = Some(end);
        Ok(())
    }

    fn is_idle(&self) -> bool {
        self.work.is_none()
    }

    fn stop(&mut self) {
        self.work = None;
    }
}

#[cfg(test)]
mod tests {
    use proofhouse_types::{FailureKind, Outcome, Score};

    use super::same;

    #[test]
    fn one_bit_is_a_difference() {
        let scored =
            |value: f64| Outcome::Scored(Score { value, standard_error: None, measurements: vec![] });
        let crashed = |detail: &str| Outcome::failed(FailureKind::Crashed, detail);
        assert!(same(&scored(0.3), &scored(0.3)));
        assert!(!same(&scored(0.3), &scored(0.1 + 0.2)));
        assert!(!same(&scored(0.0), &scored(-0.0)));
        assert!(same(&crashed("one"), &crashed("other")));
        assert!(!same(&crashed("one"), &Outcome::failed(FailureKind::Exhausted, "one")));
        assert!(!same(&scored(0.3), &crashed("one")));
    }
}
