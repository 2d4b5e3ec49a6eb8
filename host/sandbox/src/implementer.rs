//! Implementers: ideas become patches.

use std::sync::Arc;

use proofhouse_types::{Idea, Patch, Problem, Trial};
use wasmtime::Store;
use wasmtime::component::{InstancePre, ResourceAny};

use crate::bindings::implementer::exports::proofhouse::lab::implementer::{
    Attempt as WitAttempt, Guest, Implemented as WitImplemented,
};
use crate::bindings::implementer::{ImplementerPlugin, ImplementerPluginPre};
use crate::error::Result;
use crate::ideator::{LONGEST_LABEL, LONGEST_PATCH, MOST_LABELS, cut};
use crate::lab_types;
use crate::models::ModelGrant;
use crate::plugin::{Plugin, Runtime};
use crate::policy::Policy;
use crate::roles::Role;
use crate::session::{Answer, Complaint, PluginHost, State, plugin_host_methods};
use crate::state::GuestState;
use crate::workbench::Workbench;

/// A diff that did not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The diff.
    pub diff: String,
    /// Why it did not do.
    pub log: String,
}

/// What an implementer made of an idea.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implemented {
    /// The change.
    pub patch: Patch,
    /// The implementer's own words for it.
    pub labels: Vec<String>,
}

/// An implementer plugin, its problem and its settings. Cheap to clone: calls of one round run on clones, side by side.
#[derive(Debug, Clone)]
pub struct ImplementerHost(PluginHost);

plugin_host_methods!(ImplementerHost);

impl ImplementerHost {
    /// Checks that the plugin fits; nothing of it runs yet.
    ///
    /// # Errors
    /// Where it imports what an implementer does not have or the policy does not grant.
    pub fn new(
        runtime: &Runtime,
        plugin: &Plugin,
        policy: &Policy,
        problem: Problem,
        settings: serde_json::Value,
    ) -> Result<ImplementerHost> {
        PluginHost::new(runtime, plugin, Role::Implementer, policy, problem, &settings).map(ImplementerHost)
    }

    /// The language models of the calls from here on, and the scope that their exchanges are recorded under.
    pub fn set_models(&mut self, models: Option<ModelGrant>) {
        self.0.models = models;
    }

    /// Where the calls from here on try their diffs.
    pub fn set_workbench(&mut self, bench: Option<Arc<dyn Workbench>>) {
        self.0.bench = bench;
    }

    /// Begins.
    ///
    /// # Errors
    /// Where the plugin refuses its settings, traps, or reaches a limit.
    pub fn open(&mut self, seed: u64) -> Result<State> {
        let (problem, settings) = (lab_types::problem(&self.0.problem), self.0.settings.clone());
        self.0.with_instance("open", seed, |store, pre| {
            let plugin = instantiate(store, pre)?;
            let guest = plugin.proofhouse_lab_implementer();
            match guest.implementation().call_open(&mut *store, &problem, &settings)? {
                Ok(implementation) => Ok(Ok(save(guest, store, implementation)?)),
                Err(message) => Ok(Err(Complaint::Plugin(message))),
            }
        })
    }

    /// Asks for a patch. The plugin's own reason for having none is [`crate::Error::Plugin`].
    ///
    /// # Errors
    /// Where the plugin has none, breaks the contract's sizes, traps, or reaches a limit.
    pub fn implement(
        &mut self,
        state: &State,
        idea: &Idea,
        attempts: &[Attempt],
        seed: u64,
    ) -> Result<Implemented> {
        let idea = lab_types::idea(idea);
        let attempts: Vec<WitAttempt> = attempts
            .iter()
            .map(|attempt| WitAttempt { diff: attempt.diff.clone(), log: attempt.log.clone() })
            .collect();
        self.restored("implement", state, seed, move |guest, store, implementation| {
            let made =
                guest.implementation().call_implement(&mut *store, implementation, &idea, &attempts)?;
            match made {
                Ok(made) => Ok(implemented(made).map_err(Complaint::Contract)),
                Err(message) => Ok(Err(Complaint::Plugin(message))),
            }
        })
    }

    /// Tells what came back.
    ///
    /// # Errors
    /// Where the plugin refuses its own state, traps, or reaches a limit.
    pub fn learn(&mut self, state: &State, finished: &[Trial], seed: u64) -> Result<State> {
        let finished: Vec<_> = finished.iter().map(lab_types::trial).collect();
        self.restored("learn", state, seed, move |guest, store, implementation| {
            guest.implementation().call_learn(&mut *store, implementation, &finished)?;
            Ok(Ok(save(guest, store, implementation)?))
        })
    }

    fn restored<T: Send>(
        &mut self,
        call: &'static str,
        state: &State,
        seed: u64,
        body: impl FnOnce(&Guest, &mut Store<GuestState>, ResourceAny) -> wasmtime::Result<Answer<T>> + Send,
    ) -> Result<T> {
        let (problem, settings) = (lab_types::problem(&self.0.problem), self.0.settings.clone());
        self.0.with_instance(call, seed, |store, pre| {
            let plugin = instantiate(store, pre)?;
            let guest = plugin.proofhouse_lab_implementer();
            match guest.implementation().call_restore(&mut *store, &problem, &settings, state)? {
                Ok(implementation) => body(guest, store, implementation),
                Err(message) => Ok(Err(Complaint::Plugin(format!("restore: {message}")))),
            }
        })
    }
}

fn instantiate(
    store: &mut Store<GuestState>,
    pre: InstancePre<GuestState>,
) -> wasmtime::Result<ImplementerPlugin> {
    ImplementerPluginPre::new(pre)?.instantiate(store)
}

fn save(
    guest: &Guest,
    store: &mut Store<GuestState>,
    implementation: ResourceAny,
) -> wasmtime::Result<State> {
    guest.implementation().call_save(store, implementation)
}

/// An answer within the contract's sizes.
fn implemented(made: WitImplemented) -> std::result::Result<Implemented, String> {
    let bytes = made.patch.diff.len();
    if bytes > LONGEST_PATCH {
        return Err(format!("a patch of {bytes} bytes, {LONGEST_PATCH} allowed"));
    }
    let labels = made.labels.iter().take(MOST_LABELS).map(|label| cut(label, LONGEST_LABEL));
    Ok(Implemented { patch: Patch { diff: made.patch.diff }, labels: labels.collect() })
}
