//! The append-only record of a run: SQLite and content-addressed blobs, in one file.
//!
//! A run is a folder with a `ledger.sqlite`. Every step of a run is one [`Step`], appended to the `events` table in
//! the transaction that also stores the blobs it names and updates the tables it changes, so that a step is there
//! wholly or not at all, whenever the process or the machine dies. The lab records a step before it acts on it.
//!
//! The other tables are a projection of the events, for readers; [`Reader::verify`] walks the events' hash chain,
//! projects them anew and compares.

mod blob;
mod digest;
mod error;
mod exchanges;
mod header;
mod lock;
mod project;
mod reader;
mod records;
mod schema;
mod step;
mod verify;
mod writer;

pub use digest::Digest;
pub use error::LedgerError;
pub use header::{ComponentRecord, DataRecord, DataSide, ImplementerRecord, PolicyRecord, RunHeader};
pub use reader::Reader;
pub use records::{
    BaselineRecord, EventRecord, ExchangeEnd, ExchangeRecord, Overview, Round, RunStatus, State, TrialRecord,
    Verification, from_unix_ms,
};
pub use step::{
    Completion, Finished, NewExchange, NewTrial, PlannedTrial, PluginStates, ProgramFile, StateDigests, Step,
};
pub use writer::Ledger;

/// The file within a run's folder.
pub const FILE_NAME: &str = "ledger.sqlite";
