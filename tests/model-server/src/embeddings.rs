//! Vectors, for OpenAI's and Google's requests.

use serde_json::{Value, json};

use crate::{Protocol, Received};

/// Numbers of a vector.
const LENGTH: usize = 8;

pub(crate) fn whole(received: &Received) -> Value {
    let texts = received.texts();
    if received.protocol() == Some(Protocol::Gemini) {
        let entries: Vec<Value> = texts.iter().map(|text| json!({ "values": vector(text) })).collect();
        return json!({ "embeddings": entries });
    }
    let entries = texts.iter().enumerate();
    let mut entries: Vec<Value> = entries
        .map(|(index, text)| json!({ "object": "embedding", "index": index, "embedding": vector(text) }))
        .collect();
    // They say where they belong, so that their order is free.
    entries.reverse();
    let tokens = received.tokens();
    let usage = json!({ "prompt_tokens": tokens, "total_tokens": tokens });
    json!({ "object": "list", "data": entries, "model": received.body["model"], "usage": usage })
}

/// Another for each text, and always the same.
fn vector(text: &str) -> Vec<f64> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    (0..LENGTH)
        .map(|_| {
            for byte in text.bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
            hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (hash >> 40) as f64 / f64::from(1 << 23) - 1.0
        })
        .collect()
}
