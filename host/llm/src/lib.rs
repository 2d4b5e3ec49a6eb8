//! The language-model gateway: providers behind one trait, budgets, limits, retries, record and replay.
//!
//! A [`Gateway`] is the only way from Proofhouse to a language model. It holds the keys, which nobody can ask it for.
//! A plugin's call becomes exchanges: each is journalled before it is sent and when it has ended, counted against the
//! run's budget from before it is sent, and answered from the journal where the run has had it already.

mod answer;
mod atomic_file;
mod attempt;
mod budget;
mod cache;
mod config;
mod config_check;
mod error;
mod estimate;
mod flight;
mod gateway;
mod journal;
mod key;
mod limits;
mod model;
mod probe;
mod provider;
mod recording;
mod request;
mod retry;
mod scope;
mod scrub;
mod signal;
mod sse;
mod transport;

pub use config::{Budget, LlmConfig, ModelConfig, Provider, ThinkingForm};
pub use error::{GatewayError, Stopped};
pub use gateway::Gateway;
pub use journal::{Ended, ExchangeId, Journal, JournalError, Source, Started};
pub use model::ModelInfo;
pub use probe::Checked;
pub use proofhouse_types::Spend;
pub use recording::Recording;
pub use request::{Completion, Embedding, Failure, Message, Reply, Request, Role};
#[doc(hidden)]
pub use retry::Pace;
pub use scope::Scope;
