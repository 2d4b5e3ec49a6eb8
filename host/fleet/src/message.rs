//! What worker and lab say to each other: one JSON line each.

use proofhouse_types::{Cost, CurvePoint, Outcome};
use serde::{Deserialize, Serialize};

use crate::Job;

/// From the lab.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Order {
    /// Run this.
    Run(Box<Job>),
}

/// From a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// It reads orders now.
    Ready {
        /// Its process.
        pid: u32,
    },
    /// The program or the evaluator reported a point of a curve.
    Curve(CurvePoint),
    /// Device seconds used so far.
    Used(f64),
    /// A line of output.
    Log {
        /// `candidate` or `evaluator`.
        source: String,
        /// As in `info`.
        level: String,
        /// Untrusted text.
        message: String,
    },
    /// The job ended.
    Done(Verdict),
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Scored or failed.
    pub outcome: Outcome,
    /// What it used up.
    pub cost: Cost,
    /// What it reported while it ran, in order.
    pub curve: Vec<CurvePoint>,
    /// The tail of its output.
    pub log: String,
}

impl Verdict {
    /// A failure that only the fleet knows of.
    pub(crate) fn failed(outcome: Outcome, wall_seconds: f64) -> Self {
        Verdict {
            outcome,
            cost: Cost { wall_seconds, ..Cost::default() },
            curve: Vec::new(),
            log: String::new(),
        }
    }
}
