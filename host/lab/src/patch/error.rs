//! Why a diff was not applied, in words that whoever wrote it can act on.

use std::fmt;

use proofhouse_types::{FailureKind, Outcome};

/// A hunk that does not fit the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The file.
    pub path: String,
    /// Which hunk of the file, from 1.
    pub hunk: usize,
    /// The line of the file where they differ, from 1.
    pub line: usize,
    /// What the hunk has there.
    pub expected: String,
    /// What the file has there; nothing where the file has ended.
    pub found: Option<String>,
    /// The line where the hunk's old lines do stand, where that is exactly one.
    pub elsewhere: Option<usize>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { path, hunk, line, expected, found, elsewhere } = self;
        write!(f, "hunk {hunk} of `{path}` does not fit: line {line} should be {}", quoted(expected))?;
        match found {
            Some(found) => write!(f, " and is {}", quoted(found))?,
            None => write!(f, " and the file has ended")?,
        }
        match elsewhere {
            Some(line) => write!(f, "; the hunk's old lines stand at line {line}: correct its header"),
            None => Ok(()),
        }
    }
}

/// A line as it stands in a message: escaped, and not longer than a line of a terminal.
fn quoted(line: &str) -> String {
    const MOST: usize = 100;
    let shown: String = line.chars().take(MOST).collect();
    let more = if shown.len() < line.len() { "…" } else { "" };
    format!("\"{}{more}\"", shown.escape_debug())
}

/// Why a diff was not applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// The text is not a unified diff.
    #[error("line {line} of the diff: {reason}")]
    Malformed {
        /// Of the diff, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no file header in the text.
    #[error("this is not a unified diff: {0}")]
    NoDiff(String),
    /// A hunk does not fit its file.
    #[error("{0}")]
    Mismatch(Box<Mismatch>),
    /// A hunk that cannot stand where it does.
    #[error("hunk {hunk} of `{path}` {reason}")]
    Misplaced {
        /// The file.
        path: String,
        /// Which hunk of the file, from 1.
        hunk: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A file that the program does not have.
    #[error("there is no `{path}` to change; editable are: {editable}. A new file needs `--- /dev/null`")]
    MissingFile {
        /// The file.
        path: String,
        /// What there is.
        editable: String,
    },
    /// A new file that the program has already.
    #[error("`{path}` is there already: change it with `--- a/{path}`")]
    FileExists {
        /// The file.
        path: String,
    },
    /// A deletion that leaves lines.
    #[error("`{path}` is to be deleted, and the hunks leave lines in it")]
    NotEmptied {
        /// The file.
        path: String,
    },
    /// The diff is understood, and not allowed or without effect.
    #[error("{0}")]
    Refused(String),
}

impl PatchError {
    pub(super) fn refused(reason: impl Into<String>) -> Self {
        PatchError::Refused(reason.into())
    }

    /// `unpatched` or `refused`.
    pub fn kind(&self) -> FailureKind {
        match self {
            PatchError::Refused(_) => FailureKind::Refused,
            _ => FailureKind::Unpatched,
        }
    }

    /// The trial's outcome.
    pub fn outcome(&self) -> Outcome {
        Outcome::failed(self.kind(), self.to_string())
    }
}
