//! Something has changed: plugin threads that wait for a place, for budget or for an answer look again.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Counts changes, so that one between looking and waiting is not missed.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    count: Mutex<u64>,
    changed: Condvar,
}

impl Signal {
    /// How many changes there were. Ask before looking.
    pub(crate) fn seen(&self) -> u64 {
        *self.lock()
    }

    /// Something has changed.
    pub(crate) fn mark(&self) {
        *self.lock() += 1;
        self.changed.notify_all();
    }

    /// Waits until something has changed since `seen`, or for this long.
    pub(crate) fn wait(&self, seen: u64, most: Duration) {
        let guard = self.lock();
        let waited = self.changed.wait_timeout_while(guard, most, |count| *count == seen);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
