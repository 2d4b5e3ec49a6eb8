//! The settings.

use proofhouse_sdk::bandit::Policy;
use proofhouse_sdk::changes::Format;
use proofhouse_sdk::imports::llm::Model;
use proofhouse_sdk::prompt::Template;
use proofhouse_sdk::roster::{Roster, Sampling, take_policy};
use proofhouse_sdk::settings::{Settings, within};
use serde::Deserialize;

/// What the templates may ask for.
const FIRST: [&str; 6] = ["statement", "metric", "direction", "files", "idea", "attempts"];
const LATER: [&str; 1] = ["log"];

/// The `[implementer.settings]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub roster: Roster,
    pub sampling: Sampling,
    /// Replies that are asked for at first.
    pub samples: u32,
    /// Rounds for a diff that does not apply.
    pub revisions: u32,
    /// Rounds for a program that does not run.
    pub repair: u32,
    pub smoke: bool,
    pub max_smoke_runs: u32,
    pub format: Format,
    /// Of a log in a prompt, in characters.
    pub log_characters: usize,
    pub policy: Policy,
    /// The relative gain that is rewarded with 1.
    pub reward_gain: f64,
    pub templates: Templates,
}

/// The prompts: those of the plugin, or the user's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Templates {
    pub system: Template,
    pub implement: Template,
    pub revise: Template,
    pub repair: Template,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    system: Option<String>,
    implement: Option<String>,
    revise: Option<String>,
    repair: Option<String>,
}

impl Config {
    /// Reads the settings, given as JSON, for the models that are granted.
    pub fn parse(json: &str, granted: &[Model]) -> Result<Config, String> {
        let mut settings = Settings::parse(json)?;
        let config = Config {
            roster: Roster::take(&mut settings, granted)?,
            sampling: Sampling::take(&mut settings, 10_000, 3000)?,
            samples: within("samples", settings.or("samples", 10)?, 1, 1000)?,
            revisions: within("revisions", settings.or("revisions", 2)?, 0, 100)?,
            repair: within("repair", settings.or("repair", 0)?, 0, 100)?,
            smoke: settings.or("smoke", false)?,
            max_smoke_runs: within("max-smoke-runs", settings.or("max-smoke-runs", 3)?, 0, 1000)?,
            format: Format::parse("format", &settings.or("format", "any".to_owned())?)?,
            log_characters: within("log-characters", settings.or("log-characters", 4000)?, 100, 1_000_000)?,
            policy: take_policy(&mut settings)?,
            reward_gain: within("reward-gain", settings.or("reward-gain", 0.05)?, 1e-9, 1e9)?,
            templates: Templates::take(&mut settings)?,
        };
        settings.finish()?;
        match config.repair > 0 && !config.smoke {
            true => {
                Err("setting `repair` needs `smoke = true`: without a smoke run nothing is known to fail"
                    .into())
            }
            false => Ok(config),
        }
    }

    /// What is said of the form of the reply.
    pub fn format_rules(&self) -> &'static str {
        match self.format {
            Format::Diff | Format::Any => include_str!("prompts/format_diff.md"),
            Format::SearchReplace => include_str!("prompts/format_search_replace.md"),
            Format::WholeFile => include_str!("prompts/format_whole_file.md"),
        }
    }
}

impl Templates {
    fn take(settings: &mut Settings) -> Result<Templates, String> {
        let given: Given = settings.or("templates", Given::default())?;
        let parse = |key: &str, given: Option<String>, own: &str, known: &[&str]| {
            Template::parse(&format!("templates.{key}"), given.as_deref().unwrap_or(own), known)
        };
        Ok(Templates {
            system: parse("system", given.system, include_str!("prompts/system.md"), &FIRST)?,
            implement: parse("implement", given.implement, include_str!("prompts/implement.md"), &FIRST)?,
            revise: parse("revise", given.revise, include_str!("prompts/revise.md"), &LATER)?,
            repair: parse("repair", given.repair, include_str!("prompts/repair.md"), &LATER)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proofhouse_sdk_testing::model;

    use super::*;

    fn parse(json: &str) -> Result<Config, String> {
        Config::parse(json, &[model("fast")])
    }

    #[test]
    fn the_defaults_are_the_papers() {
        let config = parse("{}").expect("defaults");
        assert_eq!((config.samples, config.revisions, config.repair), (10, 2, 0));
        assert_eq!((config.sampling.max_tokens, config.sampling.thinking_tokens), (10_000, 3000));
        assert_eq!((config.smoke, config.max_smoke_runs, config.format), (false, 3, Format::Any));
    }

    #[test]
    fn the_rules_of_the_form_are_those_that_are_asked_for() {
        let rules =
            |format: &str| parse(&format!(r#"{{"format": "{format}"}}"#)).expect(format).format_rules();
        assert!(rules("any").contains("--- /dev/null") && rules("any") == rules("diff"));
        assert!(rules("search-replace").contains("<<<<<<< SEARCH"));
        assert!(rules("whole-file").contains("in full"));
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (json, named) in [
            (r#"{"samples": 0}"#, "`samples`"),
            (r#"{"format": "patch"}"#, "`format`"),
            (r#"{"repair": 1}"#, "`repair`"),
            (r#"{"models": ["gone"]}"#, "`gone`"),
            (r#"{"templates": {"revise": "{{idea}}"}}"#, "`templates.revise`"),
            (r#"{"templates": {"revised": ""}}"#, "revised"),
            (r#"{"revision": 1}"#, "`revision`"),
        ] {
            let error = parse(json).expect_err(json);
            assert!(error.contains(named), "{error}");
        }
    }
}
