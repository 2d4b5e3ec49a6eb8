//! Why there is no gateway, and why it stops answering.

use std::io;
use std::path::PathBuf;

use crate::JournalError;

/// Why a gateway could not be made. No text holds a key.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The run file asks for something that cannot be.
    #[error("{0}")]
    Config(String),
    /// The variable with a key is missing or empty.
    #[error("the key of model `{model}` is not there: set the environment variable {variable}")]
    NoKey {
        /// The model's name in the run file.
        model: String,
        /// `key-env`.
        variable: String,
    },
    /// What the variable or the file holds is no key.
    #[error("the key of model `{model}` in {place} {reason}")]
    BadKey {
        /// The model's name in the run file.
        model: String,
        /// The variable or the file.
        place: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// The file with a key is not safe to use.
    #[error("the key file {} {reason}", .path.display())]
    KeyFile {
        /// `key-file`.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// A recording does not say what it should.
    #[error("the recording {} {reason}", .path.display())]
    Recording {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// HTTP or TLS could not be set up.
    #[error("HTTP for model `{model}` cannot be set up: {reason}")]
    Network {
        /// The model's name in the run file.
        model: String,
        /// What is wrong.
        reason: String,
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

/// Why a plugin's requests are not answered, and the run stops.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The run's budget has no room: names the limit, what is spent, and how to go on.
    #[error("{0}")]
    Budget(String),
    /// A replay met a request that was not recorded: names the scope.
    #[error("{0}")]
    NotRecorded(String),
    /// Whoever asked gave up.
    #[error("the request was cancelled")]
    Cancelled,
    /// The record cannot be written or read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}
