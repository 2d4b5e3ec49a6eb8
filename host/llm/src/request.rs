//! What is asked of a model, and what it answers: the same words for every provider.

use serde::{Deserialize, Serialize};

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Instructions, before the conversation.
    System,
    /// The one who asks.
    User,
    /// The model, earlier in the conversation.
    Assistant,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// Its text.
    pub content: String,
}

/// One request, as a plugin makes it. `model` is the name in the run file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Request {
    /// A reply to a conversation.
    Complete {
        /// The model's name in the run file.
        model: String,
        /// The conversation.
        messages: Vec<Message>,
        /// None: the model's own.
        temperature: Option<f32>,
        /// Tokens of the reply, without those of thinking.
        max_tokens: u32,
        /// Tokens of thinking; 0 for none.
        thinking_tokens: u32,
        /// Makes otherwise equal requests different; sent along where the provider knows it.
        seed: Option<u64>,
        /// The reply shall fit this JSON schema (JSON text).
        json_schema: Option<String>,
    },
    /// A vector for each text.
    Embed {
        /// The model's name in the run file.
        model: String,
        /// The texts, in order.
        texts: Vec<String>,
    },
}

impl Request {
    /// The model's name in the run file.
    pub fn model(&self) -> &str {
        match self {
            Request::Complete { model, .. } | Request::Embed { model, .. } => model,
        }
    }
}

/// A reply in words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Completion {
    /// The reply.
    pub text: String,
    /// What the model thought before it, where the provider shows that.
    pub thinking: String,
    /// Tokens of the request, cached ones included, as the provider counted them.
    pub input_tokens: u64,
    /// Tokens of thinking and reply.
    pub output_tokens: u64,
}

/// Vectors.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Embedding {
    /// One for each text, in order.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens of the texts.
    pub input_tokens: u64,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// To [`Request::Complete`].
    Completed(Completion),
    /// To [`Request::Embed`].
    Embedded(Embedding),
    /// No usable reply.
    Failed(Failure),
}

/// Why there is no usable reply. Texts are free of keys, capped, and fit for a plugin to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The model, or its provider's filter, declined.
    #[error("the model declined: {0}")]
    Refused(String),
    /// The reply ended at its limit of tokens; this much came.
    #[error("the reply was cut off after {} tokens", .0.output_tokens)]
    Truncated(Completion),
    /// The provider will not take this request, now or later.
    #[error("the provider rejects the request: {0}")]
    Rejected(String),
    /// No reply, after retries.
    #[error("no reply: {0}")]
    Unavailable(String),
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// One question to the model `m`.
    pub(crate) fn ask(content: &str) -> Request {
        Request::Complete {
            model: "m".to_owned(),
            messages: vec![Message { role: Role::User, content: content.to_owned() }],
            temperature: None,
            max_tokens: 100,
            thinking_tokens: 0,
            seed: None,
            json_schema: None,
        }
    }
}
