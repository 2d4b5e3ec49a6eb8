//! A plugin's access to language models: which it may use, for how much, and in whose name exchanges are recorded.

use std::fmt;
use std::sync::Arc;

use proofhouse_llm::{Completion, Failure, Gateway, Journal, ModelInfo, Reply, Request, Scope, Stopped};

use crate::cancel::CancelToken;
use crate::policy::Policy;

/// What one call into a plugin gets of the language models.
#[derive(Clone)]
pub struct ModelGrant {
    /// The only way to them.
    pub gateway: Gateway,
    /// The names that the plugin may use, as in the run file.
    pub models: Vec<String>,
    /// Where its exchanges are recorded.
    pub journal: Arc<dyn Journal>,
    /// The name of the call in that record. Two calls never share one.
    pub scope: String,
}

impl fmt::Debug for ModelGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelGrant").field("models", &self.models).field("scope", &self.scope).finish()
    }
}

/// An answer for the guest: the failures of the provider, and those of its own grant.
pub(crate) type Answer = Result<(Reply, f64), NotAsked>;

/// Why a request was not sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NotAsked {
    /// Not a model of this plugin, or not what that model can do.
    NotGranted(String),
    /// The policy's share of this call is used up.
    PolicySpent(String),
}

/// The most that one request may ask for, whatever its plugin's policy says: no model writes more at once.
const MOST_TOKENS: u32 = 1 << 20;
/// A token is seldom less than this many bytes of text.
const BYTES_PER_TOKEN: u64 = 3;

/// The account of one sandbox.
pub(crate) struct ModelAccess {
    grant: Option<(ModelGrant, Scope)>,
    requests_left: u64,
    tokens_left: u64,
    requests_granted: u64,
    tokens_granted: u64,
}

impl ModelAccess {
    pub(crate) fn new(grant: Option<ModelGrant>, policy: &Policy) -> Self {
        Self {
            grant: grant.map(|grant| {
                let scope = Scope::new(grant.scope.clone());
                (grant, scope)
            }),
            requests_left: policy.llm_requests,
            tokens_left: policy.llm_tokens,
            requests_granted: policy.llm_requests,
            tokens_granted: policy.llm_tokens,
        }
    }

    /// The models that the plugin may use, in the order of their names.
    pub(crate) fn models(&self) -> Vec<ModelInfo> {
        let Some((grant, _)) = &self.grant else { return Vec::new() };
        let models = grant.gateway.models();
        models.into_iter().filter(|model| grant.models.contains(&model.name)).collect()
    }

    /// Asks; one answer for each request, in order. What exceeds the grant is not sent, the rest is.
    pub(crate) fn ask(
        &mut self,
        requests: Vec<Request>,
        cancel: &CancelToken,
    ) -> Result<Vec<Answer>, Stopped> {
        let models = self.models();
        let mut sent = Vec::new();
        let mut reserved = Vec::new();
        let admitted: Vec<Result<(), NotAsked>> = requests
            .into_iter()
            .map(|request| {
                let request = checked(request, &models).map_err(NotAsked::NotGranted)?;
                reserved.push(self.reserve(&request)?);
                sent.push(request);
                Ok(())
            })
            .collect();
        let Some((grant, scope)) = &mut self.grant else {
            return Ok(admitted.into_iter().filter_map(|one| one.err().map(Err)).collect());
        };
        let ended = grant.gateway.answer(scope, &sent, grant.journal.as_ref(), &cancel.flag())?;
        for (end, reserved) in ended.iter().zip(reserved) {
            self.tokens_left = self.tokens_left.saturating_add(reserved).saturating_sub(end.spend.tokens());
        }
        let mut ended = ended.into_iter();
        Ok(admitted
            .into_iter()
            .map(|admitted| {
                admitted?;
                // One end for each request that was sent.
                let unanswered = || Reply::Failed(Failure::Unavailable("the gateway gave no answer".into()));
                Ok(ended.next().map_or_else(|| (unanswered(), 0.0), |end| (end.reply, end.spend.usd)))
            })
            .collect())
    }

