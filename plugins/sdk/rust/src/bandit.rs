//! Which arm is played next: Thompson sampling on Beta posteriors, discounted by what an arm costs.
//!
//! For each arm θ is drawn from Beta(p/2 + Σ reward, p/2 + Σ (1 − reward)), where p is the prior weight and rewards are
//! from 0 to 1 (arXiv 1209.3352, with fractional rewards counted as they are). The arm with the largest
//!
//! > weight · θ ÷ (relative cost) ^ e
//!
//! is played, where e is the cost exponent: 0 looks at rewards alone, 1 at rewards per money. The relative cost of an
//! arm is (p · ρ + Σ cost ÷ m) ÷ (p + n) over its n trials, where m is the mean cost of all trials, and ρ is what is
//! known of it beforehand (its price, in mean prices). Costs are dollars where any trial cost some, tokens otherwise.
//!
//! The state is what was counted. Everything else follows from the settings and the random numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::imports::Cost;
use crate::random::Random;

/// How a bandit weighs what it counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Off: arms are drawn in proportion to their weights, whatever came of them.
    pub learns: bool,
    /// How many trials' worth the prior counts.
    pub prior_weight: f64,
    /// How much an arm's cost counts against it.
    pub cost_exponent: f64,
}

/// What can be played.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Under which its trials are counted: its label, `model=fast`.
    pub key: String,
    /// How much it is preferred beforehand.
    pub weight: f64,
    /// Its cost beforehand, in mean costs.
    pub relative_cost: f64,
}

/// What was counted for one arm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    trials: f64,
    rewards: f64,
    usd: f64,
    tokens: f64,
}

/// What was counted for every arm that was ever played.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bandit {
    counts: BTreeMap<String, Counts>,
}

impl Bandit {
    /// A trial of the arm `key` has ended.
    pub fn learn(&mut self, key: &str, reward: f64, cost: &Cost) {
        let counts = self.counts.entry(key.to_owned()).or_default();
        counts.trials += 1.0;
        counts.rewards += reward.clamp(0.0, 1.0);
        counts.usd += positive(cost.llm_usd);
        counts.tokens += cost.llm_tokens as f64;
    }

    /// Was a trial of this arm ever counted?
    pub fn knows(&self, key: &str) -> bool {
        self.counts.contains_key(key)
    }

    /// The index of the arm to play. None where there is no arm.
    pub fn choose(&self, arms: &[Arm], policy: Policy, random: &mut impl Random) -> Option<usize> {
        if arms.len() < 2 {
            return if arms.is_empty() { None } else { Some(0) };
        }
        if !policy.learns {
            return random.weighted(&arms.iter().map(|arm| arm.weight).collect::<Vec<_>>());
        }
        let mean = self.mean_cost();
        let mut best = None;
        for (index, arm) in arms.iter().enumerate() {
            let counts = self.counts.get(&arm.key).copied().unwrap_or_default();
            let half = policy.prior_weight / 2.0;
            let theta = beta(half + counts.rewards, half + counts.trials - counts.rewards, random);
            let value = arm.weight * theta / self.relative_cost(arm, &counts, mean, policy);
            if best.is_none_or(|(_, most)| value > most) {
                best = Some((index, value));
            }
        }
        best.map(|(index, _)| index)
    }

    fn relative_cost(&self, arm: &Arm, counts: &Counts, mean: Option<f64>, policy: Policy) -> f64 {
        let (trials, spent) = match mean {
            Some(mean) => (counts.trials, self.cost(counts) / mean),
            None => (0.0, 0.0),
        };
        let relative = (policy.prior_weight * arm.relative_cost + spent) / (policy.prior_weight + trials);
        // A model that costs nothing is not infinitely better than one that costs a little.
        relative.max(1e-3).powf(policy.cost_exponent)
    }

    fn cost(&self, counts: &Counts) -> f64 {
        if self.counts.values().any(|arm| arm.usd > 0.0) { counts.usd } else { counts.tokens }
    }

    /// The mean cost of all trials; none where nothing cost anything.
    fn mean_cost(&self) -> Option<f64> {
        let trials: f64 = self.counts.values().map(|arm| arm.trials).sum();
        let spent: f64 = self.counts.values().map(|arm| self.cost(arm)).sum();
        Some(spent / trials).filter(|mean| mean.is_finite() && *mean > 0.0)
    }
}

fn positive(value: f64) -> f64 {
    if value.is_finite() && value > 0.0 { value } else { 0.0 }
}

/// A draw from Beta(a, b): X ÷ (X + Y) of two Gamma draws.
fn beta(a: f64, b: f64, random: &mut impl Random) -> f64 {
    let (x, y) = (gamma(a, random), gamma(b, random));
    if x + y > 0.0 { x / (x + y) } else { 0.5 }
}

/// A draw from Gamma(shape, 1) (Marsaglia and Tsang, ACM TOMS 26, 2000).
fn gamma(shape: f64, random: &mut impl Random) -> f64 {
    if shape < 1.0 {
        // Their section 6: a draw of shape + 1, scaled down.
        let above = gamma(shape + 1.0, random);
        return above * (1.0 - random.unit()).powf(1.0 / shape.max(1e-6));
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(random);
        let v = (1.0 + c * x).powi(3);
        let u = 1.0 - random.unit();
        if v > 0.0 && u.ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
            return d * v;
        }
    }
}

/// A draw from the standard normal distribution (Box and Muller).
fn normal(random: &mut impl Random) -> f64 {
    let radius = (-2.0 * (1.0 - random.unit()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.unit()).cos()
}

#[cfg(test)]
#[path = "bandit_tests.rs"]
mod tests;
