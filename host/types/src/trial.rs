//! One idea's whole life: idea, patch, outcome, cost, lineage.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A trial's number within its run, from 0.
pub type TrialId = u64;

/// One change in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idea {
    /// One line.
    pub title: String,
    /// Why it should help.
    pub rationale: String,
    /// The ideator's own words for its kind.
    pub labels: Vec<String>,
}

/// A unified diff against the problem's editable files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// The text of the diff.
    pub diff: String,
}

/// What a searcher asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Something new; the ideator sees these trials, good and bad.
    Explore(Vec<TrialId>),
    /// Improve on, or combine, these trials.
    Exploit(Vec<TrialId>),
    /// Run this trial's patch again with another seed.
    Replicate(TrialId),
}

/// What an ideator answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The idea.
    pub idea: Idea,
    /// Its patch, where the ideator writes patches itself.
    pub patch: Option<Patch>,
    /// The trials it came from.
    pub parents: Vec<TrialId>,
}

/// One named number beside a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// As in `parameters`.
    pub name: String,
    /// Its value.
    #[serde(with = "crate::number")]
    pub value: f64,
}

/// The evaluator's verdict on a run that finished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// In the problem's metric; finite.
    pub value: f64,
    /// Of the mean over the held-out data, where the evaluator knows it.
    #[serde(with = "crate::number::option")]
    pub standard_error: Option<f64>,
    /// What else was measured.
    pub measurements: Vec<Measurement>,
}

/// Why a trial has no score. The registry behind `failure.kind` in `wit/lab/lab.wit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// No patch could be made or applied.
    Unpatched,
    /// The patch changes nothing that runs, touches a file it may not, or breaks the patch policy.
    Refused,
    /// The program raised or trapped.
    Crashed,
    /// A limit was reached.
    Exhausted,
    /// The score is not to be believed.
    Quarantined,
    /// By the user, or because the run ended.
    Cancelled,
    /// The host failed, not the trial: it may be run again.
    Lost,
}

impl FailureKind {
    /// The word in `wit/lab/lab.wit`, in tables and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            FailureKind::Unpatched => "unpatched",
            FailureKind::Refused => "refused",
            FailureKind::Crashed => "crashed",
            FailureKind::Exhausted => "exhausted",
            FailureKind::Quarantined => "quarantined",
            FailureKind::Cancelled => "cancelled",
            FailureKind::Lost => "lost",
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a trial has no score, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The class.
    pub kind: FailureKind,
    /// The hunk, the traceback's tail, the limit and how much was used, the check that failed.
    pub detail: String,
}

/// How a trial ended. Nothing is encoded as -999, 0 or NaN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It ran, and its evaluator believes it.
    Scored(Score),
    /// It has no score.
    Failed(Failure),
}

impl Outcome {
    /// A failure of the given kind.
    pub fn failed(kind: FailureKind, detail: impl Into<String>) -> Self {
        Outcome::Failed(Failure { kind, detail: detail.into() })
    }

    /// The score's value, where there is one.
    pub fn score(&self) -> Option<f64> {
        match self {
            Outcome::Scored(score) => Some(score.value),
            Outcome::Failed(_) => None,
        }
    }

    /// `scored`, or the kind of the failure: one word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Scored(_) => "scored",
            Outcome::Failed(failure) => failure.kind.as_str(),
        }
    }
}

/// What a trial used up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Cost {
    /// On the environment's reference device, by the cost model: the same on every machine.
    pub device_seconds: f64,
    /// Guest instructions (wasm fuel).
    pub instructions: u64,
    /// On this machine. Never shown to a plugin.
    pub wall_seconds: f64,
    /// Language-model tokens, in and out.
    pub llm_tokens: u64,
    /// Language-model price.
    pub llm_usd: f64,
}

impl Cost {
    /// Both together.
    pub fn plus(&self, other: &Cost) -> Cost {
        Cost {
            device_seconds: self.device_seconds + other.device_seconds,
            instructions: self.instructions.saturating_add(other.instructions),
            wall_seconds: self.wall_seconds + other.wall_seconds,
            llm_tokens: self.llm_tokens.saturating_add(other.llm_tokens),
            llm_usd: self.llm_usd + other.llm_usd,
        }
    }
}

/// What requests to language models used up, or may use up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Spend {
    /// HTTP requests, retries included.
    pub requests: u64,
    /// Tokens of requests.
    pub input_tokens: u64,
    /// Tokens of replies.
    pub output_tokens: u64,
    /// By the prices of the run file.
    pub usd: f64,
}

impl Spend {
    /// Tokens in and out.
    pub fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    /// Both together.
    pub fn plus(&self, other: &Spend) -> Spend {
        Spend {
            requests: self.requests.saturating_add(other.requests),
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            usd: self.usd + other.usd,
        }
    }

    /// What is left of this without `other`; nothing where that is more.
    pub fn minus(&self, other: &Spend) -> Spend {
        Spend {
            requests: self.requests.saturating_sub(other.requests),
            input_tokens: self.input_tokens.saturating_sub(other.input_tokens),
            output_tokens: self.output_tokens.saturating_sub(other.output_tokens),
            usd: (self.usd - other.usd).max(0.0),
        }
    }
}

/// One point of a curve that a program or an evaluator reported with `log.metric`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// As in `train loss`.
    pub name: String,
    /// Training step.
    pub step: u64,
    /// Its value.
    #[serde(with = "crate::number")]
    pub value: f64,
}

/// One idea's whole life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Its number within the run.
    pub id: TrialId,
    /// The epoch that asked for it.
    pub epoch: u32,
    /// The trials it came from.
    pub parents: Vec<TrialId>,
    /// The change in words.
    pub idea: Idea,
    /// The change.
    pub patch: Option<Patch>,
    /// The seed it was evaluated with.
    pub seed: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// What it used up.
    pub cost: Cost,
    /// Name and version of the plugin that proposed it.
    pub origin: String,
}
