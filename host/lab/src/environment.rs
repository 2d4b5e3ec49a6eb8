//! An environment's manifest: the problem, its program, its evaluator, and its profiles.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proofhouse_compute::DeviceModel;
use proofhouse_types::{Access, Metric, Problem, SourceFile};
use serde::Deserialize;
use serde_json::Value;

use crate::patch::MOST_FILE_BYTES;
use crate::{LabError, toml_file};

/// An environment, as its folder says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// The manifest.
    pub manifest: PathBuf,
    /// The problem, with its files' texts.
    pub problem: Problem,
    /// The evaluator component's name.
    pub evaluator: String,
    /// The executor component's name.
    pub executor: String,
    /// The file that is the program's main module.
    pub main: String,
    /// The candidates' policy file.
    pub candidate_policy: String,
    /// The evaluator's policy file.
    pub evaluator_policy: String,
    /// Sizes of the same problem, by name.
    pub profiles: BTreeMap<String, Profile>,
}

/// One size of an environment's problem.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Profile {
    /// The reference device of the cost model.
    pub device: DeviceModel,
    /// Handed to the evaluator as JSON.
    pub evaluator_settings: Value,
    /// What is different in a smoke run: a moment of training, to see whether a patched program runs at all. None:
    /// there are no smoke runs.
    #[serde(default)]
    pub smoke_settings: Option<Value>,
    /// Who sees which data streams.
    pub data: DataNames,
    /// The prepared data that is used where the run names none.
    pub default_data: String,
}

/// Who sees which data streams.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataNames {
    /// What programs may read.
    pub candidate: Vec<String>,
    /// What only the evaluator may read.
    pub evaluator: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Manifest {
    name: String,
    statement: String,
    evaluator: String,
    executor: String,
    main: String,
    metric: ManifestMetric,
    file: Vec<ManifestFile>,
    policies: ManifestPolicies,
    profiles: BTreeMap<String, Profile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestMetric {
    name: String,
    unit: String,
    direction: proofhouse_types::Direction,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestFile {
    path: String,
    access: Access,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestPolicies {
    candidate: String,
    evaluator: String,
}

impl Environment {
    /// Reads `dir/environment.toml` and the files that it names.
    ///
    /// # Errors
    /// Where a file cannot be read, or the manifest says something wrong: with file and key.
    pub fn read(dir: &Path) -> Result<Environment, LabError> {
        let path = dir.join("environment.toml");
        let (_, manifest) = toml_file::read::<Manifest>(&path)?;
        manifest.check(&path)?;
        let files =
            manifest.file.iter().map(|file| read_source(dir, &path, file)).collect::<Result<Vec<_>, _>>()?;
        let ManifestMetric { name, unit, direction } = manifest.metric;
        Ok(Environment {
            manifest: path,
            problem: Problem {
                name: manifest.name,
                statement: manifest.statement.trim().to_owned(),
                metric: Metric { name, unit, direction },
                baseline: None,
                files,
            },
            evaluator: manifest.evaluator,
            executor: manifest.executor,
            main: manifest.main,
            candidate_policy: manifest.policies.candidate,
            evaluator_policy: manifest.policies.evaluator,
            profiles: manifest.profiles,
        })
    }

    /// The profile called `name`.
    ///
    /// # Errors
    /// Where there is none: with the names of those that there are.
    pub fn profile(&self, name: &str) -> Result<&Profile, LabError> {
        self.profiles.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
            LabError::config(
                &self.manifest,
                format!("there is no profile `{}`; there are: {}", name.escape_debug(), names.join(", ")),
            )
        })
    }
}

impl Manifest {
    fn check(&self, path: &Path) -> Result<(), LabError> {
        let wrong = |reason: String| Err(LabError::config(path, reason));
        toml_file::check_word(path, "name", &self.name)?;
        toml_file::check_word(path, "evaluator", &self.evaluator)?;
        toml_file::check_word(path, "executor", &self.executor)?;
        for (key, name) in [
            ("policies.candidate", &self.policies.candidate),
            ("policies.evaluator", &self.policies.evaluator),
        ] {
            toml_file::check_word(path, key, name.strip_suffix(".toml").unwrap_or(""))?;
        }
        if !self.file.iter().any(|file| file.path == self.main) {
            return wrong(format!("`main` is `{}`, which is no `[[file]]`", self.main));
        }
        if !self.file.iter().any(|file| file.access == Access::Editable) {
            return wrong("no `[[file]]` is editable, so that no patch could change anything".into());
        }
        for (index, file) in self.file.iter().enumerate() {
            crate::patch::check_path(&file.path)
                .map_err(|reason| LabError::config(path, format!("`file.path`: {reason}")))?;
            if self.file[..index].iter().any(|other| other.path == file.path) {
                return wrong(format!("`file.path`: `{}` is there twice", file.path));
            }
        }
        self.profiles.iter().try_for_each(|(name, profile)| profile.check(path, name))
    }
}

impl Profile {
    /// The evaluator's settings in a smoke run; null where there are no smoke runs.
    pub(crate) fn smoke(&self) -> Value {
        let Some(Value::Object(changes)) = &self.smoke_settings else { return Value::Null };
        let mut settings = self.evaluator_settings.clone();
        if let Value::Object(table) = &mut settings {
            table.extend(changes.clone());
        }
        settings
    }

    fn check(&self, path: &Path, name: &str) -> Result<(), LabError> {
        let wrong = |key: &str, reason: &str| {
            Err(LabError::config(path, format!("`profiles.{name}.{key}` {reason}")))
        };
        let device = &self.device;
        for (key, value) in [
            ("flops-per-second", device.flops_per_second),
            ("bytes-per-second", device.bytes_per_second),
            ("instructions-per-second", device.instructions_per_second),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return wrong(&format!("device.{key}"), "must be more than 0 and finite");
            }
        }
        if !(device.launch_seconds.is_finite() && device.launch_seconds >= 0.0) {
            return wrong("device.launch-seconds", "must be 0 or more, and finite");
        }
        if !self.evaluator_settings.is_object() {
            return wrong("evaluator-settings", "must be a table");
        }
        toml_file::check_word(path, &format!("profiles.{name}.default-data"), &self.default_data)?;
        if self.smoke_settings.as_ref().is_some_and(|settings| !settings.is_object()) {
            return wrong("smoke-settings", "must be a table");
        }
        let streams: Vec<&String> = self.data.candidate.iter().chain(&self.data.evaluator).collect();
        for (index, stream) in streams.iter().enumerate() {
            toml_file::check_word(path, &format!("profiles.{name}.data"), stream)?;
            if streams[..index].contains(stream) {
                return wrong("data", &format!("names `{stream}` twice: what both see is not held out"));
            }
        }
        Ok(())
    }
}

