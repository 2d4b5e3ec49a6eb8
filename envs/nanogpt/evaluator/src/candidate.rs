//! The calls of the program, and what must come back from each.

use proofhouse_sdk::evaluator::candidate;
use proofhouse_sdk::evaluator::tensors::{Dtype, ReduceOp, Tensor, UnaryOp, reduce, unary};
use proofhouse_sdk::evaluator::values::{Failure, Value};

use crate::settings::EvaluatorSettings;

/// What training says about itself. It is shown, never scored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Training {
    /// Optimiser steps, as the program counts them.
    pub steps: i64,
    /// Parameters, as the program counts them.
    pub parameters: i64,
    /// Device seconds, as the host counts them.
    pub device_seconds: f64,
}

/// Calls `train` with the profile, the seed and the budget.
pub fn train(settings: &EvaluatorSettings, seed: u64) -> Result<Training, String> {
    let budget = settings.train_device_seconds;
    let arguments = vec![
        Value::Text(settings.profile.clone()),
        // Python's `manual_seed` takes 64 signed bits: the sign is dropped.
        Value::Integer((seed & i64::MAX as u64) as i64),
        Value::Number(budget),
    ];
    let before = candidate::elapsed_seconds();
    let returned = candidate::invoke("train", arguments, budget * (1.0 + settings.train_slack))
        .map_err(failed("train"))?;
    let device_seconds = candidate::elapsed_seconds() - before;
    match returned.as_slice() {
        [Value::Integer(steps), Value::Integer(parameters)] if *steps >= 0 && *parameters >= 0 => {
            Ok(Training { steps: *steps, parameters: *parameters, device_seconds })
        }
        other => Err(format!("train returned {}, not the numbers of steps and parameters", describe(other))),
    }
}

/// A limit on device seconds that several calls share: each may use what is left.
pub struct Allowance {
    ends_at: f64,
    total: f64,
}

impl Allowance {
    /// Begins now.
    pub fn begin(total: f64) -> Allowance {
        Allowance { ends_at: candidate::elapsed_seconds() + total, total }
    }

    /// What is left. Never less than 0: a call with nothing left is stopped at once, and the host says why.
    fn left(&self) -> f64 {
        (self.ends_at - candidate::elapsed_seconds()).max(0.0)
    }

    /// What was used.
    pub fn used(&self) -> f64 {
        self.total - (self.ends_at - candidate::elapsed_seconds())
    }
}

/// Calls `begin`: `rows` sequences start anew. What it returns does not matter.
pub fn begin(rows: u32, allowance: &Allowance) -> Result<(), String> {
    candidate::invoke("begin", vec![Value::Integer(i64::from(rows))], allowance.left())
        .map(drop)
        .map_err(failed("begin"))
}

/// Calls `step` with the next token of each sequence, (rows,). Returns its logits, (rows, vocabulary), all finite.
pub fn step(
    position: u32,
    tokens: Tensor,
    settings: &EvaluatorSettings,
    allowance: &Allowance,
) -> Result<Tensor, String> {
    let returned =
        candidate::invoke("step", vec![Value::Tensor(tokens)], allowance.left()).map_err(failed("step"))?;
    let logits = match <[Value; 1]>::try_from(returned) {
        Ok([Value::Tensor(logits)]) => logits,
        Ok(other) => return Err(format!("step {position} returned {}, not one tensor", describe(&other))),
        Err(other) => return Err(format!("step {position} returned {}, not one tensor", describe(&other))),
    };
    check_form(position, logits.dtype(), &logits.shape(), settings)?;
    if !all_finite(&logits)? {
        return Err(format!("step {position} returned logits that are not finite: a NaN or an infinity"));
    }
    Ok(logits)
}

/// Are dtype and shape those of logits?
fn check_form(
    position: u32,
    dtype: Dtype,
    shape: &[u64],
    settings: &EvaluatorSettings,
) -> Result<(), String> {
    let expected = [u64::from(settings.rows), u64::from(settings.vocabulary)];
    if shape != expected {
        // A hostile shape has at most a few extents, but a message should not depend on that.
        let shown = &shape[..shape.len().min(8)];
        return Err(format!("step {position} returned shape {shown:?}, not {expected:?}"));
    }
    if dtype != Dtype::F32 {
        return Err(format!("step {position} returned logits of {dtype:?}, not F32"));
    }
    Ok(())
}

fn all_finite(logits: &Tensor) -> Result<bool, String> {
    let host = crate::scoring::host_error("checking the logits");
    let finite = unary(UnaryOp::IsFinite, logits).and_then(|mask| reduce(ReduceOp::Min, &mask, &[], false));
    let bytes = finite.and_then(|all| all.read()).map_err(host)?;
    Ok(bytes.first() == Some(&1))
}

/// The host knows how the program failed, and records that; this is for the log.
fn failed(entry: &'static str) -> impl Fn(Failure) -> String {
    move |failure| format!("{entry} raised {}: {}", failure.kind, failure.message)
}

/// What was returned, in a few words that do not repeat what the program wrote.
fn describe(values: &[Value]) -> String {
    const SHOWN: usize = 4;
    let names: Vec<String> = values.iter().take(SHOWN).map(describe_one).collect();
    match values.len() {
        0 => "nothing".into(),
        1 => names.concat(),
        count if count > SHOWN => format!("{count} values ({}, …)", names.join(", ")),
        count => format!("{count} values ({})", names.join(", ")),
    }
}

fn describe_one(value: &Value) -> String {
    match value {
        Value::None => "None".into(),
        Value::Flag(flag) => format!("the flag {flag}"),
        Value::Integer(integer) => format!("the integer {integer}"),
        Value::Number(number) => format!("the number {number}"),
        Value::Text(text) => format!("a text of {} bytes", text.len()),
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Value::Tensor(_) => "a tensor".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> EvaluatorSettings {
        let json = r#"{"profile": "cpu", "train-device-seconds": 8, "score-device-seconds": 4, "rows": 128,
            "block": 64, "vocabulary": 256}"#;
        EvaluatorSettings::parse(json).expect("complete")
    }

    #[test]
    fn only_logits_of_the_right_form_pass() {
        let settings = settings();
        assert_eq!(check_form(0, Dtype::F32, &[128, 256], &settings), Ok(()));
        let error = check_form(3, Dtype::F32, &[128, 255], &settings).expect_err("one logit too few");
        assert_eq!(error, "step 3 returned shape [128, 255], not [128, 256]");
        assert!(check_form(3, Dtype::F32, &[128, 1, 256], &settings).is_err());
        assert!(check_form(3, Dtype::F32, &[], &settings).is_err());
        assert!(check_form(3, Dtype::Bf16, &[128, 256], &settings).expect_err("bf16").contains("Bf16"));
        assert!(check_form(3, Dtype::F32, &vec![1; 10_000], &settings).expect_err("long").len() < 200);
    }

    #[test]
    fn what_was_returned_is_told_in_few_words() {
        assert_eq!(describe(&[]), "nothing");
        assert_eq!(describe(&[Value::Integer(3)]), "the integer 3");
        assert_eq!(describe(&[Value::Text("x".repeat(1 << 20))]), "a text of 1048576 bytes");
        let many: Vec<Value> = (0..9).map(|_| Value::None).collect();
        assert_eq!(describe(&many), "9 values (None, None, None, None, …)");
        assert_eq!(
            describe(&[Value::Flag(true), Value::Number(0.5)]),
            "2 values (the flag true, the number 0.5)"
        );
    }
}
