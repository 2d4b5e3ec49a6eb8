//! Is the ledger what was written? The events' hash chain, the blobs' digests, and the projection.

use rusqlite::types::Value;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::reader::digest;
use crate::{Digest, LedgerError, Step, Verification, project, schema};

/// The events' hash chain.
pub(crate) mod chain {
    use rusqlite::{Connection, OptionalExtension};

    use crate::reader::digest;
    use crate::{Digest, LedgerError};

    /// Where the next event goes.
    pub(crate) struct Head {
        /// Its number.
        pub(crate) next: i64,
        /// The last event's link.
        pub(crate) digest: Digest,
    }

    /// The end of the chain.
    pub(crate) fn head(connection: &Connection) -> Result<Head, LedgerError> {
        let last: Option<(i64, String)> = connection
            .prepare_cached("SELECT seq, chain FROM events ORDER BY seq DESC LIMIT 1")
            .and_then(|mut select| select.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional())
            .map_err(LedgerError::reading)?;
        match last {
            None => Ok(Head { next: 0, digest: Digest::ZERO }),
            Some((seq, chain)) => Ok(Head { next: seq.saturating_add(1), digest: digest(&chain)? }),
        }
    }

    /// The link of one event: SHA-256 over the link before it and the event, each part with its length.
    pub(crate) fn link(before: Digest, seq: i64, kind: &str, body: &str, at: i64) -> Digest {
        let mut bytes = Vec::with_capacity(body.len() + 96);
        bytes.extend_from_slice(before.as_bytes());
        bytes.extend_from_slice(&seq.to_le_bytes());
        bytes.extend_from_slice(&at.to_le_bytes());
        bytes.extend_from_slice(&(kind.len() as u64).to_le_bytes());
        bytes.extend_from_slice(kind.as_bytes());
        bytes.extend_from_slice(body.as_bytes());
        Digest::of(&bytes)
    }
}

/// The tables that are a projection of the events, each with its order.
const PROJECTED: [(&str, &str); 5] = [
    ("run", "SELECT * FROM run"),
    ("baselines", "SELECT * FROM baselines ORDER BY number"),
    ("rounds", "SELECT * FROM rounds ORDER BY number"),
    ("trials", "SELECT * FROM trials ORDER BY id"),
    ("exchanges", "SELECT * FROM exchanges ORDER BY number"),
];

pub(crate) fn verify(connection: &Connection) -> Result<Verification, LedgerError> {
    // One transaction: a lab that writes meanwhile changes nothing of what is seen here.
    let snapshot = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)
        .map_err(LedgerError::reading)?;
    let mirror = Connection::open_in_memory().map_err(LedgerError::reading)?;
    schema::create_tables(&mirror)?;
    // The mirror holds no blobs, so its references lead nowhere.
    mirror.pragma_update(None, "foreign_keys", false).map_err(LedgerError::writing)?;
    let (events, head) = walk(&snapshot, &mirror)?;
    let blobs = check_blobs(&snapshot)?;
    for (table, sql) in PROJECTED {
        compare(table, sql, &snapshot, &mirror)?;
    }
    Ok(Verification { events, blobs, head })
}

/// Walks the chain, and projects each event into `mirror`.
fn walk(connection: &Connection, mirror: &Connection) -> Result<(u64, Digest), LedgerError> {
    let mut select = connection
        .prepare("SELECT seq, kind, body, at, chain FROM events ORDER BY seq")
        .map_err(LedgerError::reading)?;
    let mut rows = select.query([]).map_err(LedgerError::reading)?;
    let (mut expected, mut before) = (0, Digest::ZERO);
    while let Some(row) = rows.next().map_err(LedgerError::reading)? {
        let (seq, kind, body, at, link): (i64, String, String, i64, String) =
            row.try_into().map_err(LedgerError::reading)?;
        if seq != expected {
            return Err(LedgerError::Damaged(format!("event {expected} is missing: after it comes {seq}")));
        }
        let link = digest(&link)?;
        if chain::link(before, seq, &kind, &body, at) != link {
            return Err(LedgerError::Damaged(format!(
                "event {seq} ({kind}) was changed: its hash does not match"
            )));
        }
        let step: Step = serde_json::from_str(&body)
            .map_err(|error| LedgerError::Damaged(format!("event {seq} is not readable: {error}")))?;
        project::apply(mirror, &step, at)?;
        (expected, before) = (seq + 1, link);
    }
    if expected == 0 {
        return Err(LedgerError::Damaged("there are no events".into()));
    }
    Ok((expected.cast_unsigned(), before))
}

fn check_blobs(connection: &Connection) -> Result<u64, LedgerError> {
    let mut select = connection.prepare("SELECT digest, bytes FROM blobs").map_err(LedgerError::reading)?;
    let mut rows = select.query([]).map_err(LedgerError::reading)?;
    let mut count = 0;
    while let Some(row) = rows.next().map_err(LedgerError::reading)? {
        let (name, bytes): (String, Vec<u8>) = row.try_into().map_err(LedgerError::reading)?;
        if Digest::of(&bytes) != digest(&name)? {
            return Err(LedgerError::Damaged(format!(
                "blob {name} was changed: its bytes have another digest"
            )));
        }
        count += 1;
    }
    // Events name blobs, and the tables reference them: a missing blob is a broken reference.
    let broken: Option<String> = connection
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut check| {
            let mut rows = check.query([])?;
            rows.next()?.map(|row| row.get::<_, String>(0)).transpose()
        })
        .map_err(LedgerError::reading)?;
    match broken {
        Some(table) => Err(LedgerError::Damaged(format!("table {table} names a blob that is missing"))),
        None => Ok(count),
    }
}

fn compare(table: &str, sql: &str, found: &Connection, expected: &Connection) -> Result<(), LedgerError> {
    let found = rows(sql, found)?;
    let expected = rows(sql, expected)?;
    if found.len() != expected.len() {
        return Err(LedgerError::Damaged(format!(
            "table {table} has {} rows, and the events make {}",
            found.len(),
            expected.len()
        )));
    }
    match found.iter().zip(&expected).position(|(found, expected)| found != expected) {
        Some(row) => {
            Err(LedgerError::Damaged(format!("row {row} of table {table} is not what the events say")))
        }
        None => Ok(()),
    }
}

fn rows(sql: &str, connection: &Connection) -> Result<Vec<Vec<Value>>, LedgerError> {
    let mut select = connection.prepare(sql).map_err(LedgerError::reading)?;
    let columns = select.column_count();
    let mut rows = select.query([]).map_err(LedgerError::reading)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(LedgerError::reading)? {
        let values = (0..columns).map(|column| row.get(column)).collect::<Result<Vec<Value>, _>>();
        found.push(values.map_err(LedgerError::reading)?);
    }
    Ok(found)
}
