//! What can go wrong with workers.

use std::io;

/// Why workers could not be started, or one cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The system gave no thread.
    #[error("no thread for a worker could be started: {0}")]
    Thread(io::Error),
    /// A worker's standard input or output failed.
    #[error("the worker lost its lab: {0}")]
    Pipe(io::Error),
    /// A worker was given something that is not a job.
    #[error("the worker was given a line that is not a job: {0}")]
    NotAJob(String),
    /// A job cannot be written as JSON.
    #[error("the job cannot be written as JSON: {0}")]
    Encoding(serde_json::Error),
}
