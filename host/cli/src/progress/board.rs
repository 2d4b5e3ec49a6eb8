//! What is known of a run while it goes on: who runs, who is best, how long it may take.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use proofhouse_types::{CurvePoint, Direction, Outcome, Spend, TrialId};

/// Points of a curve that are kept for its sparkline.
const POINTS: usize = 4_096;

/// Something that a worker runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// The unpatched program, for the so-manieth time.
    Baseline(u32),
    /// A trial.
    Trial(TrialId),
}

/// Something that is running.
#[derive(Debug, Clone)]
pub struct Running {
    /// The idea's title, untrusted.
    pub title: String,
    /// Since when.
    pub since: Instant,
    /// Device seconds used so far.
    pub device_seconds: f64,
    /// Name of the curve that is shown: the first that was reported.
    pub curve: Option<String>,
    /// Its values.
    pub values: Vec<f64>,
}

/// The best trial so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BestSoFar {
    /// Its number.
    pub trial: TrialId,
    /// Its score.
    pub score: f64,
}

/// What a run expects to do, as far as its settings say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Plan {
    /// Measurements of the unpatched program.
    pub baselines: u32,
    /// Epochs, where the searcher's settings name them.
    pub epochs: Option<u32>,
    /// Trials, where they follow from the searcher's settings.
    pub trials: Option<u64>,
}

/// What is known of a run while it goes on.
#[derive(Debug)]
pub struct Board {
    /// Which way is better.
    pub direction: Direction,
    /// Candidates at a time.
    pub workers: u32,
    /// What is to come.
    pub plan: Plan,
    /// Scores of the unpatched program.
    pub baselines: Vec<f64>,
    /// Measurements of the unpatched program that ended, scored or not.
    pub baselines_done: u32,
    /// The epoch of the trials that run.
    pub epoch: Option<u32>,
    /// Trials that ended.
    pub finished: u64,
    /// Trials that ended with a score.
    pub scored: u64,
    /// What runs now.
    pub running: BTreeMap<Work, Running>,
    /// The best so far.
    pub best: Option<BestSoFar>,
    /// Trials whose patches are being written.
    pub implementing: BTreeSet<TrialId>,
    /// What the run has used up of its language models.
    pub models: Spend,
    spent: Duration,
    jobs: u32,
}

impl Board {
    /// Nothing has happened yet.
    pub fn new(direction: Direction, workers: u32, plan: Plan) -> Board {
        Board {
            direction,
            workers: workers.max(1),
            plan,
            baselines: Vec::new(),
            baselines_done: 0,
            epoch: None,
            finished: 0,
            scored: 0,
            running: BTreeMap::new(),
            best: None,
            implementing: BTreeSet::new(),
            models: Spend::default(),
            spent: Duration::ZERO,
            jobs: 0,
        }
    }

    /// A worker got something to do; again, where a worker died.
    pub fn start(&mut self, work: Work, title: &str, now: Instant) {
        let running = Running {
            title: title.to_owned(),
            since: now,
            device_seconds: 0.0,
            curve: None,
            values: Vec::new(),
        };
        self.running.insert(work, running);
    }

    /// A point of a curve came in.
    pub fn metric(&mut self, work: Work, point: &CurvePoint) {
        let Some(running) = self.running.get_mut(&work) else { return };
        let shown = running.curve.get_or_insert_with(|| point.name.clone());
        if *shown != point.name {
            return;
        }
        if running.values.len() == POINTS {
            // Every second point: the shape stays, the memory is bounded.
            let mut keep = false;
            running.values.retain(|_| {
                keep = !keep;
                keep
            });
        }
        running.values.push(point.value);
    }

    /// So many device seconds were used.
    pub fn used(&mut self, work: Work, device_seconds: f64) {
        if let Some(running) = self.running.get_mut(&work) {
            running.device_seconds = device_seconds;
        }
    }

    /// It ended. True where this is the best trial so far.
    pub fn finish(&mut self, work: Work, outcome: &Outcome, now: Instant) -> bool {
        if let Some(running) = self.running.remove(&work) {
            self.spent += now.saturating_duration_since(running.since);
            self.jobs += 1;
        }
        match work {
            Work::Baseline(_) => {
                self.baselines_done += 1;
                self.baselines.extend(outcome.score());
                false
            }
            Work::Trial(trial) => {
                self.finished += 1;
                let Some(score) = outcome.score() else { return false };
                self.scored += 1;
                let better = self.best.is_none_or(|best| self.direction.is_better(score, best.score));
                if better {
                    self.best = Some(BestSoFar { trial, score });
                }
                better
            }
        }
    }

