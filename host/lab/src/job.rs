//! From a run's header and a program to what a worker is given.

use std::path::{Path, PathBuf};

use proofhouse_compute::DeviceModel;
use proofhouse_fleet::{Component, Job, PolicyText, Stream};
use proofhouse_ledger::{ComponentRecord, DataSide, PolicyRecord, RunHeader};

use crate::LabError;
use crate::dispatch::Work;

/// Real seconds that a job may take beyond its policies' limits: opening files, a loaded machine.
const WALL_MARGIN_SECONDS: f64 = 60.0;

/// What is the same for every job of a run.
#[derive(Debug, Clone)]
pub(crate) struct JobTemplate {
    job: Job,
}

impl JobTemplate {
    pub(crate) fn new(header: &RunHeader, cache: &Path) -> Result<JobTemplate, LabError> {
        let device: DeviceModel = serde_json::from_value(header.device.clone())
            .map_err(|error| LabError::Header(format!("device: {error}")))?;
        let wall_seconds = wall_seconds(&header.candidate_policy)?
            + wall_seconds(&header.evaluator_policy)?
            + WALL_MARGIN_SECONDS;
        Ok(JobTemplate {
            job: Job {
                label: 0,
                executor: component(&header.executor),
                evaluator: component(&header.evaluator),
                candidate_policy: policy(&header.candidate_policy),
                evaluator_policy: policy(&header.evaluator_policy),
                device,
                files: Vec::new(),
                main: header.main.clone(),
                evaluator_settings: header.evaluator.settings.clone(),
                seed: 0,
                candidate_data: streams(header, DataSide::Candidate),
                evaluator_data: streams(header, DataSide::Evaluator),
                cache: absolute(cache)?,
                wall_seconds,
            },
        })
    }

    pub(crate) fn job(&self, label: u64, work: &Work) -> Job {
        let mut job = Job { label, files: work.program.clone(), seed: work.seed, ..self.job.clone() };
        if let Some(settings) = &work.settings {
            job.evaluator_settings.clone_from(settings);
        }
        job
    }
}

/// A worker's folder is `/`: what it opens must not depend on where the lab was started.
fn absolute(path: &Path) -> Result<PathBuf, LabError> {
    std::path::absolute(path).map_err(LabError::io(path))
}

fn component(record: &ComponentRecord) -> Component {
    Component { path: record.path.clone(), digest: record.digest.clone() }
}

fn policy(record: &PolicyRecord) -> PolicyText {
    PolicyText { name: record.name.clone(), text: record.text.clone() }
}

fn streams(header: &RunHeader, side: DataSide) -> Vec<Stream> {
    header
        .data
        .iter()
        .filter(|data| data.side == side)
        .map(|data| Stream { name: data.name.clone(), path: data.path.clone(), digest: data.digest.clone() })
        .collect()
}

/// The policy's own limit of one call.
fn wall_seconds(policy: &PolicyRecord) -> Result<f64, LabError> {
    let unreadable = |reason: &str| LabError::Header(format!("policy {}: {reason}", policy.name));
    let table: toml::Table = toml::from_str(&policy.text).map_err(|error| unreadable(&error.to_string()))?;
    let seconds = table.get("wall-seconds");
    seconds
        .and_then(|value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)))
        .ok_or_else(|| unreadable("`wall-seconds` is missing"))
}
