//! One program run whole, by itself: its own sandbox, its output as it comes, its exit status.

use std::time::{Duration, Instant};

use proofhouse_compute::DeviceModel;
use proofhouse_types::FailureKind;

use crate::cancel::CancelToken;
use crate::candidate::{Candidate, Ran};
use crate::console::Console;
use crate::data_file::DataFile;
use crate::error::{Error, Result};
use crate::output::Sink;
use crate::plugin::{Plugin, Runtime};
use crate::policy::Policy;
use crate::random::RandomStream;
use crate::roles::Role;
use crate::store::{Grant, new_store};
use crate::thread::on_large_stack;

/// A program to be run as one runs a script: no evaluator, no score.
pub struct Program<'a> {
    /// The engine that the executor was loaded by.
    pub runtime: &'a Runtime,
    /// Runs it.
    pub executor: &'a Plugin,
    /// What it may import and use up. Its `load-device-seconds` are those of the whole program.
    pub policy: &'a Policy,
    /// What device seconds are counted on.
    pub device: &'a DeviceModel,
    /// Path and text of each of its files.
    pub files: &'a [(String, String)],
    /// The path of the file that is run.
    pub main: &'a str,
    /// What the command line gives it, without its own name.
    pub arguments: &'a [String],
    /// Files that it may read.
    pub data: &'a [DataFile],
    /// Of its random numbers.
    pub seed: u64,
    /// Stops it from outside.
    pub cancel: CancelToken,
}

/// What a program's run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// How it ended.
    pub end: ProgramEnd,
    /// What it used up.
    pub used: Used,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgramEnd {
    /// By itself, with this exit status.
    Exited(u8),
    /// By an exception, which it has written to its standard error.
    Raised,
    /// At this limit of its policy.
    Exhausted(String),
    /// It trapped, or did what it was not granted.
    Crashed(String),
    /// Stopped from outside.
    Cancelled,
}

/// What a program used up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Used {
    /// The most bytes in tensors at once.
    pub peak_tensor_bytes: u64,
    /// Device seconds: operations and guest instructions, by the cost model.
    pub device_seconds: f64,
    /// Calls from the guest into the host.
    pub host_calls: u64,
    /// Guest instructions.
    pub instructions: u64,
    /// Real time in guest code: outside of host calls.
    pub guest: Duration,
    /// Real time from the making of the sandbox to its end.
    pub wall: Duration,
}

impl Program<'_> {
    /// Runs it to its end. However it ends is a [`ProgramEnd`].
    ///
    /// # Errors
    /// Where there is no sandbox to run it in: the executor is refused, or the machine has no thread or memory.
    pub fn run(&self, console: Box<dyn Console>) -> Result<Run> {
        let linked = self.executor.linked(Role::Executor, self.policy)?;
        let grant = Grant {
            device: self.device.clone(),
            random: RandomStream::new(self.seed, "program"),
            data: Vec::new(),
            files: self.data.to_vec(),
            sink: Sink::Console(console),
            cancel: self.cancel.clone(),
            device_seconds: Some(self.policy.load_device_seconds),
            models: None,
            bench: None,
        };
        on_large_stack(move || {
            let began = Instant::now();
            let store = new_store(self.runtime.engine(), self.policy, grant)
                .map_err(|error| Error::Engine(format!("{error:#}")))?;
            let mut candidate = Candidate::open(store, linked);
            let ran = candidate.run(self.files, self.main, self.arguments);
            Ok(Run { end: self.end(ran, &candidate), used: candidate.used(began.elapsed()) })
        })?
    }

    fn end(&self, ran: Ran, candidate: &Candidate) -> ProgramEnd {
        if self.cancel.is_cancelled() {
            return ProgramEnd::Cancelled;
        }
        match (ran, candidate.end()) {
            (Ran::Exited(status), None) => ProgramEnd::Exited(status),
            // The exception behind it was written by the program itself.
            (_, Some(end)) if end.kind == FailureKind::Exhausted => {
                ProgramEnd::Exhausted(end.detail.lines().next().unwrap_or_default().to_owned())
            }
            (Ran::Raised, _) => ProgramEnd::Raised,
            (_, Some(end)) => ProgramEnd::Crashed(end.detail.clone()),
            (Ran::Stopped, None) => ProgramEnd::Crashed("it did not answer".to_owned()),
        }
    }
}
