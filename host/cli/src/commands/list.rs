//! `proofhouse list`

use std::fs::{File, TryLockError};
use std::path::Path;

use proofhouse_ledger::{Overview, Reader, RunStatus};
use proofhouse_types::Direction;
use serde::Serialize;

use crate::args::ListArguments;
use crate::failure::{Result, Status};
use crate::output::table::{Side, render};
use crate::output::{numbers, print, print_json, time, untrusted};
use crate::runs::{self, FoundRun};

/// One run, as `--json` prints it. The names are stable.
#[derive(Debug, Serialize)]
struct Listed {
    run: String,
    environment: Option<String>,
    state: &'static str,
    reason: Option<String>,
    trials: u64,
    finished: u64,
    scored: u64,
    baseline: Option<f64>,
    best_trial: Option<u64>,
    best_score: Option<f64>,
    gain: Option<f64>,
    created: Option<String>,
    updated: Option<String>,
}

/// Lists every run under the folder.
pub fn run(arguments: &ListArguments) -> Result<Status> {
    let runs = runs::all(&arguments.runs.folder)?;
    let mut listed: Vec<Listed> = runs.iter().map(describe).collect();
    listed.sort_by(|a, b| a.created.cmp(&b.created).then_with(|| a.run.cmp(&b.run)));
    if arguments.json {
        print_json(&listed)?;
        return Ok(Status::Done);
    }
    if listed.is_empty() {
        print(&format!(
            "There is no run in {} yet. Start one with `proofhouse run FILE.toml`.\n",
            arguments.runs.folder.display()
        ))?;
        return Ok(Status::Done);
    }
    let heads = [
        ("run", Side::Left),
        ("environment", Side::Left),
        ("state", Side::Left),
        ("trials", Side::Right),
        ("best", Side::Right),
        ("gain", Side::Right),
        ("begun", Side::Left),
    ];
    let rows: Vec<Vec<String>> = listed.iter().map(row).collect();
    print(&render(&heads, &rows))?;
    Ok(Status::Done)
}

fn row(listed: &Listed) -> Vec<String> {
    let dash = || "-".to_owned();
    vec![
        untrusted::line(&listed.run, 60),
        listed.environment.as_deref().map_or_else(dash, |name| untrusted::line(name, 30)),
        listed.state.to_owned(),
        listed.finished.to_string(),
        listed.best_score.map_or_else(dash, numbers::score),
        listed.gain.map_or_else(dash, numbers::gain),
        listed.created.clone().unwrap_or_else(dash),
    ]
}

fn describe(run: &FoundRun) -> Listed {
    let read = || -> std::result::Result<(Overview, Direction), String> {
        let reader = Reader::open(&run.folder).map_err(|error| error.to_string())?;
        let problem = reader.problem().map_err(|error| error.to_string())?;
        Ok((reader.overview().map_err(|error| error.to_string())?, problem.metric.direction))
    };
    match read() {
        Ok((overview, direction)) => from_overview(run, overview, direction),
        Err(reason) => Listed {
            run: run.name.clone(),
            environment: None,
            state: "unreadable",
            reason: Some(reason),
            trials: 0,
            finished: 0,
            scored: 0,
            baseline: None,
            best_trial: None,
            best_score: None,
            gain: None,
            created: None,
            updated: None,
        },
    }
}

fn from_overview(run: &FoundRun, overview: Overview, direction: Direction) -> Listed {
    let best_score = overview.best.map(|(_, score)| score);
    Listed {
        run: run.name.clone(),
        environment: Some(overview.problem),
        state: state_word(overview.status, run),
        reason: (!overview.reason.is_empty()).then_some(overview.reason),
        trials: overview.trials,
        finished: overview.finished,
        scored: overview.scored,
        baseline: overview.baseline,
        best_trial: overview.best.map(|(trial, _)| trial),
        best_score,
        gain: best_score.zip(overview.baseline).map(|(score, baseline)| direction.gain(score, baseline)),
        created: Some(time::utc(overview.created_at)),
        updated: Some(time::utc(overview.updated_at)),
    }
}

/// How far a run got, in one word for tables and JSON.
fn state_word(status: RunStatus, run: &FoundRun) -> &'static str {
    match status {
        RunStatus::Running if is_held(&run.folder) => "running",
        RunStatus::Running => "stopped",
        RunStatus::Interrupted => "interrupted",
        RunStatus::Ended => "ended",
    }
}

/// Does a lab work on the run now? It holds the lock as long as it does, and loses it however it ends.
fn is_held(folder: &Path) -> bool {
    let Ok(lock) = File::open(folder.join("lock")) else { return false };
    matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_whose_lab_was_killed_is_not_running() {
        let folder = tempfile::tempdir().unwrap();
        let run = FoundRun { name: "demo-1".into(), folder: folder.path().to_owned() };
        assert_eq!(state_word(RunStatus::Running, &run), "stopped", "no lab ever held it");
        let lock = File::create(folder.path().join("lock")).unwrap();
        lock.try_lock().unwrap();
        assert_eq!(state_word(RunStatus::Running, &run), "running");
        assert_eq!(state_word(RunStatus::Ended, &run), "ended");
        drop(lock);
        assert_eq!(state_word(RunStatus::Running, &run), "stopped");
    }
}