    /// Takes what `request` may use at most from the call's share; what it did not use is given back.
    fn reserve(&mut self, request: &Request) -> Result<u64, NotAsked> {
        if self.requests_left == 0 {
            return Err(NotAsked::PolicySpent(format!(
                "llm-requests: the policy grants {} requests a call",
                self.requests_granted
            )));
        }
        let tokens = most_tokens(request);
        if tokens > self.tokens_left {
            return Err(NotAsked::PolicySpent(format!(
                "llm-tokens: this request may use {tokens} tokens, {} are left of the {} that the policy grants a call",
                self.tokens_left, self.tokens_granted
            )));
        }
        self.requests_left -= 1;
        self.tokens_left -= tokens;
        Ok(tokens)
    }
}

/// Tokens that a request may use, in and out.
fn most_tokens(request: &Request) -> u64 {
    let bytes =
        |texts: &mut dyn Iterator<Item = usize>| texts.fold(0u64, |sum, len| sum.saturating_add(len as u64));
    match request {
        Request::Complete { messages, max_tokens, thinking_tokens, .. } => {
            let input = bytes(&mut messages.iter().map(|message| message.content.len()));
            (input / BYTES_PER_TOKEN) + u64::from(*max_tokens) + u64::from(*thinking_tokens)
        }
        Request::Embed { texts, .. } => bytes(&mut texts.iter().map(String::len)) / BYTES_PER_TOKEN,
    }
}

/// A request that its model can take; otherwise, why not.
fn checked(mut request: Request, models: &[ModelInfo]) -> Result<Request, String> {
    let name = request.model().to_owned();
    let Some(model) = models.iter().find(|model| model.name == name) else {
        let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
        let granted = if names.is_empty() { "none is".to_owned() } else { names.join(", ") };
        let shown: String = name.chars().take(100).collect();
        return Err(format!(
            "no model `{}` is granted to this plugin; granted: {granted}",
            shown.escape_debug()
        ));
    };
    match &mut request {
        Request::Complete { messages, max_tokens, thinking_tokens, temperature, json_schema, .. } => {
            if model.embedding {
                return Err(format!("`{name}` gives vectors, not words"));
            }
            if messages.is_empty() {
                return Err("a request needs a message".to_owned());
            }
            if *max_tokens == 0 || *max_tokens > MOST_TOKENS || *thinking_tokens > MOST_TOKENS {
                return Err(format!(
                    "`max-tokens` must be 1 to {MOST_TOKENS}, `thinking-tokens` at most that"
                ));
            }
            if temperature.is_some_and(|value| !(0.0..=2.0).contains(&value)) {
                return Err("`temperature` must be 0 to 2".to_owned());
            }
            if !model.thinking {
                *thinking_tokens = 0;
            }
            if let Some(schema) = json_schema {
                if !model.json_schema {
                    return Err(format!("`{name}` takes no JSON schema (`json-schema` in its table)"));
                }
                if let Err(error) = serde_json::from_str::<serde_json::Value>(schema) {
                    return Err(format!("`json-schema` is not JSON: {error}"));
                }
            }
        }
        Request::Embed { texts, .. } => {
            if !model.embedding {
                return Err(format!("`{name}` gives words, not vectors (`embedding` in its table)"));
            }
            if texts.is_empty() {
                return Err("there is no text to embed".to_owned());
            }
        }
    }
    Ok(request)
}

/// The completion in a reply, or the failure.
pub(crate) fn completion(reply: Reply) -> Result<Completion, Failure> {
    match reply {
        Reply::Completed(completion) => Ok(completion),
        Reply::Failed(failure) => Err(failure),
        Reply::Embedded(_) => Err(Failure::Unavailable("vectors came back in place of words".into())),
    }
}
