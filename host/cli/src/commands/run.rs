//! `proofhouse run`

use std::path::{Path, PathBuf};

use proofhouse_lab::{Ending, Lab, RunConfig};
use serde::Serialize;

use super::report::{self, Outcome};
use crate::args::RunArguments;
use crate::failure::{Failure, Result, Status};
use crate::interrupt::Interrupt;
use crate::machine;
use crate::output::terminal::Terminal;
use crate::output::{print, untrusted};
use crate::progress::{Form, Watcher};
use crate::runs::{self, FoundRun};

/// Starts a run and sees it through.
pub fn run(arguments: &RunArguments) -> Result<Status> {
    let mut config = RunConfig::read(&arguments.file).map_err(machine::cannot_begin)?;
    if let Some(workers) = arguments.workers {
        config.workers = workers as usize;
    }
    if let Some(seed) = arguments.seed {
        config.seed = seed;
    }
    if let Some(data) = &arguments.data {
        config.data = Some(data.clone());
    }
    if let Some(recording) = &arguments.replay {
        config.llm_replay = Some(recorded(&arguments.runs.folder, recording)?);
    }
    let budget = &mut config.llm.budget;
    budget.max_usd = arguments.budget.max_usd.or(budget.max_usd);
    budget.max_tokens = arguments.budget.max_tokens.or(budget.max_tokens);
    budget.max_requests = arguments.budget.max_requests.or(budget.max_requests);
    let interrupt = Interrupt::watch()?;
    let mut watcher = Watcher::new(form(arguments.json), Terminal::detect());
    let places = machine::places(arguments.components.folder.as_deref());
    let host = machine::host()?;
    let lab = Lab::create(&config, &places, &arguments.runs.folder, &host, &mut watcher)
        .map_err(machine::cannot_begin)?;
    see_through(lab, watcher, &interrupt, arguments.json)
}

/// A recording: a file, or the folder of a run.
fn recorded(runs: &Path, name: &str) -> Result<PathBuf> {
    let path = PathBuf::from(name);
    if path.is_file() {
        return Ok(path);
    }
    runs::find(runs, name).map(|found| found.folder)
}

/// How a run is shown.
pub fn form(json: bool) -> Form {
    if json { Form::Json } else { Form::Text }
}

/// The last line of `--json`. The names are stable.
#[derive(Debug, Serialize)]
struct Closed<'a> {
    event: &'static str,
    #[serde(flatten)]
    outcome: &'a Outcome,
}

/// Runs to the end or to Ctrl-C, then writes the report and says what it came to.
pub fn see_through(mut lab: Lab, mut watcher: Watcher, interrupt: &Interrupt, json: bool) -> Result<Status> {
    let found = found(lab.dir());
    let ended = lab.run(&mut watcher, &interrupt.token());
    watcher.close();
    // The report reads the ledger on its own; the lab's hold on it ends first.
    drop(lab);
    let resume = format!("`proofhouse resume {}` goes on with it", found.name);
    let summary = match ended {
        Ok(summary) => summary,
        Err(_) if interrupt.asked() => return Err(Failure::stopped()),
        Err(error) => return Err(Failure::failed(error).hint(resume)),
    };
    let (view, path) = report::write(&found, None)?;
    let outcome = Outcome::of(&view, Some(path.clone()));
    if json {
        let line = serde_json::to_string(&Closed { event: "closed", outcome: &outcome })
            .map_err(|error| Failure::failed(format!("cannot write the outcome as JSON: {error}")))?;
        print(&(line + "\n"))?;
    } else {
        print(&format!("{}\nreport: {}\n", outcome.sentence(), path.display()))?;
    }
    match summary.ending {
        Ending::Finished { .. } => Ok(Status::Done),
        Ending::BudgetSpent { reason } => {
            if !json {
                let larger =
                    format!("{resume}; `--max-usd`, `--max-tokens` and `--max-requests` set new limits");
                print(&format!("stopped: {reason}\n{}\n", untrusted::line(&larger, 300)))?;
            }
            Ok(Status::BudgetSpent)
        }
        Ending::Interrupted => {
            if !json {
                print(&format!("stopped: {}\n", untrusted::line(&resume, 200)))?;
            }
            Ok(Status::Interrupted)
        }
    }
}

fn found(dir: &Path) -> FoundRun {
    let name =
        dir.file_name().map_or_else(|| dir.display().to_string(), |name| name.to_string_lossy().into_owned());
    FoundRun { name, folder: dir.to_owned() }
}
