//! OpenAI's chat completions.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::respond::event;
use crate::{Answer, Finish, Received};

const ID: &str = "chatcmpl-1";

pub(crate) fn whole(received: &Received, answer: &Answer) -> Value {
    let mut message = json!({ "role": "assistant", "content": answer.text, "refusal": null });
    if !answer.thinking.is_empty() {
        message["reasoning_content"] = json!(answer.thinking);
    }
    let choice = json!({ "index": 0, "message": message, "finish_reason": reason(answer), "logprobs": null });
    let mut body = json!({
        "id": ID, "object": "chat.completion", "created": 1_790_000_000, "model": received.body["model"],
        "choices": [choice],
    });
    if !answer.silent_on_usage {
        body["usage"] = usage(received, answer);
    }
    body
}

pub(crate) fn stream(received: &Received, answer: &Answer) -> Vec<Bytes> {
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish, "logprobs": null });
        event(None, &frame(received, json!([choice]), Value::Null))
    };
    let mut events = vec![chunk(json!({ "role": "assistant", "content": "", "refusal": null }), Value::Null)];
    for piece in Answer::pieces(&answer.thinking) {
        events.push(chunk(json!({ "reasoning_content": piece }), Value::Null));
    }
    for piece in Answer::pieces(&answer.text) {
        events.push(chunk(json!({ "content": piece }), Value::Null));
    }
    events.push(chunk(json!({}), json!(reason(answer))));
    if received.body["stream_options"]["include_usage"] == true && !answer.silent_on_usage {
        events.push(event(None, &frame(received, json!([]), usage(received, answer))));
    }
    events.push("data: [DONE]\n\n".into());
    events
}

fn frame(received: &Received, choices: Value, usage: Value) -> Value {
    json!({
        "id": ID, "object": "chat.completion.chunk", "created": 1_790_000_000, "model": received.body["model"],
        "choices": choices, "usage": usage,
    })
}

fn reason(answer: &Answer) -> &'static str {
    match answer.finish {
        Finish::Whole => "stop",
        Finish::Length => "length",
        Finish::Refusal => "content_filter",
    }
}

fn usage(received: &Received, answer: &Answer) -> Value {
    let (input, output) = (received.tokens(), answer.tokens());
    json!({
        "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
        "prompt_tokens_details": { "cached_tokens": answer.cached },
        "completion_tokens_details": { "reasoning_tokens": crate::tokens(&answer.thinking) },
    })
}
