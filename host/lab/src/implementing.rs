//! Implementer calls: each on a thread of its own, all from the state that the round began with.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};

use proofhouse_sandbox::{Attempt, Error, Implemented, ImplementerHost, LogLine, State};
use proofhouse_types::{Idea, TrialId};
use serde_json::Value;

use crate::LabError;
use crate::desk::{Returning, Signal};
use crate::models::Models;
use crate::program::Sources;
use crate::seeds::{Purpose, derive};
use crate::workbench::TrialBench;

/// Seeds of a trial's attempts, so that none is used twice.
const MOST_ATTEMPTS: u64 = 64;

/// Everything that implementer calls of one round share.
pub(crate) struct Implementing {
    pub(crate) host: ImplementerHost,
    /// The component's name.
    pub(crate) name: String,
    pub(crate) state: Arc<State>,
    pub(crate) models: Models,
    pub(crate) sources: Arc<Sources>,
    /// The evaluator's settings in a smoke run; null where there are none.
    pub(crate) smoke: Value,
    pub(crate) parallel: usize,
    pub(crate) repairs: u32,
    /// Of the run.
    pub(crate) seed: u64,
    pub(crate) desk: Sender<Signal>,
}

/// What a call gives: the patch or the reason why there is none, and what the plugin said.
pub(crate) type Made = (Result<Implemented, Error>, Vec<LogLine>);

impl Implementing {
    /// Starts a call. When it has ended, [`Signal::Returned`] with `label` comes to the desk.
    pub(crate) fn start(
        &self,
        label: u64,
        trial: TrialId,
        attempt: u32,
        idea: Idea,
        attempts: Vec<Attempt>,
    ) -> Result<JoinHandle<Made>, LabError> {
        let mut host = self.host.clone();
        host.set_models(self.models.grant(format!("{}.{attempt}", scope(trial))));
        host.set_workbench(Some(Arc::new(TrialBench {
            trial,
            sources: self.sources.clone(),
            smokes: !self.smoke.is_null(),
            desk: self.desk.clone(),
        })));
        let state = self.state.clone();
        let seed = derive(self.seed, Purpose::Implement, trial * MOST_ATTEMPTS + u64::from(attempt));
        let returning = Returning { label, desk: self.desk.clone() };
        let call = move || {
            let _returning = returning;
            let made = host.implement(&state, &idea, &attempts, seed);
            let said = host.take_log();
            // The workbench has a sender to the desk: it goes before the call is said to have ended.
            drop(host);
            (made, said)
        };
        let thread = thread::Builder::new().name("implementer".to_owned());
        thread.spawn(call).map_err(|source| LabError::Sandbox(Error::Thread(source)))
    }
}

/// The beginning of the names of a trial's calls in the record of exchanges.
pub(crate) fn scope(trial: TrialId) -> String {
    format!("implement {trial}")
}
