//! How long a fresh sandbox takes to its first statement.

use std::time::{Duration, Instant};

use proofhouse_types::{Failure, FailureKind};

use crate::cancel::CancelToken;
use crate::candidate::Candidate;
use crate::error::{Error, Result};
use crate::output::Sink;
use crate::plugin::{Plugin, Runtime};
use crate::policy::Policy;
use crate::random::RandomStream;
use crate::roles::Role;
use crate::state::timeless;
use crate::store::{Grant, new_store};
use crate::thread::on_large_stack;

/// The shortest and the median of some measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// The shortest.
    pub min: Duration,
    /// Half were shorter.
    pub median: Duration,
}

impl Spread {
    /// Of at least one measurement; zero of none.
    pub fn of(mut measured: Vec<Duration>) -> Spread {
        measured.sort_unstable();
        Spread {
            min: measured.first().copied().unwrap_or_default(),
            median: measured.get(measured.len() / 2).copied().unwrap_or_default(),
        }
    }
}

/// Measures `rounds` fresh sandboxes from nothing to the end of a program with one statement: store, instance, load,
/// and giving everything back.
///
/// # Errors
/// Where the executor is refused, or does not run the program.
pub fn first_statement(
    runtime: &Runtime,
    executor: &Plugin,
    policy: &Policy,
    rounds: usize,
) -> Result<Spread> {
    let linked = executor.linked(Role::Executor, policy)?;
    let files = [("main.py".to_owned(), "started = True\n".to_owned())];
    let measured = on_large_stack(move || {
        let mut measured = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            let began = Instant::now();
            let grant = Grant {
                device: timeless(),
                random: RandomStream::new(0, "bench"),
                data: Vec::new(),
                files: Vec::new(),
                sink: Sink::Kept(Vec::new()),
                cancel: CancelToken::new(),
                device_seconds: None,
                models: None,
                bench: None,
            };
            let store = new_store(runtime.engine(), policy, grant)
                .map_err(|error| Failure { kind: FailureKind::Lost, detail: format!("{error:#}") })?;
            let candidate = Candidate::start(store, linked.clone(), &files, "main.py");
            if let Some(end) = candidate.end() {
                return Err(end.clone());
            }
            drop(candidate);
            measured.push(began.elapsed());
        }
        Ok(measured)
    })?;
    measured.map(Spread::of).map_err(|end| Error::Trap {
        plugin: executor.name().to_owned(),
        call: "load",
        reason: end.detail,
    })
}
