//! What came of the samples, in labels or in a message.

use proofhouse_sdk::patching::{Tally, failure_mark};
use proofhouse_sdk::prompt::capping;
use proofhouse_sdk::roster::Roster;

use crate::sample::{Sample, Standing};

/// The longest reason in the message.
const MOST_REASON: usize = 300;
/// The most different reasons.
const MOST_REASONS: usize = 8;

/// How each model did, in the order in which they were first asked.
pub fn tallies(samples: &[Sample], roster: &Roster) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = Vec::new();
    for sample in samples {
        let model = &roster.model(sample.model).name;
        let at = tallies.iter().position(|tally| tally.model == *model).unwrap_or_else(|| {
            tallies.push(Tally { model: model.clone(), applied: 0, asked: 0 });
            tallies.len() - 1
        });
        tallies[at].asked += 1;
        tallies[at].applied += u32::from(sample.applied());
    }
    tallies
}

/// Why there is no patch: every reason once, with how many samples had it.
pub fn failure(samples: &[Sample], roster: &Roster) -> String {
    let mut reasons: Vec<(String, usize)> = Vec::new();
    for sample in samples {
        let reason = capping::line(&reason(sample, roster), MOST_REASON);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason, 1)),
        }
    }
    let more = reasons.len().saturating_sub(MOST_REASONS);
    let listed: Vec<String> =
        reasons.into_iter().take(MOST_REASONS).map(|(reason, count)| format!("{count} × {reason}")).collect();
    let more = if more > 0 { format!("; and {more} other reasons") } else { String::new() };
    let broken = samples.iter().any(|sample| matches!(sample.standing, Standing::Broken(_)));
    let what = if broken { "gets through a smoke run" } else { "applies" };
    let mark = failure_mark(&tallies(samples, roster));
    format!("no diff of {} samples {what} {mark}: {}{more}", samples.len(), listed.join("; "))
}

fn reason(sample: &Sample, roster: &Roster) -> String {
    match &sample.standing {
        Standing::Unapplied(log) => log.clone(),
        Standing::Broken(failure) => {
            format!("{}: {}", failure.kind, last_line(&failure.detail))
        }
        Standing::Lost(why) => format!("model `{}`: {why}", roster.model(sample.model).name),
        // Neither is left when the rounds have ended without a patch.
        Standing::Replied(_) | Standing::Applies(_) => "was not tried".into(),
    }
}

/// Of a traceback, the line that says what happened.
fn last_line(text: &str) -> &str {
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(text)
}
