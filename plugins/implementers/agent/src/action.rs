//! What the model can do, read from its reply.

use proofhouse_sdk::prompt::capping;
use proofhouse_sdk::replies::{objects, spoken};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The JSON schema of a reply, for models that are held to one. Every field is required and may be null, as the strict
/// modes of providers want it.
pub const SCHEMA: &str = r#"{"type":"object","additionalProperties":false,"required":["thought","action","path","start","end","pattern","search","replace","text","summary","reason"],"properties":{"thought":{"type":["string","null"]},"action":{"type":"string","enum":["read_file","search","edit","write_file","check","run","finish","give_up"]},"path":{"type":["string","null"]},"start":{"type":["integer","null"]},"end":{"type":["integer","null"]},"pattern":{"type":["string","null"]},"search":{"type":["string","null"]},"replace":{"type":["string","null"]},"text":{"type":["string","null"]},"summary":{"type":["string","null"]},"reason":{"type":["string","null"]}}}"#;

/// One action.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Lines of a file, from 1, both ends included.
    ReadFile { path: String, start: Option<usize>, end: Option<usize> },
    /// Where a text stands.
    Search { pattern: String },
    /// Replaces a text that stands exactly once.
    Edit { path: String, search: String, replace: String },
    /// Writes a file in full.
    WriteFile { path: String, text: String },
    /// Asks the patch tool.
    Check {},
    /// Runs the program.
    Run {},
    /// Hands the change in.
    Finish {},
    /// Ends without a change.
    GiveUp { reason: Option<String> },
}

/// The action of a reply, and how many there were.
///
/// # Errors
/// Where there is none; the message tells the model what is wrong.
pub fn parse(reply: &str) -> Result<(Action, usize), String> {
    let reply = spoken(reply);
    let found = actions(reply);
    let found = if found.is_empty() { actions(&with_escaped_line_ends(reply)) } else { found };
    let Some(first) = found.first() else { return Err(why_none(reply)) };
    // A null is a field that is not there.
    let given = first.iter().filter(|(_, value)| !value.is_null());
    let given = given.map(|(key, value)| (key.clone(), value.clone())).collect();
    let action = serde_json::from_value(Value::Object(given))
        .map_err(|why| format!("this is not one of the actions: {}", capping::line(&why.to_string(), 300)))?;
    Ok((action, found.len()))
}

fn actions(reply: &str) -> Vec<Map<String, Value>> {
    objects(reply).into_iter().filter(|object| object.contains_key("action")).collect()
}

fn why_none(reply: &str) -> String {
    let json = reply
        .find('{')
        .map(|at| serde_json::Deserializer::from_str(&reply[at..]).into_iter::<Value>().next());
    match json {
        Some(Some(Err(why))) => {
            format!("your JSON cannot be read: {why}. Send one JSON object, with `action`")
        }
        _ => "there is no action in your reply: send one JSON object, with `action`".into(),
    }
}

/// Models write code into JSON texts as it is, line ends included, which JSON does not allow. They can only mean one
/// thing.
fn with_escaped_line_ends(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_text, mut after_backslash) = (false, false);
    for c in text.chars() {
        match c {
            '\n' if in_text => out.push_str("\\n"),
            '\t' if in_text => out.push_str("\\t"),
            '\r' if in_text => out.push_str("\\r"),
            c => out.push(c),
        }
        if c == '"' && !after_backslash {
            in_text = !in_text;
        }
        after_backslash = c == '\\' && !after_backslash;
    }
    out
}

#[cfg(test)]
mod tests {
    use proofhouse_sdk::random::{Random, SplitMix64};

    use super::*;

    #[test]
    fn an_action_is_found_in_every_wrapping() {
        let edit = Action::Edit { path: "a.py".into(), search: "x = {\n".into(), replace: "\ty\"".into() };
        for reply in [
            r#"{"action": "edit", "path": "a.py", "search": "x = {\n", "replace": "\ty\""}"#,
            "I edit {it}:\n```json\n{\"thought\": \"now\", \"action\": \"edit\", \"path\": \"a.py\", \"search\": \"x = {\\n\", \"replace\": \"\\ty\\\"\", \"text\": null}\n```\n",
            "{\"action\": \"edit\",\n\"path\": \"a.py\", \"search\": \"x = {\n\", \"replace\": \"\ty\\\"\"}",
        ] {
            assert_eq!(parse(reply), Ok((edit.clone(), 1)), "{reply}");
        }
        assert_eq!(parse(r#"{"action": "check"} {"action": "run"}"#), Ok((Action::Check {}, 2)));
        let thought = r#"<think>{"action": "check"}</think> {"action": "run"}"#;
        assert_eq!(parse(thought), Ok((Action::Run {}, 1)), "what it only thinks of is not done");
        let read = r#"{"action": "read_file", "path": "a", "start": 2, "end": null}"#;
        assert_eq!(
            parse(read).expect("reads").0,
            Action::ReadFile { path: "a".into(), start: Some(2), end: None }
        );
    }

    #[test]
    fn what_is_no_action_says_why() {
        for (reply, why) in [
            ("", "no action"),
            ("I am done.", "no action"),
            ("{\"a\": 1}", "no action"),
            ("{\"action\": \"edit\", \"path\": }", "cannot be read"),
            (r#"{"action": "delete"}"#, "`delete`"),
            (r#"{"action": "edit", "path": "a"}"#, "`search`"),
            (r#"{"action": "read_file", "path": "a", "start": -1}"#, "not one of the actions"),
            (r#"{"action": 5}"#, "not one of the actions"),
        ] {
            let error = parse(reply).expect_err(reply);
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn nothing_that_a_model_sends_panics() {
        let mut random = SplitMix64::new(5);
        let pieces = [
            "{",
            "}",
            "\"",
            "\\",
            "\n",
            ":",
            ",",
            "action",
            "edit",
            "é",
            "</think>",
            "[",
            "null",
            "```json\n",
        ];
        for _ in 0..3000 {
            let reply: String = (0..random.below(30)).map(|_| pieces[random.below(pieces.len())]).collect();
            let error = parse(&reply);
            assert!(error.is_ok() || error.is_err_and(|why| !why.is_empty()));
        }
    }

    #[test]
    fn the_schema_has_every_field_of_every_action() {
        let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
        let fields = schema["properties"].as_object().expect("a table");
        assert_eq!(schema["required"].as_array().expect("a list").len(), fields.len());
        let full: Map<String, Value> = fields.keys().map(|key| (key.clone(), Value::from("1"))).collect();
        for name in schema["properties"]["action"]["enum"].as_array().expect("a list") {
            let mut object = full.clone();
            object.insert("action".into(), name.clone());
            object.insert("start".into(), Value::from(1));
            object.insert("end".into(), Value::Null);
            let reply = Value::Object(object).to_string();
            assert!(parse(&reply).is_ok(), "{reply}");
        }
    }
}
