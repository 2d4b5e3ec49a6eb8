//! Proposes ideas that language models wrote.
//!
//! ```toml
//! [ideator]
//! plugin = "llm-ideator"
//! [ideator.settings]
//! models = ["fast", { name = "deep", weight = 2.0 }]
//! ```
//!
//! A call asks for its ideas in requests of `ideas-per-call`, side by side. Ideas that were proposed before, in other
//! words too, are dropped, and asked for again in up to `waves` further waves, which are told what not to repeat. Which
//! model and which prompt a request goes to is drawn by a bandit that learns from the trials
//! ([`proofhouse_sdk::bandit`], [`proofhouse_sdk::rewards`]); an idea's labels `model=…` and `prompt=…` say which it was.
//!
//! | setting | default | meaning |
//! |---|---|---|
//! | `models` | all that complete | names, or `{ name, weight }` |
//! | `temperature` | 1.0 | 0 to 2 |
//! | `max-tokens` | 8192 | of a reply |
//! | `thinking-tokens` | 3000 | before a reply, where there are no trials yet |
//! | `thinking-tokens-later` | 1500 | before a reply, where there are |
//! | `json-schema` | true | hold models that can to a JSON schema |
//! | `ideas-per-call` | 10 | ideas in one request |
//! | `waves` | 3 | further rounds for what is missing |
//! | `context-characters` | 120000 | all trials in a prompt |
//! | `diff-characters` | 3000 | the diff of one trial |
//! | `rationale-characters` | 1200 | the rationale of one trial |
//! | `detail-characters` | 800 | the reason of one failure |
//! | `avoid-titles` | 100 | titles in the list of what was proposed |
//! | `novelty-threshold` | 0.8 | similarity as text from which on two ideas are the same ([`proofhouse_sdk::novelty`]) |
//! | `embedding-model` | none | compare by meaning as well, with this model |
//! | `embedding-threshold` | 0.92 | cosine from which on two ideas are the same |
//! | `bandit` | true | learn; false: draw by weights alone |
//! | `prior-weight` | 2.0 | how many trials' worth the bandit's prior counts |
//! | `cost-exponent` | 0.25 | how much an arm's cost counts against it |
//! | `reward-gain` | 0.05 | the gain over the baseline, relative to it, that is rewarded with 1 |
//! | `templates` | the plugin's own | `system`, `explore`, `exploit`: a text, or for the latter two a table of them |
//!
//! Templates have the placeholders `{{statement}}`, `{{metric}}`, `{{unit}}`, `{{direction}}`, `{{baseline}}`,
//! `{{files}}`, `{{trials}}`, `{{avoid}}` and `{{count}}`. The form of the reply, and what is to be thought of untrusted
//! text, is said behind the system's template.

mod asking;
mod config;
mod ideation;
mod retelling;
mod sorting;
mod templates;

use std::cell::RefCell;

use proofhouse_sdk::host::{Host, Models};
use proofhouse_sdk::ideator::{self, Brief, Guest, GuestIdeation, Problem, Proposal, Trial, export};

use ideation::LlmIdeator;

struct Plugin;

impl Guest for Plugin {
    type Ideation = Session;
}

/// The ideator behind the contract's resource.
struct Session(RefCell<LlmIdeator>);

impl Session {
    fn resource(ideator: LlmIdeator) -> ideator::Ideation {
        ideator::Ideation::new(Session(RefCell::new(ideator)))
    }
}

impl GuestIdeation for Session {
    fn open(problem: Problem, settings: String) -> Result<ideator::Ideation, String> {
        LlmIdeator::open(problem, &settings, &Host.models()).map(Session::resource)
    }

    fn propose(&self, brief: Brief) -> Result<Vec<Proposal>, String> {
        self.0.borrow_mut().propose(&brief, &Host, &mut ideator::next_random)
    }

    fn learn(&self, finished: Vec<Trial>) {
        self.0.borrow_mut().learn(&finished);
    }

    fn save(&self) -> Vec<u8> {
        self.0.borrow().save()
    }

    fn restore(problem: Problem, settings: String, state: Vec<u8>) -> Result<ideator::Ideation, String> {
        LlmIdeator::restore(problem, &settings, &Host.models(), &state).map(Session::resource)
    }
}

export!(Plugin);
