//! Whether a model answers: for people who set one up.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::attempt::Line;
use crate::provider::Problem;
use crate::retry::{self, Pace};
use crate::{Failure, Message, Reply, Request, Role, Spend};

/// Enough for models that think before they answer.
const MOST_TOKENS: u32 = 512;
const SCHEMA: &str = r#"{"type":"object","properties":{"word":{"type":"string"}},"required":["word"],"additionalProperties":false}"#;

/// What a model answered to a tiny request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// From request to answer.
    pub latency: Duration,
    /// The beginning of the answer; of vectors, how many numbers they have.
    pub answer: String,
    /// Whether the answer fitted a JSON schema. None: the run file does not say that it can.
    pub json_schema: Option<bool>,
    /// What it used up.
    pub spend: Spend,
}

pub(crate) async fn probe(line: &Line, pace: Pace) -> Result<Checked, Failure> {
    let config = &line.model.config;
    if config.embedding {
        let request = Request::Embed { model: line.model.name.clone(), texts: vec!["proof".to_owned()] };
        return ask(line, &request, pace).await.map(|(checked, _)| checked);
    }
    let (mut checked, _) = ask(line, &words(line, None), pace).await?;
    if config.json_schema {
        let (second, reply) = ask(line, &words(line, Some(SCHEMA)), pace).await?;
        checked.json_schema = Some(fits(&reply));
        checked.spend = checked.spend.plus(&second.spend);
    }
    Ok(checked)
}

fn words(line: &Line, schema: Option<&str>) -> Request {
    let content = match schema {
        Some(_) => "Answer with the JSON object {\"word\": \"proof\"}.",
        None => "Answer with the word proof.",
    };
    Request::Complete {
        model: line.model.name.clone(),
        messages: vec![Message { role: Role::User, content: content.to_owned() }],
        temperature: None,
        max_tokens: MOST_TOKENS,
        // The least that every provider takes: some models cannot be told not to think.
        thinking_tokens: if line.model.config.thinking { 1024 } else { 0 },
        seed: None,
        json_schema: schema.map(str::to_owned),
    }
}

fn fits(reply: &Reply) -> bool {
    let Reply::Completed(completion) = reply else { return false };
    let value: Option<serde_json::Value> = serde_json::from_str(&completion.text).ok();
    value.is_some_and(|value| value["word"].is_string())
}

/// Asks, and once more where the first attempt failed in a way that passes.
async fn ask(line: &Line, request: &Request, pace: Pace) -> Result<(Checked, Reply), Failure> {
    let prepared = line.model.prepare(request).map_err(Failure::Rejected)?;
    let mut start = Instant::now();
    let mut attempt = line.attempt(&prepared).await;
    let mut spend = attempt.cost;
    if matches!(attempt.result, Err(Problem::Retry(_))) && line.model.config.retries > 0 {
        tokio::time::sleep(pace.delay(1, attempt.asked, retry::chance())).await;
        start = Instant::now();
        attempt = line.attempt(&prepared).await;
        spend = spend.plus(&attempt.cost);
    }
    let latency = start.elapsed();
    let reply = match attempt.result {
        Ok(answer) => answer.into_reply(request, attempt.usage),
        Err(Problem::Reject(reason)) => return Err(Failure::Rejected(reason)),
        Err(Problem::Refuse(reason)) => return Err(Failure::Refused(reason)),
        Err(Problem::Retry(reason)) => return Err(Failure::Unavailable(reason)),
    };
    let answer = match &reply {
        Reply::Completed(completion) => completion.text.clone(),
        Reply::Embedded(embedding) => {
            format!("a vector of {} numbers", embedding.vectors.first().map_or(0, Vec::len))
        }
        Reply::Failed(failure) => return Err(failure.clone()),
    };
    Ok((Checked { latency, answer, json_schema: None, spend }, reply))
}
