//! A host for the tests of plugins: scripted models, a scripted smoke run, and the lab's own patch tool.
//!
//! The patch tool is not a fake. What a plugin's tests call a diff that applies is what the lab takes.

mod applier;
mod examples;
mod fake_host;

pub use applier::{apply, check};
pub use examples::{embedding_model, failed, model, problem, scored, trial};
pub use fake_host::{FakeHost, completion};
