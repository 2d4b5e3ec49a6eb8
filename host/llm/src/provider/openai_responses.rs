//! OpenAI's Responses.

use serde_json::{Value, json};

use super::{Answer, Call, Conversation, Finish, Problem, Protocol, Target, openai_chat, openai_embeddings};
use super::{count, effort, json, list, of_body, role, text};
use crate::Request;
use crate::estimate::Usage;
use crate::sse::Event;

/// OpenAI refuses a smaller limit.
const LEAST_OUTPUT: u64 = 16;

pub(super) struct OpenaiResponses;

impl Protocol for OpenaiResponses {
    fn default_base_url(&self) -> &'static str {
        openai_chat::BASE_URL
    }

    fn key_header(&self) -> (&'static str, &'static str) {
        ("authorization", "Bearer ")
    }

    fn call(&self, target: &Target<'_>, request: &Request) -> Result<Call, String> {
        let Some(conversation) = Conversation::of(request)? else {
            return Ok(openai_embeddings::call(target, request));
        };
        let input: Vec<Value> = conversation
            .turns()
            .map(|one| json!({ "role": role(one.role), "content": one.content }))
            .collect();
        let most_output = conversation.most_output().max(LEAST_OUTPUT);
        // Nothing is kept at the provider for a next request: each brings its whole conversation.
        let mut body = json!({
            "model": target.config.model, "input": input, "max_output_tokens": most_output, "store": false,
        });
        let system = conversation.system();
        if !system.is_empty() {
            body["instructions"] = json!(system);
        }
        if let Some(temperature) = conversation.temperature {
            body["temperature"] = json!(temperature);
        }
        if target.config.thinking {
            body["reasoning"] = json!({ "effort": effort(conversation.thinking_tokens) });
        }
        if let Some(schema) = conversation.schema {
            let format = json!({ "type": "json_schema", "name": "reply", "schema": schema, "strict": true });
            body["text"] = json!({ "format": format });
        }
        let stream = target.config.stream;
        if stream {
            body["stream"] = json!(true);
        }
        Ok(Call { path: "/responses".to_owned(), body, stream, vectors: false, most_output })
    }

    fn whole(&self, body: &Value, answer: &mut Answer) -> Result<(), Problem> {
        if let Some(problem) = of_body(body) {
            return Err(problem);
        }
        if !body.get("output").is_some_and(Value::is_array) {
            return Err(Problem::Retry("the reply has no output".to_owned()));
        }
        take_response(body, answer)
    }

    fn vectors(&self, body: &Value, answer: &mut Answer) -> Result<(), Problem> {
        openai_embeddings::vectors(body, answer)
    }

    fn event(&self, event: &Event, answer: &mut Answer) -> Result<bool, Problem> {
        if event.data.trim() == "[DONE]" {
            return Ok(answer.finish.is_some());
        }
        let value = json(event)?;
        match text(&value, "/type") {
            "response.output_text.delta" => answer.text.push_str(text(&value, "/delta")),
            "response.reasoning_text.delta" | "response.reasoning_summary_text.delta" => {
                answer.thinking.push_str(text(&value, "/delta"));
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                let response = &value["response"];
                if let Some(problem) = of_body(response) {
                    return Err(problem);
                }
                take_response(response, answer)?;
                return Ok(true);
            }
            "error" => {
                // Either `{type, code, message}` or `{type, error: {…}}`.
                let wrapped = json!({ "error": value });
                return Err(of_body(&value).or_else(|| of_body(&wrapped)).unwrap_or_else(|| {
                    Problem::Retry("the provider reports an error within the stream".to_owned())
                }));
            }
            _ => {}
        }
        Ok(false)
    }
}

/// A whole response object, which repeats what its stream brought.
fn take_response(response: &Value, answer: &mut Answer) -> Result<(), Problem> {
    let mut said = (String::new(), String::new());
    let mut refusal = String::new();
    for item in list(response, "/output") {
        for part in list(item, "/content").iter().chain(list(item, "/summary")) {
            match text(part, "/type") {
                "output_text" => said.0.push_str(text(part, "/text")),
                "reasoning_text" | "summary_text" => said.1.push_str(text(part, "/text")),
                "refusal" => refusal.push_str(text(part, "/refusal")),
                _ => {}
            }
        }
    }
    // Some servers leave the output of a streamed response empty at its end.
    if !said.0.is_empty() {
        answer.text = said.0;
    }
    if !said.1.is_empty() {
        answer.thinking = said.1;
    }
    take_usage(response, answer);
    if !refusal.is_empty() {
        answer.ends(Finish::Refused(refusal));
    }
    match (text(response, "/status"), text(response, "/incomplete_details/reason")) {
        ("completed" | "", _) => answer.ends(Finish::Whole),
        ("incomplete", "content_filter") => {
            answer.ends(Finish::Refused("the provider's content filter".to_owned()));
        }
        ("incomplete", _) => answer.ends(Finish::Length),
        (status, _) => return Err(Problem::Retry(format!("the response ended as {status}"))),
    }
    Ok(())
}

fn take_usage(response: &Value, answer: &mut Answer) {
    let Some(usage) = response.get("usage").filter(|usage| usage.is_object()) else { return };
    answer.usage = Some(Usage {
        input: count(usage, "/input_tokens"),
        cached: count(usage, "/input_tokens_details/cached_tokens"),
        written: 0,
        output: count(usage, "/output_tokens"),
    });
}
