//! The held-out loss, token by token.

use proofhouse_sdk::evaluator::data::Tokens;
use proofhouse_sdk::evaluator::layers::softmax;
use proofhouse_sdk::evaluator::log::{self, Level};
use proofhouse_sdk::evaluator::tensors::{Error, Tensor, gather, reshape, slice};
use proofhouse_sdk::evaluator::{Measurement, Score};

use crate::candidate::{self, Allowance, Training};
use crate::settings::EvaluatorSettings;

/// Trains and scores one candidate. An error is a quarantine, with its evidence.
pub fn evaluate(settings: &EvaluatorSettings, seed: u64) -> Result<Score, String> {
    // The data first: a manifest that does not fit it should not cost a training run.
    let windows = held_out_windows(settings)?;
    let training = candidate::train(settings, seed)?;
    let allowance = Allowance::begin(settings.score_device_seconds);
    let losses = row_losses(&windows, settings, &allowance)?;
    let scored = verdict(&losses, settings, training, allowance.used())?;
    log::metric("held-out loss", training.steps.unsigned_abs(), scored.value);
    log::emit(
        Level::Info,
        &format!(
            "held-out loss {:.4} nats/token over {} tokens after {} steps in {:.2} device seconds",
            scored.value,
            u64::from(settings.rows) * u64::from(settings.block),
            training.steps,
            training.device_seconds
        ),
    );
    Ok(scored)
}

/// `rows` windows of `block` + 1 tokens, spread evenly over the held-out stream: (rows, block + 1). They depend on
/// no seed, so every candidate of every run is scored on the same tokens.
fn held_out_windows(settings: &EvaluatorSettings) -> Result<Tensor, String> {
    let stream = Tokens::open(&settings.held_out).map_err(host_error("opening the held-out stream"))?;
    if stream.vocabulary() > settings.vocabulary {
        return Err(format!(
            "the held-out stream has tokens up to {}, but `vocabulary` is {}",
            stream.vocabulary() - 1,
            settings.vocabulary
        ));
    }
    let length = settings.block + 1;
    let offsets = spread(stream.len(), settings.rows, length)?;
    stream.windows(&offsets, length).map_err(host_error("reading the held-out stream"))
}

/// Where `rows` windows of `length` tokens begin in a stream of `tokens`: the first at its start, the last at its
/// end, none overlapping another.
fn spread(tokens: u64, rows: u32, length: u32) -> Result<Vec<u64>, String> {
    let needed = u64::from(rows) * u64::from(length);
    if tokens < needed {
        return Err(format!(
            "the held-out stream has {tokens} tokens; {rows} windows of {length} need {needed}"
        ));
    }
    let span = u128::from(tokens - u64::from(length));
    let gaps = u128::from(rows.saturating_sub(1).max(1));
    // At most `span`, which came from 64 bits.
    Ok((0..rows).map(|row| (u128::from(row) * span / gaps) as u64).collect())
}

/// The mean loss of each row, in nats a token.
fn row_losses(
    windows: &Tensor,
    settings: &EvaluatorSettings,
    allowance: &Allowance,
) -> Result<Vec<f64>, String> {
    let mut sums = vec![0.0; settings.rows as usize];
    candidate::begin(settings.rows, allowance)?;
    for position in 0..settings.block {
        let tokens = column(windows, position, &[-1])?;
        let targets = column(windows, position + 1, &[-1, 1])?;
        let logits = candidate::step(position, tokens, settings, allowance)?;
        let token_losses = losses(&logits, &targets)?;
        sums.iter_mut().zip(token_losses).for_each(|(sum, loss)| *sum += loss);
    }
    let block = f64::from(settings.block);
    Ok(sums.into_iter().map(|sum| sum / block).collect())
}

/// Column `position` of the windows, in the given shape.
fn column(windows: &Tensor, position: u32, shape: &[i64]) -> Result<Tensor, String> {
    let start = i64::from(position);
    slice(windows, 1, start, start + 1, 1)
        .and_then(|column| reshape(&column, shape))
        .map_err(host_error("taking the next token"))
}

/// The cross-entropy of each row: logits (rows, vocabulary) against targets (rows, 1).
fn losses(logits: &Tensor, targets: &Tensor) -> Result<Vec<f64>, String> {
    let bytes = softmax(logits, 1, true)
        .and_then(|log_probabilities| gather(&log_probabilities, targets, 1))
        .and_then(|chosen| chosen.read())
        .map_err(host_error("computing the loss"))?;
    Ok(floats(&bytes).map(|log_probability| -f64::from(log_probability)).collect())
}

