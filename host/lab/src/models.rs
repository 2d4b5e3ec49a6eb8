//! A run's language models: the gateway with what was spent before, and what each plugin is granted of it.

use std::path::Path;
use std::sync::Arc;

use proofhouse_ledger::{Reader, RunHeader};
use proofhouse_llm::{Budget, ExchangeId, Gateway, Journal, JournalError, LlmConfig, Recording, Spend};
use proofhouse_sandbox::ModelGrant;
use serde_json::Value;

use crate::LabError;
use crate::journal::end_from_record;

/// Opens the gateway of a run; none where its run file names no model. `budget` is in place of the header's.
pub(crate) fn open(
    header: &RunHeader,
    budget: Option<Budget>,
    spent: Spend,
) -> Result<Option<Gateway>, LabError> {
    let mut config: LlmConfig = serde_json::from_value(header.llm.clone())
        .map_err(|error| LabError::Header(format!("llm: {error}")))?;
    if config.models.is_empty() {
        return Ok(None);
    }
    if let Some(budget) = budget {
        config.budget = budget;
    }
    let replay = header.llm_replay.as_deref().map(recording).transpose()?;
    // Every path in a header is absolute.
    Ok(Some(Gateway::new(&config, Path::new("/"), spent, replay)?))
}

/// The budget of a run that is taken up again: what is given now, else what it was last opened with, else the header's;
/// limit by limit.
pub(crate) fn budget(header: &RunHeader, last: Option<Value>, now: Budget) -> Result<Budget, LabError> {
    let unreadable = |error: serde_json::Error| LabError::Header(format!("llm: {error}"));
    let before: Budget = match last {
        Some(last) => serde_json::from_value(last).map_err(unreadable)?,
        None => serde_json::from_value::<LlmConfig>(header.llm.clone()).map_err(unreadable)?.budget,
    };
    Ok(Budget {
        max_requests: now.max_requests.or(before.max_requests),
        max_tokens: now.max_tokens.or(before.max_tokens),
        max_usd: now.max_usd.or(before.max_usd),
    })
}

/// The answers in a recording's file, or in the ledger of a run's folder.
fn recording(path: &Path) -> Result<Recording, LabError> {
    if !path.is_dir() {
        return Ok(Recording::read(path)?);
    }
    let reader = Reader::open(path)?;
    let mut exchanges = Vec::new();
    for exchange in reader.exchanges()? {
        if let Some(end) = reader.end_of(&exchange)? {
            let id = ExchangeId { scope: exchange.scope, request: exchange.request };
            let unreadable = |JournalError(reason)| LabError::config(path, reason);
            exchanges.push((id, end_from_record(end).map_err(unreadable)?));
        }
    }
    Ok(Recording::from_exchanges(exchanges.into_iter()))
}

/// What one plugin is granted.
#[derive(Clone)]
pub(crate) struct Models {
    pub(crate) gateway: Option<Gateway>,
    /// Names in the run file.
    pub(crate) names: Vec<String>,
    pub(crate) journal: Arc<dyn Journal>,
}

impl Models {
    /// For the call that is recorded as `scope`.
    pub(crate) fn grant(&self, scope: String) -> Option<ModelGrant> {
        let gateway = self.gateway.clone()?;
        Some(ModelGrant { gateway, models: self.names.clone(), journal: self.journal.clone(), scope })
    }
}
