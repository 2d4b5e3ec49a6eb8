//! What a real provider would refuse.

use serde_json::Value;

use crate::{Behaviour, Protocol, Received};

/// The refusal, where there is one.
pub(crate) fn refusal(received: &Received) -> Option<Behaviour> {
    let Some(protocol) = received.protocol() else {
        return Some(Behaviour::error(404, "not_found_error", "there is no such path"));
    };
    if received.header("content-type") != Some("application/json") || !received.body.is_object() {
        return Some(Behaviour::error(415, "invalid_request_error", "the body is no JSON object"));
    }
    let wrong = if received.wants_vectors() { None } else { wrong(protocol, received) };
    wrong.map(|message| Behaviour::error(400, "invalid_request_error", message))
}

fn wrong(protocol: Protocol, received: &Received) -> Option<&'static str> {
    let body = &received.body;
    match protocol {
        Protocol::Chat => chat(body),
        Protocol::Responses => responses(body),
        Protocol::Anthropic => anthropic(received),
        Protocol::Gemini => gemini(received),
    }
}

fn empty(list: &Value) -> bool {
    list.as_array().is_none_or(Vec::is_empty)
}

/// Chat has name and schema one level deeper than Responses.
fn named_schema(format: &Value) -> bool {
    let inner = if format["json_schema"].is_object() { &format["json_schema"] } else { format };
    format["type"] == "json_schema" && inner["name"].is_string() && inner["schema"].is_object()
}

fn chat(body: &Value) -> Option<&'static str> {
    let format = &body["response_format"];
    if !body["model"].is_string() || empty(&body["messages"]) {
        Some("`model` and `messages` are needed")
    } else if !body["max_tokens"].is_null() && !body["max_completion_tokens"].is_null() {
        Some("`max_tokens` and `max_completion_tokens` cannot both be set")
    } else if !body["stream_options"].is_null() && body["stream"] != true {
        Some("`stream_options` is only allowed with `stream`")
    } else if format.is_object() && !named_schema(format) {
        Some("`response_format.json_schema` needs a name and a schema")
    } else {
        None
    }
}

fn responses(body: &Value) -> Option<&'static str> {
    if !body["model"].is_string() || empty(&body["input"]) {
        Some("`model` and `input` are needed")
    } else if !body["messages"].is_null() || !body["max_tokens"].is_null() || !body["seed"].is_null() {
        Some("unknown parameter")
    } else if body["max_output_tokens"].as_u64().is_some_and(|limit| limit < 16) {
        Some("`max_output_tokens` is at least 16")
    } else if !body["text"].is_null() && !named_schema(&body["text"]["format"]) {
        Some("`text.format` needs a type, a name and a schema")
    } else {
        None
    }
}

fn anthropic(received: &Received) -> Option<&'static str> {
    let body = &received.body;
    let budget = body["thinking"]["budget_tokens"].as_u64();
    let limit = body["max_tokens"].as_u64().unwrap_or(0);
    let system_role =
        body["messages"].as_array().is_some_and(|all| all.iter().any(|one| one["role"] == "system"));
    if received.header("anthropic-version") != Some("2023-06-01") {
        Some("the header anthropic-version is needed")
    } else if !body["model"].is_string() || empty(&body["messages"]) || limit == 0 {
        Some("`model`, `messages` and `max_tokens` are needed")
    } else if system_role {
        Some("`system` is no role")
    } else if budget.is_some_and(|budget| budget < 1024 || budget >= limit) {
        Some("`budget_tokens` is at least 1024 and less than `max_tokens`")
    } else if budget.is_some() && body["temperature"].as_f64().is_some_and(|temperature| temperature != 1.0) {
        Some("`temperature` may only be set to 1 when thinking is enabled")
    } else if !body["seed"].is_null() {
        Some("seed: Extra inputs are not permitted")
    } else {
        None
    }
}

fn gemini(received: &Received) -> Option<&'static str> {
    let body = &received.body;
    let generation = &body["generationConfig"];
    if empty(&body["contents"]) {
        Some("`contents` are needed")
    } else if received.path.contains("key=") {
        Some("the key belongs into a header")
    } else if !generation["responseJsonSchema"].is_null()
        && generation["responseMimeType"] != "application/json"
    {
        Some("`responseJsonSchema` needs the MIME type application/json")
    } else if generation["seed"].as_u64().is_some_and(|seed| seed > i32::MAX as u64) {
        Some("`seed` is no int32")
    } else {
        None
    }
}
