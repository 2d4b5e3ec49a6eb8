//! Problems, trials and models to test with.

use proofhouse_sdk::imports::llm::Model;
use proofhouse_sdk::imports::{
    Access, Cost, Direction, Failure, Idea, Metric, Outcome, Problem, Score, SourceFile, Trial,
};

/// A problem with one editable file, `train.py`, and a baseline of 3.0 to go below.
pub fn problem(train: &str) -> Problem {
    Problem {
        name: "nanogpt".into(),
        statement: "Pre-train a small GPT.".into(),
        metric: Metric {
            name: "held-out loss".into(),
            unit: "nats/token".into(),
            direction: Direction::Minimize,
        },
        baseline: Some(3.0),
        files: vec![SourceFile { path: "train.py".into(), text: train.into(), access: Access::Editable }],
    }
}

/// A trial with a title and labels.
pub fn trial(id: u64, title: &str, labels: &[&str], outcome: Outcome) -> Trial {
    Trial {
        id,
        epoch: 0,
        parents: Vec::new(),
        idea: Idea {
            title: title.into(),
            rationale: format!("why {title}"),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        },
        patch: None,
        outcome,
        cost: Cost { device_seconds: 0.0, instructions: 0, llm_tokens: 0, llm_usd: 0.0 },
        origin: "llm-ideator@0.1.0".into(),
    }
}

/// It ran, with this score.
pub fn scored(value: f64) -> Outcome {
    Outcome::Scored(Score { value, standard_error: None, measurements: Vec::new() })
}

/// It did not.
pub fn failed(kind: &str, detail: &str) -> Outcome {
    Outcome::Failed(Failure { kind: kind.into(), detail: detail.into() })
}

/// A model that completes, without a schema mode, and thinks.
pub fn model(name: &str) -> Model {
    Model {
        name: name.into(),
        usd_per_million_input: 1.0,
        usd_per_million_output: 1.0,
        json_schema: false,
        thinking: true,
        embedding: false,
    }
}

/// A model that only embeds.
pub fn embedding_model(name: &str) -> Model {
    Model { embedding: true, thinking: false, ..model(name) }
}
