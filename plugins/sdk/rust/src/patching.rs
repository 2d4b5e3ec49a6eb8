//! Which model wrote a patch, in labels, and what a finished trial says about the models that tried.
//!
//! A patch is labelled `patched-by=MODEL`, and `samples=MODEL:K/N` for each model that was asked: K of its N samples
//! made a diff that applies. Where none did there is no patch to label; then the same stands in the message of the
//! failure, in brackets.

use crate::imports::{Cost, Outcome, Trial};
use crate::labels;
use crate::rewards::Rewards;

/// The label of the model whose diff was taken.
pub const PATCHED_BY: &str = "patched-by";
/// The label of how many samples of a model made a diff that applies.
pub const SAMPLES: &str = "samples";

/// How a model did on one idea.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The model's name.
    pub model: String,
    /// Samples whose diff applies.
    pub applied: u32,
    /// Samples it was asked for.
    pub asked: u32,
}

impl Tally {
    fn label(&self) -> String {
        labels::label(SAMPLES, &format!("{}:{}/{}", self.model, self.applied, self.asked))
    }

    fn parse(label: &str) -> Option<Tally> {
        let (model, counts) = labels::value(label, SAMPLES)?.rsplit_once(':')?;
        let (applied, asked) = counts.split_once('/')?;
        let tally = Tally { model: model.into(), applied: applied.parse().ok()?, asked: asked.parse().ok()? };
        (tally.applied <= tally.asked && tally.asked > 0).then_some(tally)
    }
}

/// The labels of a patch.
pub fn patch_labels(patched_by: &str, tallies: &[Tally]) -> Vec<String> {
    std::iter::once(labels::label(PATCHED_BY, patched_by)).chain(tallies.iter().map(Tally::label)).collect()
}

/// What stands in the message of a failure instead.
pub fn failure_mark(tallies: &[Tally]) -> String {
    format!("[{}]", tallies.iter().map(Tally::label).collect::<Vec<_>>().join("; "))
}

/// What a trial says about one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The model's name.
    pub model: String,
    /// From 0 to 1.
    pub reward: f64,
    /// Its share of what the trial cost, by samples.
    pub cost: Cost,
}

/// What a finished trial says about each model that was asked: the share of its samples that applied, times the trial's
/// reward where its diff was the one that ran, and times a half, which says nothing, where another's was. So a model
/// whose diffs never apply is not overlooked because it never made a trial.
pub fn observations(trial: &Trial, rewards: Rewards) -> Vec<Observation> {
    let Some(reward) = rewards.of(trial) else { return Vec::new() };
    let patched_by = labels::last(&trial.idea.labels, PATCHED_BY);
    let tallies: Vec<Tally> = match patched_by {
        Some(_) => {
            behind_patched_by(&trial.idea.labels).iter().filter_map(|label| Tally::parse(label)).collect()
        }
        None => of_failure(trial),
    };
    let all: u32 = tallies.iter().map(|tally| tally.asked).sum();
    let observation = |tally: Tally| {
        let ran = if patched_by == Some(&tally.model) { reward } else { 0.5 };
        let share = f64::from(tally.asked) / f64::from(all);
        Observation {
            reward: ran * f64::from(tally.applied) / f64::from(tally.asked),
            cost: Cost {
                llm_usd: trial.cost.llm_usd * share,
                llm_tokens: (trial.cost.llm_tokens as f64 * share) as u64,
                ..trial.cost
            },
            model: tally.model,
        }
    };
    tallies.into_iter().map(observation).collect()
}

/// The labels that were written together with the last `patched-by`: what stands before it is not this plugin's.
fn behind_patched_by(labels: &[String]) -> &[String] {
    let at = labels.iter().rposition(|label| labels::value(label, PATCHED_BY).is_some());
    at.map_or(&[], |at| &labels[at..])
}

/// From a failure only what speaks against a model is read: the message may quote what models wrote.
fn of_failure(trial: &Trial) -> Vec<Tally> {
    let Outcome::Failed(failure) = &trial.outcome else { return Vec::new() };
    let mark = failure.detail.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    let tallies = mark.map_or("", |(mark, _)| mark).split("; ").filter_map(Tally::parse);
    tallies.filter(|tally| tally.applied == 0 && failure.kind == "unpatched").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::{Direction, Failure, Idea, Metric, Problem, Score};

    fn rewards() -> Rewards {
        let metric = Metric { name: String::new(), unit: String::new(), direction: Direction::Minimize };
        let problem = Problem {
            name: String::new(),
            statement: String::new(),
            metric,
            baseline: Some(3.0),
            files: Vec::new(),
        };
        Rewards::new(&problem, 0.1)
    }

    fn trial(labels: Vec<String>, outcome: Outcome) -> Trial {
        Trial {
            id: 1,
            epoch: 0,
            parents: Vec::new(),
            idea: Idea { title: String::new(), rationale: String::new(), labels },
            patch: None,
            outcome,
            cost: Cost { device_seconds: 0.0, instructions: 0, llm_tokens: 100, llm_usd: 1.0 },
            origin: String::new(),
        }
    }

    fn scored() -> Outcome {
        Outcome::Scored(Score { value: 1.0, standard_error: None, measurements: Vec::new() })
    }

    fn tallies() -> Vec<Tally> {
        let tally = |model: &str, applied, asked| Tally { model: model.into(), applied, asked };
        vec![tally("qwen:7b", 3, 6), tally("deep", 4, 4)]
    }

    #[test]
    fn each_model_is_judged_by_what_its_samples_did() {
        let mut labels = vec!["samples=deep:0/99".to_owned(), "patched-by=deep".to_owned()];
        labels.extend(patch_labels("qwen:7b", &tallies()));
        let seen = observations(&trial(labels, scored()), rewards());
        let rewards: Vec<(&str, f64, f64)> =
            seen.iter().map(|one| (one.model.as_str(), one.reward, one.cost.llm_usd)).collect();
        assert_eq!(rewards, [("qwen:7b", 0.5, 0.6), ("deep", 0.5, 0.4)]);
    }

    #[test]
    fn a_failure_to_write_a_patch_counts_against_those_that_failed() {
        let none: Vec<Tally> = tallies().into_iter().map(|tally| Tally { applied: 0, ..tally }).collect();
        let failed = |kind: &str, mark: &str| {
            let detail = format!("no diff applies {mark}: [samples=deep:9/9]");
            Outcome::Failed(Failure { kind: kind.into(), detail })
        };
        let seen = observations(&trial(vec![], failed("unpatched", &failure_mark(&none))), rewards());
        assert_eq!(seen.iter().map(|one| one.reward).collect::<Vec<_>>(), [0.0, 0.0]);
        assert!(observations(&trial(vec![], failed("crashed", &failure_mark(&none))), rewards()).is_empty());
        assert!(
            observations(&trial(vec![], failed("unpatched", &failure_mark(&tallies()))), rewards())
                .is_empty()
        );
    }

    #[test]
    fn labels_that_are_none_of_these_are_nothing() {
        for label in
            ["samples=deep", "samples=deep:1", "samples=deep:5/4", "samples=deep:0/0", "sample=deep:1/2"]
        {
            assert_eq!(Tally::parse(label), None, "{label}");
        }
        assert!(observations(&trial(vec!["samples=deep:1/1".into()], scored()), rewards()).is_empty());
    }
}
