//! Lets a language model read, edit and try the program, step by step, until the idea is carried out.
//!
//! ```toml
//! [implementer]
//! plugin = "agent-implementer"
//! [implementer.settings]
//! models = ["deep"]
//! max-calls = 40
//! ```
//!
//! Each reply of the model is one action in JSON: `read_file`, `search`, `edit`, `write_file`, `check`, `run`, `finish` or
//! `give_up`. It needs no provider's tools, so it works with every model. The model works on a copy of the program; the
//! patch is the difference. What it hands in is taken by the lab's patch tool, and has got through a smoke run since its
//! last edit, where the environment has one. One model is asked for one idea; which, a bandit learns from the labels
//! `patched-by=…` and `samples=…` ([`proofhouse_sdk::patching`]).
//!
//! | setting | default | meaning |
//! |---|---|---|
//! | `models` | all that complete | names, or `{ name, weight }` |
//! | `max-calls` | 30 | replies for one idea; one that is no action counts as well |
//! | `max-runs` | 3 | smoke runs that the model may ask for; what it hands in may be run once more |
//! | `json-schema` | true | hold models that can to a JSON schema |
//! | `temperature` | 1.0 | 0 to 2 |
//! | `max-tokens` | 10000 | of a reply |
//! | `thinking-tokens` | 3000 | before a reply |
//! | `output-characters` | 12000 | of the result of one action |
//! | `history-characters` | 200000 | of the conversation; the oldest results are left out first |
//! | `bandit` | true | learn; false: draw by weights alone |
//! | `prior-weight` | 2.0 | how many trials' worth the bandit's prior counts |
//! | `cost-exponent` | 0.25 | how much a model's cost counts against it |
//! | `reward-gain` | 0.05 | the gain over the baseline, relative to it, that is rewarded with 1 |
//! | `templates` | the plugin's own | `system`, `task` |
//!
//! Both templates have the placeholders `{{statement}}`, `{{metric}}`, `{{direction}}`, `{{files}}`, `{{idea}}` and
//! `{{attempts}}`. The actions, and what is to be thought of untrusted text, are told behind the system's template.

mod action;
mod config;
mod desk;
mod history;
mod implementation;

use proofhouse_sdk::implementer::{Guest, export};
use proofhouse_sdk::implementing::Session;

use implementation::AgentImplementer;

struct Plugin;

impl Guest for Plugin {
    type Implementation = Session<AgentImplementer>;
}

export!(Plugin);
