//! What a run comes to: the baseline's mean and spread, the best trial, and who its ancestors are.

use std::collections::{BTreeMap, BTreeSet};

use proofhouse_types::{Direction, TrialId};

use crate::view::{BaselineView, RunView, TrialView};

/// The unpatched program over its seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaselineSummary {
    /// Mean score.
    pub mean: f64,
    /// Sample standard deviation over seeds; none with fewer than two scores.
    pub spread: Option<f64>,
    /// How many seeds were scored.
    pub seeds: usize,
}

/// Mean and spread of the baseline's scores; none where no seed was scored.
pub fn summarize_baseline(baselines: &[BaselineView]) -> Option<BaselineSummary> {
    let scores: Vec<f64> = baselines.iter().filter_map(|baseline| baseline.outcome.score()).collect();
    if scores.is_empty() {
        return None;
    }
    let seeds = scores.len();
    let mean = scores.iter().sum::<f64>() / seeds as f64;
    let spread = (seeds > 1).then(|| {
        let squares: f64 = scores.iter().map(|score| (score - mean) * (score - mean)).sum();
        (squares / (seeds - 1) as f64).sqrt()
    });
    Some(BaselineSummary { mean, spread, seeds })
}

/// The trial with the best score.
#[derive(Debug, Clone, Copy)]
pub struct Best<'a> {
    /// The trial.
    pub view: &'a TrialView,
    /// Its score.
    pub score: f64,
}

/// The best scored trial; the first of equals.
pub fn best(trials: &[TrialView], direction: Direction) -> Option<Best<'_>> {
    let mut best: Option<Best<'_>> = None;
    for view in trials {
        let Some(score) = view.trial.outcome.score() else { continue };
        if best.is_none_or(|known| direction.is_better(score, known.score)) {
            best = Some(Best { view, score });
        }
    }
    best
}

/// Everything that several parts of the page need, worked out once.
pub(crate) struct Summary<'a> {
    pub(crate) run: &'a RunView,
    pub(crate) baseline: Option<BaselineSummary>,
    pub(crate) best: Option<Best<'a>>,
    /// The best trial and all it came from.
    pub(crate) ancestry: BTreeSet<TrialId>,
    /// Whose parent a trial is.
    pub(crate) children: BTreeMap<TrialId, Vec<TrialId>>,
    by_id: BTreeMap<TrialId, &'a TrialView>,
}

impl<'a> Summary<'a> {
    pub(crate) fn of(run: &'a RunView) -> Summary<'a> {
        let by_id: BTreeMap<_, _> = run.trials.iter().map(|view| (view.trial.id, view)).collect();
        let mut children: BTreeMap<TrialId, Vec<TrialId>> = BTreeMap::new();
        for view in &run.trials {
            for parent in &view.trial.parents {
                children.entry(*parent).or_default().push(view.trial.id);
            }
        }
        let best = best(&run.trials, run.problem.metric.direction);
        let mut ancestry = BTreeSet::new();
        let mut to_visit: Vec<TrialId> = best.iter().map(|best| best.view.trial.id).collect();
        while let Some(id) = to_visit.pop() {
            if let Some(view) = by_id.get(&id)
                && ancestry.insert(id)
            {
                to_visit.extend(&view.trial.parents);
            }
        }
        Summary { run, baseline: summarize_baseline(&run.baselines), best, ancestry, children, by_id }
    }

    /// The trial of that number, where it has ended.
    pub(crate) fn trial(&self, id: TrialId) -> Option<&'a TrialView> {
        self.by_id.get(&id).copied()
    }

    /// How much better than the baseline; none without a score or a baseline.
    pub(crate) fn gain(&self, view: &TrialView) -> Option<f64> {
        let score = view.trial.outcome.score()?;
        Some(self.run.problem.metric.direction.gain(score, self.baseline?.mean))
    }

    /// The class of a mark: by outcome, and where it is scored by its gain in spreads of the baseline.
    ///
    /// `g3` is far better than the baseline, `g0` within one spread of it, `l3` far worse.
    pub(crate) fn mark_class(&self, view: &TrialView) -> &'static str {
        let Some(gain) = self.gain(view) else {
            return if view.trial.outcome.score().is_some() { "g0" } else { "failed" };
        };
        let spread = self.spread_for_colour();
        let spreads = gain / spread;
        match spreads {
            _ if spreads > 6.0 => "g3",
            _ if spreads > 3.0 => "g2",
            _ if spreads > 1.0 => "g1",
            _ if spreads >= -1.0 => "g0",
            _ if spreads >= -3.0 => "l1",
            _ if spreads >= -6.0 => "l2",
            _ => "l3",
        }
    }

    /// The baseline's spread, or one percent of its mean where it has none.
    fn spread_for_colour(&self) -> f64 {
        let Some(baseline) = self.baseline else { return 1.0 };
        match baseline.spread {
            Some(spread) if spread > 0.0 => spread,
            _ => (baseline.mean.abs() * 0.01).max(f64::MIN_POSITIVE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn spread_is_the_sample_deviation() {
        let run = sample::run();
        let summary = summarize_baseline(&run.baselines).unwrap();
        assert_eq!(summary.seeds, 5);
        assert!((summary.mean - 3.284).abs() < 1e-9);
        assert!((summary.spread.unwrap() - 0.005).abs() < 1e-9);
        assert_eq!(summarize_baseline(&[]), None);
        assert_eq!(summarize_baseline(&run.baselines[..1]).unwrap().spread, None);
    }

    #[test]
    fn best_follows_the_direction() {
        let run = sample::run();
        let low = best(&run.trials, Direction::Minimize).unwrap();
        let high = best(&run.trials, Direction::Maximize).unwrap();
        assert!(low.score < high.score);
        assert!(best(&[], Direction::Minimize).is_none());
    }

    #[test]
    fn ancestry_survives_a_cycle() {
        let mut run = sample::run();
        let id = best(&run.trials, Direction::Minimize).unwrap().view.trial.id;
        for view in &mut run.trials {
            view.trial.parents = vec![id];
        }
        assert_eq!(Summary::of(&run).ancestry.len(), 1);
    }
}
