//! Requests to the models.

use proofhouse_sdk::ideator::Brief;
use proofhouse_sdk::imports::llm::{Model, Request};
use proofhouse_sdk::prompt::{self, Fence};
use proofhouse_sdk::random::Random;
use proofhouse_sdk::replies::IDEAS_SCHEMA;
use proofhouse_sdk::roster::Sampling;

use crate::config::Config;
use crate::templates::{FORMAT_BLOCKS, FORMAT_JSON};

/// One request that is to be made: the arms that were chosen for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// In the roster.
    pub model: usize,
    /// Among the variants of the brief's mode.
    pub prompt: usize,
    /// Ideas.
    pub count: u32,
}

/// What the requests of a wave have in common.
pub struct Asking<'a> {
    pub config: &'a Config,
    pub brief: &'a Brief,
    /// What the user's message begins with.
    pub announcement: String,
    /// Of the placeholders, but for `count`.
    pub values: Vec<(&'static str, String)>,
}

impl Asking<'_> {
    /// The request that an `Ask` stands for.
    pub fn request(&self, ask: &Ask, random: &mut impl Random) -> Request {
        let model = self.config.roster.model(ask.model);
        let count = ask.count.to_string();
        let mut values: Vec<(&str, &str)> =
            self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        values.push(("count", &count));
        let templates = &self.config.templates;
        let variant = &templates.variants(self.brief.mode)[ask.prompt];
        let schema = self.schema(model);
        let format = if schema.is_some() { FORMAT_JSON } else { FORMAT_BLOCKS };
        let system = format!("{}\n{}\n\n{format}", templates.system.render(&values), Fence::RULE);
        let task = format!("{}{}", self.announcement, variant.template.render(&values));
        let messages = vec![prompt::system(system), prompt::user(task)];
        self.sampling().request(model, messages, schema, random)
    }

    fn schema(&self, model: &Model) -> Option<&'static str> {
        (self.config.json_schema && model.json_schema).then_some(IDEAS_SCHEMA)
    }

    /// Where there is nothing to build on, there is more to think about.
    fn sampling(&self) -> Sampling {
        let mut sampling = self.config.sampling.clone();
        if !self.brief.context.is_empty() {
            sampling.thinking_tokens = self.config.thinking_tokens_later;
        }
        sampling
    }
}
