//! The `[evaluator-settings]` of a profile.

use proofhouse_sdk::settings::{Settings, within};

/// How a candidate is trained and scored.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluatorSettings {
    /// The program's own profile: `cpu` or `paper`.
    pub profile: String,
    /// The training budget in device seconds: what the program is told.
    pub train_device_seconds: f64,
    /// How far training may overrun its budget before it is stopped, as a fraction of it.
    pub train_slack: f64,
    /// Device seconds for the whole scoring.
    pub score_device_seconds: f64,
    /// Held-out windows that are scored.
    pub rows: u32,
    /// Tokens of a window that are scored: the context grows from 1 to this.
    pub block: u32,
    /// Logits of a token.
    pub vocabulary: u32,
    /// The name of the held-out stream.
    pub held_out: String,
    /// A loss below this, in nats a token, is not believed.
    pub implausible_below: f64,
}

impl EvaluatorSettings {
    /// Reads the table, given as JSON.
    pub fn parse(json: &str) -> Result<EvaluatorSettings, String> {
        let mut settings = Settings::parse(json)?;
        let read = EvaluatorSettings {
            profile: settings.required("profile")?,
            train_device_seconds: within(
                "train-device-seconds",
                settings.required("train-device-seconds")?,
                1e-3,
                1e9,
            )?,
            train_slack: within("train-slack", settings.or("train-slack", 0.02)?, 0.0, 10.0)?,
            score_device_seconds: within(
                "score-device-seconds",
                settings.required("score-device-seconds")?,
                1e-3,
                1e9,
            )?,
            rows: within("rows", settings.required("rows")?, 1, 1 << 16)?,
            block: within("block", settings.required("block")?, 1, 1 << 20)?,
            vocabulary: within("vocabulary", settings.required("vocabulary")?, 2, 1 << 24)?,
            held_out: settings.or("held-out", "held-out".to_string())?,
            implausible_below: within("implausible-below", settings.or("implausible-below", 0.5)?, 0.0, 1e9)?,
        };
        settings.finish()?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPU: &str = r#"{"profile": "cpu", "train-device-seconds": 8.0, "score-device-seconds": 4.0, "rows": 128,
        "block": 64, "vocabulary": 256}"#;

    #[test]
    fn defaults_are_filled_in() {
        let settings = EvaluatorSettings::parse(CPU).expect("complete");
        assert_eq!((settings.train_slack, settings.held_out.as_str()), (0.02, "held-out"));
        assert_eq!(settings.implausible_below, 0.5);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (from, to, named) in [
            (r#""rows": 128"#, r#""rows": 0"#, "`rows`"),
            (r#""block": 64"#, r#""block": "long""#, "`block`"),
            (r#""profile": "cpu","#, "", "`profile`"),
            (r#""rows": 128"#, r#""rows": 128, "row": 1"#, "`row`"),
            (r#""train-device-seconds": 8.0"#, r#""train-device-seconds": -1"#, "`train-device-seconds`"),
        ] {
            let json = CPU.replace(from, to);
            assert_ne!(json, CPU);
            let error = EvaluatorSettings::parse(&json).expect_err(&json);
            assert!(error.contains(named), "{error}");
        }
    }
}
