//! `proofhouse worker`: what a lab starts to run candidates in.

use crate::failure::{Failure, Result, Status};

/// Runs jobs from standard input until that ends.
pub fn run() -> Result<Status> {
    proofhouse_fleet::serve().map_err(Failure::failed)?;
    Ok(Status::Done)
}
