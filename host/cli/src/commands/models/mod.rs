//! `proofhouse models`

pub mod check;
pub mod log;
