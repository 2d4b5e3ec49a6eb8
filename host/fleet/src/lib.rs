//! Worker processes that run candidates, and the queue they are fed from.
//!
//! Candidates never run in the lab's process. A worker is the same program started again as `proofhouse worker`: it
//! reads jobs from its standard input, one JSON line each, and answers with JSON lines. A worker that dies takes one
//! attempt of one job with it, and nothing else; a worker whose lab dies, dies too.

mod error;
mod fleet;
mod job;
mod lines;
mod message;
mod process;
mod supervisor;
mod worker;

pub use error::FleetError;
pub use fleet::{Event, Fleet, What};
pub use job::{Component, Job, PolicyText, Stream};
pub use message::Verdict;
pub use process::WorkerCommand;
pub use worker::serve;
