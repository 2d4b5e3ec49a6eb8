//! Reading, also while a lab writes.

use std::path::Path;

use proofhouse_types::{CurvePoint, Direction, Patch, Problem, TrialId};
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Params, Row};
use serde::de::DeserializeOwned;

use crate::{
    BaselineRecord, Digest, EventRecord, LedgerError, Overview, PluginStates, ProgramFile, Round, RunHeader,
    RunStatus, State, TrialRecord, Verification, blob, schema, verify,
};

/// A trial's columns, with its blobs.
const TRIALS: &str = "
    SELECT t.id, t.round, t.epoch, t.request, t.parents, t.idea, t.labels, t.attempt, t.earlier, t.seed, t.origin, t.state, t.starts, t.program,
           t.outcome, t.cost, t.planned, t.started, t.finished,
           patch.bytes AS patch_bytes, curve.bytes AS curve_bytes, log.bytes AS log_bytes
    FROM trials AS t
    LEFT JOIN blobs AS patch ON patch.digest = t.patch
    LEFT JOIN blobs AS curve ON curve.digest = t.curve
    LEFT JOIN blobs AS log ON log.digest = t.log
    WHERE t.id >= ?1 AND t.id < ?2 ORDER BY t.id";

const BASELINES: &str = "
    SELECT b.number, b.seed, b.state, b.program, b.outcome, b.cost, b.started, b.finished,
           curve.bytes AS curve_bytes, log.bytes AS log_bytes
    FROM baselines AS b
    LEFT JOIN blobs AS curve ON curve.digest = b.curve
    LEFT JOIN blobs AS log ON log.digest = b.log
    ORDER BY b.number";

/// Reads a run. Any number can be open while a lab works on it; each call sees a whole number of steps.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
}

impl Reader {
    /// Opens the run in `dir` for reading only.
    pub fn open(dir: &Path) -> Result<Reader, LedgerError> {
        Ok(Reader { connection: schema::open_for_reading(dir)? })
    }

    pub(crate) fn over(connection: Connection) -> Reader {
        Reader { connection }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// What the run is, with the texts of the problem's files, and its baseline once that is measured.
    pub fn run(&self) -> Result<RunHeader, LedgerError> {
        let (header, files, baseline): (String, String, Option<f64>) = self
            .one("SELECT header, files, baseline FROM run", |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let mut header: RunHeader = parse("header", &header)?;
        let files: Vec<Digest> = parse("files", &files)?;
        for (file, digest) in header.problem.files.iter_mut().zip(files) {
            file.text = text("a source file", self.blob(digest)?)?;
        }
        header.problem.baseline = baseline;
        Ok(header)
    }

    /// The problem, with its baseline once that is measured.
    pub fn problem(&self) -> Result<Problem, LedgerError> {
        Ok(self.run()?.problem)
    }

    /// The run at a glance.
    pub fn overview(&self) -> Result<Overview, LedgerError> {
        let header = self.run()?;
        let order = match header.problem.metric.direction {
            Direction::Minimize => {
                "SELECT id, score FROM trials WHERE score IS NOT NULL ORDER BY score, id LIMIT 1"
            }
            Direction::Maximize => {
                "SELECT id, score FROM trials WHERE score IS NOT NULL ORDER BY score DESC, id LIMIT 1"
            }
        };
        let best = self
            .connection
            .query_row(order, [], |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?)))
            .optional()
            .map_err(LedgerError::reading)?;
        let (trials, finished, scored) = self
            .one("SELECT count(*), count(finished), count(score) FROM trials", |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
            })?;
        let (created_at, status, reason): (i64, String, String) = self
            .one("SELECT created, status, reason FROM run", |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let updated_at = self.one("SELECT at FROM events ORDER BY seq DESC LIMIT 1", |row| row.get(0))?;
        Ok(Overview {
            name: header.name,
            problem: header.problem.name,
            created_at,
            updated_at,
            status: run_status(&status)?,
            reason,
            trials: trials.cast_unsigned(),
            finished: finished.cast_unsigned(),
            scored: scored.cast_unsigned(),
            baseline: header.problem.baseline,
            best,
        })
    }

    /// Every measurement of the unpatched program, in order.
    pub fn baselines(&self) -> Result<Vec<BaselineRecord>, LedgerError> {
        self.list(BASELINES, [], baseline)
    }

    /// Every trial, in the order of their ids.
    pub fn trials(&self) -> Result<Vec<TrialRecord>, LedgerError> {
        self.list(TRIALS, [0, i64::MAX], trial)
    }

