//! Lets language models write the patch of an idea: many samples side by side, of which the first that applies is taken.
//!
//! ```toml
//! [implementer]
//! plugin = "llm-implementer"
//! [implementer.settings]
//! models = ["fast", { name = "deep", weight = 2.0 }]
//! ```
//!
//! A reply is a unified diff, SEARCH/REPLACE blocks or whole files ([`proofhouse_sdk::changes`]). Every diff is checked by
//! the lab's patch tool. Where none applies, each conversation goes on with what the tool said of its diff, in up to
//! `revisions` rounds. With `smoke`, a diff must also get through a short run of the program; one that does not can be
//! repaired with its traceback. The labels `patched-by=…` and `samples=…` say which model wrote the patch, and how many
//! of each model's diffs applied ([`proofhouse_sdk::patching`]); from them a bandit learns which models to ask.
//!
//! | setting | default | meaning |
//! |---|---|---|
//! | `models` | all that complete | names, or `{ name, weight }` |
//! | `samples` | 10 | replies that are asked for at first |
//! | `revisions` | 2 | rounds for diffs that do not apply |
//! | `format` | `any` | the form of a reply: `diff`, `search-replace`, `whole-file`, `any` (a diff is asked for) |
//! | `smoke` | false | a diff must get through a smoke run, where the environment has one |
//! | `max-smoke-runs` | 3 | smoke runs for one idea; from then on it is enough that a diff applies |
//! | `repair` | 0 | rounds for diffs that do not get through; needs `smoke` |
//! | `temperature` | 1.0 | 0 to 2 |
//! | `max-tokens` | 10000 | of a reply |
//! | `thinking-tokens` | 3000 | before a reply |
//! | `log-characters` | 4000 | of a log in a prompt |
//! | `bandit` | true | learn; false: draw by weights alone |
//! | `prior-weight` | 2.0 | how many trials' worth the bandit's prior counts |
//! | `cost-exponent` | 0.25 | how much a model's cost counts against it |
//! | `reward-gain` | 0.05 | the gain over the baseline, relative to it, that is rewarded with 1 |
//! | `templates` | the plugin's own | `system`, `implement`, `revise`, `repair` |
//!
//! The templates `system` and `implement` have the placeholders `{{statement}}`, `{{metric}}`, `{{direction}}`,
//! `{{files}}`, `{{idea}}` and `{{attempts}}`; `revise` and `repair` have `{{log}}`. The form of the reply, and what is to
//! be thought of untrusted text, is said behind the system's template.

mod asking;
mod config;
mod implementation;
mod sample;
mod summary;
mod trying;

use proofhouse_sdk::implementer::{Guest, export};
use proofhouse_sdk::implementing::Session;

use implementation::LlmImplementer;

struct Plugin;

impl Guest for Plugin {
    type Implementation = Session<LlmImplementer>;
}

export!(Plugin);
