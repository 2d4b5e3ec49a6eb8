//! What a run is: everything that decides its results, recorded before its first step.

use std::path::PathBuf;

use proofhouse_types::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Digest;

/// A component as a run uses it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComponentRecord {
    /// As in `evolution`.
    pub name: String,
    /// As in `0.1.0`.
    pub version: String,
    /// Where it was read from; absolute.
    pub path: PathBuf,
    /// SHA-256 of the file, as hex.
    pub digest: String,
    /// Its settings table, as JSON; null where it has none.
    pub settings: Value,
    /// The language models that it may use, by their names in the run file.
    pub models: Vec<String>,
}

/// An implementer as a run uses it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImplementerRecord {
    /// The component.
    pub component: ComponentRecord,
    /// Of its sandbox.
    pub policy: PolicyRecord,
    /// Ideas that are implemented at a time. Results do not depend on it.
    pub parallel: u32,
    /// How often a program that crashed is given back to it.
    pub repairs: u32,
    /// The evaluator's settings in a smoke run, as JSON; null where the environment has none.
    pub smoke: Value,
}

/// A policy as a run uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRecord {
    /// As in `candidate.toml`: for messages.
    pub name: String,
    /// The whole file.
    pub text: String,
}

/// Who sees a data stream?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataSide {
    /// The program under test.
    Candidate,
    /// Only the evaluator.
    Evaluator,
}

/// A data stream as a run uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataRecord {
    /// As programs name it: `train`.
    pub name: String,
    /// Who sees it.
    pub side: DataSide,
    /// A shard, a folder of shards, or any file; absolute.
    pub path: PathBuf,
    /// SHA-256 of its tokens, as hex.
    pub digest: String,
    /// How many tokens.
    pub tokens: u64,
}

/// What a run is. Everything that decides its results is here; `resume` and `replay` need no other file than the
/// components and the data, whose digests are here too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunHeader {
    /// As in `demo`.
    pub name: String,
    /// The version of Proofhouse that began the run.
    pub version: String,
    /// The text of the run file.
    pub config: String,
    /// Every number a run draws at random comes from this one.
    pub seed: u64,
    /// How often the unpatched program is measured.
    pub baseline_seeds: u32,
    /// The environment's profile, as in `cpu`.
    pub profile: String,
    /// The problem, without its baseline score. The texts of its files are blobs, and are filled in by the reader.
    pub problem: Problem,
    /// The file that is the program's main module.
    pub main: String,
    /// The reference device of the cost model, as JSON.
    pub device: Value,
    /// Runs the program.
    pub executor: ComponentRecord,
    /// Scores the program.
    pub evaluator: ComponentRecord,
    /// Decides what is tried next.
    pub searcher: ComponentRecord,
    /// Proposes.
    pub ideator: ComponentRecord,
    /// Writes patches for ideas that come without one.
    pub implementer: Option<ImplementerRecord>,
    /// Of the program's sandbox.
    pub candidate_policy: PolicyRecord,
    /// Of the evaluator's sandbox.
    pub evaluator_policy: PolicyRecord,
    /// Of the searcher's sandbox.
    pub searcher_policy: PolicyRecord,
    /// Of the ideator's sandbox.
    pub ideator_policy: PolicyRecord,
    /// Every data stream.
    pub data: Vec<DataRecord>,
    /// The language models and their budget, as JSON. No key is in it, only where keys are.
    pub llm: Value,
    /// A recording (a file, or another run's folder) that answers in place of the language models.
    pub llm_replay: Option<PathBuf>,
    /// Is a program that an earlier trial ran already refused?
    pub refuse_same_program: bool,
}

impl RunHeader {
    /// The header as it stands in the `created` event: without the files' texts, which are blobs.
    pub(crate) fn without_texts(&self) -> RunHeader {
        let mut header = self.clone();
        for file in &mut header.problem.files {
            file.text.clear();
        }
        header
    }

    /// The digests of the problem's files, in order.
    pub(crate) fn file_digests(&self) -> Vec<Digest> {
        self.problem.files.iter().map(|file| Digest::of(file.text.as_bytes())).collect()
    }
}
