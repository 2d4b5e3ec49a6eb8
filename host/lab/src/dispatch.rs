//! Giving programs to workers, as many at a time as there are, and recording how each ended.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use proofhouse_fleet::{Event, Fleet, Job, Verdict, What};
use proofhouse_ledger::Completion;
use proofhouse_sandbox::CancelToken;

use crate::job::JobTemplate;
use crate::program::Program;
use crate::{LabError, Progress, ProgressEvent, Subject};

/// How long the lab waits for an event before it looks at the cancel token.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A program to be run.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub(crate) subject: Subject,
    pub(crate) program: Program,
    pub(crate) seed: u64,
}

/// Did the work end, or was it stopped?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Done,
    Interrupted,
}

/// Where starts and ends are recorded. Each is on the disk when the call returns.
pub(crate) trait Record {
    /// Before a worker gets the job.
    fn started(&mut self, work: &Work, job: &Job, progress: &mut dyn Progress) -> Result<(), LabError>;
    /// When its verdict is there.
    fn finished(&mut self, work: &Work, end: Completion, progress: &mut dyn Progress)
    -> Result<(), LabError>;
}

/// Runs all of `work`. When cancelled, what runs is killed, and stays without an end in the record.
pub(crate) fn run(
    fleet: &Fleet,
    template: &JobTemplate,
    work: Vec<Work>,
    record: &mut dyn Record,
    progress: &mut dyn Progress,
    cancel: &CancelToken,
) -> Result<Flow, LabError> {
    let mut waiting: VecDeque<(u64, Work)> = (0..).zip(work).collect();
    let mut running: HashMap<u64, Work> = HashMap::new();
    let mut stopped = false;
    loop {
        if cancel.is_cancelled() && !stopped {
            stopped = true;
            fleet.stop();
        }
        while !stopped && running.len() < fleet.workers() {
            let Some((label, work)) = waiting.pop_front() else { break };
            let job = template.job(label, &work.program, work.seed);
            record.started(&work, &job, progress)?;
            fleet.submit(job);
            running.insert(label, work);
        }
        if running.is_empty() {
            return Ok(if stopped { Flow::Interrupted } else { Flow::Done });
        }
        let Some(Event { label, what }) = fleet.next_event(LOOK_EVERY) else { continue };
        let Some(work) = running.get(&label) else { continue };
        match what {
            What::Finished(verdict) => {
                let completion = completion(*verdict);
                record.finished(work, completion, progress)?;
                running.remove(&label);
            }
            What::Stopped => drop(running.remove(&label)),
            What::NoWorker(how) => return Err(LabError::NoWorker(how)),
            other => watch(work.subject, other, progress),
        }
    }
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
