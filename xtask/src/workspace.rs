//! Where things are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::steps::Failure;

/// The repository and its one target folder.
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that this program belongs to.
    pub fn find() -> Result<Workspace, Failure> {
        // Set by `cargo run`: also right when the repository was moved since xtask was built.
        let own = std::env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| {
            Failure::new("start this with `cargo xtask`, which says where the repository is")
        })?;
        let root = Path::new(&own).parent().map(Path::to_path_buf);
        let root = root.ok_or_else(|| Failure::new("the repository has no folder"))?;
        Ok(Workspace { root })
    }

    /// The repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path within the target folder.
    pub fn target(&self, below: &str) -> PathBuf {
        // Cargo moves it where this says, relative to the folder it was started in.
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(elsewhere) => self.root.join(elsewhere).join(below),
            None => self.root.join("target").join(below),
        }
    }

    /// The proofhouse binary.
    pub fn binary(&self) -> PathBuf {
        self.target("debug").join(format!("proofhouse{}", std::env::consts::EXE_SUFFIX))
    }

    /// A program, started in the repository.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The cargo that started this, with arguments.
    pub fn cargo<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Command {
        let mut command = self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments);
        command
    }
}
