//! The models of a role: which there are, how much each is preferred, and how they are asked.

use serde::Deserialize;

use crate::bandit::{Arm, Policy};
use crate::imports::llm::{Message, Model, Request};
use crate::labels;
use crate::random::Random;
use crate::settings::{Settings, within};

/// An entry of the setting `models`: a name, or a table.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Entry {
    Name(String),
    Table(Weighted),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weighted {
    name: String,
    #[serde(default = "one")]
    weight: f64,
}

fn one() -> f64 {
    1.0
}

/// The models that a plugin asks, each with its weight. There is at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Roster {
    members: Vec<(Model, f64)>,
}

impl Roster {
    /// Takes the setting `models`: a list of names or of `{ name, weight }`. Not set: every granted model that
    /// completes, with equal weights.
    ///
    /// # Errors
    /// Where there is no model, one is not granted, or a weight is not positive.
    pub fn take(settings: &mut Settings, granted: &[Model]) -> Result<Roster, String> {
        let entries: Option<Vec<Entry>> = settings.take("models")?;
        let members = match entries {
            None => {
                granted.iter().filter(|model| !model.embedding).map(|model| (model.clone(), 1.0)).collect()
            }
            Some(entries) => {
                entries.into_iter().map(|entry| member(entry, granted)).collect::<Result<_, _>>()?
            }
        };
        let roster = Roster { members };
        for (index, (model, _)) in roster.members.iter().enumerate() {
            if roster.members[..index].iter().any(|(other, _)| other.name == model.name) {
                return Err(format!(
                    "setting `models` names `{}` twice: give it once, with a weight",
                    model.name
                ));
            }
        }
        match roster.members.is_empty() {
            true => Err(
                "there is no language model for this plugin: grant it one in the run file, and name it in \
                         the setting `models` or leave that out"
                    .into(),
            ),
            false => Ok(roster),
        }
    }

    /// The arms of a bandit over these models, in their order; keys are labels `label=MODEL`.
    pub fn arms(&self, label: &str) -> Vec<Arm> {
        let price = |model: &Model| (model.usd_per_million_output + model.usd_per_million_input).max(0.0);
        let mean =
            self.members.iter().map(|(model, _)| price(model)).sum::<f64>() / self.members.len() as f64;
        let arm = |(model, weight): &(Model, f64)| Arm {
            key: labels::label(label, &model.name),
            weight: *weight,
            relative_cost: if mean > 0.0 { price(model) / mean } else { 1.0 },
        };
        self.members.iter().map(arm).collect()
    }

    /// The model at a place of the roster.
    ///
    /// # Panics
    /// Where there is no such place.
    pub fn model(&self, index: usize) -> &Model {
        &self.members[index].0
    }
}

fn member(entry: Entry, granted: &[Model]) -> Result<(Model, f64), String> {
    let Weighted { name, weight } = match entry {
        Entry::Name(name) => Weighted { name, weight: 1.0 },
        Entry::Table(table) => table,
    };
    if !(weight.is_finite() && weight > 0.0) {
        return Err(format!("setting `models` gives `{name}` the weight {weight}: it must be above 0"));
    }
    let model = granted_model("models", &name, granted)?;
    match model.embedding {
        true => Err(format!("setting `models` names `{name}`, which only embeds: name one that completes")),
        false => Ok((model.clone(), weight)),
    }
}

/// The granted model of a name that the setting `key` gave.
///
/// # Errors
/// Where it is not granted; the message names those that are.
pub fn granted_model<'a>(key: &str, name: &str, granted: &'a [Model]) -> Result<&'a Model, String> {
    granted.iter().find(|model| model.name == name).ok_or_else(|| {
        let names: Vec<&str> = granted.iter().map(|model| model.name.as_str()).collect();
        let names = if names.is_empty() { "none".to_owned() } else { format!("`{}`", names.join("`, `")) };
        format!("setting `{key}` names the model `{name}`, which the run does not grant: granted are {names}")
    })
}

/// The setting `temperature`: a number, or `"model"` for the model's own.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Temperature {
    Number(f32),
    Word(TheModels),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TheModels {
    Model,
}

/// How a model is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// None: the model's own.
    pub temperature: Option<f32>,
    /// Of the reply.
    pub max_tokens: u32,
    /// Before the reply, where the model thinks.
    pub thinking_tokens: u32,
}

impl Sampling {
    /// Takes the settings `temperature`, `max-tokens` and `thinking-tokens`.
    ///
    /// # Errors
    /// Where one is out of range.
    pub fn take(settings: &mut Settings, max_tokens: u32, thinking_tokens: u32) -> Result<Sampling, String> {
        let temperature = match settings.or("temperature", Temperature::Number(1.0))? {
            Temperature::Number(number) => Some(within("temperature", number, 0.0, 2.0)?),
            Temperature::Word(TheModels::Model) => None,
        };
        Ok(Sampling {
            temperature,
            max_tokens: within("max-tokens", settings.or("max-tokens", max_tokens)?, 16, 1_000_000)?,
            thinking_tokens: within(
                "thinking-tokens",
                settings.or("thinking-tokens", thinking_tokens)?,
                0,
                1_000_000,
            )?,
        })
    }

