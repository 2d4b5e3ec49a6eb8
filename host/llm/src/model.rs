//! A model of the run file.

use serde::Serialize;

use crate::estimate::Estimate;
use crate::provider::{Call, Protocol, Target, protocol};
use crate::{ModelConfig, Provider, Request};

/// What one may know about a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelInfo {
    /// Its name in the run file.
    pub name: String,
    /// The provider's name for it.
    pub model: String,
    /// Price of a million input tokens, in dollars.
    pub usd_per_million_input: f64,
    /// Of a million output tokens.
    pub usd_per_million_output: f64,
    /// It can be held to a JSON schema.
    pub json_schema: bool,
    /// It takes a budget of thinking tokens.
    pub thinking: bool,
    /// It gives vectors, not words.
    pub embedding: bool,
}

/// A model, and how it is spoken to.
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) config: ModelConfig,
    pub(crate) base_url: String,
    pub(crate) protocol: &'static dyn Protocol,
}

/// A request that is ready to be sent.
pub(crate) struct Prepared {
    pub(crate) call: Call,
    pub(crate) body: bytes::Bytes,
    pub(crate) estimate: Estimate,
}

impl Model {
    pub(crate) fn new(name: &str, config: &ModelConfig) -> Model {
        let protocol = protocol(config.provider);
        let base_url = config.base_url.as_deref().unwrap_or(protocol.default_base_url());
        let base_url = base_url.trim_end_matches('/').to_owned();
        Model { name: name.to_owned(), config: config.clone(), base_url, protocol }
    }

    pub(crate) fn info(&self) -> ModelInfo {
        ModelInfo {
            name: self.name.clone(),
            model: self.config.model.clone(),
            usd_per_million_input: self.config.usd_per_million_input,
            usd_per_million_output: self.config.usd_per_million_output,
            json_schema: self.config.json_schema,
            thinking: self.config.thinking,
            embedding: self.config.embedding,
        }
    }

    /// What makes a request to it another than one to the model that had its name before.
    pub(crate) fn identity(&self) -> (Provider, &str) {
        (self.config.provider, &self.config.model)
    }

    /// Makes a request ready.
    ///
    /// # Errors
    /// Where the model has no such request.
    pub(crate) fn prepare(&self, request: &Request) -> Result<Prepared, String> {
        self.check(request)?;
        let target = Target { config: &self.config, base_url: &self.base_url };
        let call = self.protocol.call(&target, request)?;
        let body = serde_json::to_vec(&call.body).map_err(|error| format!("it cannot be JSON: {error}"))?;
        let estimate = Estimate::new(&self.config, body.len(), text_bytes(request), call.most_output);
        Ok(Prepared { call, body: body.into(), estimate })
    }

    fn check(&self, request: &Request) -> Result<(), String> {
        let name = &self.name;
        match request {
            Request::Complete { .. } if self.config.embedding => {
                Err(format!("the model `{name}` gives vectors, not words"))
            }
            Request::Complete { messages, temperature, max_tokens, thinking_tokens, json_schema, .. } => {
                let odd = |temperature: f32| !(0.0..=2.0).contains(&temperature);
                if messages.iter().all(|message| message.role == crate::Role::System) {
                    Err("it has no message that is to be answered".to_owned())
                } else if *max_tokens == 0 {
                    Err("its limit of tokens is 0".to_owned())
                } else if temperature.is_some_and(odd) {
                    Err("its temperature is not from 0 to 2".to_owned())
                } else if *thinking_tokens > 0 && !self.config.thinking {
                    Err(format!("the model `{name}` takes no budget of thinking tokens"))
                } else if json_schema.is_some() && !self.config.json_schema {
                    Err(format!("the model `{name}` cannot be held to a JSON schema"))
                } else {
                    Ok(())
                }
            }
            Request::Embed { .. } if !self.config.embedding => {
                Err(format!("the model `{name}` gives words, not vectors"))
            }
            Request::Embed { texts, .. } if texts.is_empty() => Err("it has no texts".to_owned()),
            Request::Embed { .. } => Ok(()),
        }
    }
}

/// The bytes that become tokens, with a few for each message's frame.
fn text_bytes(request: &Request) -> usize {
    const FRAME: usize = 16;
    match request {
        Request::Complete { messages, json_schema, .. } => {
            let contents: usize = messages.iter().map(|message| message.content.len() + FRAME).sum();
            contents + json_schema.as_ref().map_or(0, String::len)
        }
        Request::Embed { texts, .. } => texts.iter().map(String::len).sum(),
    }
}
