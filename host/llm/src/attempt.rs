//! One attempt of an exchange, and what it cost.

use crate::Spend;
use crate::estimate::{Usage, tokens};
use crate::limits::Limits;
use crate::model::{Model, Prepared};
use crate::provider::{Answer, Problem};
use crate::transport::{Progress, Transport};

/// A model with the way to it.
pub(crate) struct Line {
    pub(crate) model: Model,
    pub(crate) limits: Limits,
    pub(crate) transport: Transport,
}

/// How an attempt ended.
pub(crate) struct Attempt {
    pub(crate) result: Result<Answer, Problem>,
    /// As counted by the provider, or estimated.
    pub(crate) usage: Usage,
    /// By the model's prices.
    pub(crate) cost: Spend,
    /// When the provider wants to see the next one.
    pub(crate) asked: Option<std::time::Duration>,
}

impl Line {
    pub(crate) async fn attempt(&self, prepared: &Prepared) -> Attempt {
        let mut progress = Progress::default();
        let result = self.transport.attempt(&self.model, prepared, &mut progress).await;
        let usage = usage(&result, prepared, &progress);
        let cost = usage.spend(&self.model.config);
        let asked = progress.asked;
        Attempt { result: result.map(|()| progress.answer), usage, cost, asked }
    }
}

/// What the attempt used. Providers bill what they made, also where it did not arrive.
fn usage(result: &Result<(), Problem>, prepared: &Prepared, progress: &Progress) -> Usage {
    let likely = prepared.estimate.likely.input_tokens;
    if result.is_ok() {
        return progress.answer.usage_or(likely);
    }
    if progress.began {
        let mut usage = progress.answer.usage_or(likely);
        if progress.answer.usage.is_none() {
            // Endless rubbish is not what the model made: it is held to its limit.
            let received = usage.output.max(tokens(progress.bytes));
            usage.output = received.min(prepared.call.most_output);
        }
        return usage;
    }
    // An error comes instead of an answer. Silence may be a model that works.
    let worked = progress.sent && !progress.answered;
    Usage { input: if worked { likely } else { 0 }, ..Usage::default() }
}
