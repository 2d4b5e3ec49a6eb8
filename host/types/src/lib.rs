//! The words of Proofhouse as Rust types: problems, ideas, patches, trials and how they end.
//!
//! No I/O happens here. The types mirror `wit/lab/lab.wit`; what the host adds (wall time, curves) never reaches a
//! plugin, because a plugin must answer the same on every machine.

pub mod number;
mod problem;
mod trial;

pub use problem::{Access, Direction, Metric, Problem, SourceFile};
pub use trial::{
    Cost, CurvePoint, Failure, FailureKind, Idea, Measurement, Outcome, Patch, Proposal, Request, Score,
    Spend, Trial, TrialId,
};
