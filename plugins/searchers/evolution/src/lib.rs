//! The evolutionary search of arXiv 2601.14525.
//!
//! Epoch 0 explores with nothing to go by. From then on a growing share of each epoch exploits the trials that beat
//! the baseline, and the rest explores with all trials, failures included, in view.

mod schedule;
mod search;

use std::cell::RefCell;

use proofhouse_sdk::searcher::{self, Guest, GuestSearch, Problem, Request, Trial, export};

use search::Evolution;

struct Plugin;

impl Guest for Plugin {
    type Search = Session;
}

/// The search behind the contract's resource.
struct Session(RefCell<Evolution>);

impl Session {
    fn resource(search: Evolution) -> searcher::Search {
        searcher::Search::new(Session(RefCell::new(search)))
    }
}

impl GuestSearch for Session {
    fn open(problem: Problem, settings: String) -> Result<searcher::Search, String> {
        Evolution::open(&problem, &settings).map(Session::resource)
    }

    fn ask(&self, slots: u32) -> Vec<Request> {
        self.0.borrow_mut().ask(slots, &mut searcher::next_random)
    }

    fn tell(&self, finished: Vec<Trial>) {
        self.0.borrow_mut().tell(&finished);
    }

    fn epoch(&self) -> u32 {
        self.0.borrow().epoch()
    }

    fn done(&self) -> bool {
        self.0.borrow().done()
    }

    fn save(&self) -> Vec<u8> {
        self.0.borrow().save()
    }

    fn restore(problem: Problem, settings: String, state: Vec<u8>) -> Result<searcher::Search, String> {
        Evolution::restore(&problem, &settings, &state).map(Session::resource)
    }
}

export!(Plugin);
