//! The best-of-N baseline of arXiv 2601.14525: N ideas as an evolutionary search has them in its epoch 0, each drawn
//! without sight of any result. A search is worth its trouble only where it beats this at the same budget.

mod search;

use std::cell::RefCell;

use proofhouse_sdk::searcher::{self, Guest, GuestSearch, Problem, Request, Trial, export};

use search::BestOfN;

struct Plugin;

impl Guest for Plugin {
    type Search = Session;
}

/// The search behind the contract's resource.
struct Session(RefCell<BestOfN>);

impl Session {
    fn resource(search: BestOfN) -> searcher::Search {
        searcher::Search::new(Session(RefCell::new(search)))
    }
}

impl GuestSearch for Session {
    fn open(_problem: Problem, settings: String) -> Result<searcher::Search, String> {
        BestOfN::open(&settings).map(Session::resource)
    }

    fn ask(&self, slots: u32) -> Vec<Request> {
        self.0.borrow_mut().ask(slots)
    }

    fn tell(&self, finished: Vec<Trial>) {
        self.0.borrow_mut().tell(finished.iter().map(|trial| (trial.id, trial.epoch)));
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

    fn restore(_problem: Problem, settings: String, state: Vec<u8>) -> Result<searcher::Search, String> {
        BestOfN::restore(&settings, &state).map(Session::resource)
    }
}

export!(Plugin);
