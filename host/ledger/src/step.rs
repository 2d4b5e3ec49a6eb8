//! The steps of a run. What is recorded is these, and nothing else.

use proofhouse_types::{Cost, CurvePoint, Idea, Outcome, Request, Spend, TrialId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Digest, RunHeader};

/// One step of a run, as its event says it. Large things are named by the digest of their blob.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// The run exists. The texts of the problem's files are the blobs `files`, in the order of `header.problem.files`.
    Created {
        /// What the run is, without the files' texts.
        header: Box<RunHeader>,
        /// Blobs: the problem's files, in order.
        files: Vec<Digest>,
    },
    /// A lab took the run up, at its beginning or again.
    Opened {
        /// The lab's process.
        pid: u32,
        /// How many candidates it runs at a time. Results do not depend on it.
        workers: u32,
        /// What differs from the header, where the user allowed that: one sentence each.
        changes: Vec<String>,
        /// The language models' budget from here on, as JSON, where it is not the header's.
        budget: Option<Value>,
    },
    /// The unpatched program is being measured.
    BaselineStarted {
        /// Which measurement, from 0.
        index: u32,
        /// Its seed.
        seed: u64,
        /// Blob: the files of the program.
        program: Digest,
        /// Digest of what is run.
        job: String,
    },
    /// The unpatched program was measured.
    BaselineFinished {
        /// Which measurement.
        index: u32,
        /// How it ended.
        result: Finished,
    },
    /// All measurements are there, and this is their mean.
    BaselineMeasured {
        /// In the problem's metric.
        mean: f64,
    },
    /// Searcher and ideator are open.
    SearchOpened {
        /// Their states, as blobs.
        states: StateDigests,
    },
    /// The searcher asked.
    Asked {
        /// Which round of asking and telling, from 0.
        round: u32,
        /// The searcher's epoch.
        epoch: u32,
        /// What it wants: one trial each, in this order.
        requests: Vec<Request>,
        /// The states afterwards.
        states: StateDigests,
    },
    /// The ideator proposed for a stretch of the round's requests.
    Proposed {
        /// The round.
        round: u32,
        /// The trials that now are planned; their ids go on from the last.
        trials: Vec<PlannedTrial>,
        /// The states afterwards.
        states: StateDigests,
    },
    /// The implementer wrote a patch for a trial.
    Implemented {
        /// The trial.
        trial: TrialId,
        /// 0 for the first patch; then, one for each that the program's crash called for.
        attempt: u32,
        /// Blob: the diff.
        patch: Digest,
        /// The implementer's own labels.
        labels: Vec<String>,
        /// What the trial has used up so far: smoke runs, and the runs of earlier attempts.
        earlier: Cost,
    },
    /// A request to a language model is about to be sent.
    ExchangeStarted {
        /// Its number within the run, from 0.
        number: u64,
        /// The plugin's call: `propose 12`, `implement 7.0`.
        scope: String,
        /// Names the request within its scope: SHA-256 as hex.
        request: String,
        /// The model's name in the run file.
        model: String,
        /// Blob: the request as JSON, in which each text is the digest of a blob.
        content: Digest,
        /// The most that it may use up.
        reserved: Spend,
    },
    /// It has ended.
    ExchangeEnded {
        /// Its number.
        number: u64,
        /// Blob: the reply as JSON.
        reply: Digest,
        /// What it used up.
        spend: Spend,
        /// `live`, `replay` or `cache`.
        source: String,
        /// One word for why there is no usable reply.
        failure: Option<String>,
    },
    /// A trial's program goes to a worker.
    TrialStarted {
        /// The trial.
        trial: TrialId,
        /// Blob: the files of the patched program.
        program: Digest,
        /// Names what of the program runs: equal for programs that differ in comments and white space at most.
        normal: Digest,
        /// Digest of what is run.
        job: String,
    },
    /// A trial has its outcome.
    TrialFinished {
        /// The trial.
        trial: TrialId,
        /// How it ended.
        result: Finished,
    },
    /// Searcher and ideator have learned how the round ended.
    Told {
        /// The round.
        round: u32,
        /// The states afterwards.
        states: StateDigests,
    },
    /// Something worth knowing that changes nothing.
    Note {
        /// As in `proposals`.
        topic: String,
        /// One sentence.
        message: String,
    },
    /// The lab stopped before the end; the run can be resumed.
    Interrupted {
        /// Why.
        reason: String,
    },
    /// The run is over.
    Ended {
        /// Why.
        reason: String,
    },
}

