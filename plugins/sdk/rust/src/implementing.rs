//! An implementer as a plain Rust type, which runs natively too, and what puts it behind the contract's resource.

use std::cell::RefCell;

use crate::host::{Host, Models, Workbench};
use crate::implementer::{self, Attempt, GuestImplementation, Implementation, Implemented, Problem, Trial};
use crate::imports::Idea;
use crate::imports::llm::Model;
use crate::random::Random;

/// What an implementer does. The contract says when, and what may be kept: see `implementation` in `wit/lab/lab.wit`.
pub trait Implementer: Sized + 'static {
    /// Begins, with the models that the run grants.
    ///
    /// # Errors
    /// Names the setting that is wrong.
    fn open(problem: Problem, settings: &str, granted: &[Model]) -> Result<Self, String>;

    /// Goes on from a saved state.
    ///
    /// # Errors
    /// As [`Implementer::open`], and where the bytes are no state of this plugin.
    fn restore(problem: Problem, settings: &str, granted: &[Model], state: &[u8]) -> Result<Self, String>;

    /// What another instance goes on from.
    fn save(&self) -> Vec<u8>;

    /// The patch for an idea.
    ///
    /// # Errors
    /// Why there is none, in words: they become the trial's outcome.
    fn implement(
        &self,
        idea: &Idea,
        attempts: &[Attempt],
        host: &(impl Models + Workbench),
        random: &mut impl Random,
    ) -> Result<Implemented, String>;

    /// Learns from trials.
    fn learn(&mut self, finished: &[Trial]);
}

/// An implementer behind the contract's resource: `type Implementation = Session<MyImplementer>` in a plugin's `Guest`.
#[derive(Debug)]
pub struct Session<I>(RefCell<I>);

impl<I: Implementer> Session<I> {
    fn resource(implementer: I) -> Implementation {
        Implementation::new(Session(RefCell::new(implementer)))
    }
}

impl<I: Implementer> GuestImplementation for Session<I> {
    fn open(problem: Problem, settings: String) -> Result<Implementation, String> {
        I::open(problem, &settings, &Host.models()).map(Self::resource)
    }

    fn implement(&self, idea: Idea, attempts: Vec<Attempt>) -> Result<Implemented, String> {
        self.0.borrow().implement(&idea, &attempts, &Host, &mut implementer::next_random)
    }

    fn learn(&self, finished: Vec<Trial>) {
        self.0.borrow_mut().learn(&finished);
    }

    fn save(&self) -> Vec<u8> {
        self.0.borrow().save()
    }

    fn restore(problem: Problem, settings: String, state: Vec<u8>) -> Result<Implementation, String> {
        I::restore(problem, &settings, &Host.models(), &state).map(Self::resource)
    }
}
