//! Builds the guests, sets up their toolchains, runs the demo and the tests: `cargo xtask help`.

mod conformance;
mod corpus;
mod demo;
mod guests;
mod setup;
mod stamp;
mod steps;
mod test;
mod torch_names;
mod workspace;

use std::process::ExitCode;

use steps::{Failure, Steps};
use workspace::Workspace;

const HELP: &str = "\
Usage: cargo xtask COMMAND

Commands:
  setup          bring what is missing: the wasm32-unknown-unknown target, a virtual environment with componentize-py
  build          set up, then build the guests (target/guests) and the proofhouse binary
  corpus         build, then prepare the demo's data (target/corpus/source-text)
  demo [ARG…]    build, prepare the data, run the demo and write its report; ARGs go to `proofhouse run`
  test           set up, build, and check everything: format, clippy, rustdoc, tests, cargo-deny where it is installed
  torch-conformance [--python PATH] [--seed N] [--family F]
                 compare the built sandbox's torch with the values kept from PyTorch, or with a PyTorch at PATH
  torch-names    build, then write which of PyTorch's names the sandbox's torch has (docs/src/reference/torch.md)
  help           this text
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Failure> {
    let (command, rest) =
        arguments.split_first().map_or(("help", &[][..]), |(first, rest)| (first.as_str(), rest));
    if !rest.is_empty() && !["demo", "torch-conformance"].contains(&command) {
        return Err(Failure::new(format!("`{command}` takes no arguments, but got `{}`", rest.join(" "))));
    }
    let workspace = Workspace::find()?;
    let mut steps = Steps::new();
    match command {
        "help" | "--help" | "-h" => print!("{HELP}"),
        "setup" => setup::run(&workspace, &mut steps)?,
        "build" => build(&workspace, &mut steps)?,
        "corpus" => {
            build(&workspace, &mut steps)?;
            corpus::run(&workspace, &mut steps)?;
        }
        "demo" => demo::run(&workspace, &mut steps, rest)?,
        "test" => test::run(&workspace, &mut steps)?,
        "torch-conformance" => conformance::run(&workspace, rest)?,
        "torch-names" => torch_names::run(&workspace, &mut steps)?,
        unknown => return Err(Failure::new(format!("there is no command `{unknown}`\n\n{HELP}"))),
    }
    Ok(())
}

/// Everything that running needs.
fn build(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    setup::run(workspace, steps)?;
    guests::run(workspace, steps)?;
    steps.command("build proofhouse", workspace.cargo(["build", "--locked", "--workspace", "--bins"]))
}
