//! The run file: what the user asks for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proofhouse_llm::{Budget, LlmConfig, ModelConfig};
use serde::Deserialize;
use serde_json::Value;

use crate::{LabError, toml_file};

/// The most worker processes.
const MOST_WORKERS: usize = 1024;
/// The most measurements of the unpatched program.
const MOST_BASELINES: u32 = 1000;
/// The most ideas that are implemented at a time.
const MOST_PARALLEL: u32 = 256;
/// The most times that a program which crashed is given back to its implementer.
const MOST_REPAIRS: u32 = 10;

/// A plugin and its settings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PluginConfig {
    /// The component's name, as in `evolution`.
    pub plugin: String,
    /// Handed to the plugin as JSON. What may be in it, the plugin decides.
    #[serde(default = "no_settings")]
    pub settings: Value,
    /// The language models that it may use: names of `[models.NAME]` tables.
    #[serde(default)]
    pub models: Vec<String>,
}

/// The implementer and how it is used.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImplementerConfig {
    /// The component's name, as in `llm-implementer`.
    pub plugin: String,
    /// Handed to the plugin as JSON.
    #[serde(default = "no_settings")]
    pub settings: Value,
    /// The language models that it may use.
    #[serde(default)]
    pub models: Vec<String>,
    /// Ideas that are implemented at a time. Results do not depend on it.
    #[serde(default = "eight")]
    pub parallel: u32,
    /// How often a program that crashed is given back with its traceback.
    #[serde(default)]
    pub repairs: u32,
}

/// What is done about a program that an earlier trial of the run ran already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SameProgram {
    /// It is not run again; the outcome says which trial has its score.
    #[default]
    Refuse,
    /// It is run.
    Run,
}

fn eight() -> u32 {
    8
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
    /// Writes patches for ideas that come without one.
    pub implementer: Option<ImplementerConfig>,
    /// The language models, and their budget.
    pub llm: LlmConfig,
    /// Answers in place of the language models: a recording, or another run's folder.
    pub llm_replay: Option<PathBuf>,
    /// What is done about a program that was run before.
    pub same_program: SameProgram,
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
    implementer: Option<ImplementerConfig>,
    #[serde(default)]
    models: BTreeMap<String, ModelConfig>,
    #[serde(default)]
    llm: LlmTable,
    #[serde(default)]
    same_program: SameProgram,
}

/// `[llm]`: what holds for all models together.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LlmTable {
    max_requests: Option<u64>,
    max_tokens: Option<u64>,
    max_usd: Option<f64>,
    record: Option<PathBuf>,
    cache: Option<PathBuf>,
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
            implementer: file.implementer,
            llm: LlmConfig {
                models: file.models,
                budget: Budget {
                    max_requests: file.llm.max_requests,
                    max_tokens: file.llm.max_tokens,
                    max_usd: file.llm.max_usd,
                },
                record: file.llm.record,
                cache: file.llm.cache,
            },
            llm_replay: None,
            same_program: file.same_program,
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
        let mut settings = vec![
            ("searcher.settings", &self.searcher.settings),
            ("ideator.settings", &self.ideator.settings),
        ];
        if let Some(implementer) = &self.implementer {
            toml_file::check_word(&self.path, "implementer.plugin", &implementer.plugin)?;
            range("implementer.parallel", u64::from(implementer.parallel), u64::from(MOST_PARALLEL))?;
            if implementer.repairs > MOST_REPAIRS {
                let reason =
                    format!("`implementer.repairs` is {}: use 0 to {MOST_REPAIRS}", implementer.repairs);
                return Err(LabError::config(&self.path, reason));
            }
            settings.push(("implementer.settings", &implementer.settings));
        }
        if let Some((key, _)) = settings.iter().find(|(_, settings)| !settings.is_object()) {
            return Err(LabError::config(&self.path, format!("`{key}` must be a table")));
        }
        self.check_models()
    }

    /// Are the models right, and is each that a plugin is granted there?
    fn check_models(&self) -> Result<(), LabError> {
        self.llm.check().map_err(|reason| LabError::config(&self.path, reason))?;
        let none = Vec::new();
        let granted = [
            ("searcher.models", &self.searcher.models),
            ("ideator.models", &self.ideator.models),
            ("implementer.models", self.implementer.as_ref().map_or(&none, |one| &one.models)),
        ];
        if !self.searcher.models.is_empty() {
            return Err(LabError::config(
                &self.path,
                "`searcher.models`: a searcher reaches no language model",
            ));
        }
        for (key, models) in granted {
            if let Some(name) = models.iter().find(|name| !self.llm.models.contains_key(*name)) {
                let known: Vec<&str> = self.llm.models.keys().map(String::as_str).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let reason = format!(
                    "`{key}` names `{}`, and there is no `[models.{}]`; there are: {known}",
                    name.escape_debug(),
                    name.escape_debug()
                );
                return Err(LabError::config(&self.path, reason));
            }
        }
        Ok(())
    }

    /// The folder that relative paths of the run file start from.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
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

    use super::{RunConfig, SameProgram};

    const GOOD: &str = "name = \"demo\"\nenvironment = \"nanogpt\"\nprofile = \"cpu\"\nseed = 1\n\
                        [searcher]\nplugin = \"evolution\"\n[searcher.settings]\nepochs = 4\nshare = 0.5\n\
                        [ideator]\nplugin = \"operators\"\n";

    const MODEL: &str = "[models.fast]\nprovider = \"openai-chat\"\nmodel = \"small\"\nkey-env = \"KEY\"\n\
                         usd-per-million-output = 5.0\n";

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
        assert_eq!(config.same_program, SameProgram::Refuse);
    }

    #[test]
    fn models_and_their_budget_are_read() {
        let text = GOOD.replace("seed = 1", "seed = 1\nsame-program = \"run\"");
        let config = read(&format!(
            "{text}models = [\"fast\"]\n[implementer]\nplugin = \"llm-implementer\"\nmodels = [\"fast\"]\n\
             {MODEL}[llm]\nmax-usd = 2.5\ncache = \"answers\"\n"
        ))
        .expect("reads");
        assert_eq!(config.ideator.models, ["fast"]);
        assert_eq!(config.llm.budget.max_usd, Some(2.5));
        assert_eq!(config.llm.models["fast"].key_env.as_deref(), Some("KEY"));
        assert_eq!(config.implementer.map(|one| (one.parallel, one.repairs)), Some((8, 0)));
        assert_eq!(config.same_program, SameProgram::Run);
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
            (format!("{GOOD}models = [\"fast\"]\n"), "`ideator.models` names `fast`"),
            (format!("{GOOD}{MODEL}[llm]\nmax-usd = -1.0\n"), "max-usd"),
            (format!("{GOOD}{MODEL}key = \"sk-secret\"\n"), "unknown field `key`"),
            (
                format!("{}{MODEL}", GOOD.replace("\"evolution\"", "\"evolution\"\nmodels = [\"fast\"]")),
                "`searcher.models`",
            ),
            (format!("{GOOD}[implementer]\nplugin = \"x\"\nparallel = 0\n"), "`implementer.parallel` is 0"),
            (format!("{GOOD}[implementer]\nplugin = \"x\"\nrepairs = 11\n"), "`implementer.repairs` is 11"),
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
