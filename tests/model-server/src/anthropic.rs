//! Anthropic's Messages.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::respond::event;
use crate::{Answer, Finish, Received};

pub(crate) fn whole(received: &Received, answer: &Answer) -> Value {
    let mut content = Vec::new();
    if !answer.thinking.is_empty() {
        content.push(json!({ "type": "thinking", "thinking": answer.thinking, "signature": "c2ln" }));
    }
    content.push(json!({ "type": "text", "text": answer.text }));
    message(received, json!(content), json!(reason(answer)), usage(received, answer, answer.tokens()))
}

fn message(received: &Received, content: Value, stop: Value, usage: Value) -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": received.body["model"],
        "content": content, "stop_reason": stop, "stop_sequence": null, "usage": usage,
    })
}

pub(crate) fn stream(received: &Received, answer: &Answer) -> Vec<Bytes> {
    let start = message(received, json!([]), Value::Null, usage(received, answer, 1));
    let mut events = vec![named("message_start", json!({ "message": start })), named("ping", json!({}))];
    let mut index = 0;
    if !answer.thinking.is_empty() {
        let block = json!({ "type": "thinking", "thinking": "", "signature": "" });
        let deltas = Answer::pieces(&answer.thinking).into_iter();
        let deltas = deltas.map(|piece| json!({ "type": "thinking_delta", "thinking": piece }));
        let signature = json!({ "type": "signature_delta", "signature": "c2ln" });
        add_block(&mut events, index, block, deltas.chain([signature]));
        index += 1;
    }
    let deltas = Answer::pieces(&answer.text).into_iter();
    let deltas = deltas.map(|piece| json!({ "type": "text_delta", "text": piece }));
    add_block(&mut events, index, json!({ "type": "text", "text": "" }), deltas);
    let delta = json!({ "stop_reason": reason(answer), "stop_sequence": null });
    let output = json!({ "output_tokens": answer.tokens() });
    events.push(named("message_delta", json!({ "delta": delta, "usage": output })));
    events.push(named("message_stop", json!({})));
    events
}

fn add_block(events: &mut Vec<Bytes>, index: usize, block: Value, deltas: impl Iterator<Item = Value>) {
    events.push(named("content_block_start", json!({ "index": index, "content_block": block })));
    events
        .extend(deltas.map(|delta| named("content_block_delta", json!({ "index": index, "delta": delta }))));
    events.push(named("content_block_stop", json!({ "index": index })));
}

fn named(name: &str, mut data: Value) -> Bytes {
    data["type"] = json!(name);
    event(Some(name), &data)
}

fn reason(answer: &Answer) -> &'static str {
    match answer.finish {
        Finish::Whole => "end_turn",
        Finish::Length => "max_tokens",
        Finish::Refusal => "refusal",
    }
}

/// Cached tokens are beside the input tokens, not within.
fn usage(received: &Received, answer: &Answer, output: u64) -> Value {
    json!({
        "input_tokens": received.tokens().saturating_sub(answer.cached),
        "cache_creation_input_tokens": 0, "cache_read_input_tokens": answer.cached, "output_tokens": output,
    })
}
