//! Writing: one transaction per step.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use proofhouse_types::{Request, TrialId};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use serde_json::Value;

use crate::lock::RunLock;
use crate::step::{Finished, PlannedTrial, StateDigests};
use crate::verify::chain;
use crate::{
    Completion, Digest, LedgerError, NewTrial, PluginStates, ProgramFile, Reader, RunHeader, Step, blob,
    project, schema,
};

/// The record of one run, open for writing. Only one can be, at a time; any number of [`Reader`]s can be beside it.
///
/// Each method appends one step, and returns when it is on the disk.
#[derive(Debug)]
pub struct Ledger {
    dir: PathBuf,
    reader: Reader,
    _lock: RunLock,
}

impl Ledger {
    /// Creates the run's folder `dir`, which must not exist, and records the header.
    pub fn create(dir: &Path, header: &RunHeader) -> Result<Ledger, LedgerError> {
        let io = |source| LedgerError::Io { path: dir.to_owned(), source };
        if let Some(parent) = dir.parent() {
            fs::create_dir_all(parent).map_err(io)?;
        }
        fs::create_dir(dir).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => LedgerError::Exists(dir.to_owned()),
            _ => io(source),
        })?;
        let lock = RunLock::take(dir)?;
        let connection = schema::open_for_writing(dir, true)?;
        let ledger = Ledger { dir: dir.to_owned(), reader: Reader::over(connection), _lock: lock };
        ledger.record(|connection| {
            schema::create_tables(connection)?;
            for file in &header.problem.files {
                blob::put(connection, file.text.as_bytes())?;
            }
            Ok(Step::Created { header: Box::new(header.without_texts()), files: header.file_digests() })
        })?;
        Ok(ledger)
    }

    /// Opens an existing run to go on with it. Refused while another process has it.
    pub fn open(dir: &Path) -> Result<Ledger, LedgerError> {
        if !dir.join(crate::FILE_NAME).is_file() {
            return Err(LedgerError::NotARun(dir.to_owned()));
        }
        let lock = RunLock::take(dir)?;
        let connection = schema::open_for_writing(dir, false)?;
        Ok(Ledger { dir: dir.to_owned(), reader: Reader::over(connection), _lock: lock })
    }

    /// The run's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Reads what was written.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// A lab takes the run up. `changes` names what differs from the header, where the user allowed that; `budget` is
    /// the language models' from here on, where the user gave another.
    pub fn opened(
        &self,
        workers: u32,
        changes: Vec<String>,
        budget: Option<Value>,
    ) -> Result<(), LedgerError> {
        self.record(|_| Ok(Step::Opened { pid: std::process::id(), workers, changes, budget }))
    }

    /// The unpatched program is about to run.
    pub fn baseline_started(
        &self,
        index: u32,
        seed: u64,
        program: &[ProgramFile],
        job: &str,
    ) -> Result<(), LedgerError> {
        self.record(|connection| {
            let program = blob::put(connection, project::json(&program)?.as_bytes())?;
            Ok(Step::BaselineStarted { index, seed, program, job: job.to_owned() })
        })
    }

    /// A measurement of the unpatched program ended.
    pub fn baseline_finished(&self, index: u32, completion: &Completion) -> Result<(), LedgerError> {
        self.record(|connection| {
            Ok(Step::BaselineFinished { index, result: store_completion(connection, completion)? })
        })
    }

    /// The mean of the unpatched program's scores is known.
    pub fn baseline_measured(&self, mean: f64) -> Result<(), LedgerError> {
        if !mean.is_finite() {
            return Err(LedgerError::OutOfOrder {
                step: "baseline-measured",
                reason: format!("the mean {mean} is not a finite number"),
            });
        }
        self.record(|_| Ok(Step::BaselineMeasured { mean }))
    }

    /// Searcher and ideator are open.
    pub fn search_opened(&self, states: &PluginStates) -> Result<(), LedgerError> {
        self.record(|connection| Ok(Step::SearchOpened { states: store_states(connection, states)? }))
    }

    /// The searcher asked: `requests` are to become one trial each.
    pub fn asked(
        &self,
        round: u32,
        epoch: u32,
        requests: &[Request],
        states: &PluginStates,
    ) -> Result<(), LedgerError> {
        self.record(|connection| {
            let states = store_states(connection, states)?;
            Ok(Step::Asked { round, epoch, requests: requests.to_owned(), states })
        })
    }

    /// The ideator proposed: `trials` are planned.
    pub fn proposed(
        &self,
        round: u32,
        trials: &[NewTrial],
        states: &PluginStates,
    ) -> Result<(), LedgerError> {
        self.record(|connection| {
            let states = store_states(connection, states)?;
            let trials =
                trials.iter().map(|trial| store_planned(connection, trial)).collect::<Result<Vec<_>, _>>()?;
            Ok(Step::Proposed { round, trials, states })
        })
    }

    /// A trial's patched program is about to run. `normal` names what of it runs.
    pub fn trial_started(
        &self,
        trial: TrialId,
        program: &[ProgramFile],
        normal: Digest,
        job: &str,
    ) -> Result<(), LedgerError> {
        self.record(|connection| {
            let program = blob::put(connection, project::json(&program)?.as_bytes())?;
            Ok(Step::TrialStarted { trial, program, normal, job: job.to_owned() })
        })
    }

    /// A trial has its outcome. It gets no other: a second call for the same trial is refused.
    pub fn trial_finished(&self, trial: TrialId, completion: &Completion) -> Result<(), LedgerError> {
        self.record(|connection| {
            Ok(Step::TrialFinished { trial, result: store_completion(connection, completion)? })
        })
    }

    /// Searcher and ideator have learned how the round ended. Refused while a trial of it has no outcome.
    pub fn told(&self, round: u32, states: &PluginStates) -> Result<(), LedgerError> {
        self.record(|connection| Ok(Step::Told { round, states: store_states(connection, states)? }))
    }

    /// Something worth knowing that changes nothing.
    pub fn note(&self, topic: &str, message: &str) -> Result<(), LedgerError> {
        self.record(|_| Ok(Step::Note { topic: topic.to_owned(), message: message.to_owned() }))
    }

    /// The lab stops before the end.
    pub fn interrupted(&self, reason: &str) -> Result<(), LedgerError> {
        self.record(|_| Ok(Step::Interrupted { reason: reason.to_owned() }))
    }

    /// The run is over.
    pub fn ended(&self, reason: &str) -> Result<(), LedgerError> {
        self.record(|_| Ok(Step::Ended { reason: reason.to_owned() }))
    }

    /// Appends the step that `build` makes, with the blobs that it stores, as one transaction.
    pub(crate) fn record(
        &self,
        build: impl FnOnce(&Connection) -> Result<Step, LedgerError>,
    ) -> Result<(), LedgerError> {
        let transaction =
            Transaction::new_unchecked(self.reader.connection(), TransactionBehavior::Immediate)
                .map_err(LedgerError::writing)?;
        let step = build(&transaction)?;
        append(&transaction, &step, now())?;
        transaction.commit().map_err(LedgerError::writing)
    }
}

