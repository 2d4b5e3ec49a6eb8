//! From what a user types to a run's folder and a trial in it.

use std::path::{Path, PathBuf};

use proofhouse_ledger::{FILE_NAME, Overview, Reader};
use proofhouse_types::TrialId;

use crate::failure::{Failure, Result};

/// A run that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRun {
    /// The folder's name, by which the user calls it.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
}

impl FoundRun {
    /// Opens its ledger for reading.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn reader(&self) -> Result<Reader> {
        Reader::open(&self.folder).map_err(Failure::usage)
    }
}

/// Every run under `runs`, by name. A missing folder has none.
///
/// # Errors
/// Where the folder cannot be read.
pub fn all(runs: &Path) -> Result<Vec<FoundRun>> {
    let entries = match std::fs::read_dir(runs) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::usage(format!("cannot read {}: {error}", runs.display()))),
    };
    let mut found: Vec<FoundRun> = entries
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let name = folder.file_name()?.to_str()?.to_owned();
            folder.join(FILE_NAME).is_file().then_some(FoundRun { name, folder })
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The run that `word` names: its folder's name, a unique beginning of it, `latest`, or a path to its folder.
///
/// # Errors
/// Where there is none, or more than one.
pub fn find(runs: &Path, word: &str) -> Result<FoundRun> {
    let known = all(runs)?;
    if let Some(exact) = known.iter().find(|run| run.name == word) {
        return Ok(exact.clone());
    }
    if word == "latest" {
        return latest(runs, known);
    }
    let path = Path::new(word);
    if path.join(FILE_NAME).is_file() {
        let name = path.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
        return Ok(FoundRun { name: name.unwrap_or_else(|| word.to_owned()), folder: path.to_owned() });
    }
    let mut matching: Vec<&FoundRun> = known.iter().filter(|run| run.name.starts_with(word)).collect();
    match matching.len() {
        1 => Ok(matching.remove(0).clone()),
        0 => Err(no_run(runs, &known, &format!("there is no run `{word}` in {}", runs.display()))),
        _ => {
            let names: Vec<&str> = matching.iter().map(|run| run.name.as_str()).collect();
            Err(Failure::usage(format!("`{word}` names more than one run: {}", names.join(", ")))
                .hint("type more of the name"))
        }
    }
}

/// The run that was begun last.
fn latest(runs: &Path, known: Vec<FoundRun>) -> Result<FoundRun> {
    let begun = |run: &FoundRun| -> Option<Overview> { Reader::open(&run.folder).ok()?.overview().ok() };
    let mut dated: Vec<(i64, FoundRun)> =
        known.into_iter().filter_map(|run| Some((begun(&run)?.created_at, run))).collect();
    dated.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.name.cmp(&b.1.name)));
    match dated.pop() {
        Some((_, run)) => Ok(run),
        None => Err(no_run(runs, &[], &format!("there is no run in {}", runs.display()))),
    }
}

fn no_run(runs: &Path, known: &[FoundRun], message: &str) -> Failure {
    let failure = Failure::usage(message);
    if known.is_empty() {
        let elsewhere = if runs == Path::new("runs") {
            "; where runs are elsewhere, say so with `--runs DIR`"
        } else {
            ""
        };
        return failure.hint(format!("start one with `proofhouse run FILE.toml`{elsewhere}"));
    }
    let names: Vec<&str> = known.iter().rev().take(5).map(|run| run.name.as_str()).collect();
    failure.hint(format!("there are: {}", names.join(", ")))
}

/// The run and the trial that `word` names: `RUN/12`, or `12` of the latest run; `best` is the best trial.
///
/// # Errors
/// Where it is neither, or there is no such run. Whether a trial of that number exists, the ledger says.
pub fn find_trial(runs: &Path, word: &str) -> Result<(FoundRun, TrialId)> {
    let (run, trial) = word.rsplit_once('/').unwrap_or(("latest", word));
    if trial == "best" {
        let found = find(runs, run)?;
        let best = found.reader()?.overview().map_err(Failure::usage)?.best;
        return match best {
            Some((trial, _)) => Ok((found, trial)),
            None => Err(Failure::usage(format!("no trial of run {} has a score", found.name))
                .hint("name the trial by its number")),
        };
    }
    match trial.parse::<TrialId>() {
        Ok(trial) => Ok((find(runs, run)?, trial)),
        Err(_) => Err(Failure::usage(format!("`{word}` is not a trial"))
            .hint("write RUN/NUMBER, as in `latest/12`, or only the number for the latest run; `best` is a number too")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(runs: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for run in runs {
            std::fs::create_dir(folder.path().join(run)).unwrap();
            std::fs::write(folder.path().join(run).join(FILE_NAME), "").unwrap();
        }
        folder
    }

    #[test]
    fn a_unique_beginning_suffices() {
        let folder = folder_with(&["demo-1", "demo-12", "other"]);
        let name =
            |word| find(folder.path(), word).map(|run| run.name).map_err(|failure| failure.to_string());
        assert_eq!(name("o").unwrap(), "other");
        assert_eq!(name("demo-1").unwrap(), "demo-1", "an exact name wins over a beginning");
        assert!(name("demo").unwrap_err().contains("more than one run: demo-1, demo-12"));
        assert!(name("zzz").unwrap_err().contains("hint: there are: other, demo-12, demo-1"));
    }

    #[test]
    fn a_trial_is_run_and_number() {
        let folder = folder_with(&["demo-1"]);
        let found = find_trial(folder.path(), "demo/7").unwrap();
        assert_eq!((found.0.name.as_str(), found.1), ("demo-1", 7));
        for wrong in ["demo/", "demo/x", "x", "-1", "demo/1/2"] {
            assert!(find_trial(folder.path(), wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_runs_at_all_says_how_to_start_one() {
        let folder = tempfile::tempdir().unwrap();
        let failure = find(&folder.path().join("missing"), "latest").unwrap_err().to_string();
        assert!(failure.contains("proofhouse run FILE.toml"), "{failure}");
    }
}
