//! The host as traits, so that whatever asks models or tries diffs is tested without one.
//!
//! Inside a sandbox [`Host`] is all of them. In a native test a scripted fake is.

use crate::imports::llm::{Completion, Error, Model, Request};
use crate::imports::{Failure, llm, log, workbench};

/// The way to language models.
pub trait Models {
    /// The models that this plugin may use, in the order of their names.
    fn models(&self) -> Vec<Model>;
    /// One answer for each request, in their order.
    fn complete(&self, requests: &[Request]) -> Vec<Result<Completion, Error>>;
    /// One vector for each text, in their order.
    ///
    /// # Errors
    /// Where the model is not granted, or does not answer.
    fn embed(&self, model: &str, texts: &[String]) -> Result<Vec<Vec<f32>>, Error>;
}

/// Where a diff is tried.
pub trait Workbench {
    /// Would the lab take this diff?
    ///
    /// # Errors
    /// The log of the patch tool.
    fn check(&self, diff: &str) -> Result<(), Failure>;
    /// Runs the patched program for a moment: the tail of what it printed.
    ///
    /// # Errors
    /// Why it did not run to its end; `not-granted` where there is no such run, or no further one.
    fn smoke(&self, diff: &str) -> Result<String, Failure>;
}

/// Where a plugin says what went wrong without ending.
pub trait Log {
    /// Something the user should know of.
    fn warn(&self, message: &str);
}

/// The host that the plugin's component imports.
#[derive(Debug, Clone, Copy)]
pub struct Host;

impl Models for Host {
    fn models(&self) -> Vec<Model> {
        llm::models()
    }

    fn complete(&self, requests: &[Request]) -> Vec<Result<Completion, Error>> {
        if requests.is_empty() { Vec::new() } else { llm::complete(requests) }
    }

    fn embed(&self, model: &str, texts: &[String]) -> Result<Vec<Vec<f32>>, Error> {
        llm::embed(model, texts)
    }
}

impl Workbench for Host {
    fn check(&self, diff: &str) -> Result<(), Failure> {
        workbench::check(diff)
    }

    fn smoke(&self, diff: &str) -> Result<String, Failure> {
        workbench::smoke(diff)
    }
}

impl Log for Host {
    fn warn(&self, message: &str) {
        log::emit(log::Level::Warn, message);
    }
}

/// An error of a model, in one sentence.
pub fn describe(error: &Error) -> String {
    match error {
        Error::NotGranted(why) => format!("not granted: {why}"),
        Error::BudgetExhausted(why) => format!("budget exhausted: {why}"),
        Error::Refused(why) => format!("refused: {why}"),
        Error::Truncated(_) => "truncated: the reply ended at `max-tokens`".into(),
        Error::Rejected(why) => format!("rejected: {why}"),
        Error::Unavailable(why) => format!("unavailable: {why}"),
    }
}
