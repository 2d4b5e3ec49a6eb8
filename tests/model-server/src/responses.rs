//! OpenAI's Responses.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::respond::event;
use crate::{Answer, Finish, Received};

const ID: &str = "resp_1";

pub(crate) fn whole(received: &Received, answer: &Answer) -> Value {
    let mut output = Vec::new();
    if !answer.thinking.is_empty() {
        let summary = json!([{ "type": "summary_text", "text": answer.thinking }]);
        output.push(json!({ "type": "reasoning", "id": "rs_1", "summary": summary }));
    }
    let part = match answer.finish {
        Finish::Refusal => json!({ "type": "refusal", "refusal": answer.text }),
        _ => json!({ "type": "output_text", "text": answer.text, "annotations": [] }),
    };
    output.push(json!({ "type": "message", "id": "msg_1", "role": "assistant", "content": [part] }));
    let (status, details) = match answer.finish {
        Finish::Length => ("incomplete", json!({ "reason": "max_output_tokens" })),
        _ => ("completed", Value::Null),
    };
    let mut body = json!({
        "id": ID, "object": "response", "status": status, "incomplete_details": details, "error": null,
        "model": received.body["model"], "output": output,
    });
    if !answer.silent_on_usage {
        body["usage"] = usage(received, answer);
    }
    body
}

pub(crate) fn stream(received: &Received, answer: &Answer) -> Vec<Bytes> {
    let mut events = Events(Vec::new());
    let started =
        json!({ "id": ID, "object": "response", "status": "in_progress", "output": [], "error": null });
    events.add("response.created", json!({ "response": started }));
    events.add("response.in_progress", json!({ "response": started }));
    for piece in Answer::pieces(&answer.thinking) {
        let delta = json!({ "item_id": "rs_1", "output_index": 0, "summary_index": 0, "delta": piece });
        events.add("response.reasoning_summary_text.delta", delta);
    }
    let item = json!({ "type": "message", "id": "msg_1", "role": "assistant", "content": [] });
    events.add("response.output_item.added", json!({ "output_index": 0, "item": item }));
    let delta = match answer.finish {
        Finish::Refusal => "response.refusal.delta",
        _ => "response.output_text.delta",
    };
    for piece in Answer::pieces(&answer.text) {
        events
            .add(delta, json!({ "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": piece }));
    }
    let last = if answer.finish == Finish::Length { "response.incomplete" } else { "response.completed" };
    events.add(last, json!({ "response": whole(received, answer) }));
    events.0
}

struct Events(Vec<Bytes>);

impl Events {
    fn add(&mut self, name: &str, mut data: Value) {
        data["type"] = json!(name);
        data["sequence_number"] = json!(self.0.len());
        self.0.push(event(Some(name), &data));
    }
}

fn usage(received: &Received, answer: &Answer) -> Value {
    let (input, output) = (received.tokens(), answer.tokens());
    json!({
        "input_tokens": input, "input_tokens_details": { "cached_tokens": answer.cached },
        "output_tokens": output, "total_tokens": input + output,
        "output_tokens_details": { "reasoning_tokens": crate::tokens(&answer.thinking) },
    })
}
