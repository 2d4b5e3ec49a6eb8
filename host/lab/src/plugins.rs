//! Searcher, ideator and implementer, each in its sandbox, with their states as bytes between calls.

use std::sync::Arc;

use proofhouse_ledger::{ComponentRecord, ImplementerRecord, PluginStates, PolicyRecord, RunHeader};
use proofhouse_llm::{Gateway, Journal};
use proofhouse_sandbox::{
    Asked, CancelToken, IdeatorHost, ImplementerHost, Level, LogLine, Mode, Plugin, Policy, Runtime,
    SearcherHost,
};
use proofhouse_types::{Access, Problem, Proposal, Trial};

use crate::LabError;
use crate::desk::Desk;
use crate::implementing::Implementing;
use crate::journal::LedgerJournal;
use crate::models::Models;
use crate::program::Sources;
use crate::seeds::{Purpose, derive};

/// The most requests that a searcher may make at a time. A constant, so that a search does not depend on how many
/// workers a machine has.
pub(crate) const SLOTS: u32 = 256;
/// The most bytes of a plugin's saved state.
const MOST_STATE_BYTES: usize = 64 * 1024 * 1024;

/// A run's components.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) executor: Plugin,
    pub(crate) evaluator: Plugin,
    pub(crate) searcher: Plugin,
    pub(crate) ideator: Plugin,
    pub(crate) implementer: Option<Plugin>,
}

/// The searcher, the ideator and the implementer of a run whose baseline is known.
pub(crate) struct Search {
    seed: u64,
    searcher: SearcherHost,
    searcher_name: String,
    ideator: IdeatorHost,
    ideator_name: String,
    ideator_models: Models,
    implementer: Option<Implementer>,
}

struct Implementer {
    host: ImplementerHost,
    record: ImplementerRecord,
    models: Models,
}

impl Implementer {
    fn failed(&self, reason: impl ToString) -> LabError {
        let name = self.record.component.name.clone();
        LabError::Plugin { role: "implementer", name, reason: reason.to_string() }
    }
}

impl Search {
    /// `header.problem` has its baseline. Exchanges with language models are recorded at `desk`.
    pub(crate) fn new(
        runtime: &Runtime,
        header: &RunHeader,
        loaded: &Loaded,
        gateway: Option<&Gateway>,
        desk: &Desk<'_>,
    ) -> Result<Search, LabError> {
        let journal: Arc<dyn Journal> = Arc::new(LedgerJournal::new(desk.sender()));
        let models = |record: &ComponentRecord| Models {
            gateway: gateway.cloned(),
            names: record.models.clone(),
            journal: journal.clone(),
        };
        let problem = public(&header.problem);
        let settings = |record: &ComponentRecord| record.settings.clone();
        let searcher_policy = policy(&header.searcher_policy)?;
        let ideator_policy = policy(&header.ideator_policy)?;
        let implementer = match (&header.implementer, &loaded.implementer) {
            (Some(record), Some(plugin)) => Some(Implementer {
                host: ImplementerHost::new(
                    runtime,
                    plugin,
                    &policy(&record.policy)?,
                    problem.clone(),
                    settings(&record.component),
                )?,
                record: record.clone(),
                models: models(&record.component),
            }),
            _ => None,
        };
        Ok(Search {
            seed: header.seed,
            searcher: SearcherHost::new(
                runtime,
                &loaded.searcher,
                &searcher_policy,
                problem.clone(),
                settings(&header.searcher),
            )?,
            searcher_name: header.searcher.name.clone(),
            ideator: IdeatorHost::new(
                runtime,
                &loaded.ideator,
                &ideator_policy,
                problem,
                settings(&header.ideator),
            )?,
            ideator_name: header.ideator.name.clone(),
            ideator_models: models(&header.ideator),
            implementer,
        })
    }

