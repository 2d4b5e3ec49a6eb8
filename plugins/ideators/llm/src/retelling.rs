//! Trials and titles, as a prompt tells of them.
//!
//! The numbers and the kinds are the host's. Everything else was written by models and by programs under test, and
//! stands in blocks of untrusted text.

use proofhouse_sdk::imports::{Direction, Outcome, Problem, Trial};
use proofhouse_sdk::prompt::{Fence, capping};

use crate::config::Caps;

/// The longest title in a prompt.
const MOST_TITLE: usize = 160;

/// What is told with, in one call.
pub struct Retelling<'a> {
    pub problem: &'a Problem,
    pub caps: &'a Caps,
    pub fence: &'a Fence,
}

impl Retelling<'_> {
    /// The trials: those with a score first, the best at the top; then those that failed. What does not fit into the
    /// cap is told of by its title, or counted.
    pub fn trials(&self, trials: &[Trial]) -> String {
        if trials.is_empty() {
            return "No experiment has been done yet.\n".into();
        }
        let scored = self.best_first(trials);
        let failed: Vec<&Trial> =
            trials.iter().filter(|trial| matches!(trial.outcome, Outcome::Failed(_))).collect();
        // Failures teach something too: a quarter is theirs.
        let share = if failed.is_empty() || scored.is_empty() {
            self.caps.context
        } else {
            self.caps.context / 4 * 3
        };
        let mut told = String::new();
        if !scored.is_empty() {
            told.push_str("Trials with a score, the best first:\n\n");
            told.push_str(&self.within(&scored, share));
        }
        if !failed.is_empty() {
            told.push_str("Trials that failed and have no score:\n\n");
            told.push_str(&self.within(&failed, self.caps.context.saturating_sub(told.chars().count())));
        }
        told
    }

    /// What was proposed so far, so that it is not proposed again: `repeated` first, then `titles` in their order.
    pub fn avoid<'t>(
        &self,
        repeated: &'t [String],
        titles: impl Iterator<Item = &'t str>,
        count: usize,
    ) -> String {
        let mut listed: Vec<String> = Vec::new();
        for title in repeated.iter().map(String::as_str).chain(titles) {
            let title = capping::line(title, MOST_TITLE);
            if listed.len() >= self.caps.avoid_titles {
                break;
            }
            if !listed.contains(&title) {
                listed.push(title);
            }
        }
        if listed.is_empty() {
            return String::new();
        }
        let list: String = listed.iter().map(|title| format!("- {title}\n")).collect();
        format!(
            "Proposed before ({count} in all), and not to be proposed again, in other words either:\n{}",
            self.fence.head(&list, usize::MAX)
        )
    }

    fn best_first<'t>(&self, trials: &'t [Trial]) -> Vec<&'t Trial> {
        let value = |trial: &Trial| match &trial.outcome {
            Outcome::Scored(score) => Some(score.value),
            Outcome::Failed(_) => None,
        };
        let mut scored: Vec<(f64, &Trial)> =
            trials.iter().filter_map(|trial| value(trial).map(|value| (value, trial))).collect();
        scored.sort_by(|(one, first), (other, second)| {
            let order = match self.problem.metric.direction {
                Direction::Minimize => one.total_cmp(other),
                Direction::Maximize => other.total_cmp(one),
            };
            order.then(first.id.cmp(&second.id))
        });
        scored.into_iter().map(|(_, trial)| trial).collect()
    }

    fn within(&self, trials: &[&Trial], most: usize) -> String {
        let (mut told, mut used, mut left_out) = (String::new(), 0, 0);
        for trial in trials {
            let length = |text: &String| used + text.chars().count() <= most;
            match [self.in_full(trial), self.in_short(trial)].into_iter().find(length) {
                Some(text) => {
                    used += text.chars().count();
                    told.push_str(&text);
                }
                None => left_out += 1,
            }
        }
        if left_out > 0 {
            told.push_str(&format!("({left_out} more are not shown.)\n\n"));
        }
        told
    }

    fn in_full(&self, trial: &Trial) -> String {
        let mut text = format!(
            "title: {}\nwhy: {}\n",
            capping::line(&trial.idea.title, MOST_TITLE),
            capping::head(&trial.idea.rationale, self.caps.rationale)
        );
        match &trial.outcome {
            Outcome::Failed(failure) => {
                text.push_str(&format!("reason: {}\n", capping::tail(&failure.detail, self.caps.detail)));
            }
            Outcome::Scored(_) => {
                if let Some(patch) = trial.patch.as_ref().filter(|_| self.caps.diff > 0) {
                    text.push_str(&format!("diff:\n{}\n", capping::head(&patch.diff, self.caps.diff)));
                }
            }
        }
        format!("{}{}\n", self.heading(trial), self.fence.head(&text, usize::MAX))
    }

    fn in_short(&self, trial: &Trial) -> String {
        let title = format!("title: {}\n", capping::line(&trial.idea.title, MOST_TITLE));
        format!("{}{}\n", self.heading(trial), self.fence.head(&title, usize::MAX))
    }

    fn heading(&self, trial: &Trial) -> String {
        match &trial.outcome {
            Outcome::Scored(score) => match self.problem.baseline {
                Some(baseline) => {
                    format!(
                        "Trial {}: score {:.5} ({})\n",
                        trial.id,
                        score.value,
                        self.gain(score.value, baseline)
                    )
                }
                None => format!("Trial {}: score {:.5}\n", trial.id, score.value),
            },
            Outcome::Failed(failure) => format!("Trial {}: {}\n", trial.id, kind(&failure.kind)),
        }
    }

    fn gain(&self, score: f64, baseline: f64) -> String {
        let gain = match self.problem.metric.direction {
            Direction::Minimize => baseline - score,
            Direction::Maximize => score - baseline,
        };
        let word = if gain > 0.0 { "better" } else { "worse" };
        if gain == 0.0 {
            "as the baseline".into()
        } else {
            format!("{word} than the baseline by {:.5}", gain.abs())
        }
    }
}

/// The kind of a failure: a word of the lab's. Anything else is not shown outside of a block.
fn kind(kind: &str) -> &str {
    let plain = kind.len() <= 30 && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if plain && !kind.is_empty() { kind } else { "failed" }
}

#[cfg(test)]
#[path = "retelling_tests.rs"]
mod tests;
