//! The settings.

use proofhouse_sdk::bandit::Policy;
use proofhouse_sdk::imports::llm::Model;
use proofhouse_sdk::prompt::Template;
use proofhouse_sdk::roster::{Roster, Sampling, take_policy};
use proofhouse_sdk::settings::{Settings, within};
use serde::Deserialize;

/// What the templates may ask for.
const PLACEHOLDERS: [&str; 6] = ["statement", "metric", "direction", "files", "idea", "attempts"];

/// The `[implementer.settings]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub roster: Roster,
    pub sampling: Sampling,
    pub json_schema: bool,
    /// Replies of the model, for one idea.
    pub max_calls: u32,
    /// Runs that the model may ask for. The change that is handed in may be run once more.
    pub max_runs: u32,
    /// Of the result of one action.
    pub output_characters: usize,
    /// Of the whole conversation.
    pub history_characters: usize,
    pub policy: Policy,
    /// The relative gain that is rewarded with 1.
    pub reward_gain: f64,
    pub system: Template,
    pub task: Template,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    system: Option<String>,
    task: Option<String>,
}

impl Config {
    /// Reads the settings, given as JSON, for the models that are granted.
    pub fn parse(json: &str, granted: &[Model]) -> Result<Config, String> {
        let mut settings = Settings::parse(json)?;
        let given: Given = settings.or("templates", Given::default())?;
        let template = |key: &str, given: Option<String>, own: &str| {
            Template::parse(&format!("templates.{key}"), given.as_deref().unwrap_or(own), &PLACEHOLDERS)
        };
        let mut characters = |key, default| within(key, settings.or(key, default)?, 500, 10_000_000);
        let output_characters = characters("output-characters", 12_000)?;
        let history_characters = characters("history-characters", 200_000)?;
        let config = Config {
            roster: Roster::take(&mut settings, granted)?,
            sampling: Sampling::take(&mut settings, 10_000, 3000)?,
            json_schema: settings.or("json-schema", true)?,
            max_calls: within("max-calls", settings.or("max-calls", 30)?, 1, 10_000)?,
            max_runs: within("max-runs", settings.or("max-runs", 3)?, 0, 1000)?,
            output_characters,
            history_characters,
            policy: take_policy(&mut settings)?,
            reward_gain: within("reward-gain", settings.or("reward-gain", 0.05)?, 1e-9, 1e9)?,
            system: template("system", given.system, include_str!("prompts/system.md"))?,
            task: template("task", given.task, include_str!("prompts/task.md"))?,
        };
        settings.finish()?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use proofhouse_sdk_testing::model;

    use super::*;

    #[test]
    fn defaults_and_wrong_settings() {
        let parse = |json: &str| Config::parse(json, &[model("fast")]);
        let config = parse("{}").expect("defaults");
        assert_eq!((config.max_calls, config.max_runs), (30, 3));
        assert_eq!((config.output_characters, config.history_characters), (12_000, 200_000));
        for (json, named) in [
            (r#"{"max-calls": 0}"#, "`max-calls`"),
            (r#"{"max-run": 1}"#, "`max-run`"),
            (r#"{"output-characters": 1}"#, "`output-characters`"),
            (r#"{"templates": {"task": "{{ideas}}"}}"#, "`templates.task`"),
            (r#"{"models": ["gone"]}"#, "`gone`"),
        ] {
            let error = parse(json).expect_err(json);
            assert!(error.contains(named), "{error}");
        }
    }
}
