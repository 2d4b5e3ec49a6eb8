//! Proves research ideas by running them in sandboxes: the command line.

mod args;
mod commands;
mod failure;
mod interrupt;
mod machine;
mod output;
mod progress;
mod runs;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::args::Arguments;

/// Tensors of every size come and go by the thousand: the system's allocator is the slower half of a small operation.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Wrong usage ends here, with status 2 and clap's own words; so do `--help` and `--version`.
    let arguments = Arguments::parse();
    let status = match commands::execute(&arguments.command) {
        Ok(status) => status,
        Err(failure) => {
            // Where standard error is gone too, the status is all that is left to say.
            let _ = write!(std::io::stderr().lock(), "{failure}");
            failure.status()
        }
    };
    ExitCode::from(status.code())
}
