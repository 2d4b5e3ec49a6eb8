//! A request as it came.

use serde_json::Value;

/// A protocol of providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// OpenAI's chat completions.
    Chat,
    /// OpenAI's Responses.
    Responses,
    /// Anthropic's Messages.
    Anthropic,
    /// Google's Gemini.
    Gemini,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Protocol; 4] =
        [Protocol::Chat, Protocol::Responses, Protocol::Anthropic, Protocol::Gemini];
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Null where it is no JSON.
    pub body: Value,
}

impl Received {
    /// Which protocol its path belongs to.
    pub fn protocol(&self) -> Option<Protocol> {
        let path = self.path.split('?').next().unwrap_or_default();
        if path.ends_with("/chat/completions") || path.ends_with("/embeddings") {
            Some(Protocol::Chat)
        } else if path.ends_with("/responses") {
            Some(Protocol::Responses)
        } else if path.ends_with("/messages") {
            Some(Protocol::Anthropic)
        } else if path.contains("/models/") && path.contains(':') {
            Some(Protocol::Gemini)
        } else {
            None
        }
    }

    /// It asks for vectors.
    pub fn wants_vectors(&self) -> bool {
        self.path.ends_with("/embeddings") || self.path.ends_with(":batchEmbedContents")
    }

    /// It asks for the reply in pieces.
    pub fn streams(&self) -> bool {
        self.body["stream"] == true || self.path.contains(":streamGenerateContent")
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// Every text of the request, in its order.
    pub fn texts(&self) -> Vec<&str> {
        let body = &self.body;
        let mut texts = Vec::new();
        for part in
            ["instructions", "system", "systemInstruction", "messages", "input", "contents", "requests"]
        {
            collect(&body[part], &mut texts);
        }
        texts
    }

    /// The last text: what is to be answered.
    pub fn prompt(&self) -> &str {
        self.texts().last().copied().unwrap_or_default()
    }

    /// The tokens of its texts, as this server counts them.
    pub fn tokens(&self) -> u64 {
        self.texts().into_iter().map(crate::tokens).sum()
    }
}

fn collect<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(fields) => {
            for (_, value) in
                fields.iter().filter(|(name, _)| matches!(name.as_str(), "content" | "text" | "parts"))
            {
                collect(value, texts);
            }
        }
        _ => {}
    }
}
