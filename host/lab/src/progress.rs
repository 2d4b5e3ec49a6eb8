//! What a run tells its watcher.

use std::path::PathBuf;

use proofhouse_types::{Cost, CurvePoint, Metric, Outcome, Spend, TrialId};
use serde::Serialize;

/// What ran: a measurement of the unpatched program, or a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A measurement of the unpatched program, from 0.
    Baseline(u32),
    /// A trial.
    Trial(TrialId),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Subject::Baseline(index) => write!(f, "baseline {index}"),
            Subject::Trial(id) => write!(f, "trial {id}"),
        }
    }
}

/// One thing that happened. Texts in it that come from plugins and programs are untrusted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum ProgressEvent {
    /// Something takes a while before the run begins.
    Preparing {
        /// As in `component python`.
        what: String,
    },
    /// The run begins, or goes on.
    RunStarted {
        /// Its folder.
        dir: PathBuf,
        /// Its name.
        name: String,
        /// How many candidates run at a time.
        workers: usize,
        /// What is measured.
        metric: Metric,
        /// How often the unpatched program is measured.
        baseline_seeds: u32,
        /// How many of these are there.
        baselines_finished: u32,
        /// How many trials have an outcome.
        trials_finished: u64,
        /// Does it go on where an earlier lab stopped?
        resumed: bool,
    },
    /// The unpatched program runs.
    BaselineStarted {
        /// Which measurement, from 0.
        index: u32,
        /// Its seed.
        seed: u64,
    },
    /// The unpatched program ran.
    BaselineFinished {
        /// Which measurement.
        index: u32,
        /// How it ended.
        outcome: Outcome,
        /// What it used up.
        cost: Cost,
    },
    /// The mean of the unpatched program's scores.
    BaselineMeasured {
        /// In the problem's metric.
        mean: f64,
        /// Sample standard deviation over the seeds, where there are two or more.
        spread: Option<f64>,
    },
    /// A round begins, or goes on.
    EpochStarted {
        /// The round.
        round: u32,
        /// The searcher's epoch.
        epoch: u32,
        /// How many trials it has.
        trials: u64,
    },
    /// A trial is planned.
    TrialPlanned {
        /// The trial.
        trial: TrialId,
        /// Its idea's title.
        title: String,
    },
    /// An implementer begins to write a trial's patch.
    ImplementationStarted {
        /// The trial.
        trial: TrialId,
        /// Its idea's title.
        title: String,
        /// 0 for the first patch; then, one for each that a crash called for.
        attempt: u32,
    },
    /// The implementer has ended.
    ImplementationFinished {
        /// The trial.
        trial: TrialId,
        /// Is there a patch?
        patched: bool,
    },
    /// What the run has used up of its language models.
    ModelsUsed {
        /// Since the run began.
        spent: Spend,
    },
    /// A trial's program runs.
    TrialStarted {
        /// The trial.
        trial: TrialId,
        /// Its idea's title.
        title: String,
    },
    /// A trial has its outcome.
    TrialFinished {
        /// The trial.
        trial: TrialId,
        /// Its idea's title.
        title: String,
        /// How it ended.
        outcome: Outcome,
        /// What it used up.
        cost: Cost,
        /// How many of the round's trials have an outcome.
        finished_in_epoch: u64,
        /// How many trials the round has.
        trials_in_epoch: u64,
    },
    /// A program or its evaluator reported a point of a curve.
    Curve {
        /// Of what.
        subject: Subject,
        /// The point.
        point: CurvePoint,
    },
    /// How far a program is.
    Used {
        /// What runs.
        subject: Subject,
        /// Device seconds so far.
        device_seconds: f64,
    },
    /// A line of a program's output.
    Log {
        /// Of what.
        subject: Subject,
        /// The line.
        line: String,
    },
    /// A worker died, and what it ran begins again: its curve so far is void.
    Restarted {
        /// What ran.
        subject: Subject,
        /// How the worker died.
        reason: String,
    },
    /// A round is over.
    EpochFinished {
        /// The round.
        round: u32,
        /// The searcher's epoch.
        epoch: u32,
        /// The best trial so far, and its score.
        best: Option<(TrialId, f64)>,
    },
    /// Something worth knowing.
    Note {
        /// One sentence.
        message: String,
    },
    /// The run is over.
    RunFinished {
        /// Why.
        reason: String,
    },
    /// The user stopped the run; it can be resumed.
    RunInterrupted,
    /// The language models' budget is spent; the run can be resumed with a larger one.
    BudgetSpent {
        /// Which limit, and how much was used.
        reason: String,
    },
}

/// Watches a run.
pub trait Progress {
    /// Called for each event, on the thread that called [`crate::Lab::run`].
    fn on(&mut self, event: &ProgressEvent);
}

/// Nobody watches.
impl Progress for () {
    fn on(&mut self, _event: &ProgressEvent) {}
}
