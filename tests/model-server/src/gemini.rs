//! Google's Gemini.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::respond::event;
use crate::{Answer, Finish, Received};

pub(crate) fn whole(received: &Received, answer: &Answer) -> Value {
    let mut parts = Vec::new();
    if !answer.thinking.is_empty() {
        parts.push(json!({ "text": answer.thinking, "thought": true }));
    }
    parts.push(json!({ "text": answer.text }));
    chunk(received, answer, parts, Some(reason(answer)))
}

pub(crate) fn stream(received: &Received, answer: &Answer) -> Vec<Bytes> {
    let thoughts = Answer::pieces(&answer.thinking).into_iter();
    let thoughts = thoughts.map(|piece| json!({ "text": piece, "thought": true }));
    let words = Answer::pieces(&answer.text).into_iter().map(|piece| json!({ "text": piece }));
    let mut parts: Vec<Value> = thoughts.chain(words).collect();
    let last = parts.pop().into_iter().collect();
    let mut events: Vec<Bytes> =
        parts.into_iter().map(|part| event(None, &chunk(received, answer, vec![part], None))).collect();
    // The last part brings the end with it.
    events.push(event(None, &chunk(received, answer, last, Some(reason(answer)))));
    events
}

fn chunk(received: &Received, answer: &Answer, parts: Vec<Value>, finish: Option<&str>) -> Value {
    let mut candidate = json!({ "content": { "parts": parts, "role": "model" }, "index": 0 });
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    let mut body = json!({ "candidates": [candidate], "modelVersion": "gemini-test", "responseId": "r1" });
    if !answer.silent_on_usage {
        let (input, text, thought) =
            (received.tokens(), crate::tokens(&answer.text), crate::tokens(&answer.thinking));
        body["usageMetadata"] = json!({
            "promptTokenCount": input, "candidatesTokenCount": text, "thoughtsTokenCount": thought,
            "cachedContentTokenCount": answer.cached, "totalTokenCount": input + text + thought,
        });
    }
    body
}

fn reason(answer: &Answer) -> &'static str {
    match answer.finish {
        Finish::Whole => "STOP",
        Finish::Length => "MAX_TOKENS",
        Finish::Refusal => "SAFETY",
    }
}
