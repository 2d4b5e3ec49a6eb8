//! Chat completions: OpenAI, vLLM, llama.cpp, Ollama, OpenRouter and many more.

use serde_json::{Value, json};

use super::{Answer, Call, Conversation, Finish, Problem, Protocol, Target, openai_embeddings};
use super::{count, effort, json, list, of_body, role, text};
use crate::Request;
use crate::estimate::Usage;
use crate::sse::Event;

pub(super) const BASE_URL: &str = "https://api.openai.com/v1";

pub(super) struct OpenaiChat;

impl Protocol for OpenaiChat {
    fn default_base_url(&self) -> &'static str {
        BASE_URL
    }

    fn key_header(&self) -> (&'static str, &'static str) {
        ("authorization", "Bearer ")
    }

    fn call(&self, target: &Target<'_>, request: &Request) -> Result<Call, String> {
        let Some(conversation) = Conversation::of(request)? else {
            return Ok(openai_embeddings::call(target, request));
        };
        let messages = conversation.messages.iter();
        let messages: Vec<Value> =
            messages.map(|one| json!({ "role": role(one.role), "content": one.content })).collect();
        // OpenAI's own models refuse the old name; most other servers know no other.
        let own = target.base_url.starts_with("https://api.openai.com/");
        let limit = if own { "max_completion_tokens" } else { "max_tokens" };
        let most_output = conversation.most_output();
        let mut body = json!({ "model": target.config.model, "messages": messages, limit: most_output });
        if let Some(temperature) = conversation.temperature {
            body["temperature"] = json!(temperature);
        }
        if let Some(seed) = conversation.seed(64) {
            body["seed"] = json!(seed);
        }
        // Servers that know no thinking refuse the word, so it is not said where none is asked for.
        if target.config.thinking && conversation.thinking_tokens > 0 {
            body["reasoning_effort"] = json!(effort(conversation.thinking_tokens));
        }
        if let Some(schema) = conversation.schema {
            let schema = json!({ "name": "reply", "schema": schema, "strict": true });
            body["response_format"] = json!({ "type": "json_schema", "json_schema": schema });
        }
        let stream = target.config.stream;
        if stream {
            body["stream"] = json!(true);
            body["stream_options"] = json!({ "include_usage": true });
        }
        Ok(Call { path: "/chat/completions".to_owned(), body, stream, vectors: false, most_output })
    }

    fn whole(&self, body: &Value, answer: &mut Answer) -> Result<(), Problem> {
        if let Some(problem) = of_body(body) {
            return Err(problem);
        }
        let Some(choice) = body.pointer("/choices/0") else {
            return Err(Problem::Retry("the reply has no choices".to_owned()));
        };
        take_usage(body, answer);
        take_text(&choice["message"], answer);
        take_finish(choice, answer);
        // Some servers leave the reason out.
        if answer.finish.is_none() {
            answer.ends(Finish::Whole);
        }
        Ok(())
    }

    fn vectors(&self, body: &Value, answer: &mut Answer) -> Result<(), Problem> {
        openai_embeddings::vectors(body, answer)
    }

    fn event(&self, event: &Event, answer: &mut Answer) -> Result<bool, Problem> {
        if event.data.trim() == "[DONE]" {
            return match answer.finish {
                Some(_) => Ok(true),
                None => Err(Problem::Retry("the stream is done, but the reply has no end".to_owned())),
            };
        }
        let chunk = json(event)?;
        if let Some(problem) = of_body(&chunk) {
            return Err(problem);
        }
        take_usage(&chunk, answer);
        if let Some(choice) = list(&chunk, "/choices").first() {
            take_text(&choice["delta"], answer);
            take_finish(choice, answer);
        }
        Ok(false)
    }

    /// Not every server says `[DONE]`.
    fn is_whole(&self, answer: &Answer) -> bool {
        answer.finish.is_some()
    }
}

fn take_text(message: &Value, answer: &mut Answer) {
    answer.text.push_str(text(message, "/content"));
    // Two names for the same thing: DeepSeek's and OpenRouter's.
    let thinking = [text(message, "/reasoning_content"), text(message, "/reasoning")];
    answer.thinking.push_str(thinking.into_iter().find(|text| !text.is_empty()).unwrap_or_default());
    let refusal = text(message, "/refusal");
    if !refusal.is_empty() {
        match &mut answer.finish {
            Some(Finish::Refused(reason)) => reason.push_str(refusal),
            finish => *finish = Some(Finish::Refused(refusal.to_owned())),
        }
    }
}

fn take_finish(choice: &Value, answer: &mut Answer) {
    match text(choice, "/finish_reason") {
        "" => {}
        "length" => answer.ends(Finish::Length),
        "content_filter" => answer.ends(Finish::Refused("the provider's content filter".to_owned())),
        _ => answer.ends(Finish::Whole),
    }
}

fn take_usage(body: &Value, answer: &mut Answer) {
    let Some(usage) = body.get("usage").filter(|usage| usage.is_object()) else { return };
    answer.usage = Some(Usage {
        input: count(usage, "/prompt_tokens"),
        cached: count(usage, "/prompt_tokens_details/cached_tokens"),
        written: 0,
        output: count(usage, "/completion_tokens"),
    });
}