/// Appends `step` to the chain of events and projects it.
fn append(connection: &Connection, step: &Step, at: i64) -> Result<(), LedgerError> {
    let head = chain::head(connection)?;
    let body = project::json(step)?;
    let link = chain::link(head.digest, head.next, step.kind(), &body, at);
    connection
        .prepare_cached("INSERT INTO events (seq, kind, body, at, chain) VALUES (?1, ?2, ?3, ?4, ?5)")
        .and_then(|mut insert| insert.execute(params![head.next, step.kind(), body, at, link.to_string()]))
        .map_err(LedgerError::writing)?;
    project::apply(connection, step, at)
}

fn store_completion(connection: &Connection, completion: &Completion) -> Result<Finished, LedgerError> {
    Ok(Finished {
        outcome: completion.outcome.clone(),
        cost: completion.cost,
        curve: blob::put(connection, &blob::curve_to_bytes(&completion.curve)?)?,
        log: blob::put(connection, completion.log.as_bytes())?,
    })
}

fn store_states(connection: &Connection, states: &PluginStates) -> Result<StateDigests, LedgerError> {
    Ok(StateDigests {
        searcher: blob::put(connection, &states.searcher)?,
        ideator: blob::put(connection, &states.ideator)?,
        implementer: states.implementer.as_ref().map(|state| blob::put(connection, state)).transpose()?,
    })
}

fn store_planned(connection: &Connection, trial: &NewTrial) -> Result<PlannedTrial, LedgerError> {
    let patch = trial.diff.as_ref().map(|diff| blob::put(connection, diff.as_bytes())).transpose()?;
    Ok(PlannedTrial {
        id: trial.id,
        epoch: trial.epoch,
        request: trial.request.clone(),
        parents: trial.parents.clone(),
        idea: trial.idea.clone(),
        patch,
        seed: trial.seed,
        origin: trial.origin.clone(),
    })
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
