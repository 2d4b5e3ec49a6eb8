//! `proofhouse resume`

use proofhouse_lab::{Lab, ResumeOptions};
use proofhouse_ledger::RunStatus;
use proofhouse_llm::Budget;

use super::report::Outcome;
use super::run::{form, see_through};
use crate::args::ResumeArguments;
use crate::failure::{Failure, Result, Status};
use crate::interrupt::Interrupt;
use crate::machine;
use crate::output::terminal::Terminal;
use crate::output::{print, print_json};
use crate::progress::Watcher;
use crate::runs;

/// Takes a run up where it stopped.
pub fn run(arguments: &ResumeArguments) -> Result<Status> {
    let found = runs::find(&arguments.runs.folder, &arguments.run)?;
    let reader = found.reader()?;
    if reader.overview().map_err(Failure::usage)?.status == RunStatus::Ended {
        let view = proofhouse_dashboard::view(&reader, &found.name).map_err(Failure::usage)?;
        let outcome = Outcome::of(&view, None);
        if arguments.json {
            print_json(&outcome)?;
        } else {
            print(&format!("run {} is over: {}\n", found.name, outcome.sentence()))?;
        }
        return Ok(Status::Done);
    }
    drop(reader);
    let interrupt = Interrupt::watch()?;
    let mut watcher = Watcher::new(form(arguments.json), Terminal::detect());
    let options = ResumeOptions {
        workers: arguments.workers.map(|workers| workers as usize),
        allow_changed: arguments.allow_changed,
        budget: Budget {
            max_requests: arguments.budget.max_requests,
            max_tokens: arguments.budget.max_tokens,
            max_usd: arguments.budget.max_usd,
        },
    };
    let lab = Lab::resume(&found.folder, &machine::host()?, &options, &mut watcher)
        .map_err(machine::cannot_begin)?;
    see_through(lab, watcher, &interrupt, arguments.json)
}
