//! What a Proofhouse plugin written in Rust starts from.
//!
//! A plugin is a `cdylib` for `wasm32-unknown-unknown`. It picks the module of its role, implements that module's
//! `Guest` traits, and calls that module's `export!`:
//!
//! ```ignore
//! use proofhouse_sdk::searcher::{export, Guest, GuestSearch};
//! struct Plugin;
//! impl Guest for Plugin { type Search = MySearch; }
//! impl GuestSearch for MySearch { /* open, ask, tell, epoch, done, save, restore */ }
//! export!(Plugin);
//! ```
//!
//! The bindings of a role import only what its world grants, and the component only what the plugin calls: no WASI,
//! no files, no clock. Beside them are the three things every plugin needs, all of which run natively too, so that
//! the logic of a plugin is tested without a sandbox: [random numbers](random), [settings] and
//! [state]; and, for searchers that work in epochs, their [bookkeeping](epochs).
//!
//! Plugins that ask language models find the rest here as well: the [host as traits](host), [which model](roster) and
//! [which arm](bandit) to play and [what a trial was worth](rewards), [prompts](prompt), [ideas from replies](replies),
//! [diffs from replies](changes), [what is new](novelty), and the [labels] that say who made what, [patches](patching)
//! above all; and [what puts an implementer behind the contract](implementing).

pub mod bandit;
mod bindings;
pub mod changes;
pub mod epochs;
mod export;
pub mod host;
pub mod implementing;
pub mod labels;
pub mod novelty;
pub mod patching;
pub mod prompt;
pub mod random;
pub mod replies;
pub mod rewards;
pub mod roster;
pub mod settings;
pub mod state;

pub use bindings::{evaluator, ideator, implementer, imports, searcher};
