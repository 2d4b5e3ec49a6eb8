//! OpenAI's embeddings, for both of its protocols.

use serde_json::{Value, json};

use super::{Answer, Call, Finish, Problem, Target, count, list, of_body, vector};
use crate::Request;
use crate::estimate::Usage;

pub(super) fn call(target: &Target<'_>, request: &Request) -> Call {
    let texts = match request {
        Request::Embed { texts, .. } => texts.as_slice(),
        Request::Complete { .. } => &[],
    };
    let body = json!({ "model": target.config.model, "input": texts, "encoding_format": "float" });
    Call { path: "/embeddings".to_owned(), body, stream: false, vectors: true, most_output: 0 }
}

pub(super) fn vectors(body: &Value, answer: &mut Answer) -> Result<(), Problem> {
    if let Some(problem) = of_body(body) {
        return Err(problem);
    }
    let mut entries: Vec<&Value> = list(body, "/data").iter().collect();
    // They say where they belong; servers that leave it out keep the order.
    entries.sort_by_key(|entry| count(entry, "/index"));
    let vectors: Option<Vec<_>> = entries.iter().map(|entry| vector(&entry["embedding"])).collect();
    answer.vectors = vectors.ok_or_else(|| Problem::Retry("the reply has no vectors".to_owned()))?;
    if let Some(usage) = body.get("usage").filter(|usage| usage.is_object()) {
        answer.usage = Some(Usage { input: count(usage, "/prompt_tokens"), ..Usage::default() });
    }
    answer.ends(Finish::Whole);
    Ok(())
}
