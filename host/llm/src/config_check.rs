//! Whether what a run file says about language models can be.

use std::ops::RangeInclusive;

use reqwest::Url;

use crate::{Budget, LlmConfig, ModelConfig, Provider};

/// Of a time-out: a day.
const MOST_SECONDS: f64 = 86_400.0;
/// More dollars for a million tokens than this are a slip of the pen.
const MOST_USD: f64 = 1_000_000.0;

impl LlmConfig {
    /// Whether every value and every combination can be.
    ///
    /// # Errors
    /// Names the key, what it is, and what it may be.
    pub fn check(&self) -> Result<(), String> {
        for (name, model) in &self.models {
            let named = |(key, reason): (&str, String)| format!("models.{name}.{key}: {reason}");
            check_name(name).map_err(|reason| format!("models.{name:?}: {reason}"))?;
            check_model(model).map_err(named)?;
        }
        check_budget(self)
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
        return Err("a model's name is letters, digits, `-`, `_` and `.`, 64 at most".to_owned());
    }
    Ok(())
}

type Checked = Result<(), (&'static str, String)>;

fn check_model(model: &ModelConfig) -> Checked {
    check_target(model)?;
    check_key(model)?;
    check_prices(model)?;
    check_limits(model)?;
    check_abilities(model)
}

fn check_target(model: &ModelConfig) -> Checked {
    let id = &model.model;
    if id.is_empty() || id.len() > 256 || id.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(("model", "is not a provider's name for a model".to_owned()));
    }
    // Only there it is a part of the URL.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@".contains(c);
    if model.provider == Provider::Gemini && (!id.chars().all(plain) || id.contains("..")) {
        return Err(("model", format!("{id:?} is not a name of a Gemini model")));
    }
    match &model.base_url {
        Some(url) => check_url(url).map_err(|reason| ("base-url", reason)),
        None => Ok(()),
    }
}

