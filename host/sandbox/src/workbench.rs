//! Where an implementer tries a diff. What trying means is the lab's business.

use std::fmt;
use std::sync::Arc;

use proofhouse_types::Failure;

use crate::policy::Policy;

/// Tries diffs against the problem's program.
pub trait Workbench: Send + Sync {
    /// Would the lab take this diff?
    ///
    /// # Errors
    /// Otherwise, how a trial with it would end: `unpatched` or `refused`.
    fn check(&self, diff: &str) -> Result<(), Failure>;

    /// Runs the patched program for a moment.
    fn smoke(&self, diff: &str) -> Smoke;
}

/// How a smoke run ended. No case holds a score: an implementer has no business with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Smoke {
    /// The program ran: the tail of what it printed.
    Passed(String),
    /// It did not.
    Failed(Failure),
    /// There are no smoke runs here, and why.
    NotGranted(String),
    /// The lab is stopping.
    Stopped,
}

/// The account of one sandbox.
pub(crate) struct BenchAccess {
    pub(crate) bench: Option<Arc<dyn Workbench>>,
    pub(crate) runs_left: u64,
    pub(crate) runs_granted: u64,
}

impl BenchAccess {
    pub(crate) fn new(bench: Option<Arc<dyn Workbench>>, policy: &Policy) -> Self {
        Self { bench, runs_left: policy.smoke_runs, runs_granted: policy.smoke_runs }
    }
}

impl fmt::Debug for dyn Workbench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Workbench")
    }
}
