//! The bookkeeping of a searcher that works in epochs: an epoch begins when every trial of the last one has ended.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How far a search is. The sizes of the epochs are the searcher's own; they are passed in, because they follow from
/// settings that may change between a run and its continuation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epochs {
    current: u32,
    given: u32,
    /// The trials of the current epoch that have ended. A set, so that a trial told twice counts once.
    ended: BTreeSet<u64>,
}

impl Epochs {
    /// The epoch that is under way, from 0.
    pub fn current(&self) -> u32 {
        self.current
    }

    /// Takes up to `slots` of the current epoch's `size` requests: their places within the epoch.
    pub fn give(&mut self, size: u32, slots: u32) -> std::ops::Range<u32> {
        let first = self.given;
        self.given = first.max(size.min(first.saturating_add(slots)));
        first..self.given
    }

    /// A trial has ended. Trials of other epochs count for nothing. The next epoch begins when all `size` trials of
    /// this one have ended.
    pub fn end(&mut self, trial: u64, epoch: u32, size: u32) {
        if epoch != self.current {
            return;
        }
        self.ended.insert(trial);
        self.settle(size);
    }

    /// Begins the next epoch if this one, of `size` trials, is complete. To be called after a restore, because an
    /// epoch that was made smaller meanwhile may already be.
    pub fn settle(&mut self, size: u32) {
        let everything_ended = self.ended.len() as u64 >= u64::from(self.given);
        if self.given >= size && everything_ended {
            *self = Epochs { current: self.current.saturating_add(1), ..Epochs::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_epoch_waits_for_every_trial() {
        let mut epochs = Epochs::default();
        assert_eq!(epochs.give(3, 2), 0..2);
        epochs.end(10, 0, 3);
        assert_eq!(epochs.give(3, 2), 2..3);
        assert!(epochs.give(3, 9).is_empty());
        epochs.end(11, 0, 3);
        epochs.end(11, 0, 3);
        assert_eq!(epochs.current(), 0, "a trial told twice counts once");
        epochs.end(9, 7, 3);
        assert_eq!(epochs.current(), 0, "a trial of another epoch counts for nothing");
        epochs.end(12, 0, 3);
        assert_eq!(epochs.current(), 1);
        assert_eq!(epochs.give(3, u32::MAX), 0..3);
    }

    #[test]
    fn an_epoch_that_became_smaller_ends_with_what_was_given() {
        let mut epochs = Epochs::default();
        assert_eq!(epochs.give(4, 3), 0..3);
        (0..2).for_each(|trial| epochs.end(trial, 0, 4));
        epochs.settle(2);
        assert_eq!(epochs.current(), 0, "the third trial is still running");
        assert!(epochs.give(2, 4).is_empty());
        epochs.end(2, 0, 2);
        assert_eq!(epochs.current(), 1);

        let mut idle = Epochs::default();
        assert_eq!(idle.give(4, 3), 0..3);
        (0..3).for_each(|trial| idle.end(trial, 0, 4));
        idle.settle(2);
        assert_eq!(idle.current(), 1, "nothing more will end: the restored search must not wait");
    }
}
