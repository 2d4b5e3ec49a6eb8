//! The lab's words as the contract's types.

use proofhouse_types as lab;

use crate::bindings::searcher::exports::proofhouse::lab::searcher as guest;
use crate::bindings::searcher::proofhouse::lab::types as wit;

/// What a plugin is told about its problem: the text of a hidden file stays here.
pub(crate) fn problem(problem: &lab::Problem) -> guest::Problem {
    let files = problem.files.iter().map(|file| wit::SourceFile {
        path: file.path.clone(),
        text: match file.access {
            lab::Access::Hidden => String::new(),
            lab::Access::Editable | lab::Access::Visible => file.text.clone(),
        },
        access: match file.access {
            lab::Access::Editable => wit::Access::Editable,
            lab::Access::Visible => wit::Access::Visible,
            lab::Access::Hidden => wit::Access::Hidden,
        },
    });
    wit::Problem {
        name: problem.name.clone(),
        statement: problem.statement.clone(),
        metric: wit::Metric {
            name: problem.metric.name.clone(),
            unit: problem.metric.unit.clone(),
            direction: match problem.metric.direction {
                lab::Direction::Minimize => wit::Direction::Minimize,
                lab::Direction::Maximize => wit::Direction::Maximize,
            },
        },
        baseline: problem.baseline,
        files: files.collect(),
    }
}

/// A finished trial. Real time stays here: a plugin answers the same on every machine.
pub(crate) fn trial(trial: &lab::Trial) -> wit::Trial {
    wit::Trial {
        id: trial.id,
        epoch: trial.epoch,
        parents: trial.parents.clone(),
        idea: idea(&trial.idea),
        patch: trial.patch.as_ref().map(|patch| wit::Patch { diff: patch.diff.clone() }),
        outcome: outcome(&trial.outcome),
        cost: wit::Cost {
            device_seconds: trial.cost.device_seconds,
            instructions: trial.cost.instructions,
            llm_tokens: trial.cost.llm_tokens,
            llm_usd: trial.cost.llm_usd,
        },
        origin: trial.origin.clone(),
    }
}

/// An idea in words.
pub(crate) fn idea(idea: &lab::Idea) -> wit::Idea {
    wit::Idea { title: idea.title.clone(), rationale: idea.rationale.clone(), labels: idea.labels.clone() }
}

fn outcome(outcome: &lab::Outcome) -> wit::Outcome {
    match outcome {
        lab::Outcome::Scored(score) => wit::Outcome::Scored(wit::Score {
            value: score.value,
            standard_error: score.standard_error,
            measurements: score
                .measurements
                .iter()
                .map(|measurement| wit::Measurement {
                    name: measurement.name.clone(),
                    value: measurement.value,
                })
                .collect(),
        }),
        lab::Outcome::Failed(failure) => wit::Outcome::Failed(wit::Failure {
            kind: failure.kind.as_str().to_owned(),
            detail: failure.detail.clone(),
        }),
    }
}
