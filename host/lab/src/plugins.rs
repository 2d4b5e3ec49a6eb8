//! Searcher and ideator, each in its sandbox, with their states as bytes between calls.

use proofhouse_ledger::{ComponentRecord, PluginStates, PolicyRecord, RunHeader};
use proofhouse_sandbox::{
    Asked, CancelToken, IdeatorHost, Level, LogLine, Mode, Plugin, Policy, Runtime, SearcherHost,
};
use proofhouse_types::{Access, Problem, Proposal, Trial};

use crate::LabError;
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
}

/// The searcher and the ideator of a run whose baseline is known.
pub(crate) struct Search {
    seed: u64,
    searcher: SearcherHost,
    searcher_name: String,
    ideator: IdeatorHost,
    ideator_name: String,
}

impl Search {
    /// `header.problem` has its baseline.
    pub(crate) fn new(runtime: &Runtime, header: &RunHeader, loaded: &Loaded) -> Result<Search, LabError> {
        let problem = public(&header.problem);
        let settings = |record: &ComponentRecord| record.settings.clone();
        let searcher_policy = policy(&header.searcher_policy)?;
        let ideator_policy = policy(&header.ideator_policy)?;
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
        })
    }

    /// Raised, `cancel` stops a call that runs.
    pub(crate) fn set_cancel(&mut self, cancel: &CancelToken) {
        self.searcher.set_cancel(cancel.clone());
        self.ideator.set_cancel(cancel.clone());
    }

    /// What the plugins said since this was last asked, one line each, with their names. Untrusted text.
    pub(crate) fn take_notes(&mut self) -> Vec<String> {
        let said = |name: &str, lines: Vec<LogLine>| {
            let worth = lines.into_iter().filter(|line| line.level >= Level::Info);
            worth.map(|line| format!("{name}: {}", line.message)).collect::<Vec<_>>()
        };
        let mut notes = said(&self.searcher_name, self.searcher.take_log());
        notes.extend(said(&self.ideator_name, self.ideator.take_log()));
        notes
    }

    /// Both open for the first time.
    pub(crate) fn open(&mut self) -> Result<PluginStates, LabError> {
        let searcher = self.searcher.open(derive(self.seed, Purpose::SearcherOpen, 0));
        let searcher = searcher.map_err(|error| self.searcher_failed(error))?;
        let ideator = self.ideator.open(derive(self.seed, Purpose::IdeatorOpen, 0));
        let ideator = ideator.map_err(|error| self.ideator_failed(error))?;
        self.checked(PluginStates { searcher, ideator })
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

    /// At most `count` proposals. `call` numbers the calls of a run.
    pub(crate) fn propose(
        &mut self,
        states: &mut PluginStates,
        mode: Mode,
        context: &[Trial],
        count: u32,
        call: u64,
    ) -> Result<Vec<Proposal>, LabError> {
        let seed = derive(self.seed, Purpose::Propose, call);
        let proposed = self.ideator.propose(&states.ideator, mode, context, count, seed);
        let (mut proposals, state) = proposed.map_err(|error| self.ideator_failed(error))?;
        states.ideator = state;
        *states = self.checked(std::mem::take(states))?;
        proposals.truncate(count as usize);
        Ok(proposals)
    }

    /// Both learn how `round` ended.
    pub(crate) fn tell(
        &mut self,
        states: &mut PluginStates,
        round: u32,
        trials: &[Trial],
    ) -> Result<(), LabError> {
        let round = u64::from(round);
        let told = self.searcher.tell(&states.searcher, trials, derive(self.seed, Purpose::Tell, round));
        let searcher = told.map_err(|error| self.searcher_failed(error))?;
        let learned = self.ideator.learn(&states.ideator, trials, derive(self.seed, Purpose::Learn, round));
        let ideator = learned.map_err(|error| self.ideator_failed(error))?;
        *states = self.checked(PluginStates { searcher, ideator })?;
        Ok(())
    }

    pub(crate) fn searcher_failed(&self, reason: impl ToString) -> LabError {
        LabError::Plugin { role: "searcher", name: self.searcher_name.clone(), reason: reason.to_string() }
    }

    fn ideator_failed(&self, reason: impl ToString) -> LabError {
        LabError::Plugin { role: "ideator", name: self.ideator_name.clone(), reason: reason.to_string() }
    }

    fn checked(&self, states: PluginStates) -> Result<PluginStates, LabError> {
        let too_large =
            |bytes: &[u8]| format!("its state has {} bytes, and {MOST_STATE_BYTES} are allowed", bytes.len());
        if states.searcher.len() > MOST_STATE_BYTES {
            return Err(self.searcher_failed(too_large(&states.searcher)));
        }
        if states.ideator.len() > MOST_STATE_BYTES {
            return Err(self.ideator_failed(too_large(&states.ideator)));
        }
        Ok(states)
    }
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