fn read_source(dir: &Path, manifest: &Path, file: &ManifestFile) -> Result<SourceFile, LabError> {
    let path = dir.join(&file.path);
    let text = fs::read_to_string(&path).map_err(LabError::io(&path))?;
    if text.len() > MOST_FILE_BYTES {
        return Err(LabError::config(
            manifest,
            format!("`{}` has {} bytes, and {MOST_FILE_BYTES} are allowed", file.path, text.len()),
        ));
    }
    Ok(SourceFile { path: file.path.clone(), text, access: file.access })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Environment;

    const GOOD: &str = r#"
name = "toy"
statement = """
Make it small.
"""
evaluator = "toy-evaluator"
executor = "python"
main = "train.py"
[metric]
name = "held-out loss"
unit = "nats/token"
direction = "minimize"
[[file]]
path = "train.py"
access = "editable"
[[file]]
path = "data/plan.py"
access = "hidden"
[policies]
candidate = "candidate.toml"
evaluator = "evaluator.toml"
[profiles.cpu]
default-data = "source-text"
[profiles.cpu.device]
name = "reference"
flops-per-second = 1e10
bytes-per-second = 1e10
launch-seconds = 1e-6
instructions-per-second = 1e9
[profiles.cpu.evaluator-settings]
rows = 4
train-device-seconds = 8.0
[profiles.cpu.data]
candidate = ["train"]
evaluator = ["held-out"]
"#;

    fn read(text: &str) -> Result<Environment, String> {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(dir.path().join("data")).expect("a folder");
        fs::write(dir.path().join("train.py"), "x = 1\n").expect("writes");
        fs::write(dir.path().join("data/plan.py"), "y = 1\n").expect("writes");
        fs::write(dir.path().join("environment.toml"), text).expect("writes");
        Environment::read(dir.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_manifest_is_read_with_its_files() {
        let environment = read(GOOD).expect("reads");
        assert_eq!(environment.problem.statement, "Make it small.");
        assert_eq!(environment.problem.files[1].text, "y = 1\n");
        let profile = environment.profile("cpu").expect("is there");
        assert_eq!(profile.evaluator_settings, serde_json::json!({"rows": 4, "train-device-seconds": 8.0}));
        assert_eq!(profile.device.flops_per_second, 1e10);
        assert_eq!(profile.smoke(), serde_json::Value::Null);
        let smoke = format!("{GOOD}[profiles.cpu.smoke-settings]\ntrain-device-seconds = 0.1\n");
        let smoke = read(&smoke).expect("reads").profile("cpu").expect("is there").smoke();
        assert_eq!(smoke, serde_json::json!({"rows": 4, "train-device-seconds": 0.1}));
        let message = environment.profile("gpu").expect_err("is not there").to_string();
        assert!(message.contains("no profile `gpu`; there are: cpu"), "{message}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            (GOOD.replace("executor =", "executr ="), "executr"),
            (GOOD.replace("main = \"train.py\"", "main = \"run.py\""), "`main` is `run.py`"),
            (GOOD.replace("\"data/plan.py\"", "\"../plan.py\""), "`file.path`"),
            (GOOD.replace("\"data/plan.py\"", "\"train.py\""), "twice"),
            (GOOD.replace("access = \"editable\"", "access = \"visible\""), "no `[[file]]` is editable"),
            (GOOD.replace("[\"held-out\"]", "[\"train\"]"), "names `train` twice"),
            (GOOD.replace("flops-per-second = 1e10", "flops-per-second = nan"), "device.flops-per-second"),
            (GOOD.replace("launch-seconds = 1e-6", "launch-seconds = -1.0"), "device.launch-seconds"),
            (GOOD.replace("\"candidate.toml\"", "\"../candidate.toml\""), "policies.candidate"),
            (GOOD.replace("unit =", "units ="), "units"),
        ];
        for (text, expected) in cases {
            let message = read(&text).expect_err(expected);
            assert!(
                message.contains("environment.toml") && message.contains(expected),
                "{expected}: {message}"
            );
        }
    }
}
