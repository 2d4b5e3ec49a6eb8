//! Seeds: every number a run draws at random comes from the run's seed, what it is for, and a count. Never from time.

use sha2::{Digest, Sha256};

/// What a seed is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Measuring the unpatched program.
    Baseline,
    /// Evaluating a trial.
    Trial,
    /// Opening the searcher.
    SearcherOpen,
    /// A searcher's `ask`.
    Ask,
    /// A searcher's `tell`.
    Tell,
    /// Opening the ideator.
    IdeatorOpen,
    /// An ideator's `propose`.
    Propose,
    /// An ideator's `learn`.
    Learn,
    /// Opening the implementer.
    ImplementerOpen,
    /// An implementer's `implement`.
    Implement,
    /// An implementer's `learn`.
    ImplementerLearn,
    /// A smoke run.
    Smoke,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Purpose::Baseline => "baseline",
            Purpose::Trial => "trial",
            Purpose::SearcherOpen => "searcher open",
            Purpose::Ask => "ask",
            Purpose::Tell => "tell",
            Purpose::IdeatorOpen => "ideator open",
            Purpose::Propose => "propose",
            Purpose::Learn => "learn",
            Purpose::ImplementerOpen => "implementer open",
            Purpose::Implement => "implement",
            Purpose::ImplementerLearn => "implementer learn",
            Purpose::Smoke => "smoke",
        }
    }
}

/// The seed for `purpose` number `index`. It has 53 bits, so that every reader of JSON keeps it.
pub(crate) fn derive(run: u64, purpose: Purpose, index: u64) -> u64 {
    let mut hash = Sha256::new();
    hash.update(b"proofhouse seed 1\0");
    hash.update(run.to_le_bytes());
    hash.update(purpose.word());
    hash.update([0]);
    hash.update(index.to_le_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(first) >> 11
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Purpose, derive};

    #[test]
    fn seeds_differ_by_run_purpose_and_index_and_stay_the_same() {
        let all = [
            Purpose::Baseline,
            Purpose::Trial,
            Purpose::SearcherOpen,
            Purpose::Ask,
            Purpose::Tell,
            Purpose::IdeatorOpen,
            Purpose::Propose,
            Purpose::Learn,
            Purpose::ImplementerOpen,
            Purpose::Implement,
            Purpose::ImplementerLearn,
            Purpose::Smoke,
        ];
        let mut seen = HashSet::new();
        for run in [0, 1, u64::MAX] {
            for purpose in all {
                for index in 0..20 {
                    let seed = derive(run, purpose, index);
                    assert!(seed < 1 << 53);
                    assert!(seen.insert(seed));
                }
            }
        }
        assert_eq!(derive(1, Purpose::Trial, 0), derive(1, Purpose::Trial, 0));
    }
}
