//! One step: a program that must succeed, with its name and its time on the terminal.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Why a command of xtask could not finish.
#[derive(Debug)]
pub enum Failure {
    /// Something the machine has to have is absent; what to do.
    Missing(String),
    /// A program ended with an error; how to run it again.
    Step { name: String, command: String, ended: String },
    /// A file could not be read or written.
    File { path: PathBuf, why: String },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Missing(what) => f.write_str(what),
            Failure::Step { name, command, ended } => {
                write!(f, "{name}: {ended}\n  hint: to see it again, run `{command}`")
            }
            Failure::File { path, why } => write!(f, "{}: {why}", path.display()),
        }
    }
}

impl Failure {
    /// A failure at `path`.
    pub fn at(path: &Path, why: impl fmt::Display) -> Self {
        Failure::File { path: path.to_owned(), why: why.to_string() }
    }
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask/ lies in the repository")
}

/// A path below the root.
pub fn at(relative: &str) -> PathBuf {
    root().join(relative)
}

/// `program` in the repository's root.
pub fn program(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Runs a step to its end, which must be a success.
pub fn run(name: &str, command: &mut Command) -> Result<(), Failure> {
    println!("── {name}");
    let began = Instant::now();
    let ended = match command.status() {
        Ok(status) if status.success() => {
            println!("   {name}: {:.1} s", began.elapsed().as_secs_f64());
            return Ok(());
        }
        Ok(status) => status.to_string(),
        Err(why) => format!("cannot be started: {why}"),
    };
    Err(Failure::Step { name: name.to_owned(), command: shown(command), ended })
}

/// Runs cargo as a step.
pub fn cargo(name: &str, arguments: &[&str]) -> Result<(), Failure> {
    run(name, cargo_command().args(arguments))
}

/// The cargo that runs xtask, without what it told xtask about xtask.
pub fn cargo_command() -> Command {
    let mut command = program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (key, _) in env::vars_os() {
        let about_xtask = key
            .to_str()
            .is_some_and(|key| key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_"));
        if about_xtask {
            command.env_remove(key);
        }
    }
    command
}

/// Standard output of a program that must succeed.
pub fn output(name: &str, command: &mut Command) -> Result<Vec<u8>, Failure> {
    let failed = |ended: String, command: &Command| Failure::Step {
        name: name.to_owned(),
        command: shown(command),
        ended,
    };
    match command.output() {
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(failed(format!("{}\n{}", output.status, said.trim()), command))
        }
        Err(why) => Err(failed(format!("cannot be started: {why}"), command)),
    }
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
