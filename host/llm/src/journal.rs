//! The record of exchanges: written before a request is sent and when it has ended; by the lab, into the run's ledger.

use serde::{Deserialize, Serialize};

use crate::{Reply, Request, Spend};

/// Which exchange of a run. A plugin that is called again with the same state and the same answers makes the same
/// requests, so that a run which was killed finds its exchanges again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExchangeId {
    /// The plugin's call: `propose 12`, `implement 7.0`.
    pub scope: String,
    /// SHA-256, as hex, of the request, the provider's name for its model, and how many equal ones the call made
    /// before.
    pub request: String,
}

/// An exchange that is about to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Started<'a> {
    /// Which.
    pub id: &'a ExchangeId,
    /// What is asked.
    pub request: &'a Request,
    /// The most that it may use up: reserved from the budget. Nothing where the answer comes from a recording.
    pub reserved: Spend,
}

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The provider, just now.
    Live,
    /// The recording of another run.
    Replay,
    /// The cache that runs share.
    Cache,
}

/// An exchange that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// What came back.
    pub reply: Reply,
    /// What it used up. From a recording: what it used up then; from the cache: nothing.
    pub spend: Spend,
    /// Where it came from.
    pub source: Source,
}

/// The journal cannot be written or read; the run must stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JournalError(pub String);

/// Where exchanges are recorded. Each call returns when its record is on the disk. Called on the plugin's thread, never
/// on one that does network traffic.
pub trait Journal: Send + Sync {
    /// The end of this exchange, where the run has had it before.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    fn find(&self, id: &ExchangeId) -> Result<Option<Ended>, JournalError>;

    /// An exchange is about to be sent. Returns its number, which names it in [`Journal::ended`].
    ///
    /// # Errors
    /// Where the journal cannot be written: then it is not sent.
    fn started(&self, exchange: Started<'_>) -> Result<u64, JournalError>;

    /// It has ended.
    ///
    /// # Errors
    /// Where the journal cannot be written.
    fn ended(&self, number: u64, end: &Ended) -> Result<(), JournalError>;
}
