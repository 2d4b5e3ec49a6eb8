//! What a worker is given.

use std::fmt::Write;
use std::path::PathBuf;

use proofhouse_compute::DeviceModel;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A component file that must have a given digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Absolute.
    pub path: PathBuf,
    /// SHA-256 as hex. A file with another is not run.
    pub digest: String,
}

/// A policy, as text: a worker reads no policy file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyText {
    /// For messages.
    pub name: String,
    /// TOML.
    pub text: String,
}

/// A data stream that must have a given digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// As programs name it: `train`.
    pub name: String,
    /// A shard, a folder of shards, or any file; absolute.
    pub path: PathBuf,
    /// SHA-256 of the tokens, as hex. Other data are not used.
    pub digest: String,
}

/// One evaluation: a program, who runs it, who scores it, and on what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The lab's name for it: events carry it.
    pub label: u64,
    /// Runs the program.
    pub executor: Component,
    /// Scores it.
    pub evaluator: Component,
    /// Of the program's sandbox.
    pub candidate_policy: PolicyText,
    /// Of the evaluator's sandbox.
    pub evaluator_policy: PolicyText,
    /// The reference device of the cost model.
    pub device: DeviceModel,
    /// Path and text of each file of the program.
    pub files: Vec<(String, String)>,
    /// The file that is its main module.
    pub main: String,
    /// For the evaluator, as JSON.
    pub evaluator_settings: Value,
    /// Of the evaluation.
    pub seed: u64,
    /// What the program may read.
    pub candidate_data: Vec<Stream>,
    /// What only the evaluator may read.
    pub evaluator_data: Vec<Stream>,
    /// The folder of compiled components.
    pub cache: PathBuf,
    /// Real seconds after which the worker counts as stuck and is killed. A safety net above the policies' own.
    pub wall_seconds: f64,
}

impl Job {
    /// SHA-256, as hex, of what will run: contents, not places. Equal ids give equal outcomes.
    pub fn id(&self) -> String {
        let streams =
            |streams: &[Stream]| streams.iter().map(|s| json!([s.name, s.digest])).collect::<Vec<_>>();
        let content = json!({
            "executor": self.executor.digest,
            "evaluator": self.evaluator.digest,
            "candidate-policy": self.candidate_policy.text,
            "evaluator-policy": self.evaluator_policy.text,
            "device": self.device,
            "files": self.files,
            "main": self.main,
            "evaluator-settings": self.evaluator_settings,
            "seed": self.seed,
            "candidate-data": streams(&self.candidate_data),
            "evaluator-data": streams(&self.evaluator_data),
        });
        // A JSON object here is sorted by key, so that equal contents are equal texts.
        hex(&Sha256::digest(content.to_string().as_bytes()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Component, Job, PolicyText, Stream};
    use proofhouse_compute::DeviceModel;
    use serde_json::json;

    pub(crate) fn job(label: u64) -> Job {
        Job {
            label,
            executor: Component { path: "/a/python.wasm".into(), digest: "e".into() },
            evaluator: Component { path: "/a/evaluator.wasm".into(), digest: "v".into() },
            candidate_policy: PolicyText { name: "candidate.toml".into(), text: "memory-mib = 1".into() },
            evaluator_policy: PolicyText { name: "evaluator.toml".into(), text: "memory-mib = 2".into() },
            device: DeviceModel {
                name: "reference".into(),
                flops_per_second: 1e9,
                bytes_per_second: 1e9,
                launch_seconds: 1e-6,
                instructions_per_second: 1e9,
            },
            files: vec![("train.py".into(), "pass\n".into())],
            main: "train.py".into(),
            evaluator_settings: json!({"rows": 2, "block": 4}),
            seed: 7,
            candidate_data: vec![Stream {
                name: "train".into(),
                path: "/d/train.bin".into(),
                digest: "t".into(),
            }],
            evaluator_data: vec![],
            cache: "/c".into(),
            wall_seconds: 60.0,
        }
    }

    #[test]
    fn the_id_is_of_contents_not_of_places() {
        let one = job(1);
        let mut other = job(2);
        other.executor.path = "/elsewhere/python.wasm".into();
        other.candidate_data[0].path = "/elsewhere/train.bin".into();
        other.cache = "/elsewhere".into();
        other.wall_seconds = 1.0;
        assert_eq!(one.id(), other.id());
        assert_eq!(one.id().len(), 64);
        let changes: [fn(&mut Job); 6] = [
            |job| job.seed = 8,
            |job| job.files[0].1.push(' '),
            |job| job.executor.digest.push('x'),
            |job| job.candidate_policy.text.push('\n'),
            |job| job.evaluator_settings = json!({"rows": 3, "block": 4}),
            |job| job.candidate_data[0].digest.push('x'),
        ];
        for change in changes {
            let mut changed = job(1);
            change(&mut changed);
            assert_ne!(one.id(), changed.id());
        }
    }

    #[test]
    fn a_job_survives_its_journey() {
        let job = job(3);
        let text = serde_json::to_string(&job).expect("serialises");
        assert_eq!(serde_json::from_str::<Job>(&text).expect("reads"), job);
    }
}
