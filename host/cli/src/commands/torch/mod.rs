//! `proofhouse torch`

mod console;
mod grants;
mod sources;
mod summary;
mod words;

use std::path::Path;

use proofhouse_lab::{Environment, Places};
use proofhouse_sandbox::{Policy, Program, ProgramEnd, Runtime};

use crate::args::TorchArguments;
use crate::failure::{Failure, Result, Status};
use crate::interrupt::Interrupt;
use crate::machine;
use crate::output::untrusted;

use console::Screen;
use summary::Summary;
use words::Words;

/// The executor's component.
const EXECUTOR: &str = "python";
/// What an unchanged program may use up.
const POLICY: &str = "program.toml";
/// The environment and its profile that say what a device second is.
const DEVICE: (&str, &str) = ("nanogpt", "cpu");
/// Of the program's random numbers, where it seeds none itself: the same in every run.
const SEED: u64 = 0;

/// Runs a program whole.
pub fn run(arguments: &TorchArguments) -> Result<Status> {
    let words = Words::of(&arguments.data, &arguments.program)?;
    let sources = sources::read(&words.file)?;
    let data = grants::read(&words.grants)?;
    let places = machine::places(arguments.components.folder.as_deref());
    let policy = policy(arguments, &places)?;
    let device = Environment::read(&places.environments.join(DEVICE.0))
        .and_then(|environment| Ok(environment.profile(DEVICE.1)?.device.clone()))
        .map_err(machine::cannot_begin)?;
    let runtime = Runtime::new(&machine::cache()?).map_err(Failure::usage)?;
    let executor = runtime.load(&places.components.join(format!("{EXECUTOR}.wasm"))).map_err(|error| {
        Failure::usage(error)
            .hint("`cargo xtask build` builds the plugins; `--components DIR` names another folder")
    })?;
    if let Some(note) = &sources.note {
        eprintln!("note: {note}");
    }
    let interrupt = Interrupt::watch()?;
    let (screen, shown) = Screen::new(interrupt.token());
    let program = Program {
        runtime: &runtime,
        executor: &executor,
        policy: &policy,
        device: &device,
        files: &sources.files,
        main: &words.file,
        arguments: &words.arguments,
        data: &data,
        seed: SEED,
        cancel: interrupt.token(),
    };
    let run = program.run(Box::new(screen)).map_err(Failure::failed)?;
    if let Some(failure) = shown.failure() {
        return Err(failure);
    }
    let (status, failure) = conclude(&run.end);
    if let Some(failure) = failure {
        eprint!("{failure}");
    }
    eprint!("{}", Summary::of(&run, status).written(arguments.json));
    Ok(status)
}

fn policy(arguments: &TorchArguments, places: &Places) -> Result<Policy> {
    let usual = places.policies.join(POLICY);
    let path: &Path = arguments.policy.as_deref().unwrap_or(&usual);
    let policy = Policy::read(path).and_then(|policy| policy.with(arguments.memory, arguments.seconds));
    policy.map_err(Failure::usage)
}

/// The exit status, and what the program has not said itself about its end.
fn conclude(end: &ProgramEnd) -> (Status, Option<Failure>) {
    match end {
        ProgramEnd::Exited(code) => (Status::Program(*code), None),
        ProgramEnd::Raised => (Status::Failed, None),
        ProgramEnd::Cancelled => (Status::Interrupted, None),
        ProgramEnd::Exhausted(limit) => {
            let failure =
                Failure::failed(format!("the program reached a limit: {}", untrusted::block(limit)));
            (Status::Failed, Some(failure.hint(more_of(limit))))
        }
        ProgramEnd::Crashed(reason) => {
            let failure = Failure::failed(format!("the sandbox ended: {}", untrusted::block(reason)));
            (Status::Failed, Some(failure))
        }
    }
}

/// How to allow more of what a program ran out of.
fn more_of(limit: &str) -> &'static str {
    match limit.split(':').next() {
        Some("device-seconds" | "quota.device-time") => "`--seconds S` allows more device seconds",
        Some("quota.tensor-memory") => "`--memory MIB` allows more tensors",
        _ => {
            "`--policy FILE` takes a policy with another limit; sandbox-policies/program.toml is the usual one"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_says_what_allows_more() {
        for (limit, word) in [
            ("device-seconds: 2.000 s used, 2.000 s allowed", "--seconds"),
            ("quota.device-time: softmax: device time is spent", "--seconds"),
            ("quota.tensor-memory: out of tensor memory", "--memory"),
            ("memory-mib: 3 MiB used or asked for", "--policy"),
        ] {
            let (status, failure) = conclude(&ProgramEnd::Exhausted(limit.to_owned()));
            let said = failure.unwrap().to_string();
            assert!(said.contains(limit) && said.contains(word), "{said}");
            assert_eq!(status.code(), 1);
        }
    }

    #[test]
    fn a_program_ends_with_its_own_status() {
        assert_eq!(conclude(&ProgramEnd::Exited(7)).0.code(), 7);
        assert_eq!(conclude(&ProgramEnd::Cancelled).0.code(), 130);
    }
}
