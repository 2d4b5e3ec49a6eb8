//! The search itself.

use std::collections::BTreeMap;

use proofhouse_sdk::epochs::Epochs;
use proofhouse_sdk::random::Random;
use proofhouse_sdk::searcher::{Direction, Outcome, Problem, Request, Trial};
use proofhouse_sdk::state;
use serde::{Deserialize, Serialize};

use crate::schedule::Schedule;

const PLUGIN: &str = "evolution";
const STATE_VERSION: u32 = 1;

/// What the search knows, and what another instance goes on from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    epochs: Epochs,
    /// Every trial that ended: its score, none where it failed.
    trials: BTreeMap<u64, Option<f64>>,
}

/// One search over one problem.
#[derive(Debug)]
pub struct Evolution {
    schedule: Schedule,
    threshold: f64,
    direction: Direction,
    memory: Memory,
}

impl Evolution {
    pub fn open(problem: &Problem, settings: &str) -> Result<Evolution, String> {
        let schedule = Schedule::parse(settings)?;
        let threshold = schedule.threshold.or(problem.baseline).filter(|score| score.is_finite()).ok_or(
            "the problem has no baseline score: measure it first, or set `threshold` to the score to beat",
        )?;
        Ok(Evolution { schedule, threshold, direction: problem.metric.direction, memory: Memory::default() })
    }

    pub fn restore(problem: &Problem, settings: &str, bytes: &[u8]) -> Result<Evolution, String> {
        let mut search = Evolution::open(problem, settings)?;
        search.memory = state::restore(PLUGIN, STATE_VERSION, bytes)?;
        if !search.done() {
            search.memory.epochs.settle(search.schedule.population);
        }
        Ok(search)
    }

    pub fn save(&self) -> Vec<u8> {
        state::save(PLUGIN, STATE_VERSION, &self.memory).expect("numbers and integer keys are always JSON")
    }

    pub fn epoch(&self) -> u32 {
        self.memory.epochs.current()
    }

    pub fn done(&self) -> bool {
        self.epoch() >= self.schedule.epochs
    }

    /// The requests that can be given out now. Those that exploit come first in an epoch.
    pub fn ask(&mut self, slots: u32, random: &mut impl Random) -> Vec<Request> {
        if self.done() {
            return Vec::new();
        }
        let exploit_count = self.schedule.exploit_count(self.epoch());
        let places = self.memory.epochs.give(self.schedule.population, slots);
        let all: Vec<u64> = self.memory.trials.keys().copied().collect();
        let winners = self.winners();
        let mut contexts = Contexts { schedule: &self.schedule, shared: None };
        places
            .map(|place| {
                if place < exploit_count && !winners.is_empty() {
                    Request::Exploit(contexts.next(Kind::Exploit, &winners, random))
                } else {
                    Request::Explore(contexts.next(Kind::Explore, &all, random))
                }
            })
            .collect()
    }

    pub fn tell(&mut self, finished: &[Trial]) {
        for trial in finished {
            let score = match &trial.outcome {
                Outcome::Scored(score) => Some(score.value).filter(|value| value.is_finite()),
                Outcome::Failed(_) => None,
            };
            self.memory.trials.insert(trial.id, score);
            if !self.done() {
                self.memory.epochs.end(trial.id, trial.epoch, self.schedule.population);
            }
        }
    }

    /// The trials that beat the threshold.
    fn winners(&self) -> Vec<u64> {
        let beats = |score: f64| match self.direction {
            Direction::Minimize => score < self.threshold,
            Direction::Maximize => score > self.threshold,
        };
        self.memory.trials.iter().filter(|(_, score)| score.is_some_and(beats)).map(|(id, _)| *id).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Exploit,
    Explore,
}

/// The contexts of one `ask`: `share-context` requests of a kind in a row have the same.
struct Contexts<'a> {
    schedule: &'a Schedule,
    /// The last, its kind, and how many requests may still have it.
    shared: Option<(Kind, Vec<u64>, u32)>,
}

impl Contexts<'_> {
    fn next(&mut self, kind: Kind, trials: &[u64], random: &mut impl Random) -> Vec<u64> {
        if let Some((shared_kind, context, left)) = &mut self.shared
            && *shared_kind == kind
            && *left > 0
        {
            *left -= 1;
            return context.clone();
        }
        let context = random.sample(trials, self.schedule.context);
        self.shared = Some((kind, context.clone(), self.schedule.share_context - 1));
        context
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
