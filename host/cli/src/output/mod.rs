//! What commands write: text for people, JSON for programs.

pub mod diff;
pub mod numbers;
pub mod sparkline;
pub mod table;
pub mod terminal;
pub mod time;
pub mod untrusted;

use std::io::Write;

use serde::Serialize;

use crate::failure::{Failure, Result};

/// Writes `text` to standard output.
///
/// # Errors
/// A closed pipe ends the command quietly; anything else is reported.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::from_stdout(&error))
}

/// Writes `value` to standard output as JSON, indented.
///
/// # Errors
/// As [`print()`].
pub fn print_json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::failed(format!("cannot write the answer as JSON: {error}")))?;
    print(&(text + "\n"))
}
