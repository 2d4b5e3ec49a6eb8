//! An ideator that needs no language model: a catalogue of research moves on a GPT training program, which it makes,
//! varies and combines.
//!
//! Exploring, it makes moves that were not tried yet. Exploiting, it takes trials that went well, reads in their
//! labels which moves they made, and changes a value, adds a move, leaves one out, or crosses two of them.

mod breeding;
mod genome;
mod ideation;
mod moves;
mod program;

use std::cell::RefCell;

use proofhouse_sdk::ideator::{self, Brief, Guest, GuestIdeation, Problem, Proposal, Trial, export};

use ideation::Operators;

struct Plugin;

impl Guest for Plugin {
    type Ideation = Session;
}

/// The ideator behind the contract's resource.
struct Session(RefCell<Operators>);

impl Session {
    fn resource(operators: Operators) -> ideator::Ideation {
        ideator::Ideation::new(Session(RefCell::new(operators)))
    }
}

impl GuestIdeation for Session {
    fn open(problem: Problem, settings: String) -> Result<ideator::Ideation, String> {
        Operators::open(&problem, &settings).map(Session::resource)
    }

    fn propose(&self, brief: Brief) -> Result<Vec<Proposal>, String> {
        self.0.borrow_mut().propose(&brief, &mut ideator::next_random)
    }

    fn learn(&self, finished: Vec<Trial>) {
        self.0.borrow_mut().learn(&finished);
    }

    fn save(&self) -> Vec<u8> {
        self.0.borrow().save()
    }

    fn restore(problem: Problem, settings: String, state: Vec<u8>) -> Result<ideator::Ideation, String> {
        Operators::restore(&problem, &settings, &state).map(Session::resource)
    }
}

export!(Plugin);
