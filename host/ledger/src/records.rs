//! What a reader gives.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proofhouse_types::{Cost, CurvePoint, Idea, Outcome, Patch, Request, Spend, Trial, TrialId};
use serde::Serialize;
use serde_json::Value;

use crate::{Digest, Step};

/// How far something has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Recorded, and not given to a worker yet.
    Planned,
    /// Given to a worker. After a kill of the lab it stays so until the run is resumed.
    Running,
    /// It has its outcome.
    Finished,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunStatus {
    /// A lab works on it, or was killed while it did.
    Running,
    /// A lab stopped cleanly before the end.
    Interrupted,
    /// The searcher is done, or the run cannot go on.
    Ended,
}

/// One trial, with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrialRecord {
    /// Its number within the run, from 0.
    pub id: TrialId,
    /// The round of asking and telling that planned it.
    pub round: u32,
    /// The searcher's epoch.
    pub epoch: u32,
    /// The request it answers.
    pub request: Request,
    /// The trials it came from.
    pub parents: Vec<TrialId>,
    /// The change in words.
    pub idea: Idea,
    /// The change.
    pub patch: Option<Patch>,
    /// The labels of the implementer, where one wrote the patch.
    pub implementer_labels: Vec<String>,
    /// Which of the implementer's patches this is, from 0; none where the ideator wrote it, or nobody has yet.
    pub attempt: Option<u32>,
    /// What it had used up before that patch: smoke runs, and the runs of earlier patches.
    pub earlier: Cost,
    /// The seed it is evaluated with.
    pub seed: u64,
    /// Name and version of the plugin that proposed it.
    pub origin: String,
    /// How far it has come.
    pub state: State,
    /// How often it was given to a worker: more than once after a kill.
    pub starts: u32,
    /// Blob: the files of the program as it ran.
    pub program: Option<Digest>,
    /// How it ended, once it has.
    pub outcome: Option<Outcome>,
    /// What it used up.
    pub cost: Cost,
    /// What it reported while it ran, in order.
    pub curve: Vec<CurvePoint>,
    /// The tail of its output.
    pub log: String,
    /// Milliseconds since 1970.
    pub planned_at: i64,
    /// Milliseconds since 1970: when it was last given to a worker.
    pub started_at: Option<i64>,
    /// Milliseconds since 1970.
    pub finished_at: Option<i64>,
}

impl TrialRecord {
    /// The trial as plugins see it, once it has its outcome.
    pub fn trial(&self) -> Option<Trial> {
        let mut idea = self.idea.clone();
        idea.labels.extend(self.implementer_labels.iter().cloned());
        Some(Trial {
            id: self.id,
            epoch: self.epoch,
            parents: self.parents.clone(),
            idea,
            patch: self.patch.clone(),
            seed: self.seed,
            outcome: self.outcome.clone()?,
            cost: self.cost,
            origin: self.origin.clone(),
        })
    }
}

/// One measurement of the unpatched program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BaselineRecord {
    /// Which one, from 0.
    pub index: u32,
    /// Its seed.
    pub seed: u64,
    /// How far it has come.
    pub state: State,
    /// Blob: the files of the program.
    pub program: Digest,
    /// How it ended, once it has.
    pub outcome: Option<Outcome>,
    /// What it used up.
    pub cost: Cost,
    /// What it reported while it ran, in order.
    pub curve: Vec<CurvePoint>,
    /// The tail of its output.
    pub log: String,
    /// Milliseconds since 1970.
    pub started_at: i64,
    /// Milliseconds since 1970.
    pub finished_at: Option<i64>,
}

/// One exchange with a language model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExchangeRecord {
    /// Its number within the run, from 0.
    pub number: u64,
    /// The plugin's call that it was for.
    pub scope: String,
    /// Names the request within its scope.
    pub request: String,
    /// The model's name in the run file.
    pub model: String,
    /// Blob: the request.
    #[serde(rename = "request_digest")]
    pub content: Digest,
    /// Blob: the reply, once it has ended.
    #[serde(rename = "reply_digest")]
    pub reply: Option<Digest>,
    /// `live`, `replay` or `cache`, once it has ended.
    pub source: Option<String>,
    /// Why there is no usable reply, in one word.
    pub failure: Option<String>,
    /// What it used up; until it has ended, the most that it may.
    pub spend: Spend,
    /// Milliseconds since 1970.
    pub started_at: i64,
    /// Milliseconds since 1970.
    pub ended_at: Option<i64>,
}

/// How an exchange ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ExchangeEnd {
    /// As JSON.
    pub reply: Value,
    /// What it used up.
    pub spend: Spend,
    /// `live`, `replay` or `cache`.
    pub source: String,
    /// One word for why there is no usable reply.
    pub failure: Option<String>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventRecord {
    /// Its number, from 0.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Its link in the hash chain.
    pub chain: Digest,
    /// What happened.
    #[serde(flatten)]
    pub step: Step,
}

/// One round of asking and telling.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Round {
    /// From 0.
    pub number: u32,
    /// The searcher's epoch.
    pub epoch: u32,
    /// The id of its first trial; one trial follows for each request.
    pub first: TrialId,
    /// What the searcher asked for.
    pub requests: Vec<Request>,
    /// Have searcher and ideator learned how it ended?
    pub told: bool,
}

/// A run at a glance: for lists.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// The run's name.
    pub name: String,
    /// The problem's name.
    pub problem: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970: the last event's time.
    pub updated_at: i64,
    /// How far it has come.
    pub status: RunStatus,
    /// Why it stopped, where it has.
    pub reason: String,
    /// Trials planned, running and finished.
    pub trials: u64,
    /// Trials with an outcome.
    pub finished: u64,
    /// Trials with a score.
    pub scored: u64,
    /// Mean score of the unpatched program.
    pub baseline: Option<f64>,
    /// The best trial and its score; the earlier one of equals.
    pub best: Option<(TrialId, f64)>,
}

/// What a verification found: only given when nothing is wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verification {
    /// Events in the chain.
    pub events: u64,
    /// Blobs whose bytes have their digest.
    pub blobs: u64,
    /// The last link: whoever notes it down can later tell that nothing before it was changed or cut off.
    pub head: Digest,
}

/// A recorded time.
pub fn from_unix_ms(at: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(at).unwrap_or(0))
}
