//! What becomes of the replies: ideas that are new, ideas that are not, and errors.

use proofhouse_sdk::host::{Log, Models, describe};
use proofhouse_sdk::ideator::{Brief, Proposal};
use proofhouse_sdk::imports::TrialId;
use proofhouse_sdk::imports::llm::{Completion, Error};
use proofhouse_sdk::labels;
use proofhouse_sdk::novelty::Signature;
use proofhouse_sdk::replies::{self, Draft, Ending};

use crate::asking::Ask;
use crate::ideation::{LlmIdeator, MODEL, PROMPT};

/// What one call into the ideator has come to so far.
pub struct Batch<'a> {
    brief: &'a Brief,
    shown: Vec<TrialId>,
    pub proposals: Vec<Proposal>,
    /// Titles that replies of this call repeated, so that the next wave is told of them first.
    pub repeated: Vec<String>,
    /// Did any model answer?
    answered: bool,
    /// What a model that will never answer said: a fault of the run's configuration.
    configuration: Option<String>,
    /// Did a request fail for another reason?
    other_errors: bool,
}

/// An idea of a reply, and the request it answers.
struct Candidate {
    ask: Ask,
    draft: Draft,
    signature: Signature,
}

impl<'a> Batch<'a> {
    pub fn new(brief: &'a Brief) -> Batch<'a> {
        Batch {
            brief,
            shown: brief.context.iter().map(|trial| trial.id).collect(),
            proposals: Vec::new(),
            repeated: Vec::new(),
            answered: false,
            configuration: None,
            other_errors: false,
        }
    }

    /// How many ideas are still to be found.
    pub fn missing(&self) -> u32 {
        self.brief.count.saturating_sub(self.proposals.len() as u32)
    }

    /// Takes the replies of a wave. Is it any use to ask again?
    pub fn take(
        &mut self,
        ideator: &mut LlmIdeator,
        asks: &[Ask],
        results: Vec<Result<Completion, Error>>,
        host: &(impl Models + Log),
    ) -> bool {
        let mut candidates = Vec::new();
        let mut hopeless = 0;
        for (ask, result) in asks.iter().zip(results) {
            let model = ideator.config.roster.model(ask.model).name.clone();
            if result.is_err() {
                ideator.memory.counts.failed_calls += 1;
            }
            hopeless += usize::from(is_hopeless(&result));
            let drafts = self.read(&model, result, host);
            candidates.extend(drafts.into_iter().map(|draft| {
                let signature = Signature::new(&draft.title, &draft.rationale);
                Candidate { ask: *ask, draft, signature }
            }));
        }
        embed(ideator, &mut candidates, host);
        for candidate in candidates {
            self.accept(ideator, candidate);
        }
        hopeless < asks.len()
    }

    /// The proposals. An error only where no model could ever have answered.
    pub fn finish(self) -> Result<Vec<Proposal>, String> {
        match self.configuration {
            Some(why) if self.proposals.is_empty() && !self.answered && !self.other_errors => Err(why),
            _ => Ok(self.proposals),
        }
    }

    /// The ideas of one reply.
    fn read(&mut self, model: &str, result: Result<Completion, Error>, log: &impl Log) -> Vec<Draft> {
        let (text, ending) = match result {
            Ok(completion) => (completion.text, Ending::Complete),
            Err(Error::Truncated(completion)) => {
                log.warn(&format!(
                    "the reply of model `{model}` ended at `max-tokens`: its whole ideas are taken; raise the setting"
                ));
                (completion.text, Ending::Truncated)
            }
            Err(error) => {
                self.note_error(model, &error, log);
                return Vec::new();
            }
        };
        self.answered = true;
        let drafts = replies::ideas(&text, ending);
        if drafts.is_empty() {
            log.warn(&format!(
                "no idea could be read in the reply of model `{model}`, which has {} characters",
                text.chars().count()
            ));
        }
        drafts
    }

    fn note_error(&mut self, model: &str, error: &Error, log: &impl Log) {
        let why = format!("model `{model}` does not propose: {}", describe(error));
        log.warn(&why);
        match error {
            Error::NotGranted(_) | Error::Rejected(_) => {
                self.configuration.get_or_insert(why);
            }
            _ => self.other_errors = true,
        }
    }

    fn accept(&mut self, ideator: &mut LlmIdeator, candidate: Candidate) {
        if self.missing() == 0 {
            return;
        }
        let Candidate { ask, draft, signature } = candidate;
        let memory = &mut ideator.memory;
        if let Some(title) = memory.novelty.repeated(&signature, ideator.config.thresholds) {
            memory.counts.repeated += 1;
            self.repeated.push(title.to_owned());
            return;
        }
        memory.novelty.add(&draft.title, signature);
        let variant = &ideator.config.templates.variants(self.brief.mode)[ask.prompt];
        let own = vec![
            labels::label(MODEL, &ideator.config.roster.model(ask.model).name),
            labels::label(PROMPT, &variant.name),
        ];
        self.proposals.push(Proposal {
            parents: draft.parents(&self.shown),
            idea: draft.idea(own),
            patch: None,
        });
    }
}

/// Would the same request fail again, however often?
fn is_hopeless(result: &Result<Completion, Error>) -> bool {
    matches!(result, Err(Error::NotGranted(_) | Error::Rejected(_) | Error::BudgetExhausted(_)))
}

/// Gives the candidates their vectors, where a model for that is set. Without an answer they are compared as text.
fn embed(ideator: &LlmIdeator, candidates: &mut [Candidate], host: &(impl Models + Log)) {
    let Some(model) = ideator.config.embedding_model.as_deref().filter(|_| !candidates.is_empty()) else {
        return;
    };
    let texts: Vec<String> =
        candidates.iter().map(|one| format!("{}\n{}", one.draft.title, one.draft.rationale)).collect();
    match host.embed(model, &texts) {
        Ok(vectors) => {
            for (candidate, vector) in candidates.iter_mut().zip(vectors) {
                candidate.signature = candidate.signature.clone().with_embedding(&vector);
            }
        }
        Err(error) => {
            host.warn(&format!("ideas are compared as text alone: model `{model}`: {}", describe(&error)));
        }
    }
}
