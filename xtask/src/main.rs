//! Builds the guests, sets up their toolchains, runs the demo and the tests.

mod checks;
mod corpus;
mod demo;
mod guests;
mod setup;
mod stamp;
mod step;

use std::process::ExitCode;

use step::Failure;

const USAGE: &str = "usage: cargo xtask COMMAND

  demo     set up, build, and run the demo search; then its report
  test     set up, build, format, lints, documentation, licences, all tests
  build    set up, and build the guests and the proofhouse binary
  corpus   build, and prepare the demo's data: the Rust sources of this project's dependencies
  setup    bring what is missing: the wasm target, and componentize-py in target/toolchain";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["setup"] => setup::run(),
        ["build"] => build(),
        ["corpus"] => build().and_then(|()| corpus::prepare()),
        ["demo"] => demo::run(),
        ["test"] => test(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Failure> {
    setup::run()?;
    guests::build()?;
    step::cargo("build proofhouse", &["build", "--locked", "--package", "proofhouse"])
}

fn test() -> Result<(), Failure> {
    build()?;
    corpus::prepare()?;
    checks::run()
}
