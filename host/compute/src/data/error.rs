use std::io;
use std::path::{Path, PathBuf};

/// Why a file is no stream of tokens. The message names the file, what is wrong, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file system refused.
    #[error("{}: cannot be read or written: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is damaged, or is not what its name says.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong, and the fix.
        reason: String,
    },
}

impl DataError {
    pub(crate) fn io(path: &Path, source: io::Error) -> DataError {
        DataError::Io { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path, reason: impl Into<String>) -> DataError {
        DataError::Damaged { path: path.to_owned(), reason: reason.into() }
    }
}
