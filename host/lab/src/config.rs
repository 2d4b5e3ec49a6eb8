//! The run file: what the user asks for.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::{LabError, toml_file};

/// The most worker processes.
const MOST_WORKERS: usize = 1024;
/// The most measurements of the unpatched program.
const MOST_BASELINES: u32 = 1000;

/// A plugin and its settings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PluginConfig {
    /// The component's name, as in `evolution`.
    pub plugin: String,
    /// Handed to the plugin as JSON. What may be in it, the plugin decides.
    #[serde(default = "no_settings")]
    pub settings: Value,
}

fn no_settings() -> Value {
    Value::Object(serde_json::Map::new())
}

/// A run file.
#[derive(Debug, Clone, PartialEq)]
pub struct RunConfig {
    /// Where it was read from.
    pub path: PathBuf,
    /// Its text, for the record.
    pub text: String,
    /// As in `demo`: the run's folder begins with it.
    pub name: String,
    /// The environment's name or folder.
    pub environment: PathBuf,
    /// One of the environment's profiles.
    pub profile: String,
    /// Every number the run draws at random comes from this one.
    pub seed: u64,
    /// How many candidates run at a time. Results do not depend on it.
    pub workers: usize,
    /// How often the unpatched program is measured.
    pub baseline_seeds: u32,
    /// Other data than the environment's: a file, or a prepared folder.
    pub data: Option<PathBuf>,
    /// Decides what is tried next.
    pub searcher: PluginConfig,
    /// Proposes.
    pub ideator: PluginConfig,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RunFile {
    name: String,
    environment: PathBuf,
    profile: String,
    seed: u64,
    #[serde(default = "one_worker")]
    workers: usize,
    #[serde(default = "five_baselines")]
    baseline_seeds: u32,
    data: Option<PathBuf>,
    searcher: PluginConfig,
    ideator: PluginConfig,
}

fn one_worker() -> usize {
    1
}

fn five_baselines() -> u32 {
    5
}

impl RunConfig {
    /// Reads a run file. A relative `data` path is relative to the file.
    ///
    /// # Errors
    /// Where the file cannot be read, or says something wrong: with file, line and key.
    pub fn read(path: &Path) -> Result<RunConfig, LabError> {
        let (text, file) = toml_file::read::<RunFile>(path)?;
        let beside = |other: PathBuf| path.parent().unwrap_or(Path::new("")).join(other);
        let config = RunConfig {
            path: path.to_owned(),
            text,
            name: file.name,
            environment: file.environment,
            profile: file.profile,
            seed: file.seed,
            workers: file.workers,
            baseline_seeds: file.baseline_seeds,
            data: file.data.map(beside),
            searcher: file.searcher,
            ideator: file.ideator,
        };
        config.check()?;
        Ok(config)
    }

    /// Is every value within its range? Also for values that the command line changed.
    pub(crate) fn check(&self) -> Result<(), LabError> {
        toml_file::check_word(&self.path, "name", &self.name)?;
        toml_file::check_word(&self.path, "searcher.plugin", &self.searcher.plugin)?;
        toml_file::check_word(&self.path, "ideator.plugin", &self.ideator.plugin)?;
        let range = |key: &str, value: u64, most: u64| {
            if (1..=most).contains(&value) {
                return Ok(());
            }
            Err(LabError::config(&self.path, format!("`{key}` is {value}: use 1 to {most}")))
        };
        range("workers", self.workers as u64, MOST_WORKERS as u64)?;
        range("baseline-seeds", u64::from(self.baseline_seeds), u64::from(MOST_BASELINES))?;
        let settings =
            [("searcher.settings", &self.searcher.settings), ("ideator.settings", &self.ideator.settings)];
        match settings.iter().find(|(_, settings)| !settings.is_object()) {
            Some((key, _)) => Err(LabError::config(&self.path, format!("`{key}` must be a table"))),
            None => Ok(()),
        }
    }

    /// The environment's folder: beside the run file, the folder of the run file itself, or among `environments`.
    pub(crate) fn environment_dir(&self, environments: &Path) -> Result<PathBuf, LabError> {
        let here = self.path.parent().unwrap_or(Path::new(""));
        let mut tried = vec![here.join(&self.environment), environments.join(&self.environment)];
        // A run file that lies in its environment's folder names it by that folder's name.
        if let Some(above) = here.canonicalize().ok().and_then(|dir| dir.parent().map(Path::to_owned)) {
            tried.push(above.join(&self.environment));
        }
        tried.iter().find(|dir| dir.join("environment.toml").is_file()).cloned().ok_or_else(|| {
            let places: Vec<String> = tried.iter().map(|dir| dir.display().to_string()).collect();
            LabError::config(
                &self.path,
                format!(
                    "`environment` is `{}`: none of {} has an environment.toml",
                    self.environment.display(),
                    places.join(", ")
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::RunConfig;

    const GOOD: &str = "name = \"demo\"\nenvironment = \"nanogpt\"\nprofile = \"cpu\"\nseed = 1\n\
                        [searcher]\nplugin = \"evolution\"\n[searcher.settings]\nepochs = 4\nshare = 0.5\n\
                        [ideator]\nplugin = \"operators\"\n";

    fn read(text: &str) -> Result<RunConfig, String> {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("demo.toml");
        fs::write(&path, text).expect("writes");
        RunConfig::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn a_run_file_is_read() {
        let config = read(GOOD).expect("reads");
        assert_eq!((config.workers, config.baseline_seeds, config.seed), (1, 5, 1));
        assert_eq!(config.searcher.settings, serde_json::json!({"epochs": 4, "share": 0.5}));
        assert_eq!(config.ideator.settings, serde_json::json!({}));
        assert_eq!(config.text, GOOD);
    }

    #[test]
    fn what_is_wrong_is_named_with_file_and_key() {
        let cases = [
            (GOOD.replace("seed = 1", "sed = 1"), "sed"),
            (GOOD.replace("seed = 1", "seed = -1"), "seed"),
            (GOOD.replace("seed = 1", "seed = 1\nseed = 2"), "duplicate key"),
            (GOOD.replace("seed = 1", "seed = 1\nworkers = 0"), "`workers` is 0: use 1 to 1024"),
            (GOOD.replace("seed = 1", "seed = 1\nbaseline-seeds = 0"), "`baseline-seeds` is 0"),
            (GOOD.replace("\"demo\"", "\"../demo\""), "`name` is `../demo`"),
            (GOOD.replace("\"evolution\"", "\"a/b\""), "`searcher.plugin`"),
            (GOOD.replace("[ideator]", "[ideatr]"), "ideatr"),
        ];
        for (text, expected) in cases {
            let message = read(&text).expect_err(&text);
            assert!(message.contains("demo.toml") && message.contains(expected), "{expected}: {message}");
        }
    }

    #[test]
    fn the_environment_is_found_from_within_its_own_folder() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = dir.path().join("nanogpt");
        fs::create_dir(&home).expect("a folder");
        fs::write(home.join("environment.toml"), "").expect("writes");
        fs::write(home.join("demo.toml"), GOOD).expect("writes");
        let config = RunConfig::read(&home.join("demo.toml")).expect("reads");
        let found = config.environment_dir(&dir.path().join("none")).expect("found");
        assert_eq!(found.canonicalize().ok(), home.canonicalize().ok());
        let lost = RunConfig { environment: "grpo".into(), ..config };
        let message = lost.environment_dir(&dir.path().join("none")).expect_err("is not there").to_string();
        assert!(message.contains("`environment` is `grpo`"), "{message}");
    }
}