    /// Mean score of the unpatched program.
    pub fn baseline(&self) -> Option<f64> {
        (!self.baselines.is_empty()).then(|| self.baselines.iter().sum::<f64>() / self.baselines.len() as f64)
    }

    /// Sample standard deviation of the unpatched program's scores.
    pub fn spread(&self) -> Option<f64> {
        let mean = self.baseline()?;
        let degrees = self.baselines.len() - 1;
        (degrees > 0).then(|| {
            (self.baselines.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / degrees as f64).sqrt()
        })
    }

    /// How much better than the unpatched program.
    pub fn gain(&self, score: f64) -> Option<f64> {
        Some(self.direction.gain(score, self.baseline()?))
    }

    /// Seconds to go: jobs still to come, at the mean time of those that ended, over the workers. None before the
    /// first has ended, and where nobody knows how many are to come.
    pub fn seconds_left(&self, now: Instant) -> Option<f64> {
        if self.jobs == 0 {
            return None;
        }
        let mean = self.spent.as_secs_f64() / f64::from(self.jobs);
        let trials = self.plan.trials?.saturating_sub(self.finished);
        let jobs = trials as f64 + f64::from(self.plan.baselines.saturating_sub(self.baselines_done));
        let begun: f64 = self
            .running
            .values()
            .map(|running| now.saturating_duration_since(running.since).as_secs_f64().min(mean))
            .sum();
        Some(((jobs * mean - begun) / f64::from(self.workers)).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use proofhouse_types::{FailureKind, Score};

    use super::*;

    fn scored(value: f64) -> Outcome {
        Outcome::Scored(Score { value, standard_error: None, measurements: vec![] })
    }

    #[test]
    fn it_keeps_the_best_and_the_baseline() {
        let now = Instant::now();
        let mut board = Board::new(Direction::Minimize, 2, Plan::default());
        for (index, value) in [(0, 3.0), (1, 3.2)] {
            board.finish(Work::Baseline(index), &scored(value), now);
        }
        assert!((board.baseline().unwrap() - 3.1).abs() < 1e-12);
        assert!((board.spread().unwrap() - 0.02f64.sqrt()).abs() < 1e-12);
        assert!(board.finish(Work::Trial(0), &scored(3.05), now));
        assert!(!board.finish(Work::Trial(1), &scored(3.3), now));
        assert!(!board.finish(Work::Trial(2), &Outcome::failed(FailureKind::Crashed, ""), now));
        assert_eq!(board.best, Some(BestSoFar { trial: 0, score: 3.05 }));
        assert_eq!((board.finished, board.scored), (3, 2));
    }

    #[test]
    fn time_left_is_jobs_by_mean_time_over_workers() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let plan = Plan { baselines: 1, epochs: Some(2), trials: Some(10) };
        let mut board = Board::new(Direction::Minimize, 2, plan);
        assert_eq!(board.seconds_left(start), None);
        board.start(Work::Baseline(0), "", start);
        board.finish(Work::Baseline(0), &scored(1.0), after(10));
        assert_eq!(board.seconds_left(after(10)), Some(50.0));
        board.start(Work::Trial(0), "", after(10));
        assert_eq!(board.seconds_left(after(14)), Some(48.0));
    }

    #[test]
    fn a_curve_is_bounded_and_the_first_name_wins() {
        let mut board = Board::new(Direction::Minimize, 1, Plan::default());
        board.start(Work::Trial(0), "", Instant::now());
        for step in 0..20_000u64 {
            let name = if step % 2 == 0 { "train loss" } else { "rate" };
            board.metric(Work::Trial(0), &CurvePoint { name: name.into(), step, value: step as f64 });
        }
        let running = &board.running[&Work::Trial(0)];
        assert_eq!(running.curve.as_deref(), Some("train loss"));
        assert!(running.values.len() <= POINTS);
        assert_eq!(running.values.last(), Some(&19_998.0));
    }
}
