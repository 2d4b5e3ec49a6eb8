//! What a finished trial says about whoever made it, as a number from 0 to 1.

use crate::imports::{Direction, Outcome, Problem, Trial};

/// Gains are counted in baselines: the rule from scores to rewards.
///
/// | outcome | reward |
/// |---|---|
/// | failed | 0 |
/// | scored, no baseline known | 0.5 |
/// | scored as the baseline | 0.5 |
/// | scored better | 0.5 + 0.5 · gain ÷ `full`, at most 1 |
/// | scored worse | 0.5 − 0.5 · loss ÷ `full`, at least 0.25 |
/// | cancelled, or lost by the host | none: it says nothing |
///
/// The gain is (score − baseline) ÷ |baseline|, with its sign turned where the metric is minimised. A program that ran
/// and became worse is still worth more than one that did not run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rewards {
    direction: Direction,
    baseline: Option<f64>,
    full: f64,
}

impl Rewards {
    /// The rule for a problem. `full` is the relative gain that earns 1.
    pub fn new(problem: &Problem, full: f64) -> Rewards {
        Rewards { direction: problem.metric.direction, baseline: problem.baseline, full }
    }

    /// The reward of a trial; none where it says nothing.
    pub fn of(&self, trial: &Trial) -> Option<f64> {
        match &trial.outcome {
            Outcome::Failed(failure) if matches!(failure.kind.as_str(), "cancelled" | "lost") => None,
            Outcome::Failed(_) => Some(0.0),
            Outcome::Scored(score) if !score.value.is_finite() => Some(0.0),
            Outcome::Scored(score) => Some(self.of_score(score.value)),
        }
    }

    fn of_score(&self, score: f64) -> f64 {
        let Some(baseline) = self.baseline.filter(|baseline| baseline.is_finite()) else { return 0.5 };
        let difference = match self.direction {
            Direction::Minimize => baseline - score,
            Direction::Maximize => score - baseline,
        };
        let gain = if difference == 0.0 { 0.0 } else { difference / baseline.abs() };
        (0.5 + 0.5 * gain / self.full).clamp(0.25, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::{Cost, Failure, Idea, Metric, Score};

    fn rewards(direction: Direction, baseline: Option<f64>) -> Rewards {
        let metric = Metric { name: "loss".into(), unit: String::new(), direction };
        let problem =
            Problem { name: String::new(), statement: String::new(), metric, baseline, files: Vec::new() };
        Rewards::new(&problem, 0.1)
    }

    fn reward(rule: Rewards, outcome: Outcome) -> Option<f64> {
        rule.of(&Trial {
            id: 1,
            epoch: 0,
            parents: Vec::new(),
            idea: Idea { title: String::new(), rationale: String::new(), labels: Vec::new() },
            patch: None,
            outcome,
            cost: Cost { device_seconds: 0.0, instructions: 0, llm_tokens: 0, llm_usd: 0.0 },
            origin: String::new(),
        })
    }

    fn scored(value: f64) -> Outcome {
        Outcome::Scored(Score { value, standard_error: None, measurements: Vec::new() })
    }

    fn failed(kind: &str) -> Outcome {
        Outcome::Failed(Failure { kind: kind.into(), detail: String::new() })
    }

    #[test]
    fn better_is_more_and_failing_is_nothing() {
        let down = rewards(Direction::Minimize, Some(2.0));
        assert_eq!(reward(down, scored(2.0)), Some(0.5));
        assert!((reward(down, scored(1.9)).expect("scored") - 0.75).abs() < 1e-9);
        assert_eq!(reward(down, scored(1.0)), Some(1.0));
        assert_eq!(reward(down, scored(9.0)), Some(0.25));
        assert_eq!(reward(down, scored(f64::NAN)), Some(0.0));
        assert_eq!(reward(down, failed("crashed")), Some(0.0));
        assert_eq!(reward(down, failed("a kind of tomorrow")), Some(0.0));
        let up = rewards(Direction::Maximize, Some(-2.0));
        assert!((reward(up, scored(-1.9)).expect("scored") - 0.75).abs() < 1e-9);
    }

    #[test]
    fn what_says_nothing_has_no_reward() {
        let rule = rewards(Direction::Minimize, None);
        assert_eq!(reward(rule, failed("lost")), None);
        assert_eq!(reward(rule, failed("cancelled")), None);
        assert_eq!(reward(rule, scored(3.0)), Some(0.5));
        let at_zero = rewards(Direction::Minimize, Some(0.0));
        assert_eq!(reward(at_zero, scored(0.0)), Some(0.5));
        assert_eq!(reward(at_zero, scored(-1e-9)), Some(1.0));
    }
}
