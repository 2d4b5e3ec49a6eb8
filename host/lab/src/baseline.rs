//! Measuring the unpatched program: what every score is compared with.

use std::collections::VecDeque;

use proofhouse_fleet::{Fleet, Job};
use proofhouse_ledger::{Completion, Ledger, RunHeader, State};
use proofhouse_sandbox::CancelToken;
use proofhouse_types::{FailureKind, Outcome};

use crate::desk::Desk;
use crate::dispatch::{self, Crew, Flow, Task, Work};
use crate::job::JobTemplate;
use crate::seeds::{Purpose, derive};
use crate::summary::{mean, spread};
use crate::{LabError, Progress, ProgressEvent, patch, program};

/// Measures what is not measured yet, and records the mean once all is there.
pub(crate) fn measure(
    ledger: &Ledger,
    header: &RunHeader,
    desk: &Desk<'_>,
    fleet: &Fleet,
    template: &JobTemplate,
    progress: &mut dyn Progress,
    cancel: &CancelToken,
) -> Result<Flow, LabError> {
    let finished: Vec<u32> = ledger
        .reader()
        .baselines()?
        .iter()
        .filter(|baseline| baseline.state == State::Finished)
        .map(|baseline| baseline.index)
        .collect();
    let program = patch::unpatched(&header.problem.files);
    let work = (0..header.baseline_seeds)
        .filter(|index| !finished.contains(index))
        .map(|index| Work {
            task: Task::Baseline(index),
            program: program.clone(),
            seed: derive(header.seed, Purpose::Baseline, u64::from(index)),
            settings: None,
        })
        .collect();
    let mut baselines = Baselines { ledger, waiting: work };
    let flow = dispatch::run(desk, fleet, template, &mut baselines, progress, cancel)?;
    if flow == Flow::Done {
        conclude(ledger, progress)?;
    }
    Ok(flow)
}

/// The mean of all measurements; or, where one failed, the end of the run.
fn conclude(ledger: &Ledger, progress: &mut dyn Progress) -> Result<(), LabError> {
    let mut scores = Vec::new();
    for baseline in ledger.reader().baselines()? {
        match baseline.outcome {
            Some(Outcome::Scored(score)) => scores.push(score.value),
            Some(Outcome::Failed(failure)) => {
                let error = LabError::Baseline {
                    index: baseline.index,
                    seed: baseline.seed,
                    reason: format!("{}: {}", failure.kind, failure.detail),
                };
                ledger.ended(&error.to_string())?;
                return Err(error);
            }
            None => {}
        }
    }
    let mean = mean(&scores);
    ledger.baseline_measured(mean)?;
    progress.on(&ProgressEvent::BaselineMeasured { mean, spread: spread(&scores) });
    Ok(())
}

struct Baselines<'a> {
    ledger: &'a Ledger,
    waiting: VecDeque<Work>,
}

/// `work` came from [`measure`].
fn index(work: &Work) -> u32 {
    match work.task {
        Task::Baseline(index) => index,
        Task::Trial(_) | Task::Smoke { .. } => unreachable!("baselines and trials are dispatched apart"),
    }
}

impl Crew for Baselines<'_> {
    fn next(&mut self, _progress: &mut dyn Progress) -> Result<Option<Work>, LabError> {
        Ok(self.waiting.pop_front())
    }

    fn is_idle(&self) -> bool {
        self.waiting.is_empty()
    }

    fn stop(&mut self) {
        self.waiting.clear();
    }

    fn started(&mut self, work: &Work, job: &Job, progress: &mut dyn Progress) -> Result<(), LabError> {
        let index = index(work);
        self.ledger.baseline_started(index, work.seed, &program::to_record(&work.program), &job.id())?;
        progress.on(&ProgressEvent::BaselineStarted { index, seed: work.seed });
        Ok(())
    }

    fn finished(&mut self, work: Work, end: Completion, progress: &mut dyn Progress) -> Result<(), LabError> {
        let index = index(&work);
        if let Outcome::Failed(failure) = &end.outcome
            && failure.kind == FailureKind::Lost
        {
            // The host's fault: nothing is said about the program, and the run can be resumed.
            return Err(LabError::Baseline {
                index,
                seed: work.seed,
                reason: format!("lost: {}", failure.detail),
            });
        }
        self.ledger.baseline_finished(index, &end)?;
        progress.on(&ProgressEvent::BaselineFinished { index, outcome: end.outcome, cost: end.cost });
        Ok(())
    }
}
