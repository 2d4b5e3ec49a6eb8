//! What a search is about.

use serde::{Deserialize, Serialize};

/// Is a smaller or a larger score better?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Smaller is better: a loss.
    Minimize,
    /// Larger is better: an accuracy.
    Maximize,
}

impl Direction {
    /// Is `score` strictly better than `other`?
    pub fn is_better(self, score: f64, other: f64) -> bool {
        match self {
            Direction::Minimize => score < other,
            Direction::Maximize => score > other,
        }
    }

    /// How much better `score` is than `other`: positive when it is better, whatever the direction.
    pub fn gain(self, score: f64, other: f64) -> f64 {
        match self {
            Direction::Minimize => other - score,
            Direction::Maximize => score - other,
        }
    }
}

/// What a patch may do to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// A patch may change it.
    Editable,
    /// Plugins see it; a patch that touches it is refused.
    Visible,
    /// Plugins see its name only; a patch that touches it is refused.
    Hidden,
}

/// One file of the program. `path` is relative to the program's root, with `/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Relative path, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// What a patch may do to it.
    pub access: Access,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// For tables: `held-out loss`.
    pub name: String,
    /// For tables: `nats/token`.
    pub unit: String,
    /// Which way is better.
    pub direction: Direction,
}

/// What a search is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Short name, as in `nanogpt`.
    pub name: String,
    /// The task in words, for ideators.
    pub statement: String,
    /// What is measured.
    pub metric: Metric,
    /// Mean score of the unpatched program, once it was measured.
    pub baseline: Option<f64>,
    /// The unpatched program.
    pub files: Vec<SourceFile>,
}