    /// A request with a seed of its own. The schema is left out where the model has no such mode, and so is thinking.
    pub fn request(
        &self,
        model: &Model,
        messages: Vec<Message>,
        json_schema: Option<&str>,
        random: &mut impl Random,
    ) -> Request {
        Request {
            model: model.name.clone(),
            messages,
            temperature: self.temperature,
            max_tokens: self.max_tokens,
            thinking_tokens: if model.thinking { self.thinking_tokens } else { 0 },
            seed: Some(random.bits()),
            json_schema: json_schema.filter(|_| model.json_schema).map(str::to_owned),
        }
    }
}

/// Takes the settings `bandit`, `prior-weight` and `cost-exponent`.
///
/// # Errors
/// Where one is out of range.
pub fn take_policy(settings: &mut Settings) -> Result<Policy, String> {
    Ok(Policy {
        learns: settings.or("bandit", true)?,
        prior_weight: within("prior-weight", settings.or("prior-weight", 2.0)?, 0.01, 1e6)?,
        cost_exponent: within("cost-exponent", settings.or("cost-exponent", 0.25)?, 0.0, 10.0)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    fn model(name: &str, price: f64, embedding: bool) -> Model {
        Model {
            name: name.into(),
            usd_per_million_input: 0.0,
            usd_per_million_output: price,
            json_schema: name == "schema",
            thinking: name == "thinks",
            embedding,
        }
    }

    fn granted() -> Vec<Model> {
        vec![model("schema", 3.0, false), model("thinks", 1.0, false), model("vectors", 0.1, true)]
    }

    fn roster(json: &str) -> Result<Roster, String> {
        Roster::take(&mut Settings::parse(json).expect("an object"), &granted())
    }

    #[test]
    fn without_the_setting_every_model_that_completes_is_asked() {
        let arms = roster("{}").expect("two models").arms("model");
        let seen: Vec<(&str, f64, f64)> =
            arms.iter().map(|arm| (arm.key.as_str(), arm.weight, arm.relative_cost)).collect();
        assert_eq!(seen, [("model=schema", 1.0, 1.5), ("model=thinks", 1.0, 0.5)]);
    }

    #[test]
    fn names_and_tables_are_in_their_order_with_their_weights() {
        let roster = roster(r#"{"models": [{"name": "thinks", "weight": 2.5}, "schema"]}"#).expect("granted");
        assert_eq!(roster.model(0).name, "thinks");
        let weights: Vec<f64> = roster.arms("by").iter().map(|arm| arm.weight).collect();
        assert_eq!(weights, [2.5, 1.0]);
    }

    #[test]
    fn the_temperature_is_a_number_or_the_models_own() {
        let take = |json: &str| {
            Sampling::take(&mut Settings::parse(json).expect("an object"), 100, 0).map(|one| one.temperature)
        };
        assert_eq!(take("{}"), Ok(Some(1.0)));
        assert_eq!(take(r#"{"temperature": 0.25}"#), Ok(Some(0.25)));
        assert_eq!(take(r#"{"temperature": "model"}"#), Ok(None));
        for wrong in [r#"{"temperature": 2.5}"#, r#"{"temperature": "warm"}"#] {
            assert!(take(wrong).expect_err(wrong).contains("`temperature`"));
        }
    }

    #[test]
    fn a_wrong_model_is_named() {
        for (json, parts) in [
            (r#"{"models": ["gone"]}"#, ["`gone`", "`schema`, `thinks`"]),
            (r#"{"models": ["vectors"]}"#, ["`vectors`", "only embeds"]),
            (r#"{"models": []}"#, ["`models`", "run file"]),
            (r#"{"models": [{"name": "schema", "weight": 0.0}]}"#, ["`schema`", "above 0"]),
            (r#"{"models": ["schema", "schema"]}"#, ["`schema`", "twice"]),
            (r#"{"models": [{"name": "schema", "wait": 1}]}"#, ["`models`", "a list"]),
        ] {
            let error = roster(json).expect_err(json);
            assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        }
    }

    #[test]
    fn a_model_is_asked_only_for_what_it_can() {
        let sampling = Sampling { temperature: Some(1.0), max_tokens: 10, thinking_tokens: 7 };
        let mut random = SplitMix64::new(1);
        let [schema, thinks, _] = &granted()[..] else { panic!("three") };
        let first = sampling.request(schema, Vec::new(), Some("{}"), &mut random);
        let second = sampling.request(thinks, Vec::new(), Some("{}"), &mut random);
        assert_eq!((first.json_schema.as_deref(), first.thinking_tokens), (Some("{}"), 0));
        assert_eq!((second.json_schema, second.thinking_tokens), (None, 7));
        assert_ne!(first.seed, second.seed);
    }
}