fn floats(little_endian: &[u8]) -> impl Iterator<Item = f32> + '_ {
    little_endian.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

/// The score from the rows' mean losses, if it can be believed.
fn verdict(
    losses: &[f64],
    settings: &EvaluatorSettings,
    training: Training,
    score_device_seconds: f64,
) -> Result<Score, String> {
    let rows = losses.len() as f64;
    let mean = losses.iter().sum::<f64>() / rows;
    if !mean.is_finite() {
        return Err(format!("the held-out loss is {mean}"));
    }
    if mean < settings.implausible_below {
        return Err(format!(
            "the held-out loss is {mean:.4} nats/token; below {} it is not believed (`implausible-below`)",
            settings.implausible_below
        ));
    }
    let squares = losses.iter().map(|loss| (loss - mean).powi(2)).sum::<f64>();
    let standard_error = (losses.len() > 1).then(|| (squares / (rows - 1.0) / rows).sqrt());
    let measured = |name: &str, value: f64| Measurement { name: name.into(), value };
    let measurements = vec![
        measured("steps", training.steps as f64),
        measured("parameters", training.parameters as f64),
        measured("train device seconds", training.device_seconds),
        measured("score device seconds", score_device_seconds),
        measured("tokens scored", rows * f64::from(settings.block)),
        measured("perplexity", mean.exp()),
    ];
    Ok(Score { value: mean, standard_error, measurements: finite(measurements) })
}

/// Leaves out what is not a number one can compare: the perplexity of a loss above 700 is infinite.
fn finite(measurements: Vec<Measurement>) -> Vec<Measurement> {
    measurements.into_iter().filter(|measurement| measurement.value.is_finite()).collect()
}

/// An error of the host's on the evaluator's own tensors, with what was being done.
pub fn host_error(doing: &'static str) -> impl Fn(Error) -> String {
    move |error| format!("{doing}: {} ({})", error.message, error.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> EvaluatorSettings {
        let json = r#"{"profile": "cpu", "train-device-seconds": 8, "score-device-seconds": 4, "rows": 4,
            "block": 64, "vocabulary": 256}"#;
        EvaluatorSettings::parse(json).expect("complete")
    }

    const TRAINING: Training = Training { steps: 200, parameters: 1000, device_seconds: 7.5 };

    #[test]
    fn windows_are_spread_over_the_whole_stream() {
        assert_eq!(spread(100, 4, 10), Ok(vec![0, 30, 60, 90]));
        assert_eq!(spread(40, 4, 10), Ok(vec![0, 10, 20, 30]));
        assert_eq!(spread(10, 1, 10), Ok(vec![0]));
        assert!(spread(39, 4, 10).expect_err("too short").contains("need 40"));
        let far = spread(u64::MAX, u32::MAX >> 12, 65).expect("long enough");
        assert_eq!(far.last(), Some(&(u64::MAX - 65)));
        assert!(far.windows(2).all(|pair| pair[1] - pair[0] >= 65));
    }

    #[test]
    fn the_score_is_the_mean_with_its_standard_error() {
        let score = verdict(&[2.0, 3.0, 4.0, 3.0], &settings(), TRAINING, 1.0).expect("believable");
        assert_eq!(score.value, 3.0);
        // Variance 2/3 over 4 rows.
        let error = score.standard_error.expect("four rows");
        assert!((error - (2.0f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12, "{error}");
        let value = |name: &str| score.measurements.iter().find(|one| one.name == name).map(|one| one.value);
        assert_eq!(value("tokens scored"), Some(256.0));
        assert_eq!(value("steps"), Some(200.0));
        assert_eq!(value("perplexity"), Some(3.0f64.exp()));
    }

    #[test]
    fn what_cannot_be_believed_is_quarantined_with_its_evidence() {
        let low = verdict(&[0.1, 0.2], &settings(), TRAINING, 1.0).expect_err("too good");
        assert!(low.contains("0.1500") && low.contains("0.5"), "{low}");
        assert!(verdict(&[f64::NAN, 3.0], &settings(), TRAINING, 1.0).is_err());
        assert!(verdict(&[f64::INFINITY, 3.0], &settings(), TRAINING, 1.0).is_err());
        let huge = verdict(&[1e4], &settings(), TRAINING, 1.0).expect("bad, but finite");
        assert!(huge.standard_error.is_none());
        assert!(huge.measurements.iter().all(|one| one.value.is_finite()));
    }

    #[test]
    fn floats_are_read_in_order() {
        let bytes: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|value| value.to_le_bytes()).collect();
        assert_eq!(floats(&bytes).collect::<Vec<_>>(), [1.5, -2.0]);
    }
}
