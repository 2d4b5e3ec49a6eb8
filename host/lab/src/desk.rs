//! Where the lab's thread sits while workers and plugin calls run on others: it alone writes the ledger, so whatever
//! is to be recorded comes here, and the one who asked waits until it is on the disk.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use proofhouse_fleet::Event;
use proofhouse_ledger::Ledger;
use proofhouse_sandbox::Smoke;
use proofhouse_types::TrialId;

use crate::journal::{self, Entry};
use crate::program::Program;

/// What comes to the desk.
pub(crate) enum Signal {
    /// From the workers.
    Fleet(Event),
    /// To be recorded.
    Journal(Entry),
    /// A patched program is to be run for a moment.
    Smoke(SmokeRun),
    /// The plugin call with this label has ended.
    Returned(u64),
}

impl From<Event> for Signal {
    fn from(event: Event) -> Self {
        Signal::Fleet(event)
    }
}

/// A smoke run that an implementer waits for.
#[derive(Debug, Clone)]
pub(crate) struct SmokeRun {
    pub(crate) trial: TrialId,
    pub(crate) program: Program,
    pub(crate) answer: Sender<Smoke>,
}

/// The desk, with the ledger that is written here; none where nothing is recorded.
pub(crate) struct Desk<'a> {
    ledger: Option<&'a Ledger>,
    inbox: Receiver<Signal>,
    sender: Sender<Signal>,
}

/// Says that a plugin call has ended, however it did.
pub(crate) struct Returning {
    pub(crate) label: u64,
    pub(crate) desk: Sender<Signal>,
}

impl Drop for Returning {
    fn drop(&mut self) {
        // Where the desk is gone, nobody waits.
        let _ = self.desk.send(Signal::Returned(self.label));
    }
}

impl<'a> Desk<'a> {
    pub(crate) fn new(ledger: Option<&'a Ledger>) -> Self {
        let (sender, inbox) = channel();
        Desk { ledger, inbox, sender }
    }

    /// For those that send here.
    pub(crate) fn sender(&self) -> Sender<Signal> {
        self.sender.clone()
    }

    /// The next signal, if one comes within `wait`. What is to be recorded was recorded, and is no signal.
    pub(crate) fn next(&self, wait: Duration) -> Option<Signal> {
        match self.inbox.recv_timeout(wait) {
            Ok(Signal::Journal(entry)) => {
                self.record(entry);
                None
            }
            Ok(signal) => Some(signal),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => None,
        }
    }

    fn record(&self, entry: Entry) {
        if let Some(ledger) = self.ledger {
            journal::record(ledger, entry);
        }
    }

    /// Makes one plugin call on a thread of its own, and records what comes of it. Nothing else runs meanwhile.
    pub(crate) fn attend<T: Send>(&self, call: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| {
            let returning = Returning { label: 0, desk: self.sender() };
            let call = scope.spawn(move || {
                let _returning = returning;
                call()
            });
            // The desk holds a sender itself, so that receiving does not fail.
            while let Ok(signal) = self.inbox.recv() {
                match signal {
                    Signal::Journal(entry) => self.record(entry),
                    Signal::Returned(_) => break,
                    // The last words of workers that were stopped.
                    Signal::Fleet(_) | Signal::Smoke(_) => {}
                }
            }
            call.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    }
}
