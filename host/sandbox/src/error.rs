//! What can go wrong with a sandbox, for the people who run it.

use std::path::PathBuf;

use crate::limits::LimitHit;

/// A failure of a sandbox or of what it needs.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine could not be built: the machine lacks something that wasmtime needs.
    #[error("the WebAssembly engine does not start: {0}")]
    Engine(String),
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are no component that this engine accepts.
    #[error("component `{name}` is refused: {reason}")]
    Component {
        /// The plugin's name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The component wants what its role or its policy does not give.
    #[error(
        "component `{plugin}` is refused as {role}: it imports `{import}`, which {reason} (policy {policy})"
    )]
    NotGranted {
        /// The plugin's name.
        plugin: String,
        /// The interface it asks for.
        import: String,
        /// The role that it was loaded for.
        role: &'static str,
        /// The policy's file.
        policy: String,
        /// Which of the two refuses it.
        reason: &'static str,
    },
    /// A policy file says something wrong.
    #[error("policy {source_name}: {reason}")]
    Policy {
        /// The file.
        source_name: String,
        /// Key and fix.
        reason: String,
    },
    /// The folder for compiled components can't be trusted or used.
    #[error("cache folder {}: {reason}", path.display())]
    Cache {
        /// Which.
        path: PathBuf,
        /// What to do about it.
        reason: String,
    },
    /// A plugin reached a limit of its policy.
    #[error("`{plugin}` reached a limit in `{call}`: {hit}")]
    Limit {
        /// The plugin's name.
        plugin: String,
        /// The function that ran.
        call: &'static str,
        /// The limit.
        hit: LimitHit,
    },
    /// A plugin trapped.
    #[error("`{plugin}` trapped in `{call}`: {reason}")]
    Trap {
        /// The plugin's name.
        plugin: String,
        /// The function that ran.
        call: &'static str,
        /// wasmtime's words.
        reason: String,
    },
    /// A plugin answered with an error of its own.
    #[error("`{plugin}` answers `{call}` with an error: {message}")]
    Plugin {
        /// The plugin's name.
        plugin: String,
        /// The function that ran.
        call: &'static str,
        /// The plugin's words.
        message: String,
    },
    /// A plugin answered something that the contract does not allow.
    #[error("`{plugin}` breaks the contract in `{call}`: {reason}")]
    Answer {
        /// The plugin's name.
        plugin: String,
        /// The function that ran.
        call: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The run's budget for language models is spent: what it had, and how to go on.
    #[error("{0}")]
    BudgetSpent(String),
    /// The language models cannot be asked any more, for a reason of the host.
    #[error("`{plugin}` was stopped in `{call}`: {reason}")]
    Models {
        /// The plugin's name.
        plugin: String,
        /// The function that ran.
        call: &'static str,
        /// What failed.
        reason: String,
    },
    /// Cancelled from outside.
    #[error("cancelled")]
    Cancelled,
    /// The operating system gave no thread to run on.
    #[error("no thread to run the sandbox on: {0}")]
    Thread(std::io::Error),
}

/// The result of an operation on sandboxes.
pub type Result<T> = std::result::Result<T, Error>;
