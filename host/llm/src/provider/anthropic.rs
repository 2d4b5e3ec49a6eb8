//! Anthropic's Messages.

use serde_json::{Value, json};

use super::{
    Answer, Call, Conversation, Finish, Problem, Protocol, Target, count, effort, json, list, of_body, role,
    text,
};
use crate::estimate::Usage;
use crate::sse::Event;
use crate::{Request, ThinkingForm};

/// The smallest budget for thinking.
const LEAST_THINKING: u64 = 1024;

const NO_VECTORS: &str = "Anthropic has no models that give vectors";

pub(super) struct Anthropic;

/// A text up to which the provider shall keep what it has read: the next request that begins so is cheaper.
fn cached(text: Value) -> Value {
    json!([{ "type": "text", "text": text, "cache_control": { "type": "ephemeral" } }])
}

impl Protocol for Anthropic {
    fn default_base_url(&self) -> &'static str {
        "https://api.anthropic.com/v1"
    }

    fn key_header(&self) -> (&'static str, &'static str) {
        ("x-api-key", "")
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[("anthropic-version", "2023-06-01")]
    }

    fn call(&self, target: &Target<'_>, request: &Request) -> Result<Call, String> {
        let Some(conversation) = Conversation::of(request)? else {
            return Err(NO_VECTORS.to_owned());
        };
        let mut messages: Vec<Value> = conversation
            .turns()
            .map(|one| json!({ "role": role(one.role), "content": one.content }))
            .collect();
        // Samples and revisions repeat the first message; every call repeats the system's.
        if let Some(first) = messages.first_mut() {
            first["content"] = cached(first["content"].take());
        }
        // The limit is for both, so it is always more than the budget for thinking, as it must be.
        let most_output = conversation.most_output();
        let mut body =
            json!({ "model": target.config.model, "messages": messages, "max_tokens": most_output });
        let system = conversation.system();
        if !system.is_empty() {
            body["system"] = cached(json!(system));
        }
        let thinking = conversation.thinking_tokens;
        if thinking > 0 {
            // A thinking model takes no temperature but its own.
            body["thinking"] = match target.config.thinking_form {
                ThinkingForm::Budget if thinking < LEAST_THINKING => {
                    return Err(format!(
                        "Anthropic's models think with {LEAST_THINKING} tokens or more, or not at all"
                    ));
                }
                ThinkingForm::Budget => json!({ "type": "enabled", "budget_tokens": thinking }),
                ThinkingForm::Effort => {
                    body["output_config"]["effort"] = json!(effort(thinking));
                    json!({ "type": "adaptive" })
                }
            };
        } else if let Some(temperature) = conversation.temperature {
            body["temperature"] = json!(temperature);
        }
        if let Some(schema) = conversation.schema {
            body["output_config"]["format"] = json!({ "type": "json_schema", "schema": schema });
        }
        let stream = target.config.stream;
        if stream {
            body["stream"] = json!(true);
        }
        Ok(Call { path: "/messages".to_owned(), body, stream, vectors: false, most_output })
    }

    fn whole(&self, body: &Value, answer: &mut Answer) -> Result<(), Problem> {
        if let Some(problem) = of_body(body) {
            return Err(problem);
        }
        if !body.get("content").is_some_and(Value::is_array) {
            return Err(Problem::Retry("the reply has no content".to_owned()));
        }
        for block in list(body, "/content") {
            answer.text.push_str(text(block, "/text"));
            answer.thinking.push_str(text(block, "/thinking"));
        }
        take_usage(&body["usage"], answer);
        take_stop(text(body, "/stop_reason"), answer);
        if answer.finish.is_none() {
            answer.ends(Finish::Whole);
        }
        Ok(())
    }

    fn vectors(&self, _body: &Value, _answer: &mut Answer) -> Result<(), Problem> {
        Err(Problem::Reject(NO_VECTORS.to_owned()))
    }

    fn event(&self, event: &Event, answer: &mut Answer) -> Result<bool, Problem> {
        let value = json(event)?;
        match text(&value, "/type") {
            "message_start" => take_usage(&value["message"]["usage"], answer),
            "content_block_start" => {
                answer.text.push_str(text(&value, "/content_block/text"));
                answer.thinking.push_str(text(&value, "/content_block/thinking"));
            }
            "content_block_delta" => {
                answer.text.push_str(text(&value, "/delta/text"));
                answer.thinking.push_str(text(&value, "/delta/thinking"));
            }
            "message_delta" => {
                take_usage(&value["usage"], answer);
                take_stop(text(&value, "/delta/stop_reason"), answer);
            }
            "message_stop" => {
                return match answer.finish {
                    Some(_) => Ok(true),
                    None => {
                        Err(Problem::Retry("the stream has stopped, but the reply has no end".to_owned()))
                    }
                };
            }
            "error" => {
                let unnamed = || Problem::Retry("the provider reports an error within the stream".to_owned());
                return Err(of_body(&value).unwrap_or_else(unnamed));
            }
            _ => {}
        }
        Ok(false)
    }
}

fn take_stop(reason: &str, answer: &mut Answer) {
    match reason {
        "" => {}
        "max_tokens" | "model_context_window_exceeded" => answer.ends(Finish::Length),
        "refusal" => answer.ends(Finish::Refused("it stopped with a refusal".to_owned())),
        _ => answer.ends(Finish::Whole),
    }
}

/// Each part of a stream says what it knows: later counts replace earlier ones, and what is left out stays.
fn take_usage(usage: &Value, answer: &mut Answer) {
    if !usage.is_object() {
        return;
    }
    let mut known = answer.usage.unwrap_or_default();
    if usage.get("input_tokens").is_some_and(Value::is_u64) {
        let cached = count(usage, "/cache_read_input_tokens");
        let written = count(usage, "/cache_creation_input_tokens");
        // Unlike others, Anthropic leaves both out of its input tokens.
        let input = count(usage, "/input_tokens").saturating_add(cached).saturating_add(written);
        known = Usage { input, cached, written, ..known };
    }
    known.output = known.output.max(count(usage, "/output_tokens"));
    answer.usage = Some(known);
}
