//! Why a run does not begin, or does not go on: one sentence with what to do about it.

use std::io;
use std::path::PathBuf;

use proofhouse_compute::data::DataError;
use proofhouse_fleet::FleetError;
use proofhouse_ledger::LedgerError;

/// Why a run does not begin, or does not go on.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A configuration file says something wrong.
    #[error("{}: {reason}", .file.display())]
    Config {
        /// The file.
        file: PathBuf,
        /// The key, what is wrong with it, and the fix.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A component is not there.
    #[error("component `{name}` is not in {}: run `cargo xtask build`", .folder.display())]
    NoComponent {
        /// Its name.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A data stream is not there.
    #[error("data `{name}` is not in {}: run `cargo xtask demo` once, or give `--data FILE`", .folder.display())]
    NoData {
        /// The stream's name.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// Data that cannot be used.
    #[error("data cannot be prepared from {}: {reason}", .path.display())]
    UnusableData {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A data file cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A sandbox, component or policy fails.
    #[error(transparent)]
    Sandbox(#[from] proofhouse_sandbox::Error),
    /// Workers fail.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// No worker process can be started.
    #[error("no worker process can be started: {0}; the run can be resumed once that is mended")]
    NoWorker(String),
    /// The ledger fails.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A searcher or ideator fails, or breaks its contract.
    #[error("the {role} `{name}` cannot go on: {reason}")]
    Plugin {
        /// `searcher` or `ideator`.
        role: &'static str,
        /// The component's name.
        name: String,
        /// What it said, or did.
        reason: String,
    },
    /// The unpatched program has no score, so there is nothing to improve on.
    #[error("the unpatched program fails (baseline {index}, seed {seed}): {reason}")]
    Baseline {
        /// Which measurement.
        index: u32,
        /// Its seed.
        seed: u64,
        /// Its outcome in words.
        reason: String,
    },
    /// Components or data are not those that the run began with.
    #[error(
        "the run cannot be resumed as it was: {}; bring them back, or allow it with `--allow-changed`",
        .0.join("; ")
    )]
    Changed(Vec<String>),
    /// Something was not run, so there is nothing to replay.
    #[error("{subject} cannot be replayed: {reason}")]
    NotReplayable {
        /// As in `trial 3`.
        subject: String,
        /// Why not.
        reason: String,
    },
    /// The language models' budget is spent. What was paid for is recorded, and the run can be resumed with more.
    #[error("{0}")]
    BudgetSpent(String),
    /// The gateway to the language models does not open.
    #[error(transparent)]
    Gateway(#[from] proofhouse_llm::GatewayError),
    /// The user stopped it.
    #[error("stopped")]
    Stopped,
    /// The run's header holds something that this version cannot read.
    #[error("the run's header is not readable: {0}")]
    Header(String),
}

impl LabError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> LabError {
        let path = path.into();
        move |source| LabError::Io { path, source }
    }

    pub(crate) fn config(file: impl Into<PathBuf>, reason: impl Into<String>) -> LabError {
        LabError::Config { file: file.into(), reason: reason.into() }
    }
}
