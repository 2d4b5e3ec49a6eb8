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
    output.push(item(json!([part(answer)]), "completed"));
    let (status, details) = match answer.finish {
        Finish::Length => ("incomplete", json!({ "reason": "max_output_tokens" })),
        _ => ("completed", Value::Null),
    };
    let mut body = response(received, status, json!(output));
    body["incomplete_details"] = details;
    if !answer.silent_on_usage {
        body["usage"] = usage(received, answer);
    }
    body
}

/// The object with all the fields that clients insist on.
fn response(received: &Received, status: &str, output: Value) -> Value {
    let asked = &received.body;
    json!({
        "id": ID, "object": "response", "created_at": 1_790_000_000, "status": status, "error": null,
        "incomplete_details": null, "instructions": asked["instructions"], "model": asked["model"],
        "max_output_tokens": asked["max_output_tokens"], "metadata": {}, "output": output,
        "parallel_tool_calls": true, "previous_response_id": null, "store": false, "temperature": 1.0,
        "text": { "format": { "type": "text" } }, "tool_choice": "auto", "tools": [], "top_p": 1.0,
        "truncation": "disabled", "usage": null,
    })
}

fn item(content: Value, status: &str) -> Value {
    json!({ "type": "message", "id": "msg_1", "status": status, "role": "assistant", "content": content })
}

fn part(answer: &Answer) -> Value {
    match answer.finish {
        Finish::Refusal => json!({ "type": "refusal", "refusal": answer.text }),
        _ => json!({ "type": "output_text", "text": answer.text, "annotations": [] }),
    }
}

pub(crate) fn stream(received: &Received, answer: &Answer) -> Vec<Bytes> {
    let mut events = Events(Vec::new());
    let started = response(received, "in_progress", json!([]));
    events.add("response.created", json!({ "response": started }));
    events.add("response.in_progress", json!({ "response": started }));
    for piece in Answer::pieces(&answer.thinking) {
        let delta = json!({ "item_id": "rs_1", "output_index": 0, "summary_index": 0, "delta": piece });
        events.add("response.reasoning_summary_text.delta", delta);
    }
    events.add_message(answer);
    let last = if answer.finish == Finish::Length { "response.incomplete" } else { "response.completed" };
    events.add(last, json!({ "response": whole(received, answer) }));
    events.0
}

struct Events(Vec<Bytes>);

impl Events {
    fn add_message(&mut self, answer: &Answer) {
        let (kind, field) = match answer.finish {
            Finish::Refusal => ("refusal", "refusal"),
            _ => ("output_text", "text"),
        };
        let at = |more: Value| {
            let mut data = json!({ "item_id": "msg_1", "output_index": 0, "content_index": 0 });
            if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
                data.extend(more);
            }
            data
        };
        let begun = item(json!([]), "in_progress");
        self.add("response.output_item.added", json!({ "output_index": 0, "item": begun }));
        let empty = part(&Answer { text: String::new(), ..answer.clone() });
        self.add("response.content_part.added", at(json!({ "part": empty })));
        for piece in Answer::pieces(&answer.text) {
            self.add(&format!("response.{kind}.delta"), at(json!({ "delta": piece })));
        }
        self.add(&format!("response.{kind}.done"), at(json!({ field: answer.text })));
        self.add("response.content_part.done", at(json!({ "part": part(answer) })));
        let done = item(json!([part(answer)]), "completed");
        self.add("response.output_item.done", json!({ "output_index": 0, "item": done }));
    }

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
