//! The loop: ask, propose, patch, run, evaluate, tell; and its resumption.
//!
//! A run goes in rounds. In each the searcher asks, the ideator proposes, an implementer writes the patches that are
//! missing, every patch is applied and checked, every patched program is run and scored by a worker, and when the last
//! has its outcome, the plugins are told. Each step is in the ledger before the lab acts on it, and where a run stands
//! is read from the ledger alone, so that a killed lab goes on where it was.
//!
//! Outcomes depend on the run's header, not on the machine: seeds are derived from the run's seed, the number of
//! requests that a searcher may make is fixed, and everything is told in the order of trial ids, whichever worker was
//! first.

mod baseline;
mod config;
pub mod corpus;
mod desk;
mod dispatch;
mod environment;
mod error;
mod implementing;
mod job;
mod journal;
mod lab;
mod models;
pub mod patch;
mod places;
mod plan;
mod plugins;
mod program;
mod progress;
mod replay;
mod same_program;
mod seeds;
mod setup;
mod summary;
mod toml_file;
mod trial_end;
mod trials;
mod workbench;

pub use config::{ImplementerConfig, PluginConfig, RunConfig, SameProgram};
pub use environment::{DataNames, Environment, Profile};
pub use error::LabError;
pub use lab::{Lab, ResumeOptions};
pub use places::{Host, Places};
pub use progress::{Progress, ProgressEvent, Subject};
pub use proofhouse_fleet::WorkerCommand;
pub use replay::{ReplayResult, replay};
pub use summary::{Ending, Summary};
