//! Ideators: requests become ideas.

use proofhouse_types::{Idea, Patch, Problem, Proposal, Trial};
use wasmtime::Store;
use wasmtime::component::{InstancePre, ResourceAny};

use crate::bindings::ideator::exports::proofhouse::lab::ideator::{
    Brief, Guest, Mode as WitMode, Proposal as WitProposal,
};
use crate::bindings::ideator::{IdeatorPlugin, IdeatorPluginPre};
use crate::error::Result;
use crate::lab_types;
use crate::models::ModelGrant;
use crate::output::printable;
use crate::plugin::{Plugin, Runtime};
use crate::policy::Policy;
use crate::roles::Role;
use crate::session::{Answer, Complaint, PluginHost, State, plugin_host_methods};
use crate::state::GuestState;

/// Letters of an idea's title that are kept.
const LONGEST_TITLE: usize = 300;
/// Letters of its rationale.
const LONGEST_RATIONALE: usize = 8000;
/// Labels of an idea.
pub(crate) const MOST_LABELS: usize = 16;
/// Letters of a label.
pub(crate) const LONGEST_LABEL: usize = 60;
/// Bytes of a patch.
pub(crate) const LONGEST_PATCH: usize = 1 << 20;
/// Parents of a proposal.
const MOST_PARENTS: usize = 100;

/// What kind of ideas are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Something new.
    Explore,
    /// Better or combined versions of the context.
    Exploit,
}

/// An ideator plugin, its problem and its settings.
#[derive(Debug)]
pub struct IdeatorHost(PluginHost);

plugin_host_methods!(IdeatorHost);

impl IdeatorHost {
    /// Checks that the plugin fits; nothing of it runs yet.
    ///
    /// # Errors
    /// Where it imports what an ideator does not have or the policy does not grant.
    pub fn new(
        runtime: &Runtime,
        plugin: &Plugin,
        policy: &Policy,
        problem: Problem,
        settings: serde_json::Value,
    ) -> Result<IdeatorHost> {
        PluginHost::new(runtime, plugin, Role::Ideator, policy, problem, &settings).map(IdeatorHost)
    }

    /// The language models of the calls from here on, and the scope that their exchanges are recorded under.
    pub fn set_models(&mut self, models: Option<ModelGrant>) {
        self.0.models = models;
    }

    /// Begins.
    ///
    /// # Errors
    /// Where the plugin refuses its settings, traps, or reaches a limit.
    pub fn open(&mut self, seed: u64) -> Result<State> {
        let (problem, settings) = (lab_types::problem(&self.0.problem), self.0.settings.clone());
        self.0.with_instance("open", seed, |store, pre| {
            let plugin = instantiate(store, pre)?;
            let ideator = plugin.proofhouse_lab_ideator();
            match ideator.ideation().call_open(&mut *store, &problem, &settings)? {
                Ok(ideation) => Ok(Ok(save(ideator, store, ideation)?)),
                Err(message) => Ok(Err(Complaint::Plugin(message))),
            }
        })
    }

    /// Asks for `count` ideas; what is proposed beyond that is left out.
    ///
    /// # Errors
    /// Where the plugin refuses, breaks the contract's sizes, traps, or reaches a limit.
    pub fn propose(
        &mut self,
        state: &State,
        mode: Mode,
        context: &[Trial],
        count: u32,
        seed: u64,
    ) -> Result<(Vec<Proposal>, State)> {
        let context: Vec<_> = context.iter().map(lab_types::trial).collect();
        self.restored("propose", state, seed, move |ideator, store, ideation| {
            let mode = match mode {
                Mode::Explore => WitMode::Explore,
                Mode::Exploit => WitMode::Exploit,
            };
            let brief = Brief { mode, context, count };
            let proposals = match ideator.ideation().call_propose(&mut *store, ideation, &brief)? {
                Ok(proposals) => proposals,
                Err(message) => return Ok(Err(Complaint::Plugin(message))),
            };
            let proposals: std::result::Result<Vec<Proposal>, String> =
                proposals.into_iter().take(count as usize).map(proposal).collect();
            match proposals {
                Ok(proposals) => Ok(Ok((proposals, save(ideator, store, ideation)?))),
                Err(reason) => Ok(Err(Complaint::Contract(reason))),
            }
        })
    }

    /// Tells what came back.
    ///
    /// # Errors
    /// Where the plugin refuses its own state, traps, or reaches a limit.
    pub fn learn(&mut self, state: &State, finished: &[Trial], seed: u64) -> Result<State> {
        let finished: Vec<_> = finished.iter().map(lab_types::trial).collect();
        self.restored("learn", state, seed, move |ideator, store, ideation| {
            ideator.ideation().call_learn(&mut *store, ideation, &finished)?;
            Ok(Ok(save(ideator, store, ideation)?))
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
            let ideator = plugin.proofhouse_lab_ideator();
            match ideator.ideation().call_restore(&mut *store, &problem, &settings, state)? {
                Ok(ideation) => body(ideator, store, ideation),
                Err(message) => Ok(Err(Complaint::Plugin(format!("restore: {message}")))),
            }
        })
    }
}

fn instantiate(
    store: &mut Store<GuestState>,
    pre: InstancePre<GuestState>,
) -> wasmtime::Result<IdeatorPlugin> {
    IdeatorPluginPre::new(pre)?.instantiate(store)
}

fn save(ideator: &Guest, store: &mut Store<GuestState>, ideation: ResourceAny) -> wasmtime::Result<State> {
    ideator.ideation().call_save(store, ideation)
}

/// A proposal within the contract's sizes: long words are cut, a patch that is too long can't be.
fn proposal(proposal: WitProposal) -> std::result::Result<Proposal, String> {
    if let Some(patch) = &proposal.patch
        && patch.diff.len() > LONGEST_PATCH
    {
        return Err(format!("a patch of {} bytes, {LONGEST_PATCH} allowed", patch.diff.len()));
    }
    if proposal.parents.len() > MOST_PARENTS {
        return Err(format!("{} parents, {MOST_PARENTS} allowed", proposal.parents.len()));
    }
    let labels = proposal.idea.labels.iter().take(MOST_LABELS).map(|label| cut(label, LONGEST_LABEL));
    Ok(Proposal {
        idea: Idea {
            title: cut(&proposal.idea.title, LONGEST_TITLE),
            rationale: cut(&proposal.idea.rationale, LONGEST_RATIONALE),
            labels: labels.collect(),
        },
        patch: proposal.patch.map(|patch| Patch { diff: patch.diff }),
        parents: proposal.parents,
    })
}

pub(crate) fn cut(text: &str, most: usize) -> String {
    printable(&text.chars().take(most).collect::<String>())
}
