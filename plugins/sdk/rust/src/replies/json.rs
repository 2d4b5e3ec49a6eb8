//! JSON in a reply: one array, one object with an array, or objects one after the other; fenced, or within prose.

use serde_json::{Map, Value};

use super::{Draft, Parts, numbers};

/// The JSON schema of a reply that [`ideas`](super::ideas) reads. Every field is required and no other is allowed, as
/// the strict modes of providers want it.
pub const IDEAS_SCHEMA: &str = r#"{"type":"object","additionalProperties":false,"required":["ideas"],"properties":{"ideas":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["title","rationale","code_changes","labels","based_on"],"properties":{"title":{"type":"string"},"rationale":{"type":"string"},"code_changes":{"type":"string"},"labels":{"type":"array","items":{"type":"string"}},"based_on":{"type":"array","items":{"type":"integer"}}}}}}}"#;

/// The most places at which an object is looked for.
const MOST_ATTEMPTS: usize = 10_000;

/// Does the reply begin with JSON, perhaps in a fence?
pub(super) fn begins(reply: &str) -> bool {
    let mut text = reply.trim_start();
    if text.starts_with("```") {
        text = text.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    text.starts_with('{') || text.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'))
}

/// Every object in a reply that reads as an idea. In an array that broke off, those that are whole.
pub(super) fn drafts(reply: &str) -> Vec<Draft> {
    objects(reply).iter().flat_map(within).collect()
}

/// Every JSON object in a text that is not within another.
pub fn objects(text: &str) -> Vec<Map<String, Value>> {
    let mut objects = Vec::new();
    let mut from = 0;
    for _ in 0..MOST_ATTEMPTS {
        let Some(at) = text[from..].find('{').map(|at| at + from) else { break };
        let mut stream = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        match stream.next() {
            Some(Ok(Value::Object(object))) => {
                objects.push(object);
                from = at + stream.byte_offset();
            }
            _ => from = at + 1,
        }
    }
    objects
}

/// The idea that an object is, or those in its first array of objects.
fn within(object: &Map<String, Value>) -> Vec<Draft> {
    if let Some(draft) = draft(object) {
        return vec![draft];
    }
    let lists = object.values().filter_map(Value::as_array);
    let drafts =
        lists.map(|list| list.iter().filter_map(Value::as_object).filter_map(draft).collect::<Vec<_>>());
    drafts.into_iter().find(|drafts| !drafts.is_empty()).unwrap_or_default()
}

fn draft(object: &Map<String, Value>) -> Option<Draft> {
    let field = |names: &[&str]| {
        let known = |key: &str| names.contains(&key.to_lowercase().replace(['-', ' '], "_").as_str());
        object.iter().find(|(key, _)| known(key)).map(|(_, value)| value)
    };
    let text = |names: &[&str]| field(names).and_then(Value::as_str).unwrap_or_default();
    let list = |names: &[&str]| field(names).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let based_on = field(&["based_on", "parents"]);
    let (title, description) = (text(&["title", "name"]), text(&["rationale", "experiment", "description"]));
    if title.is_empty() && description.is_empty() {
        return None;
    }
    Parts {
        title,
        description,
        code_changes: text(&["code_changes", "changes"]),
        labels: list(&["labels", "tags"]).iter().filter_map(Value::as_str).collect(),
        // `12`, `"12, 17"`, `[12, "trial 17"]`: the numbers of its JSON.
        based_on: based_on.map(ids).unwrap_or_default(),
    }
    .draft()
}

fn ids(value: &Value) -> Vec<u64> {
    match value {
        Value::Number(number) => number.as_u64().into_iter().collect(),
        Value::String(text) => numbers(text),
        Value::Array(values) => values.iter().filter(|value| !value.is_array()).flat_map(ids).collect(),
        _ => Vec::new(),
    }
}
