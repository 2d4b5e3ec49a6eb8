//! What has come of an answer so far.

use crate::estimate::{Usage, tokens};
use crate::{Completion, Embedding, Failure, Reply, Request};

/// How a model ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finish {
    /// By itself.
    Whole,
    /// At the limit of tokens.
    Length,
    /// It, or its provider's filter, declined.
    Refused(String),
}

/// What a body, or the part of it that came, says.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) thinking: String,
    pub(crate) vectors: Vec<Vec<f32>>,
    /// As the provider counted; none where it has not said.
    pub(crate) usage: Option<Usage>,
    /// None: it has not ended.
    pub(crate) finish: Option<Finish>,
}

impl Answer {
    /// How it ended, where that is not said twice differently: a refusal stays one.
    pub(crate) fn ends(&mut self, finish: Finish) {
        if !matches!(self.finish, Some(Finish::Refused(_))) {
            self.finish = Some(finish);
        }
    }

    /// The usage as counted, or as estimated from what was sent and has come.
    pub(crate) fn usage_or(&self, likely_input: u64) -> Usage {
        let received = tokens(self.text.len() + self.thinking.len());
        match self.usage {
            // A stream that broke off has told its input, and its output only so far.
            Some(usage) if self.finish.is_none() => Usage { output: usage.output.max(received), ..usage },
            Some(usage) => usage,
            None => Usage { input: likely_input, output: received, ..Usage::default() },
        }
    }

    /// What the one who asked gets.
    pub(crate) fn into_reply(self, request: &Request, usage: Usage) -> Reply {
        if let Request::Embed { texts, .. } = request {
            return self.into_vectors(texts.len(), usage);
        }
        let completion = Completion {
            text: self.text,
            thinking: self.thinking,
            input_tokens: usage.input,
            output_tokens: usage.output,
        };
        match self.finish {
            Some(Finish::Refused(reason)) => Reply::Failed(Failure::Refused(reason)),
            Some(Finish::Length) => Reply::Failed(Failure::Truncated(completion)),
            Some(Finish::Whole) | None => Reply::Completed(completion),
        }
    }

    fn into_vectors(self, wanted: usize, usage: Usage) -> Reply {
        let length = self.vectors.first().map_or(0, Vec::len);
        if self.vectors.len() != wanted || length == 0 || self.vectors.iter().any(|one| one.len() != length) {
            let reason =
                format!("{} vectors came for {wanted} texts, or of unequal length", self.vectors.len());
            return Reply::Failed(Failure::Unavailable(reason));
        }
        Reply::Embedded(Embedding { vectors: self.vectors, input_tokens: usage.input })
    }
}
