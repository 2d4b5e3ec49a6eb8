//! Reading a run's record into what the page shows.

use proofhouse_ledger::{
    ComponentRecord, DataSide, Digest, EventRecord, LedgerError, Reader, RunHeader, RunStatus, State, Step,
};

use crate::view::{BaselineView, DataUse, PluginUse, PolicyUse, Provenance, RunState, RunView, TrialView};

/// Reads the run, which may be running. `name` is the name of its folder, by which a user calls it.
///
/// # Errors
/// Whatever makes the ledger unreadable.
pub fn view(reader: &Reader, name: &str) -> Result<RunView, LedgerError> {
    let header = reader.run()?;
    let overview = reader.overview()?;
    let events = reader.events(0)?;
    let records = reader.trials()?;
    let pending = records.iter().filter(|record| record.state == State::Running).count();
    let state = match overview.status {
        RunStatus::Running | RunStatus::Interrupted => RunState::Unfinished,
        RunStatus::Ended if overview.baseline.is_none() => RunState::Failed(overview.reason),
        RunStatus::Ended => RunState::Finished,
    };
    let baselines = reader.baselines()?.into_iter().filter_map(|record| {
        Some(BaselineView {
            seed: record.seed,
            outcome: record.outcome?,
            cost: record.cost,
            curve: record.curve,
        })
    });
    let trials = records.into_iter().filter_map(|record| {
        let trial = record.trial()?;
        Some(TrialView { trial, curve: record.curve, log: record.log })
    });
    Ok(RunView {
        name: name.to_owned(),
        profile: header.profile.clone(),
        seed: header.seed,
        workers: last_workers(&events),
        state,
        baselines: baselines.collect(),
        trials: trials.collect(),
        pending,
        wall_seconds: wall_seconds(&events),
        models: reader.llm_spent()?,
        provenance: provenance(&header),
        problem: header.problem,
    })
}

/// How many candidates ran at a time when the run was last taken up.
fn last_workers(events: &[EventRecord]) -> usize {
    let workers = events.iter().rev().find_map(|event| match &event.step {
        Step::Opened { workers, .. } => Some(*workers),
        _ => None,
    });
    workers.unwrap_or(0) as usize
}

/// The time a lab worked on the run: the pauses between an interruption and its resumption do not count.
fn wall_seconds(events: &[EventRecord]) -> f64 {
    let mut milliseconds: i64 = 0;
    let mut last: Option<i64> = None;
    for event in events {
        let resumed = matches!(event.step, Step::Opened { .. });
        if let Some(before) = last
            && !resumed
        {
            milliseconds += (event.at - before).max(0);
        }
        last = Some(event.at);
    }
    milliseconds as f64 / 1e3
}

fn provenance(header: &RunHeader) -> Provenance {
    let plugin = |role: &str, component: &ComponentRecord| PluginUse {
        role: role.to_owned(),
        origin: format!("{}@{}", component.name, component.version),
        digest: component.digest.clone(),
    };
    let policies = [
        ("candidate", &header.candidate_policy),
        ("evaluator", &header.evaluator_policy),
        ("searcher", &header.searcher_policy),
        ("ideator", &header.ideator_policy),
    ];
    let mut data: Vec<_> = header.data.iter().collect();
    data.sort_by_key(|record| record.side == DataSide::Evaluator);
    Provenance {
        version: header.version.clone(),
        device: header
            .device
            .get("name")
            .and_then(|name| name.as_str())
            .unwrap_or("unnamed device")
            .to_owned(),
        plugins: [
            Some(plugin("searcher", &header.searcher)),
            Some(plugin("ideator", &header.ideator)),
            header.implementer.as_ref().map(|implementer| plugin("implementer", &implementer.component)),
            Some(plugin("executor", &header.executor)),
            Some(plugin("evaluator", &header.evaluator)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        policies: policies
            .into_iter()
            .chain(header.implementer.iter().map(|implementer| ("implementer", &implementer.policy)))
            .map(|(role, policy)| PolicyUse {
                role: role.to_owned(),
                digest: Digest::of(policy.text.as_bytes()).to_string(),
                text: policy.text.clone(),
            })
            .collect(),
        data: data
            .into_iter()
            .map(|record| DataUse {
                name: record.name.clone(),
                granted_to: match record.side {
                    DataSide::Candidate => "candidate".to_owned(),
                    DataSide::Evaluator => "evaluator".to_owned(),
                },
                tokens: Some(record.tokens),
                digest: record.digest.clone(),
            })
            .collect(),
        config: header.config.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seq: u64, at: i64, step: Step) -> EventRecord {
        EventRecord { seq, at, chain: Digest::of(b""), step }
    }

    fn opened(workers: u32) -> Step {
        Step::Opened { pid: 1, workers, changes: vec![], budget: None }
    }

    #[test]
    fn pauses_do_not_count_as_work() {
        let events = [
            event(0, 1_000, opened(1)),
            event(1, 3_000, Step::Interrupted { reason: String::new() }),
            event(2, 90_000, opened(2)),
            event(3, 91_500, Step::Ended { reason: String::new() }),
        ];
        assert_eq!(wall_seconds(&events), 3.5);
        assert_eq!(last_workers(&events), 2);
        assert_eq!(wall_seconds(&[]), 0.0);
        assert_eq!(last_workers(&[]), 0);
    }
}
