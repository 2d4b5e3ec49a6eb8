//! One file for each subcommand.

mod bench;
mod corpus;
mod list;
mod models;
mod replay;
mod report;
mod resume;
mod run;
mod show;
mod torch;
mod worker;

use crate::args::{BenchCommand, Command, CorpusCommand, ModelsCommand};
use crate::failure::{Result, Status};

/// Does what the command line says.
///
/// # Errors
/// A sentence for a person, with the exit status.
pub fn execute(command: &Command) -> Result<Status> {
    match command {
        Command::Torch(arguments) => torch::run(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Resume(arguments) => resume::run(arguments),
        Command::Report(arguments) => report::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Replay(arguments) => replay::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Worker => worker::run(),
        Command::Models { command: ModelsCommand::Check(arguments) } => models::check::run(arguments),
        Command::Models { command: ModelsCommand::Log(arguments) } => models::log::run(arguments),
        Command::Corpus { command: CorpusCommand::Prepare(arguments) } => corpus::run(arguments),
        Command::Bench { command: BenchCommand::Sandbox(arguments) } => bench::run(arguments),
    }
}
