//! Trying diffs: each at the patch tool, and, where that is set, in a smoke run. The same diff is tried once.

use std::collections::BTreeMap;

use proofhouse_sdk::changes::recounted;
use proofhouse_sdk::host::Workbench;
use proofhouse_sdk::imports::{Failure, SourceFile};

/// What a smoke run said of a diff.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It ran; or it could not be run, and that it applies is enough.
    Good,
    /// It did not get through.
    Bad(Failure),
}

/// The diffs that were tried in one call.
pub struct Trying<'a, W> {
    workbench: &'a W,
    files: &'a [SourceFile],
    checked: BTreeMap<String, Result<String, String>>,
    smoked: BTreeMap<String, Verdict>,
    /// None: diffs are not run, or no longer.
    runs_left: Option<u32>,
}

impl<'a, W: Workbench> Trying<'a, W> {
    /// `smoke_runs` is none where diffs are not to be run.
    pub fn new(workbench: &'a W, files: &'a [SourceFile], smoke_runs: Option<u32>) -> Self {
        Trying { workbench, files, checked: BTreeMap::new(), smoked: BTreeMap::new(), runs_left: smoke_runs }
    }

    /// The diff that the patch tool takes: `diff`, or, where it is refused as it stands, the same with correct hunk
    /// headers.
    ///
    /// # Errors
    /// What the patch tool says of `diff`.
    pub fn check(&mut self, diff: &str) -> Result<String, String> {
        if let Some(known) = self.checked.get(diff) {
            return known.clone();
        }
        let result = match self.workbench.check(diff) {
            Ok(()) => Ok(diff.to_owned()),
            Err(failure) => recounted(diff, self.files)
                .filter(|corrected| self.workbench.check(corrected).is_ok())
                .ok_or(failure.detail),
        };
        self.checked.insert(diff.to_owned(), result.clone());
        result
    }

    /// Does the program with this diff, which applies, run?
    pub fn smoke(&mut self, diff: &str) -> Verdict {
        if let Some(known) = self.smoked.get(diff) {
            return known.clone();
        }
        let Some(left) = self.runs_left.and_then(|left| left.checked_sub(1)) else { return Verdict::Good };
        self.runs_left = Some(left);
        let verdict = match self.workbench.smoke(diff) {
            Ok(_) => Verdict::Good,
            Err(failure) if failure.kind == "not-granted" => {
                self.runs_left = None;
                Verdict::Good
            }
            // The host failed, or was stopped: that says nothing of the diff.
            Err(failure) if matches!(failure.kind.as_str(), "lost" | "cancelled") => Verdict::Good,
            Err(failure) => Verdict::Bad(failure),
        };
        self.smoked.insert(diff.to_owned(), verdict.clone());
        verdict
    }
}
