//! From events to tables: what each step changes. The only code that writes the projection.

use proofhouse_types::{Cost, Spend, TrialId};
use rusqlite::{Connection, Params, params};
use serde::Serialize;

use crate::step::{Finished, PlannedTrial, StateDigests};
use crate::{Digest, LedgerError, Step};

/// Changes the tables as `step`, recorded `at` (milliseconds since 1970), says. A step that cannot follow is refused,
/// and the caller's transaction rolled back.
pub(crate) fn apply(connection: &Connection, step: &Step, at: i64) -> Result<(), LedgerError> {
    let projection = Projection { connection, step: step.kind(), at };
    match step {
        Step::Created { header, files } => projection.created(header, files),
        Step::Opened { budget, .. } => {
            projection.status("running", "")?;
            match budget {
                Some(budget) => projection.budget(&budget.to_string()),
                None => Ok(()),
            }
        }
        Step::BaselineStarted { index, seed, program, .. } => {
            projection.baseline_started(*index, *seed, *program)
        }
        Step::BaselineFinished { index, result } => projection.baseline_finished(*index, result),
        Step::BaselineMeasured { mean } => projection.one(
            "UPDATE run SET baseline = ?1 WHERE baseline IS NULL",
            [mean],
            "the baseline is measured already",
        ),
        Step::SearchOpened { states } => projection.states(*states),
        Step::Asked { round, epoch, requests, states } => {
            projection.asked(*round, *epoch, &json(requests)?)?;
            projection.states(*states)
        }
        Step::Proposed { round, trials, states } => {
            trials.iter().try_for_each(|trial| projection.planned(*round, trial))?;
            projection.states(*states)
        }
        Step::Implemented { trial, attempt, patch, labels, earlier } => {
            projection.implemented(*trial, *attempt, *patch, labels, earlier)
        }
        Step::ExchangeStarted { number, scope, request, model, content, reserved } => {
            projection.exchange_started(*number, [scope, request, model], *content, reserved)
        }
        Step::ExchangeEnded { number, reply, spend, source, failure } => {
            projection.exchange_ended(*number, *reply, spend, source, failure.as_deref())
        }
        Step::TrialStarted { trial, program, normal, .. } => {
            projection.trial_started(*trial, *program, *normal)
        }
        Step::TrialFinished { trial, result } => projection.trial_finished(*trial, result),
        Step::Told { round, states } => {
            projection.told(*round)?;
            projection.states(*states)
        }
        Step::Note { .. } => Ok(()),
        Step::Interrupted { reason } => projection.status("interrupted", reason),
        Step::Ended { reason } => projection.status("ended", reason),
    }
}

pub(crate) fn json(value: &impl Serialize) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(LedgerError::encoding)
}

struct Projection<'a> {
    connection: &'a Connection,
    step: &'static str,
    at: i64,
}

