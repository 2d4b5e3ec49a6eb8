//! How a run stands when the lab lets go of it.

use proofhouse_ledger::Reader;
use proofhouse_types::TrialId;
use serde::Serialize;

use crate::LabError;

/// Why the lab let go of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The run is over.
    Finished {
        /// Why.
        reason: String,
    },
    /// The user stopped it; it can be resumed.
    Interrupted,
    /// The language models' budget is spent; it can be resumed with a larger one.
    BudgetSpent {
        /// Which limit, and how much was used.
        reason: String,
    },
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Why the lab let go of the run.
    pub ending: Ending,
    /// Trials planned so far.
    pub trials: u64,
    /// Trials with a score.
    pub scored: u64,
    /// Mean score of the unpatched program.
    pub baseline: Option<f64>,
    /// Sample standard deviation of the unpatched program's scores over its seeds.
    pub baseline_spread: Option<f64>,
    /// The best trial and its score.
    pub best: Option<(TrialId, f64)>,
}

pub(crate) fn summarize(reader: &Reader, ending: Ending) -> Result<Summary, LabError> {
    let overview = reader.overview()?;
    let scores: Vec<f64> =
        reader.baselines()?.iter().filter_map(|b| b.outcome.as_ref().and_then(|o| o.score())).collect();
    Ok(Summary {
        ending,
        trials: overview.trials,
        scored: overview.scored,
        baseline: overview.baseline,
        baseline_spread: spread(&scores),
        best: overview.best,
    })
}

/// The mean of `values`.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sample standard deviation of `values`; none where there are fewer than two.
pub(crate) fn spread(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::{mean, spread};

    #[test]
    fn spread_is_the_sample_standard_deviation() {
        assert_eq!(mean(&[1.0, 2.0, 6.0]), 3.0);
        assert_eq!(spread(&[1.0]), None);
        assert_eq!(spread(&[2.0, 4.0]), Some(2f64.sqrt()));
    }
}
