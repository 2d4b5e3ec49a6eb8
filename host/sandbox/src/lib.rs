//! Sandboxes: engine, policies, limits, plugin loading, and the host side of every WIT interface.
//!
//! A [`Runtime`] loads components as [`Plugin`]s. An [`Evaluation`] runs a candidate program in an executor, driven by
//! an evaluator in a second sandbox; a [`Program`] is run whole, by itself; a [`SearcherHost`] and an [`IdeatorHost`] ask plugins what to try next. Nothing
//! that runs in a sandbox is trusted: each gets a fresh store with every limit of its [`Policy`] set before its first
//! instruction, and a store that trapped is never used again.

mod bindings;
mod cache;
mod cancel;
mod candidate;
mod console;
mod data_file;
mod ending;
mod engine;
mod error;
mod evaluation;
mod first_statement;
mod ideator;
mod implementer;
mod interfaces;
mod lab_types;
mod limits;
mod log_tail;
mod meter;
mod models;
mod observer;
mod output;
mod plugin;
mod policy;
mod program;
mod random;
mod roles;
mod searcher;
mod sections;
mod session;
mod state;
mod store;
mod thread;
mod ticker;
mod wall;
mod wasi;
mod workbench;

pub use cancel::CancelToken;
pub use console::Console;
pub use data_file::DataFile;
pub use error::{Error, Result};
pub use evaluation::{Evaluation, Verdict};
pub use first_statement::{Spread, first_statement};
pub use ideator::{IdeatorHost, Mode};
pub use implementer::{Attempt, Implemented, ImplementerHost};
pub use limits::{Limit, LimitHit};
pub use models::ModelGrant;
pub use observer::{Level, LogLine, Observer};
pub use plugin::{Plugin, Runtime};
pub use policy::Policy;
pub use program::{Program, ProgramEnd, Run, Used};
pub use roles::Role;
pub use searcher::{Asked, SearcherHost};
pub use session::State;
pub use workbench::{Smoke, Workbench};
