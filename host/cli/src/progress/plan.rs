//! What a run's record says about what is still to come.

use proofhouse_ledger::Reader;
use proofhouse_types::Outcome;
use serde_json::Value;

use super::board::{BestSoFar, Board, Plan};

/// Reads the searcher's settings, where they name epochs and trials: only for the time left, so that a searcher with
/// other settings merely has no estimate.
pub fn plan(baselines: u32, settings: &Value) -> Plan {
    let number =
        |key: &str| settings.get(key).and_then(Value::as_u64).filter(|count| (1..1 << 32).contains(count));
    let (epochs, population, ideas) = (number("epochs"), number("population"), number("ideas"));
    let (epochs, trials) = match (epochs, population, ideas) {
        (Some(epochs), Some(population), _) => (Some(epochs), Some(epochs * population)),
        (_, Some(population), Some(ideas)) => (Some(ideas.div_ceil(population)), Some(ideas)),
        (epochs, _, ideas) => (epochs, ideas),
    };
    Plan { baselines, epochs: epochs.and_then(|epochs| u32::try_from(epochs).ok()), trials }
}

/// Fills in what happened before this process took the run up.
pub fn recall(board: &mut Board, reader: &Reader) -> Result<(), proofhouse_ledger::LedgerError> {
    let overview = reader.overview()?;
    board.finished = overview.finished;
    board.scored = overview.scored;
    board.best = overview.best.map(|(trial, score)| BestSoFar { trial, score });
    let ended: Vec<Outcome> =
        reader.baselines()?.into_iter().filter_map(|baseline| baseline.outcome).collect();
    board.baselines_done = u32::try_from(ended.len()).unwrap_or(u32::MAX);
    board.baselines = ended.iter().filter_map(Outcome::score).collect();
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn trials_follow_from_epochs_and_population() {
        let expected = Plan { baselines: 5, epochs: Some(4), trials: Some(24) };
        assert_eq!(plan(5, &json!({"epochs": 4, "population": 6})), expected);
        assert_eq!(plan(5, &json!({"ideas": 10})), Plan { baselines: 5, epochs: None, trials: Some(10) });
        let batches = Plan { baselines: 5, epochs: Some(3), trials: Some(10) };
        assert_eq!(plan(5, &json!({"ideas": 10, "population": 4})), batches);
    }

    #[test]
    fn odd_settings_give_no_estimate() {
        for settings in
            [json!({}), json!({"epochs": "many"}), json!({"epochs": -1}), json!({"ideas": 0}), json!(null)]
        {
            assert_eq!(plan(5, &settings).trials, None, "{settings}");
        }
    }
}
