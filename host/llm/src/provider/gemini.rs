//! Google's Gemini.

use serde_json::{Value, json};

use super::{
    Answer, Call, Conversation, Finish, LITTLE_THINKING, Problem, Protocol, Target, count, json, list,
    of_body, text, vector,
};
use crate::estimate::Usage;
use crate::sse::Event;
use crate::{Request, Role, ThinkingForm};

pub(super) struct Gemini;

impl Protocol for Gemini {
    fn default_base_url(&self) -> &'static str {
        "https://generativelanguage.googleapis.com/v1beta"
    }

    /// Never in the URL, as Google's examples have it: URLs end up in logs.
    fn key_header(&self) -> (&'static str, &'static str) {
        ("x-goog-api-key", "")
    }

    fn call(&self, target: &Target<'_>, request: &Request) -> Result<Call, String> {
        let Some(conversation) = Conversation::of(request)? else {
            return Ok(embed(target, request));
        };
        let turns = conversation.turns();
        let contents: Vec<Value> = turns
            .map(|one| {
                let role = if one.role == Role::Assistant { "model" } else { "user" };
                json!({ "role": role, "parts": [{ "text": one.content }] })
            })
            .collect();
        let mut body = json!({ "contents": contents, "generationConfig": generation(target, &conversation) });
        let system = conversation.system();
        if !system.is_empty() {
            body["systemInstruction"] = json!({ "parts": [{ "text": system }] });
        }
        let stream = target.config.stream;
        let method = if stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
        let path = format!("/{}:{method}", resource(target));
        Ok(Call { path, body, stream, vectors: false, most_output: conversation.most_output() })
    }

    fn whole(&self, body: &Value, answer: &mut Answer) -> Result<(), Problem> {
        if let Some(problem) = of_body(body) {
            return Err(problem);
        }
        take_chunk(body, answer);
        match answer.finish {
            Some(_) => Ok(()),
            None => Err(Problem::Retry("the reply has no candidate that has ended".to_owned())),
        }
    }

    fn vectors(&self, body: &Value, answer: &mut Answer) -> Result<(), Problem> {
        match of_body(body) {
            Some(problem) => Err(problem),
            None => take_vectors(body, answer),
        }
    }

    fn event(&self, event: &Event, answer: &mut Answer) -> Result<bool, Problem> {
        let chunk = json(event)?;
        if let Some(problem) = of_body(&chunk) {
            return Err(problem);
        }
        take_chunk(&chunk, answer);
        Ok(false)
    }

    /// Its stream has no last event but the one with the finish reason.
    fn is_whole(&self, answer: &Answer) -> bool {
        answer.finish.is_some()
    }
}

fn generation(target: &Target<'_>, conversation: &Conversation<'_>) -> Value {
    // The limit is for both.
    let mut generation = json!({ "maxOutputTokens": conversation.most_output() });
    if let Some(temperature) = conversation.temperature {
        generation["temperature"] = json!(temperature);
    }
    if let Some(seed) = conversation.seed(32) {
        generation["seed"] = json!(seed);
    }
    if target.config.thinking {
        let tokens = conversation.thinking_tokens;
        generation["thinkingConfig"] = match target.config.thinking_form {
            ThinkingForm::Budget => json!({ "thinkingBudget": tokens, "includeThoughts": tokens > 0 }),
            ThinkingForm::Effort => {
                // All its models that take a level take these two.
                let level = if tokens <= LITTLE_THINKING { "low" } else { "high" };
                json!({ "thinkingLevel": level, "includeThoughts": tokens > 0 })
            }
        };
    }
    if let Some(schema) = &conversation.schema {
        generation["responseMimeType"] = json!("application/json");
        generation["responseJsonSchema"] = schema.clone();
    }
    generation
}

fn embed(target: &Target<'_>, request: &Request) -> Call {
    let texts = match request {
        Request::Embed { texts, .. } => texts.as_slice(),
        Request::Complete { .. } => &[],
    };
    let model = resource(target);
    let one = |text: &String| json!({ "model": model, "content": { "parts": [{ "text": text }] } });
    let body = json!({ "requests": texts.iter().map(one).collect::<Vec<_>>() });
    Call { path: format!("/{model}:batchEmbedContents"), body, stream: false, vectors: true, most_output: 0 }
}

fn resource(target: &Target<'_>) -> String {
    let model = &target.config.model;
    if model.contains('/') { model.clone() } else { format!("models/{model}") }
}

fn take_vectors(body: &Value, answer: &mut Answer) -> Result<(), Problem> {
    let entries = list(body, "/embeddings").iter();
    let vectors: Option<Vec<_>> = entries.map(|entry| vector(&entry["values"])).collect();
    answer.vectors = vectors.ok_or_else(|| Problem::Retry("the reply has no vectors".to_owned()))?;
    if let Some(input) = body.pointer("/usageMetadata/promptTokenCount").and_then(Value::as_u64) {
        answer.usage = Some(Usage { input, ..Usage::default() });
    }
    answer.ends(Finish::Whole);
    Ok(())
}

fn take_chunk(chunk: &Value, answer: &mut Answer) {
    if let Some(usage) = chunk.get("usageMetadata").filter(|usage| usage.is_object()) {
        let sum = |one, other| count(usage, one).saturating_add(count(usage, other));
        let output = sum("/candidatesTokenCount", "/thoughtsTokenCount");
        let input = sum("/promptTokenCount", "/toolUsePromptTokenCount");
        answer.usage =
            Some(Usage { input, cached: count(usage, "/cachedContentTokenCount"), written: 0, output });
    }
    let blocked = text(chunk, "/promptFeedback/blockReason");
    if !blocked.is_empty() {
        answer.ends(Finish::Refused(format!("the prompt is blocked: {blocked}")));
    }
    let Some(candidate) = list(chunk, "/candidates").first() else { return };
    for part in list(candidate, "/content/parts") {
        let thought = part.get("thought").and_then(Value::as_bool).unwrap_or(false);
        let said = if thought { &mut answer.thinking } else { &mut answer.text };
        said.push_str(text(part, "/text"));
    }
    match text(candidate, "/finishReason") {
        "" => {}
        "STOP" => answer.ends(Finish::Whole),
        "MAX_TOKENS" => answer.ends(Finish::Length),
        reason => answer.ends(Finish::Refused(format!("it ended with {reason}"))),
    }
}
