//! The program that a trial runs: the problem's files with the trial's patch applied, or why there is none.

use proofhouse_ledger::{Digest, ProgramFile, RunHeader, TrialRecord};
use proofhouse_types::{Failure, FailureKind, SourceFile};

use crate::{patch, same_program};

/// Path and text of each file.
pub(crate) type Program = Vec<(String, String)>;

/// The origin of a trial whose ideator gave no proposal: not a plugin's, which has the form `name@version`.
pub(crate) const NO_PROPOSAL: &str = "lab";

/// What patched programs are made of. The one judge of diffs, for the lab and for implementers that try theirs.
#[derive(Debug)]
pub(crate) struct Sources {
    files: Vec<SourceFile>,
    main: String,
    unpatched: Digest,
}

impl Sources {
    pub(crate) fn new(header: &RunHeader) -> Self {
        let files = header.problem.files.clone();
        let unpatched = same_program::normal(&patch::unpatched(&files));
        Sources { files, main: header.main.clone(), unpatched }
    }

    /// The program with `diff` applied; otherwise, how its trial ends.
    pub(crate) fn patched(&self, diff: &str) -> Result<Program, Failure> {
        let failure = |kind, detail: String| Failure { kind, detail };
        let patched =
            patch::apply(&self.files, diff).map_err(|error| failure(error.kind(), error.to_string()))?;
        if !patched.files.iter().any(|(path, _)| *path == self.main) {
            return Err(failure(FailureKind::Refused, format!("the patch removes `{}`", self.main)));
        }
        if same_program::normal(&patched.files) == self.unpatched {
            let detail = "the patch changes nothing that runs: only comments or white space".to_owned();
            return Err(failure(FailureKind::Refused, detail));
        }
        Ok(patched.files)
    }

    /// The trial's program, if its diff is there. Otherwise, how it ends.
    pub(crate) fn of_trial(&self, trial: &TrialRecord) -> Result<Program, Failure> {
        let unpatched = |detail: &str| Failure { kind: FailureKind::Unpatched, detail: detail.to_owned() };
        if trial.origin == NO_PROPOSAL {
            return Err(unpatched("the ideator gave no proposal"));
        }
        let Some(patch) = &trial.patch else {
            return Err(unpatched(
                "the ideator gave no patch, and this run has no implementer to write one: name one in `[implementer]`",
            ));
        };
        self.patched(&patch.diff)
    }
}

/// For the ledger.
pub(crate) fn to_record(program: &Program) -> Vec<ProgramFile> {
    program.iter().map(|(path, text)| ProgramFile { path: path.clone(), text: text.clone() }).collect()
}

/// From the ledger.
pub(crate) fn from_record(files: Vec<ProgramFile>) -> Program {
    files.into_iter().map(|file| (file.path, file.text)).collect()
}