    /// One trial.
    pub fn trial(&self, id: TrialId) -> Result<TrialRecord, LedgerError> {
        let first = i64::try_from(id).map_err(|_| LedgerError::NoTrial(id))?;
        let found = self.list(TRIALS, [first, first.saturating_add(1)], trial)?;
        found.into_iter().next().ok_or(LedgerError::NoTrial(id))
    }

    /// How many trials there are.
    pub fn trial_count(&self) -> Result<u64, LedgerError> {
        self.one("SELECT count(*) FROM trials", |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
    }

    /// The first trial before `before` whose program is the same in all that runs, unless the host failed it.
    pub fn trial_with_program(
        &self,
        normal: Digest,
        before: TrialId,
    ) -> Result<Option<TrialId>, LedgerError> {
        let sql = "SELECT id FROM trials WHERE normal = ?1 AND id < ?2
                   AND coalesce(json_extract(outcome, '$.failed.kind'), '') NOT IN ('lost', 'cancelled')
                   ORDER BY id LIMIT 1";
        let found = self.list(sql, (normal.to_string(), before.cast_signed()), |row| {
            Ok(column::<i64>(row, "id")?.cast_unsigned())
        })?;
        Ok(found.first().copied())
    }

    /// Every round, in order.
    pub fn rounds(&self) -> Result<Vec<Round>, LedgerError> {
        self.list("SELECT number, epoch, first, requests, told FROM rounds ORDER BY number", [], round)
    }

    /// The last round, if there is one.
    pub fn last_round(&self) -> Result<Option<Round>, LedgerError> {
        let sql = "SELECT number, epoch, first, requests, told FROM rounds ORDER BY number DESC LIMIT 1";
        Ok(self.list(sql, [], round)?.pop())
    }

    /// The plugins' saved states, once the search is open.
    pub fn plugin_states(&self) -> Result<Option<PluginStates>, LedgerError> {
        let (searcher, ideator, implementer): (Option<String>, Option<String>, Option<String>) = self
            .one("SELECT searcher, ideator, implementer FROM run", |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let (Some(searcher), Some(ideator)) = (searcher, ideator) else { return Ok(None) };
        Ok(Some(PluginStates {
            searcher: self.blob(digest(&searcher)?)?,
            ideator: self.blob(digest(&ideator)?)?,
            implementer: implementer.map(|named| self.blob(digest(&named)?)).transpose()?,
        }))
    }

    /// The events from number `from` on.
    pub fn events(&self, from: u64) -> Result<Vec<EventRecord>, LedgerError> {
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        self.list("SELECT seq, at, chain, body FROM events WHERE seq >= ?1 ORDER BY seq", [from], |row| {
            Ok(EventRecord {
                seq: column::<i64>(row, "seq")?.cast_unsigned(),
                at: column(row, "at")?,
                chain: digest(&column::<String>(row, "chain")?)?,
                step: parse("event", &column::<String>(row, "body")?)?,
            })
        })
    }

    /// The bytes that `digest` names.
    pub fn blob(&self, digest: Digest) -> Result<Vec<u8>, LedgerError> {
        blob::get(&self.connection, digest)
    }

    /// The files of a program as it ran: `digest` is a trial's or a baseline's `program`.
    pub fn program(&self, digest: Digest) -> Result<Vec<ProgramFile>, LedgerError> {
        parse("program", &text("a program", self.blob(digest)?)?)
    }

    /// Walks the hash chain of the events, checks every blob against its digest, and projects the events anew to
    /// compare every table. An error says what is wrong first.
    pub fn verify(&self) -> Result<Verification, LedgerError> {
        verify::verify(&self.connection)
    }

    pub(crate) fn one<T>(
        &self,
        sql: &'static str,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row([], read))
            .map_err(LedgerError::reading)
    }

    pub(crate) fn list<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl Fn(&Row<'_>) -> Result<T, LedgerError>,
    ) -> Result<Vec<T>, LedgerError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(LedgerError::reading)?;
        let mut rows = statement.query(values).map_err(LedgerError::reading)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(LedgerError::reading)? {
            found.push(read(row)?);
        }
        Ok(found)
    }
}

fn trial(row: &Row<'_>) -> Result<TrialRecord, LedgerError> {
    let diff: Option<Vec<u8>> = column(row, "patch_bytes")?;
    Ok(TrialRecord {
        id: column::<i64>(row, "id")?.cast_unsigned(),
        round: column(row, "round")?,
        epoch: column(row, "epoch")?,
        request: parse("request", &column::<String>(row, "request")?)?,
        parents: parse("parents", &column::<String>(row, "parents")?)?,
        idea: parse("idea", &column::<String>(row, "idea")?)?,
        patch: diff.map(|diff| Ok(Patch { diff: text("a diff", diff)? })).transpose()?,
        implementer_labels: parse("labels", &column::<String>(row, "labels")?)?,
        attempt: column(row, "attempt")?,
        earlier: parse_optional("cost", column(row, "earlier")?)?.unwrap_or_default(),
        seed: column::<i64>(row, "seed")?.cast_unsigned(),
        origin: column(row, "origin")?,
        state: state(&column::<String>(row, "state")?)?,
        starts: column(row, "starts")?,
        program: column::<Option<String>>(row, "program")?.as_deref().map(digest).transpose()?,
        outcome: parse_optional("outcome", column(row, "outcome")?)?,
        cost: parse_optional("cost", column(row, "cost")?)?.unwrap_or_default(),
        curve: curve(column(row, "curve_bytes")?)?,
        log: text("a log", column::<Option<Vec<u8>>>(row, "log_bytes")?.unwrap_or_default())?,
        planned_at: column(row, "planned")?,
        started_at: column(row, "started")?,
        finished_at: column(row, "finished")?,
    })
}

fn baseline(row: &Row<'_>) -> Result<BaselineRecord, LedgerError> {
    Ok(BaselineRecord {
        index: column(row, "number")?,
        seed: column::<i64>(row, "seed")?.cast_unsigned(),
        state: state(&column::<String>(row, "state")?)?,
        program: digest(&column::<String>(row, "program")?)?,
        outcome: parse_optional("outcome", column(row, "outcome")?)?,
        cost: parse_optional("cost", column(row, "cost")?)?.unwrap_or_default(),
        curve: curve(column(row, "curve_bytes")?)?,
        log: text("a log", column::<Option<Vec<u8>>>(row, "log_bytes")?.unwrap_or_default())?,
        started_at: column(row, "started")?,
        finished_at: column(row, "finished")?,
    })
}

fn round(row: &Row<'_>) -> Result<Round, LedgerError> {
    Ok(Round {
        number: column(row, "number")?,
        epoch: column(row, "epoch")?,
        first: column::<i64>(row, "first")?.cast_unsigned(),
        requests: parse("requests", &column::<String>(row, "requests")?)?,
        told: column(row, "told")?,
    })
}

pub(crate) fn column<T: FromSql>(row: &Row<'_>, name: &str) -> Result<T, LedgerError> {
    row.get(name).map_err(LedgerError::reading)
}

fn parse<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, LedgerError> {
    serde_json::from_str(text)
        .map_err(|error| LedgerError::Damaged(format!("the {what} is not readable: {error}")))
}

pub(crate) fn json_value(what: &str, text: &str) -> Result<serde_json::Value, LedgerError> {
    parse(what, text)
}

fn parse_optional<T: DeserializeOwned>(what: &str, text: Option<String>) -> Result<Option<T>, LedgerError> {
    text.map(|text| parse(what, &text)).transpose()
}

fn curve(bytes: Option<Vec<u8>>) -> Result<Vec<CurvePoint>, LedgerError> {
    bytes.map_or(Ok(Vec::new()), |bytes| blob::curve_from_bytes(&bytes))
}

pub(crate) fn text(what: &str, bytes: Vec<u8>) -> Result<String, LedgerError> {
    String::from_utf8(bytes).map_err(|_| LedgerError::Damaged(format!("{what} is not UTF-8")))
}

pub(crate) fn digest(text: &str) -> Result<Digest, LedgerError> {
    text.parse().map_err(LedgerError::Damaged)
}

fn state(word: &str) -> Result<State, LedgerError> {
    match word {
        "planned" => Ok(State::Planned),
        "running" => Ok(State::Running),
        "finished" => Ok(State::Finished),
        _ => Err(LedgerError::Damaged(format!("`{word}` is not a state"))),
    }
}

fn run_status(word: &str) -> Result<RunStatus, LedgerError> {
    match word {
        "running" => Ok(RunStatus::Running),
        "interrupted" => Ok(RunStatus::Interrupted),
        "ended" => Ok(RunStatus::Ended),
        _ => Err(LedgerError::Damaged(format!("`{word}` is not a run's status"))),
    }
}
