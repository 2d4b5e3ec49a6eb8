//! Scores a language model of the nanoGPT environment: trains it within its budget, then reads its logits token by
//! token on held-out data and computes the loss itself.
//!
//! The program gets token t only after it has given its logits for token t, so no future token can leak. It never
//! sees the held-out stream, and nothing that it says about its own loss is believed.

mod candidate;
mod scoring;
mod settings;

use proofhouse_sdk::evaluator::{Guest, Score, export};

struct Plugin;

impl Guest for Plugin {
    fn evaluate(settings: String, seed: u64) -> Result<Score, String> {
        scoring::evaluate(&settings::EvaluatorSettings::parse(&settings)?, seed)
    }
}

export!(Plugin);