impl Projection<'_> {
    /// Runs a statement that must change exactly one row; `reason` says what it means when it does not.
    fn one(&self, sql: &str, values: impl Params, reason: &str) -> Result<(), LedgerError> {
        let changed = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(values))
            .map_err(LedgerError::writing)?;
        if changed == 1 { Ok(()) } else { Err(self.refuse(reason)) }
    }

    fn refuse(&self, reason: impl Into<String>) -> LedgerError {
        LedgerError::OutOfOrder { step: self.step, reason: reason.into() }
    }

    fn count(&self, sql: &str, values: impl Params) -> Result<u64, LedgerError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(values, |row| row.get::<_, i64>(0)))
            .map(i64::cast_unsigned)
            .map_err(LedgerError::reading)
    }

    fn created(&self, header: &crate::RunHeader, files: &[Digest]) -> Result<(), LedgerError> {
        if files.len() != header.problem.files.len() {
            return Err(self.refuse("it does not name every file of the problem"));
        }
        self.one(
            "INSERT INTO run (only, header, files, created, status, reason) VALUES (0, ?1, ?2, ?3, 'running', '')",
            params![json(header)?, json(&files)?, self.at],
            "the run exists already",
        )
    }

    fn status(&self, status: &str, reason: &str) -> Result<(), LedgerError> {
        self.one("UPDATE run SET status = ?1, reason = ?2", [status, reason], "there is no run")
    }

    fn states(&self, states: StateDigests) -> Result<(), LedgerError> {
        self.one(
            "UPDATE run SET searcher = ?1, ideator = ?2, implementer = ?3",
            params![
                states.searcher.to_string(),
                states.ideator.to_string(),
                states.implementer.map(|state| state.to_string())
            ],
            "there is no run",
        )
    }

    fn budget(&self, budget: &str) -> Result<(), LedgerError> {
        self.one("UPDATE run SET budget = ?1", [budget], "there is no run")
    }

    fn implemented(
        &self,
        trial: TrialId,
        attempt: u32,
        patch: Digest,
        labels: &[String],
        earlier: &Cost,
    ) -> Result<(), LedgerError> {
        self.one(
            "UPDATE trials SET patch = ?3, labels = ?4, attempt = ?2, earlier = ?5
             WHERE id = ?1 AND state <> 'finished' AND coalesce(attempt + 1, 0) = ?2",
            params![trial.cast_signed(), attempt, patch.to_string(), json(&labels)?, json(earlier)?],
            &format!("trial {trial} is finished, or {attempt} is not its next attempt"),
        )
    }

    fn exchange_started(
        &self,
        number: u64,
        [scope, request, model]: [&str; 3],
        content: Digest,
        reserved: &Spend,
    ) -> Result<(), LedgerError> {
        if self.count("SELECT count(*) FROM exchanges", [])? != number {
            return Err(self.refuse(format!("exchange {number} is not the next")));
        }
        self.one(
            "INSERT INTO exchanges
             (number, scope, request, model, content, requests, input_tokens, output_tokens, usd, started)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                number.cast_signed(),
                scope,
                request,
                model,
                content.to_string(),
                reserved.requests.cast_signed(),
                reserved.input_tokens.cast_signed(),
                reserved.output_tokens.cast_signed(),
                reserved.usd,
                self.at
            ],
            "the exchange exists already",
        )
    }

    fn exchange_ended(
        &self,
        number: u64,
        reply: Digest,
        spend: &Spend,
        source: &str,
        failure: Option<&str>,
    ) -> Result<(), LedgerError> {
        self.one(
            "UPDATE exchanges SET reply = ?2, source = ?3, failure = ?4, requests = ?5, input_tokens = ?6,
             output_tokens = ?7, usd = ?8, ended = ?9 WHERE number = ?1 AND ended IS NULL",
            params![
                number.cast_signed(),
                reply.to_string(),
                source,
                failure,
                spend.requests.cast_signed(),
                spend.input_tokens.cast_signed(),
                spend.output_tokens.cast_signed(),
                spend.usd,
                self.at
            ],
            &format!("exchange {number} was not started, or has ended"),
        )
    }

    fn baseline_started(&self, index: u32, seed: u64, program: Digest) -> Result<(), LedgerError> {
        self.one(
            "INSERT INTO baselines (number, seed, state, program, started) VALUES (?1, ?2, 'running', ?3, ?4)
             ON CONFLICT (number) DO UPDATE SET program = ?3, started = ?4 WHERE state = 'running' AND seed = ?2",
            params![index, seed.cast_signed(), program.to_string(), self.at],
            "this baseline is finished, or has another seed",
        )
    }

    fn baseline_finished(&self, index: u32, result: &Finished) -> Result<(), LedgerError> {
        self.one(
            "UPDATE baselines SET state = 'finished', outcome = ?2, score = ?3, cost = ?4, curve = ?5, log = ?6,
             finished = ?7 WHERE number = ?1 AND state = 'running'",
            params![
                index,
                json(&result.outcome)?,
                result.outcome.score(),
                json(&result.cost)?,
                result.curve.to_string(),
                result.log.to_string(),
                self.at
            ],
            "this baseline is not running",
        )
    }

    fn asked(&self, round: u32, epoch: u32, requests: &str) -> Result<(), LedgerError> {
        if self.count("SELECT count(*) FROM rounds WHERE told = 0", [])? != 0 {
            return Err(self.refuse("the round before it is not told"));
        }
        if self.count("SELECT count(*) FROM rounds", [])? != u64::from(round) {
            return Err(self.refuse(format!("round {round} is not the next")));
        }
        self.one(
            "INSERT INTO rounds (number, epoch, first, requests, told)
             VALUES (?1, ?2, (SELECT count(*) FROM trials), ?3, 0)",
            params![round, epoch, requests],
            "the round exists already",
        )
    }

    fn planned(&self, round: u32, trial: &PlannedTrial) -> Result<(), LedgerError> {
        if self.count("SELECT count(*) FROM trials", [])? != trial.id {
            return Err(self.refuse(format!("trial {} is not the next", trial.id)));
        }
        let room = "SELECT count(*) FROM rounds WHERE number = ?1 AND told = 0
                    AND first + json_array_length(requests) > ?2";
        if self.count(room, params![round, trial.id.cast_signed()])? != 1 {
            return Err(self.refuse(format!("round {round} has no request for trial {}", trial.id)));
        }
        self.one(
            "INSERT INTO trials (id, round, epoch, request, parents, idea, patch, labels, seed, origin, state, starts, planned)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '[]', ?8, ?9, 'planned', 0, ?10)",
            params![
                trial.id.cast_signed(),
                round,
                trial.epoch,
                json(&trial.request)?,
                json(&trial.parents)?,
                json(&trial.idea)?,
                trial.patch.map(|patch| patch.to_string()),
                trial.seed.cast_signed(),
                trial.origin,
                self.at
            ],
            "the trial exists already",
        )
    }

    /// `normal` stays that of the trial's first program: whether a later trial repeats it may not depend on when it was
    /// repaired.
    fn trial_started(&self, trial: TrialId, program: Digest, normal: Digest) -> Result<(), LedgerError> {
        self.one(
            "UPDATE trials SET state = 'running', program = ?2, starts = starts + 1, started = ?3,
             normal = coalesce(normal, ?4) WHERE id = ?1 AND state <> 'finished'",
            params![trial.cast_signed(), program.to_string(), self.at, normal.to_string()],
            &format!("trial {trial} does not exist, or is finished"),
        )
    }

    fn trial_finished(&self, trial: TrialId, result: &Finished) -> Result<(), LedgerError> {
        self.one(
            "UPDATE trials SET state = 'finished', outcome = ?2, score = ?3, cost = ?4, curve = ?5, log = ?6,
             finished = ?7 WHERE id = ?1 AND state <> 'finished'",
            params![
                trial.cast_signed(),
                json(&result.outcome)?,
                result.outcome.score(),
                json(&result.cost)?,
                result.curve.to_string(),
                result.log.to_string(),
                self.at
            ],
            &format!("trial {trial} does not exist, or is finished"),
        )
    }

    fn told(&self, round: u32) -> Result<(), LedgerError> {
        let finished = self
            .count("SELECT count(*) FROM trials WHERE round = ?1 AND state = 'finished'", params![round])?
            .cast_signed();
        self.one(
            "UPDATE rounds SET told = 1 WHERE number = ?1 AND told = 0 AND json_array_length(requests) = ?2",
            params![round, finished],
            &format!("round {round} still has trials without an outcome"),
        )
    }
}