impl Step {
    /// The word in the `kind` column.
    pub fn kind(&self) -> &'static str {
        match self {
            Step::Created { .. } => "created",
            Step::Opened { .. } => "opened",
            Step::BaselineStarted { .. } => "baseline-started",
            Step::BaselineFinished { .. } => "baseline-finished",
            Step::BaselineMeasured { .. } => "baseline-measured",
            Step::SearchOpened { .. } => "search-opened",
            Step::Asked { .. } => "asked",
            Step::Proposed { .. } => "proposed",
            Step::Implemented { .. } => "implemented",
            Step::ExchangeStarted { .. } => "exchange-started",
            Step::ExchangeEnded { .. } => "exchange-ended",
            Step::TrialStarted { .. } => "trial-started",
            Step::TrialFinished { .. } => "trial-finished",
            Step::Told { .. } => "told",
            Step::Note { .. } => "note",
            Step::Interrupted { .. } => "interrupted",
            Step::Ended { .. } => "ended",
        }
    }
}

/// Digests of the plugins' saved states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateDigests {
    /// Blob: the searcher's.
    pub searcher: Digest,
    /// Blob: the ideator's.
    pub ideator: Digest,
    /// Blob: the implementer's, where there is one.
    pub implementer: Option<Digest>,
}

/// How something that ran ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// Scored or failed.
    pub outcome: Outcome,
    /// What it used up.
    pub cost: Cost,
    /// Blob: the curve's points as JSON.
    pub curve: Digest,
    /// Blob: the log's tail.
    pub log: Digest,
}

/// A planned trial, as its event says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedTrial {
    /// Its number within the run.
    pub id: TrialId,
    /// The searcher's epoch.
    pub epoch: u32,
    /// The request it answers.
    pub request: Request,
    /// The trials it came from.
    pub parents: Vec<TrialId>,
    /// The change in words.
    pub idea: Idea,
    /// Blob: the diff, where there is one.
    pub patch: Option<Digest>,
    /// The seed it will be evaluated with.
    pub seed: u64,
    /// Name and version of the plugin that proposed it.
    pub origin: String,
}

/// A trial to be planned: what the lab hands to the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTrial {
    /// Its number within the run: goes on from the last.
    pub id: TrialId,
    /// The searcher's epoch.
    pub epoch: u32,
    /// The request it answers.
    pub request: Request,
    /// The trials it came from.
    pub parents: Vec<TrialId>,
    /// The change in words.
    pub idea: Idea,
    /// The diff, where there is one.
    pub diff: Option<String>,
    /// The seed it will be evaluated with.
    pub seed: u64,
    /// Name and version of the plugin that proposed it.
    pub origin: String,
}

/// How something that ran ended: what the lab hands to the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Scored or failed.
    pub outcome: Outcome,
    /// What it used up.
    pub cost: Cost,
    /// What it reported while it ran.
    pub curve: Vec<CurvePoint>,
    /// The tail of its output.
    pub log: String,
}

impl Completion {
    /// Something that ended before it ran: no cost, no curve, no log.
    pub fn unrun(outcome: Outcome) -> Self {
        Completion { outcome, cost: Cost::default(), curve: Vec::new(), log: String::new() }
    }
}

/// The plugins' saved states, as bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PluginStates {
    /// The searcher's.
    pub searcher: Vec<u8>,
    /// The ideator's.
    pub ideator: Vec<u8>,
    /// The implementer's, where there is one.
    pub implementer: Option<Vec<u8>>,
}

/// A request to a language model: what the lab hands to the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct NewExchange<'a> {
    /// The plugin's call.
    pub scope: &'a str,
    /// Names the request within its scope.
    pub request: &'a str,
    /// The model's name in the run file.
    pub model: &'a str,
    /// Role and text of each message; or an empty role and a text, for vectors.
    pub texts: Vec<(&'a str, &'a str)>,
    /// Whatever else the request says, as JSON.
    pub parameters: Value,
    /// The most that it may use up.
    pub reserved: Spend,
}

/// One file of a program as it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramFile {
    /// Relative path, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}
