//! Giving programs to workers, as many at a time as there are, and seeing to whatever else comes to the desk meanwhile.

use std::collections::HashMap;
use std::sync::mpsc::Sender;
use std::time::Duration;

use proofhouse_fleet::{Event, Fleet, Job, Verdict, What};
use proofhouse_ledger::Completion;
use proofhouse_sandbox::{CancelToken, Smoke};
use proofhouse_types::TrialId;
use serde_json::Value;

use crate::desk::{Desk, Signal};
use crate::job::JobTemplate;
use crate::program::Program;
use crate::{LabError, Progress, ProgressEvent, Subject};

/// How long the lab waits for a signal before it looks at the cancel token.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A program to be run.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub(crate) task: Task,
    pub(crate) program: Program,
    pub(crate) seed: u64,
    /// For the evaluator, in place of the run's.
    pub(crate) settings: Option<Value>,
}

/// What a program is run for.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// To measure the unpatched program.
    Baseline(u32),
    /// To score a trial.
    Trial(TrialId),
    /// To see whether a diff for a trial runs at all; its implementer waits for the answer.
    Smoke { trial: TrialId, answer: Sender<Smoke> },
}

impl Task {
    /// As watchers know it. Smoke runs are not shown.
    fn subject(&self) -> Option<Subject> {
        match self {
            Task::Baseline(index) => Some(Subject::Baseline(*index)),
            Task::Trial(id) => Some(Subject::Trial(*id)),
            Task::Smoke { .. } => None,
        }
    }
}

/// Did the work end, or was it stopped?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Done,
    Interrupted,
}

/// Has the work, and records what becomes of it. Each record is on the disk when the call returns.
pub(crate) trait Crew {
    /// The next program for a free worker, if there is one now.
    fn next(&mut self, progress: &mut dyn Progress) -> Result<Option<Work>, LabError>;
    /// Before a worker gets the job.
    fn started(&mut self, work: &Work, job: &Job, progress: &mut dyn Progress) -> Result<(), LabError>;
    /// When its verdict is there.
    fn finished(&mut self, work: Work, end: Completion, progress: &mut dyn Progress) -> Result<(), LabError>;
    /// Something else came to the desk.
    fn hear(&mut self, signal: Signal, progress: &mut dyn Progress) -> Result<(), LabError> {
        let _ = (signal, progress);
        Ok(())
    }
    /// No work will come any more, unless something that runs brings it.
    fn is_idle(&self) -> bool;
    /// The user stops the run: what waits is given up.
    fn stop(&mut self);
}

/// Runs all of the crew's work. When cancelled, what runs is killed, and stays without an end in the record.
pub(crate) fn run(
    desk: &Desk<'_>,
    fleet: &Fleet,
    template: &JobTemplate,
    crew: &mut dyn Crew,
    progress: &mut dyn Progress,
    cancel: &CancelToken,
) -> Result<Flow, LabError> {
    let mut running: HashMap<u64, Work> = HashMap::new();
    let mut next_label = 0;
    let mut stopped = false;
    loop {
        if cancel.is_cancelled() && !stopped {
            stopped = true;
            crew.stop();
            fleet.stop();
        }
        while !stopped && running.len() < fleet.workers() {
            let Some(work) = crew.next(progress)? else { break };
            let job = template.job(next_label, &work);
            crew.started(&work, &job, progress)?;
            fleet.submit(job);
            running.insert(next_label, work);
            next_label += 1;
        }
        if running.is_empty() && crew.is_idle() {
            return Ok(if stopped { Flow::Interrupted } else { Flow::Done });
        }
        match desk.next(LOOK_EVERY) {
            Some(Signal::Fleet(event)) => fleet_event(event, &mut running, crew, progress)?,
            Some(signal) => crew.hear(signal, progress)?,
            None => {}
        }
    }
}

fn fleet_event(
    Event { label, what }: Event,
    running: &mut HashMap<u64, Work>,
    crew: &mut dyn Crew,
    progress: &mut dyn Progress,
) -> Result<(), LabError> {
    match what {
        What::Finished(verdict) => match running.remove(&label) {
            Some(work) => crew.finished(work, completion(*verdict), progress)?,
            None => return Ok(()),
        },
        What::Stopped => drop(running.remove(&label)),
        What::NoWorker(how) => return Err(LabError::NoWorker(how)),
        other => {
            if let Some(subject) = running.get(&label).and_then(|work| work.task.subject()) {
                watch(subject, other, progress);
            }
        }
    }
    Ok(())
}

fn completion(verdict: Verdict) -> Completion {
    Completion { outcome: verdict.outcome, cost: verdict.cost, curve: verdict.curve, log: verdict.log }
}

/// Passes on what is only for watching.
fn watch(subject: Subject, what: What, progress: &mut dyn Progress) {
    let event = match what {
        What::Curve(point) => ProgressEvent::Curve { subject, point },
        What::Used(device_seconds) => ProgressEvent::Used { subject, device_seconds },
        What::Log { source, level, message } => {
            ProgressEvent::Log { subject, line: format!("{source} {level}: {message}") }
        }
        What::Restarted(reason) => ProgressEvent::Restarted { subject, reason },
        What::Finished(_) | What::NoWorker(_) | What::Stopped => return,
    };
    progress.on(&event);
}
