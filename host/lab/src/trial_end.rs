//! What is recorded at a trial's end: an outcome that can be believed, and all that it cost.

use proofhouse_ledger::{Completion, Reader};
use proofhouse_types::{Cost, FailureKind, Outcome, TrialId};

use crate::plan::proposal_scopes;
use crate::{LabError, implementing};

/// Bytes of a crashed program's log that its implementer is shown.
const MOST_LOG: usize = 16 << 10;

/// What the language models cost: the trial's implementer calls, up to `attempt` and the one after it that may have
/// given nothing; and its share of the call that proposed it. `briefs` has first trial and count of each such call.
pub(crate) fn llm_cost(
    reader: &Reader,
    trial: TrialId,
    attempt: Option<u32>,
    briefs: &[(TrialId, u64)],
) -> Result<Cost, LabError> {
    let mut cost = Cost::default();
    for attempt in 0..=attempt.map_or(0, |last| last + 1) {
        let spend = reader.llm_spent_in(&format!("{}.{attempt}", implementing::scope(trial)))?;
        cost.llm_tokens += spend.tokens();
        cost.llm_usd += spend.usd;
    }
    let holds = |(first, count): &&(TrialId, u64)| (*first..*first + *count).contains(&trial);
    let Some((first, count)) = briefs.iter().find(holds) else { return Ok(cost) };
    for scope in proposal_scopes(*first) {
        let spend = reader.llm_spent_in(&scope)?;
        // Whole tokens, so that the shares add up: the first trials take what does not divide.
        let (tokens, rest) = (spend.tokens() / count, spend.tokens() % count);
        cost.llm_tokens += tokens + u64::from(trial - first < rest);
        cost.llm_usd += spend.usd / *count as f64;
    }
    Ok(cost)
}

/// What an implementer is shown of a crash: the traceback, and the end of the log.
pub(crate) fn crash_log(crash: &Completion) -> String {
    let detail = match &crash.outcome {
        Outcome::Failed(failure) => failure.detail.as_str(),
        Outcome::Scored(_) => "",
    };
    let mut from = crash.log.len().saturating_sub(MOST_LOG);
    while !crash.log.is_char_boundary(from) {
        from += 1;
    }
    format!("{detail}\n\n{}", &crash.log[from..])
}

/// A score that is no number is no score, whoever says so.
pub(crate) fn checked(mut end: Completion) -> Completion {
    if let Outcome::Scored(score) = &end.outcome
        && !score.value.is_finite()
    {
        let detail = format!("the score {} is not a finite number", score.value);
        end.outcome = Outcome::failed(FailureKind::Quarantined, detail);
    }
    end
}
