//! The program that a trial runs: the problem's files with the trial's patch applied, or why there is none.

use proofhouse_ledger::{ProgramFile, RunHeader, TrialRecord};
use proofhouse_types::{FailureKind, Outcome};

use crate::patch;

/// Path and text of each file.
pub(crate) type Program = Vec<(String, String)>;

/// The origin of a trial whose ideator gave no proposal: not a plugin's, which has the form `name@version`.
pub(crate) const NO_PROPOSAL: &str = "lab";

/// The trial's program. Otherwise its outcome.
pub(crate) fn of_trial(header: &RunHeader, trial: &TrialRecord) -> Result<Program, Outcome> {
    let unpatched = |detail: &str| Outcome::failed(FailureKind::Unpatched, detail);
    if trial.origin == NO_PROPOSAL {
        return Err(unpatched("the ideator gave no proposal"));
    }
    let Some(patch) = &trial.patch else {
        return Err(unpatched("the ideator gave no patch, and this run has no implementer to write one"));
    };
    let patched = patch::apply(&header.problem.files, &patch.diff).map_err(|error| error.outcome())?;
    if !patched.files.iter().any(|(path, _)| *path == header.main) {
        return Err(Outcome::failed(FailureKind::Refused, format!("the patch removes `{}`", header.main)));
    }
    Ok(patched.files)
}

/// For the ledger.
pub(crate) fn to_record(program: &Program) -> Vec<ProgramFile> {
    program.iter().map(|(path, text)| ProgramFile { path: path.clone(), text: text.clone() }).collect()
}

/// From the ledger.
pub(crate) fn from_record(files: Vec<ProgramFile>) -> Program {
    files.into_iter().map(|file| (file.path, file.text)).collect()
}
