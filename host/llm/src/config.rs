//! What a run file says about language models: `[models.NAME]` and `[llm]`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Which protocol a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// Chat completions, as OpenAI, vLLM, llama.cpp, Ollama, OpenRouter and many more.
    OpenaiChat,
    /// OpenAI's Responses.
    OpenaiResponses,
    /// Anthropic's Messages.
    Anthropic,
    /// Google's Gemini.
    Gemini,
}

/// How a model is told how much to think. OpenAI's models know efforts only, whatever this says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThinkingForm {
    /// By a number of tokens: Anthropic's `budget_tokens`, Gemini's `thinkingBudget`.
    #[default]
    Budget,
    /// By a word for the effort, made from the number of tokens: Anthropic's adaptive thinking, Gemini's
    /// `thinkingLevel`. For models that take no budget any more.
    Effort,
}

/// One `[models.NAME]` table. It names where a key is, and never holds one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelConfig {
    /// Which protocol.
    pub provider: Provider,
    /// The provider's name for the model.
    pub model: String,
    /// Where the protocol's paths begin, as in `https://api.openai.com/v1`. None: the provider's own.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The environment variable that holds the key.
    #[serde(default)]
    pub key_env: Option<String>,
    /// The file (mode 600) that holds the key. Relative to the run file.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// Price of a million input tokens, in dollars.
    #[serde(default)]
    pub usd_per_million_input: f64,
    /// Of a million input tokens that the provider had cached. None: as other input.
    #[serde(default)]
    pub usd_per_million_cached_input: Option<f64>,
    /// Of a million output tokens, thinking included.
    #[serde(default)]
    pub usd_per_million_output: f64,
    /// Requests at a time.
    #[serde(default = "default_concurrency")]
    pub max_concurrent: u32,
    /// Requests in a minute. None: no limit.
    #[serde(default)]
    pub requests_per_minute: Option<u32>,
    /// Tokens in a minute, in and out. None: no limit.
    #[serde(default)]
    pub tokens_per_minute: Option<u64>,
    /// Retries of one request.
    #[serde(default = "default_retries")]
    pub retries: u32,
    /// Seconds until a connection stands.
    #[serde(default = "default_connect")]
    pub connect_seconds: f64,
    /// Seconds without a byte.
    #[serde(default = "default_idle")]
    pub idle_seconds: f64,
    /// Seconds for one attempt, from first to last byte.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: f64,
    /// Ask for the reply piece by piece.
    #[serde(default = "yes")]
    pub stream: bool,
    /// It can be held to a JSON schema.
    #[serde(default)]
    pub json_schema: bool,
    /// It takes a budget of thinking tokens.
    #[serde(default)]
    pub thinking: bool,
    /// How it is told how much to think.
    #[serde(default)]
    pub thinking_form: ThinkingForm,
    /// It gives vectors, not words.
    #[serde(default)]
    pub embedding: bool,
}

fn default_concurrency() -> u32 {
    16
}
fn default_retries() -> u32 {
    6
}
fn default_connect() -> f64 {
    10.0
}
fn default_idle() -> f64 {
    120.0
}
fn default_timeout() -> f64 {
    900.0
}
fn yes() -> bool {
    true
}

/// What a run may use up. None: no limit.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Budget {
    /// HTTP requests.
    #[serde(default)]
    pub max_requests: Option<u64>,
    /// Tokens, in and out.
    #[serde(default)]
    pub max_tokens: Option<u64>,
    /// Dollars.
    #[serde(default)]
    pub max_usd: Option<f64>,
}

/// Everything that a run file says about language models.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LlmConfig {
    /// By their names in the run file, which are those that plugins use.
    pub models: BTreeMap<String, ModelConfig>,
    /// For the whole run.
    #[serde(default)]
    pub budget: Budget,
    /// A file that exchanges are also written to.
    #[serde(default)]
    pub record: Option<PathBuf>,
    /// A folder of answers that runs share.
    #[serde(default)]
    pub cache: Option<PathBuf>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A model with the defaults of a run file.
    pub(crate) fn model(provider: Provider) -> ModelConfig {
        let json = serde_json::json!({ "provider": provider, "model": "m" });
        serde_json::from_value(json).expect("two keys are enough")
    }

    #[test]
    fn a_run_file_needs_little() {
        let text = "[models.small]\nprovider = \"openai-chat\"\nmodel = \"m\"\n";
        let config: LlmConfig = toml::from_str(text).unwrap();
        assert_eq!(config.models["small"], model(Provider::OpenaiChat));
        assert_eq!(config.budget, Budget::default());
        let wrong = format!("{text}key = \"sk-canary\"\n");
        toml::from_str::<LlmConfig>(&wrong).expect_err("a run file never holds a key");
    }
}
