//! The settings.

use proofhouse_sdk::bandit::Policy;
use proofhouse_sdk::imports::llm::Model;
use proofhouse_sdk::novelty::Thresholds;
use proofhouse_sdk::roster::{Roster, Sampling, granted_model, take_policy};
use proofhouse_sdk::settings::{Settings, within};

use crate::templates::Templates;

/// How much of the trials a prompt shows, in characters.
#[derive(Debug, Clone, PartialEq)]
pub struct Caps {
    /// All trials together.
    pub context: usize,
    /// The diff of one.
    pub diff: usize,
    /// The rationale of one.
    pub rationale: usize,
    /// Why one failed.
    pub detail: usize,
    /// Titles in the list of what was proposed before.
    pub avoid_titles: usize,
}

/// The `[ideator.settings]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub roster: Roster,
    pub sampling: Sampling,
    /// Where there are trials to show.
    pub thinking_tokens_later: u32,
    pub json_schema: bool,
    pub ideas_per_call: u32,
    /// After the first.
    pub waves: u32,
    pub caps: Caps,
    pub thresholds: Thresholds,
    pub embedding_model: Option<String>,
    pub policy: Policy,
    /// The relative gain that is rewarded with 1.
    pub reward_gain: f64,
    pub templates: Templates,
}

impl Config {
    /// Reads the settings, given as JSON, for the models that are granted.
    pub fn parse(json: &str, granted: &[Model]) -> Result<Config, String> {
        let mut settings = Settings::parse(json)?;
        let config = Config {
            roster: Roster::take(&mut settings, granted)?,
            sampling: Sampling::take(&mut settings, 8192, 3000)?,
            thinking_tokens_later: number(&mut settings, "thinking-tokens-later", 1500, 0, 1_000_000)?,
            json_schema: settings.or("json-schema", true)?,
            ideas_per_call: number(&mut settings, "ideas-per-call", 10, 1, 100)?,
            waves: number(&mut settings, "waves", 3, 0, 100)?,
            caps: caps(&mut settings)?,
            thresholds: Thresholds {
                text: within("novelty-threshold", settings.or("novelty-threshold", 0.8)?, 0.0, 1.0)?,
                embedding: within(
                    "embedding-threshold",
                    settings.or("embedding-threshold", 0.92)?,
                    0.0,
                    1.0,
                )?,
            },
            embedding_model: embedding_model(&mut settings, granted)?,
            policy: take_policy(&mut settings)?,
            reward_gain: within("reward-gain", settings.or("reward-gain", 0.05)?, 1e-9, 1e9)?,
            templates: Templates::take(&mut settings)?,
        };
        settings.finish()?;
        Ok(config)
    }
}

fn number(
    settings: &mut Settings,
    key: &'static str,
    default: u32,
    low: u32,
    high: u32,
) -> Result<u32, String> {
    within(key, settings.or(key, default)?, low, high)
}

fn caps(settings: &mut Settings) -> Result<Caps, String> {
    let mut cap = |key, default| number(settings, key, default, 0, 10_000_000).map(|cap| cap as usize);
    Ok(Caps {
        context: cap("context-characters", 120_000)?,
        diff: cap("diff-characters", 3000)?,
        rationale: cap("rationale-characters", 1200)?,
        detail: cap("detail-characters", 800)?,
        avoid_titles: cap("avoid-titles", 100)?,
    })
}

fn embedding_model(settings: &mut Settings, granted: &[Model]) -> Result<Option<String>, String> {
    let Some(name) = settings.take::<String>("embedding-model")? else { return Ok(None) };
    match granted_model("embedding-model", &name, granted)?.embedding {
        true => Ok(Some(name)),
        false => {
            Err(format!("setting `embedding-model` names `{name}`, which does not embed: name one that does"))
        }
    }
}

#[cfg(test)]
mod tests {
    use proofhouse_sdk_testing::{embedding_model, model};

    use super::*;

    fn parse(json: &str) -> Result<Config, String> {
        Config::parse(json, &[model("fast"), embedding_model("vectors")])
    }

    #[test]
    fn the_defaults_are_the_papers() {
        let config = parse("{}").expect("defaults");
        assert_eq!(
            config.sampling,
            Sampling { temperature: Some(1.0), max_tokens: 8192, thinking_tokens: 3000 }
        );
        assert_eq!((config.thinking_tokens_later, config.ideas_per_call, config.waves), (1500, 10, 3));
        assert_eq!(config.embedding_model, None);
        let set = parse(r#"{"embedding-model": "vectors", "waves": 0, "bandit": false}"#).expect("set");
        assert_eq!(
            (set.embedding_model.as_deref(), set.waves, set.policy.learns),
            (Some("vectors"), 0, false)
        );
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (json, named) in [
            (r#"{"ideas-per-call": 0}"#, "`ideas-per-call`"),
            (r#"{"novelty-threshold": 1.5}"#, "`novelty-threshold`"),
            (r#"{"embedding-model": "fast"}"#, "`embedding-model`"),
            (r#"{"embedding-model": "gone"}"#, "`gone`"),
            (r#"{"models": ["gone"]}"#, "`gone`"),
            (r#"{"temperature": 3}"#, "`temperature`"),
            (r#"{"reward-gain": 0}"#, "`reward-gain`"),
            (r#"{"cost-exponent": -1}"#, "`cost-exponent`"),
            (r#"{"context-characters": "many"}"#, "`context-characters`"),
            (r#"{"template": {}}"#, "`template`"),
        ] {
            let error = parse(json).expect_err(json);
            assert!(error.contains(named), "{error}");
        }
    }
}