/// The URL itself is not in the message where it may hold a key.
fn check_url(text: &str) -> Result<(), String> {
    let url = Url::parse(text).map_err(|error| format!("is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("begins with neither http:// nor https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
        return Err("holds a user or a password: put the key into `key-env` or `key-file`".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(
            "has a `?` or a `#`: name where the protocol's paths begin, and put the key into `key-env` or \
                    `key-file`"
                .to_owned(),
        );
    }
    Ok(())
}

fn check_key(model: &ModelConfig) -> Checked {
    if model.key_env.is_some() && model.key_file.is_some() {
        return Err(("key-env", "stands beside `key-file`: a model has one key".to_owned()));
    }
    let odd = |name: &String| name.is_empty() || name.contains(['=', '\0']);
    if model.key_env.as_ref().is_some_and(odd) {
        return Err(("key-env", "is not a name of an environment variable".to_owned()));
    }
    if model.key_file.as_ref().is_some_and(|path| path.as_os_str().is_empty()) {
        return Err(("key-file", "is empty".to_owned()));
    }
    Ok(())
}

fn check_prices(model: &ModelConfig) -> Checked {
    let prices = [
        ("usd-per-million-input", Some(model.usd_per_million_input)),
        ("usd-per-million-cached-input", model.usd_per_million_cached_input),
        ("usd-per-million-output", Some(model.usd_per_million_output)),
    ];
    for (key, price) in prices {
        if let Some(price) = price.filter(|price| !(0.0..=MOST_USD).contains(price)) {
            return Err((key, format!("is {price}: a price is from 0 to {MOST_USD} dollars")));
        }
    }
    Ok(())
}

fn check_limits(model: &ModelConfig) -> Checked {
    check_range("max-concurrent", u64::from(model.max_concurrent), 1..=1024)?;
    check_range("requests-per-minute", u64::from(model.requests_per_minute.unwrap_or(1)), 1..=1_000_000)?;
    check_range("tokens-per-minute", model.tokens_per_minute.unwrap_or(1), 1..=1_000_000_000_000)?;
    check_range("retries", u64::from(model.retries), 0..=20)?;
    for (key, seconds) in [
        ("connect-seconds", model.connect_seconds),
        ("idle-seconds", model.idle_seconds),
        ("timeout-seconds", model.timeout_seconds),
    ] {
        if !(0.001..=MOST_SECONDS).contains(&seconds) {
            return Err((key, format!("is {seconds}: it is from 0.001 to {MOST_SECONDS}")));
        }
    }
    Ok(())
}

fn check_range(key: &'static str, value: u64, range: RangeInclusive<u64>) -> Checked {
    if range.contains(&value) {
        return Ok(());
    }
    Err((key, format!("is {value}: it is from {} to {}", range.start(), range.end())))
}

fn check_abilities(model: &ModelConfig) -> Checked {
    if model.embedding && model.provider == Provider::Anthropic {
        return Err(("embedding", "is true, but Anthropic has no models that give vectors".to_owned()));
    }
    if model.embedding && (model.thinking || model.json_schema) {
        let key = if model.thinking { "thinking" } else { "json-schema" };
        return Err((key, "is true, but with `embedding` the model gives vectors, not words".to_owned()));
    }
    Ok(())
}

fn check_budget(config: &LlmConfig) -> Result<(), String> {
    let Budget { max_usd, .. } = config.budget;
    let Some(usd) = max_usd else { return Ok(()) };
    if !(usd.is_finite() && usd >= 0.0) {
        return Err(format!("llm.max-usd: is {usd}: it is a number of dollars from 0"));
    }
    let free =
        |model: &ModelConfig| model.usd_per_million_input == 0.0 && model.usd_per_million_output == 0.0;
    if !config.models.is_empty() && config.models.values().all(free) {
        return Err("llm.max-usd: no model has a price, so nothing would ever count; give \
                    `usd-per-million-input` and `usd-per-million-output`, or limit `max-tokens`"
            .to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::model;

    fn check(change: impl Fn(&mut ModelConfig)) -> Result<(), String> {
        let mut model = model(Provider::OpenaiChat);
        change(&mut model);
        LlmConfig { models: [("small".to_owned(), model)].into(), ..LlmConfig::default() }.check()
    }

    #[test]
    fn the_defaults_are_fine() {
        check(|_| {}).unwrap();
        LlmConfig::default().check().unwrap();
    }

    #[test]
    fn each_wrong_value_is_named() {
        type Change = fn(&mut ModelConfig);
        let changes: [(&str, Change); 23] = [
            ("model", |m| m.model = String::new()),
            ("model", |m| m.model = "a b".into()),
            ("model", |m| (m.provider, m.model) = (Provider::Gemini, "a?key=b".into())),
            ("base-url", |m| m.base_url = Some("localhost:80".into())),
            ("base-url", |m| m.base_url = Some("ftp://host/".into())),
            ("base-url", |m| m.base_url = Some("https://sk-canary@host/".into())),
            ("base-url", |m| m.base_url = Some("https://u:sk-canary@host/".into())),
            ("base-url", |m| m.base_url = Some("https://host/v1?key=sk-canary".into())),
            ("base-url", |m| m.base_url = Some("https://host/#sk-canary".into())),
            ("key-env", |m| (m.key_env, m.key_file) = (Some("A".into()), Some("b".into()))),
            ("key-env", |m| m.key_env = Some("A=b".into())),
            ("key-file", |m| m.key_file = Some("".into())),
            ("usd-per-million-input", |m| m.usd_per_million_input = -1.0),
            ("usd-per-million-output", |m| m.usd_per_million_output = f64::NAN),
            ("usd-per-million-cached-input", |m| m.usd_per_million_cached_input = Some(f64::INFINITY)),
            ("max-concurrent", |m| m.max_concurrent = 0),
            ("requests-per-minute", |m| m.requests_per_minute = Some(0)),
            ("tokens-per-minute", |m| m.tokens_per_minute = Some(0)),
            ("retries", |m| m.retries = 21),
            ("connect-seconds", |m| m.connect_seconds = 0.0),
            ("idle-seconds", |m| m.idle_seconds = f64::NAN),
            ("timeout-seconds", |m| m.timeout_seconds = 1e9),
            ("thinking", |m| (m.embedding, m.thinking) = (true, true)),
        ];
        for (key, change) in changes {
            let message = check(change).expect_err(key);
            assert!(message.starts_with(&format!("models.small.{key}: ")), "{message}");
            assert!(!message.contains("canary"), "{message}");
        }
    }

    #[test]
    fn a_budget_of_dollars_needs_prices() {
        let config = |usd, price| {
            let model = ModelConfig { usd_per_million_output: price, ..model(Provider::OpenaiChat) };
            let budget = Budget { max_usd: Some(usd), ..Budget::default() };
            LlmConfig { models: [("small".to_owned(), model)].into(), budget, ..LlmConfig::default() }.check()
        };
        config(1.0, 2.0).unwrap();
        assert!(config(1.0, 0.0).unwrap_err().contains("no model has a price"));
        assert!(config(f64::NAN, 2.0).unwrap_err().starts_with("llm.max-usd"));
        assert!(config(-1.0, 2.0).unwrap_err().starts_with("llm.max-usd"));
    }

    #[test]
    fn odd_names_are_refused() {
        for name in ["", "a b", "a\n", &"a".repeat(65)] {
            let models = [(name.to_owned(), model(Provider::OpenaiChat))].into();
            LlmConfig { models, ..LlmConfig::default() }.check().expect_err(name);
        }
    }
}
