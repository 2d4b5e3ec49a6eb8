//! What can go wrong with a ledger.

use std::io;
use std::path::PathBuf;

/// Why a ledger could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The folder holds no ledger.
    #[error("{} is not a run: it has no ledger.sqlite", .0.display())]
    NotARun(PathBuf),
    /// The folder is taken.
    #[error("{} exists already: a run needs a folder of its own", .0.display())]
    Exists(PathBuf),
    /// The process died while it created the run.
    #[error("the run in {} was never begun: delete the folder and start the run again", .0.display())]
    NeverBegun(PathBuf),
    /// Another lab works on the run.
    #[error("the run in {} is in use by process {pid}: wait for it, or stop it first", .path.display())]
    InUse {
        /// The run's folder.
        path: PathBuf,
        /// As that process wrote it into the lock file.
        pid: String,
    },
    /// A newer Proofhouse wrote it.
    #[error(
        "the ledger in {} has schema {found}, and this proofhouse knows {known}: read it with the newer version \
         that wrote it", .path.display()
    )]
    NewerSchema {
        /// The run's folder.
        path: PathBuf,
        /// The file's schema version.
        found: i64,
        /// This program's schema version.
        known: i64,
    },
    /// An older Proofhouse wrote it.
    #[error(
        "the ledger in {} has schema {found}, and this proofhouse reads {known}: read it with the version that wrote \
         it, and start new runs with this one", .path.display()
    )]
    OlderSchema {
        /// The run's folder.
        path: PathBuf,
        /// The file's schema version.
        found: i64,
        /// This program's schema version.
        known: i64,
    },
    /// A step that does not follow from the steps before it.
    #[error("the step `{step}` cannot follow: {reason}")]
    OutOfOrder {
        /// Its kind.
        step: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The ledger contradicts itself.
    #[error("the ledger is damaged: {0}")]
    Damaged(String),
    /// There is no such trial.
    #[error("there is no trial {0} in this run")]
    NoTrial(u64),
    /// SQLite failed.
    #[error("the ledger cannot be {doing}: {source}")]
    Sqlite {
        /// `read` or `written`.
        doing: &'static str,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file system failed.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl LedgerError {
    pub(crate) fn reading(source: rusqlite::Error) -> Self {
        LedgerError::Sqlite { doing: "read", source }
    }

    pub(crate) fn encoding(error: serde_json::Error) -> Self {
        LedgerError::Damaged(format!("a step cannot be written as JSON: {error}"))
    }

    pub(crate) fn writing(source: rusqlite::Error) -> Self {
        LedgerError::Sqlite { doing: "written", source }
    }
}
