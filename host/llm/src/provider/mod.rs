//! The protocols of providers, behind one trait.
//!
//! A protocol makes a request into one HTTP call and a body into an answer. It does no network traffic, and it knows
//! neither budgets nor retries.

mod answer;
mod anthropic;
mod gemini;
mod openai_chat;
mod openai_embeddings;
mod openai_responses;
mod problem;

use serde_json::Value;

pub(crate) use answer::{Answer, Finish};
pub(crate) use problem::{Problem, excerpt, of_body, of_status};

use crate::sse::Event;
use crate::{Message, ModelConfig, Provider, Request, Role};

/// One HTTP POST.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    /// After the base URL.
    pub(crate) path: String,
    /// The body, JSON.
    pub(crate) body: Value,
    /// The reply shall come piece by piece.
    pub(crate) stream: bool,
    /// It is for vectors, not for words.
    pub(crate) vectors: bool,
    /// The most tokens of the reply.
    pub(crate) most_output: u64,
}

/// How a provider is spoken to.
pub(crate) trait Protocol: Send + Sync {
    /// Where its paths begin, when the run file does not say.
    fn default_base_url(&self) -> &'static str;

    /// The header with the key, and what stands before the key.
    fn key_header(&self) -> (&'static str, &'static str);

    /// Headers of every call.
    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// The call for a request.
    ///
    /// # Errors
    /// Where the protocol has no such request.
    fn call(&self, target: &Target<'_>, request: &Request) -> Result<Call, String>;

    /// A whole body with words.
    ///
    /// # Errors
    /// Where it is no answer.
    fn whole(&self, body: &Value, answer: &mut Answer) -> Result<(), Problem>;

    /// A whole body with vectors.
    ///
    /// # Errors
    /// Where it is no answer.
    fn vectors(&self, body: &Value, answer: &mut Answer) -> Result<(), Problem>;

    /// An event of a stream. True where the stream says that it is complete.
    ///
    /// # Errors
    /// Where it is an error, or not of this protocol.
    fn event(&self, event: &Event, answer: &mut Answer) -> Result<bool, Problem>;

    /// Whether what came is a whole answer, though the stream ended without saying so.
    fn is_whole(&self, _answer: &Answer) -> bool {
        false
    }
}

/// The model that is called.
pub(crate) struct Target<'a> {
    pub(crate) config: &'a ModelConfig,
    pub(crate) base_url: &'a str,
}

/// The protocol that a provider speaks.
pub(crate) fn protocol(provider: Provider) -> &'static dyn Protocol {
    match provider {
        Provider::OpenaiChat => &openai_chat::OpenaiChat,
        Provider::OpenaiResponses => &openai_responses::OpenaiResponses,
        Provider::Anthropic => &anthropic::Anthropic,
        Provider::Gemini => &gemini::Gemini,
    }
}

/// The parts of [`Request::Complete`].
pub(crate) struct Conversation<'a> {
    pub(crate) messages: &'a [Message],
    pub(crate) temperature: Option<f32>,
    pub(crate) max_tokens: u64,
    pub(crate) thinking_tokens: u64,
    pub(crate) seed: Option<u64>,
    pub(crate) schema: Option<Value>,
}

impl<'a> Conversation<'a> {
    /// None: it asks for vectors.
    pub(crate) fn of(request: &'a Request) -> Result<Option<Conversation<'a>>, String> {
        let Request::Complete {
            messages, temperature, max_tokens, thinking_tokens, seed, json_schema, ..
        } = request
        else {
            return Ok(None);
        };
        let schema = json_schema.as_deref().map(serde_json::from_str::<Value>).transpose();
        let schema = schema.map_err(|error| format!("its JSON schema is no JSON: {error}"))?;
        if schema.as_ref().is_some_and(|schema| !schema.is_object()) {
            return Err("its JSON schema is no JSON object".to_owned());
        }
        Ok(Some(Conversation {
            messages,
            temperature: *temperature,
            max_tokens: u64::from(*max_tokens),
            thinking_tokens: u64::from(*thinking_tokens),
            seed: *seed,
            schema,
        }))
    }

    /// The most tokens of the reply, thinking included.
    pub(crate) fn most_output(&self) -> u64 {
        self.max_tokens + self.thinking_tokens
    }

    /// The system messages as one text, where the protocol keeps instructions apart.
    pub(crate) fn system(&self) -> String {
        let system = self.messages.iter().filter(|message| message.role == Role::System);
        system.map(|message| message.content.as_str()).collect::<Vec<_>>().join("\n\n")
    }

    /// The messages that are not system messages.
    pub(crate) fn turns(&self) -> impl Iterator<Item = &'a Message> {
        self.messages.iter().filter(|message| message.role != Role::System)
    }

    /// A seed that fits a signed number of this many bits.
    pub(crate) fn seed(&self, bits: u32) -> Option<u64> {
        self.seed.map(|seed| seed & ((1 << (bits - 1)) - 1))
    }
}

/// The word that OpenAI's protocols have for a role.
fn role(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// Up to so many tokens, thinking is a low effort.
const LITTLE_THINKING: u64 = 2048;

/// The word for so many tokens of thinking, for models that take no number.
fn effort(thinking_tokens: u64) -> &'static str {
    match thinking_tokens {
        0 => "none",
        1..=LITTLE_THINKING => "low",
        2049..=8192 => "medium",
        _ => "high",
    }
}

/// The text at a JSON pointer; empty where there is none.
fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The count at a JSON pointer; 0 where there is none.
fn count(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
}

/// The list at a JSON pointer; empty where there is none.
fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The vector that a list of numbers is.
fn vector(value: &Value) -> Option<Vec<f32>> {
    let numbers = value.as_array()?.iter().map(|number| number.as_f64().map(|number| number as f32));
    numbers.map(|number| number.filter(|number| number.is_finite())).collect()
}

/// The JSON of an event.
fn json(event: &Event) -> Result<Value, Problem> {
    serde_json::from_str(&event.data)
        .map_err(|_| Problem::Retry(format!("an event of the stream is no JSON: {}", excerpt(&event.data))))
}