    /// Raised, `cancel` stops a call that runs.
    pub(crate) fn set_cancel(&mut self, cancel: &CancelToken) {
        self.searcher.set_cancel(cancel.clone());
        self.ideator.set_cancel(cancel.clone());
        if let Some(implementer) = &mut self.implementer {
            implementer.host.set_cancel(cancel.clone());
        }
    }

    /// What the plugins said since this was last asked, one line each, with their names. Untrusted text.
    pub(crate) fn take_notes(&mut self) -> Vec<String> {
        let mut notes = worth_noting(&self.searcher_name, self.searcher.take_log());
        notes.extend(worth_noting(&self.ideator_name, self.ideator.take_log()));
        if let Some(implementer) = &mut self.implementer {
            notes.extend(worth_noting(&implementer.record.component.name, implementer.host.take_log()));
        }
        notes
    }

    /// What the implementer's calls of a round need; none where the run has no implementer.
    pub(crate) fn implementing(
        &self,
        states: &PluginStates,
        sources: &Arc<Sources>,
        desk: &Desk<'_>,
    ) -> Option<Implementing> {
        let implementer = self.implementer.as_ref()?;
        Some(Implementing {
            host: implementer.host.clone(),
            name: implementer.record.component.name.clone(),
            state: Arc::new(states.implementer.clone().unwrap_or_default()),
            models: implementer.models.clone(),
            sources: sources.clone(),
            smoke: implementer.record.smoke.clone(),
            parallel: usize::try_from(implementer.record.parallel).unwrap_or(1),
            repairs: implementer.record.repairs,
            seed: self.seed,
            desk: desk.sender(),
        })
    }

    /// All open for the first time.
    pub(crate) fn open(&mut self) -> Result<PluginStates, LabError> {
        let searcher = self.searcher.open(derive(self.seed, Purpose::SearcherOpen, 0));
        let searcher = searcher.map_err(|error| self.searcher_failed(error))?;
        self.ideator.set_models(self.ideator_models.grant("open ideator".to_owned()));
        let ideator = self.ideator.open(derive(self.seed, Purpose::IdeatorOpen, 0));
        let ideator = ideator.map_err(|error| self.ideator_failed(error))?;
        let implementer = match &mut self.implementer {
            Some(implementer) => {
                implementer.host.set_models(implementer.models.grant("open implementer".to_owned()));
                let opened = implementer.host.open(derive(self.seed, Purpose::ImplementerOpen, 0));
                Some(opened.map_err(|error| plugin_failed(error, |reason| implementer.failed(reason)))?)
            }
            None => None,
        };
        self.checked(PluginStates { searcher, ideator, implementer })
    }

    /// What the searcher wants in `round`; `states` becomes the states afterwards.
    pub(crate) fn ask(&mut self, states: &mut PluginStates, round: u32) -> Result<Asked, LabError> {
        let seed = derive(self.seed, Purpose::Ask, u64::from(round));
        let asked = self.searcher.ask(&states.searcher, SLOTS, seed);
        let (asked, state) = asked.map_err(|error| self.searcher_failed(error))?;
        if asked.requests.len() > SLOTS as usize {
            return Err(self.searcher_failed(format!(
                "it made {} requests, and {SLOTS} were allowed",
                asked.requests.len()
            )));
        }
        states.searcher = state;
        *states = self.checked(std::mem::take(states))?;
        Ok(asked)
    }

    /// At most `count` proposals. `call` numbers the calls of a run; `scope` names it in the record of exchanges.
    pub(crate) fn propose(
        &mut self,
        states: &mut PluginStates,
        mode: Mode,
        context: &[Trial],
        count: u32,
        (call, scope): (u64, String),
    ) -> Result<Vec<Proposal>, LabError> {
        self.ideator.set_models(self.ideator_models.grant(scope));
        let seed = derive(self.seed, Purpose::Propose, call);
        let proposed = self.ideator.propose(&states.ideator, mode, context, count, seed);
        let (mut proposals, state) = proposed.map_err(|error| self.ideator_failed(error))?;
        states.ideator = state;
        *states = self.checked(std::mem::take(states))?;
        proposals.truncate(count as usize);
        Ok(proposals)
    }

