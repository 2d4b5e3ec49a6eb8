//! Where things are, and who runs them.

use std::fmt;
use std::path::PathBuf;

use proofhouse_fleet::WorkerCommand;

/// Where a run's parts are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Components: `NAME.wasm`.
    pub components: PathBuf,
    /// Policies: `NAME.toml`.
    pub policies: PathBuf,
    /// Environments: a folder each.
    pub environments: PathBuf,
    /// Prepared data: a folder each.
    pub data: PathBuf,
}

impl Default for Places {
    /// As seen from the root of a checkout.
    fn default() -> Self {
        Places {
            components: "target/guests".into(),
            policies: "sandbox-policies".into(),
            environments: "envs".into(),
            data: "target/corpus".into(),
        }
    }
}

/// What the machine gives to a run. Results do not depend on it.
#[derive(Clone)]
pub struct Host {
    /// The folder of compiled components, which only the user can write to.
    pub cache: PathBuf,
    /// Starts a worker process.
    pub worker: WorkerCommand,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("cache", &self.cache).finish_non_exhaustive()
    }
}
