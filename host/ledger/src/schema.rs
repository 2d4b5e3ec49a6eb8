//! The tables, and the opening of the file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::{FILE_NAME, LedgerError};

/// The version of the tables, in SQLite's `user_version`.
pub(crate) const VERSION: i64 = 2;

/// `events` is the record. The rest are its projection, and the blobs that it names.
/// Whole numbers without a sign (seeds) are stored as SQLite's signed ones, bit for bit; times are milliseconds
/// since 1970.
const TABLES: &str = "
CREATE TABLE events (
    seq   INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL,
    body  TEXT NOT NULL,
    at    INTEGER NOT NULL,
    chain TEXT NOT NULL
) STRICT;

CREATE TABLE blobs (
    digest TEXT PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;

CREATE TABLE run (
    only     INTEGER PRIMARY KEY CHECK (only = 0),
    header   TEXT NOT NULL,
    files    TEXT NOT NULL,
    created  INTEGER NOT NULL,
    baseline REAL,
    status   TEXT NOT NULL CHECK (status IN ('running', 'interrupted', 'ended')),
    reason   TEXT NOT NULL,
    searcher TEXT REFERENCES blobs (digest),
    ideator  TEXT REFERENCES blobs (digest),
    implementer TEXT REFERENCES blobs (digest),
    budget   TEXT
) STRICT;

CREATE TABLE baselines (
    number   INTEGER PRIMARY KEY,
    seed     INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('running', 'finished')),
    program  TEXT NOT NULL REFERENCES blobs (digest),
    outcome  TEXT,
    score    REAL,
    cost     TEXT,
    curve    TEXT REFERENCES blobs (digest),
    log      TEXT REFERENCES blobs (digest),
    started  INTEGER NOT NULL,
    finished INTEGER
) STRICT;

CREATE TABLE rounds (
    number   INTEGER PRIMARY KEY,
    epoch    INTEGER NOT NULL,
    first    INTEGER NOT NULL,
    requests TEXT NOT NULL,
    told     INTEGER NOT NULL CHECK (told IN (0, 1))
) STRICT;

CREATE TABLE trials (
    id       INTEGER PRIMARY KEY,
    round    INTEGER NOT NULL REFERENCES rounds (number),
    epoch    INTEGER NOT NULL,
    request  TEXT NOT NULL,
    parents  TEXT NOT NULL,
    idea     TEXT NOT NULL,
    patch    TEXT REFERENCES blobs (digest),
    labels   TEXT NOT NULL,
    attempt  INTEGER,
    earlier  TEXT,
    seed     INTEGER NOT NULL,
    origin   TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('planned', 'running', 'finished')),
    program  TEXT REFERENCES blobs (digest),
    normal   TEXT,
    starts   INTEGER NOT NULL,
    outcome  TEXT,
    score    REAL,
    cost     TEXT,
    curve    TEXT REFERENCES blobs (digest),
    log      TEXT REFERENCES blobs (digest),
    planned  INTEGER NOT NULL,
    started  INTEGER,
    finished INTEGER,
    CHECK ((state = 'finished') = (outcome IS NOT NULL))
) STRICT;

CREATE INDEX trials_by_round ON trials (round);
CREATE INDEX trials_by_program ON trials (normal);

CREATE TABLE exchanges (
    number        INTEGER PRIMARY KEY,
    scope         TEXT NOT NULL,
    request       TEXT NOT NULL,
    model         TEXT NOT NULL,
    content       TEXT NOT NULL REFERENCES blobs (digest),
    reply         TEXT REFERENCES blobs (digest),
    source        TEXT CHECK (source IN ('live', 'replay', 'cache')),
    failure       TEXT,
    requests      INTEGER NOT NULL,
    input_tokens  INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    usd           REAL NOT NULL,
    started       INTEGER NOT NULL,
    ended         INTEGER,
    CHECK ((reply IS NULL) = (ended IS NULL))
) STRICT;

CREATE INDEX exchanges_by_scope ON exchanges (scope, request);

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
";

/// A connection that writes. Every commit is on the disk when it returns.
pub(crate) fn open_for_writing(dir: &Path, create: bool) -> Result<Connection, LedgerError> {
    let path = dir.join(FILE_NAME);
    if !create && !path.is_file() {
        return Err(LedgerError::NotARun(dir.to_owned()));
    }
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(&path, flags).map_err(LedgerError::writing)?;
    let configured = connection
        .busy_timeout(Duration::from_secs(10))
        .and_then(|()| connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())))
        .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
        .and_then(|()| connection.pragma_update(None, "foreign_keys", true));
    configured.map_err(LedgerError::writing)?;
    if !create {
        check_version(&connection, dir)?;
    }
    Ok(connection)
}

/// A connection that only reads, also while a lab writes.
pub(crate) fn open_for_reading(dir: &Path) -> Result<Connection, LedgerError> {
    let path = dir.join(FILE_NAME);
    if !path.is_file() {
        return Err(LedgerError::NotARun(dir.to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags).map_err(LedgerError::reading)?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(LedgerError::reading)?;
    check_version(&connection, dir)?;
    Ok(connection)
}

/// Makes the tables. The caller's transaction makes that one step with the first event.
pub(crate) fn create_tables(connection: &Connection) -> Result<(), LedgerError> {
    connection
        .execute_batch(TABLES)
        .and_then(|()| connection.pragma_update(None, "user_version", VERSION))
        .map_err(LedgerError::writing)
}

fn check_version(connection: &Connection, dir: &Path) -> Result<(), LedgerError> {
    let found: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(LedgerError::reading)?;
    match found {
        VERSION => Ok(()),
        0 => Err(LedgerError::NeverBegun(dir.to_owned())),
        ..VERSION => Err(LedgerError::OlderSchema { path: dir.to_owned(), found, known: VERSION }),
        _ => Err(LedgerError::NewerSchema { path: dir.to_owned(), found, known: VERSION }),
    }
}
