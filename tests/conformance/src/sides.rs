//! The two torches: each runs a file and prints.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::results::Results;

/// Where the cases and programs are, below the repository.
const FOLDER: &str = "tests/torch";
/// Runs a file as Python would, and says on standard error how long that took without importing torch.
const TIMED: &str = "import runpy,sys,time,torch;torch.set_num_threads(1);sys.argv=sys.argv[1:];began=time.perf_counter();\
    runpy.run_path(sys.argv[0],run_name='__main__');print(time.perf_counter()-began,file=sys.stderr)";

/// One of them.
#[derive(Debug, Clone)]
pub enum Side {
    /// The built sandbox.
    Sandbox {
        /// `proofhouse`
        binary: PathBuf,
        /// The folder of the plugins.
        components: PathBuf,
    },
    /// A Python that has PyTorch.
    Python(PathBuf),
}

/// A file that ran to its end.
#[derive(Debug)]
pub struct Run {
    /// What it printed.
    pub output: String,
    /// Seconds that the program took: in PyTorch without the import, in the sandbox with its start.
    pub seconds: f64,
}

impl Side {
    /// Runs the cases of a family, in the repository at `root`.
    ///
    /// # Errors
    /// In words, with the end of what it said on standard error.
    pub fn family(&self, root: &Path, family: &str, seed: u64) -> Result<Results, String> {
        let run = self.run(root, "run.py", &[family, &seed.to_string()])?;
        Results::parse(&run.output).map_err(|why| format!("{family}: {why}"))
    }

    /// Runs a program of `tests/torch/programs` by its name.
    ///
    /// # Errors
    /// As [`Side::family`].
    pub fn program(&self, root: &Path, name: &str) -> Result<Run, String> {
        self.run(root, &format!("programs/{name}.py"), &[])
    }

    fn run(&self, root: &Path, file: &str, arguments: &[&str]) -> Result<Run, String> {
        let file = format!("{FOLDER}/{file}");
        let mut command = match self {
            Side::Sandbox { binary, components } => {
                let mut command = Command::new(binary);
                command.args(["torch", "--json", "--components"]).arg(components);
                command
            }
            Side::Python(python) => {
                let mut command = Command::new(python);
                let folder = root.join(FOLDER);
                command.args(["-B", "-c", TIMED]).env("PYTHONPATH", folder);
                command
            }
        };
        command.current_dir(root).arg(&file).args(arguments);
        let output = command.output().map_err(|why| format!("cannot start {command:?}: {why}"))?;
        finished(&file, &output)
    }
}

fn finished(file: &str, output: &Output) -> Result<Run, String> {
    let errors = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let lines: Vec<&str> = errors.lines().collect();
        let last = lines[lines.len().saturating_sub(12)..].join("\n");
        return Err(format!("{file} ended with {}\n{last}", output.status));
    }
    let seconds =
        errors.lines().last().and_then(seconds).ok_or_else(|| format!("{file} told no time: {errors}"))?;
    Ok(Run { output: String::from_utf8_lossy(&output.stdout).into_owned(), seconds })
}

/// From the last line: a number, or the sandbox's summary.
fn seconds(line: &str) -> Option<f64> {
    let told: Value = serde_json::from_str(line).ok()?;
    told.as_f64().or_else(|| told["wall_seconds"].as_f64())
}

/// The families, by name.
///
/// # Errors
/// Where their folder can't be read.
pub fn families(root: &Path) -> Result<Vec<String>, String> {
    modules(&root.join(FOLDER).join("cases"))
}

/// The programs, by name.
///
/// # Errors
/// Where their folder can't be read.
pub fn programs(root: &Path) -> Result<Vec<String>, String> {
    modules(&root.join(FOLDER).join("programs"))
}

fn modules(folder: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".py").map(str::to_owned))
        .filter(|name| !name.starts_with('_'))
        .collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_tell_their_time() {
        assert_eq!(seconds("1.5"), Some(1.5));
        assert_eq!(seconds(r#"{"end":"exited","wall_seconds":0.25}"#), Some(0.25));
        assert_eq!(seconds("Traceback"), None);
    }
}