    /// All learn how `round` ended.
    pub(crate) fn tell(
        &mut self,
        states: &mut PluginStates,
        round: u32,
        trials: &[Trial],
    ) -> Result<(), LabError> {
        self.ideator.set_models(self.ideator_models.grant(format!("learn ideator {round}")));
        let round = u64::from(round);
        let told = self.searcher.tell(&states.searcher, trials, derive(self.seed, Purpose::Tell, round));
        let searcher = told.map_err(|error| self.searcher_failed(error))?;
        let learned = self.ideator.learn(&states.ideator, trials, derive(self.seed, Purpose::Learn, round));
        let ideator = learned.map_err(|error| self.ideator_failed(error))?;
        let implementer = match (&mut self.implementer, &states.implementer) {
            (Some(implementer), Some(state)) => {
                let scope = format!("learn implementer {round}");
                implementer.host.set_models(implementer.models.grant(scope));
                let seed = derive(self.seed, Purpose::ImplementerLearn, round);
                let learned = implementer.host.learn(state, trials, seed);
                Some(learned.map_err(|error| plugin_failed(error, |reason| implementer.failed(reason)))?)
            }
            _ => None,
        };
        *states = self.checked(PluginStates { searcher, ideator, implementer })?;
        Ok(())
    }

    pub(crate) fn searcher_failed(&self, reason: impl ToString) -> LabError {
        LabError::Plugin { role: "searcher", name: self.searcher_name.clone(), reason: reason.to_string() }
    }

    fn ideator_failed(&self, error: proofhouse_sandbox::Error) -> LabError {
        plugin_failed(error, |reason| self.ideator_broke(reason))
    }

    fn ideator_broke(&self, reason: String) -> LabError {
        LabError::Plugin { role: "ideator", name: self.ideator_name.clone(), reason }
    }

    fn checked(&self, states: PluginStates) -> Result<PluginStates, LabError> {
        let too_large =
            |bytes: &[u8]| format!("its state has {} bytes, and {MOST_STATE_BYTES} are allowed", bytes.len());
        if states.searcher.len() > MOST_STATE_BYTES {
            return Err(self.searcher_failed(too_large(&states.searcher)));
        }
        if states.ideator.len() > MOST_STATE_BYTES {
            return Err(self.ideator_broke(too_large(&states.ideator)));
        }
        if let (Some(implementer), Some(state)) = (&self.implementer, &states.implementer)
            && state.len() > MOST_STATE_BYTES
        {
            return Err(implementer.failed(too_large(state)));
        }
        Ok(states)
    }
}

/// What a plugin's call failed with; a spent budget of the language models is none of the plugin's faults.
fn plugin_failed(error: proofhouse_sandbox::Error, broke: impl FnOnce(String) -> LabError) -> LabError {
    match error {
        proofhouse_sandbox::Error::BudgetSpent(reason) => LabError::BudgetSpent(reason),
        other => broke(other.to_string()),
    }
}

/// The lines that belong into the record, each with its plugin's name.
pub(crate) fn worth_noting(name: &str, lines: Vec<LogLine>) -> Vec<String> {
    let worth = lines.into_iter().filter(|line| line.level >= Level::Info);
    worth.map(|line| format!("{name}: {}", line.message)).collect()
}

fn policy(record: &PolicyRecord) -> Result<Policy, LabError> {
    Ok(Policy::parse(&record.text, &record.name)?)
}

/// The problem as plugins see it: of hidden files, the name only.
fn public(problem: &Problem) -> Problem {
    let mut problem = problem.clone();
    for file in problem.files.iter_mut().filter(|file| file.access == Access::Hidden) {
        file.text.clear();
    }
    problem
}
