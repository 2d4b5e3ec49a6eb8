//! Tokens that nobody has counted yet.
//!
//! A provider counts tokens when it answers; the budget must know before. The tokenizers of all providers make at
//! least one byte into a token, so the bytes of the request are the most it can be. Four bytes are the usual.

use crate::{ModelConfig, Provider, Spend};

/// Writing to Anthropic's prompt cache costs this much more than other input.
pub(crate) const CACHE_WRITE: f64 = 1.25;

/// What one attempt may use up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    /// The most.
    pub(crate) worst: Spend,
    /// With as many tokens as its bytes usually are, and a reply as long as it may be.
    pub(crate) likely: Spend,
}

impl Estimate {
    /// For a request body, its own text within that, and the most tokens of the reply.
    pub(crate) fn new(config: &ModelConfig, body_bytes: usize, text_bytes: usize, output: u64) -> Estimate {
        let spend = |input: u64| {
            let written = if config.provider == Provider::Anthropic { input } else { 0 };
            Usage { input, cached: 0, written, output }.spend(config)
        };
        Estimate { worst: spend(body_bytes as u64), likely: spend(tokens(text_bytes)) }
    }
}

/// The usual number of tokens in this many bytes.
pub(crate) fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(4) as u64
}

/// Tokens as a provider counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    /// Of the request, those below included.
    pub(crate) input: u64,
    /// Of these, read from the provider's cache.
    pub(crate) cached: u64,
    /// Of these, written to the provider's cache.
    pub(crate) written: u64,
    /// Of the reply, thinking included.
    pub(crate) output: u64,
}

impl Usage {
    /// One HTTP request with this usage, by the model's prices.
    pub(crate) fn spend(&self, config: &ModelConfig) -> Spend {
        let input = config.usd_per_million_input;
        let cached = config.usd_per_million_cached_input.unwrap_or(input);
        let plain = self.input.saturating_sub(self.cached).saturating_sub(self.written);
        let millionths = plain as f64 * input
            + self.cached as f64 * cached
            + self.written as f64 * input * CACHE_WRITE
            + self.output as f64 * config.usd_per_million_output;
        Spend {
            requests: 1,
            input_tokens: self.input,
            output_tokens: self.output,
            usd: millionths / 1_000_000.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::model;

    #[test]
    fn cached_tokens_have_their_own_price() {
        let config = ModelConfig {
            usd_per_million_input: 4.0,
            usd_per_million_cached_input: Some(1.0),
            usd_per_million_output: 10.0,
            ..model(Provider::Anthropic)
        };
        let usage = Usage { input: 1_000_000, cached: 500_000, written: 100_000, output: 200_000 };
        let spend = usage.spend(&config);
        assert_eq!((spend.requests, spend.tokens()), (1, 1_200_000));
        assert!((spend.usd - (0.4 * 4.0 + 0.5 + 0.1 * 5.0 + 2.0)).abs() < 1e-12, "{}", spend.usd);
        let plain = ModelConfig { usd_per_million_cached_input: None, ..config };
        assert!((usage.spend(&plain).usd - (0.9 * 4.0 + 0.1 * 5.0 + 2.0)).abs() < 1e-12);
    }

    #[test]
    fn the_worst_case_is_a_token_for_each_byte() {
        let config = ModelConfig { usd_per_million_input: 1.0, ..model(Provider::OpenaiChat) };
        let estimate = Estimate::new(&config, 400, 200, 30);
        assert_eq!(estimate.worst, Spend { requests: 1, input_tokens: 400, output_tokens: 30, usd: 0.0004 });
        assert_eq!(estimate.likely.input_tokens, 50);
        let anthropic = ModelConfig { provider: Provider::Anthropic, ..config };
        assert!((Estimate::new(&anthropic, 400, 200, 30).worst.usd - 0.0005).abs() < 1e-12);
    }
}
