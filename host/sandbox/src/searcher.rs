//! Searchers: what is tried next.

use proofhouse_types::{Problem, Request, Trial};
use wasmtime::Store;
use wasmtime::component::{InstancePre, ResourceAny};

use crate::bindings::searcher::exports::proofhouse::lab::searcher::{Guest, Request as WitRequest};
use crate::bindings::searcher::{SearcherPlugin, SearcherPluginPre};
use crate::error::Result;
use crate::lab_types;
use crate::plugin::{Plugin, Runtime};
use crate::policy::Policy;
use crate::roles::Role;
use crate::session::{Complaint, PluginHost, State, plugin_host_methods};
use crate::state::GuestState;

/// Trials that one request may name.
const MOST_TRIALS: usize = 10_000;

/// What a searcher answered to `ask`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What to try, at most as many as there were slots.
    pub requests: Vec<Request>,
    /// The epoch that they belong to.
    pub epoch: u32,
    /// Is the search over?
    pub done: bool,
}

/// A searcher plugin, its problem and its settings.
#[derive(Debug)]
pub struct SearcherHost(PluginHost);

plugin_host_methods!(SearcherHost);

impl SearcherHost {
    /// Checks that the plugin fits; nothing of it runs yet.
    ///
    /// # Errors
    /// Where it imports what a searcher does not have or the policy does not grant.
    pub fn new(
        runtime: &Runtime,
        plugin: &Plugin,
        policy: &Policy,
        problem: Problem,
        settings: serde_json::Value,
    ) -> Result<SearcherHost> {
        PluginHost::new(runtime, plugin, Role::Searcher, policy, problem, &settings).map(SearcherHost)
    }

    /// Begins a search.
    ///
    /// # Errors
    /// Where the plugin refuses its settings, traps, or reaches a limit.
    pub fn open(&mut self, seed: u64) -> Result<State> {
        let (problem, settings) = (lab_types::problem(&self.0.problem), self.0.settings.clone());
        self.0.with_instance("open", seed, |store, pre| {
            let plugin = instantiate(store, pre)?;
            let searcher = plugin.proofhouse_lab_searcher();
            match searcher.search().call_open(&mut *store, &problem, &settings)? {
                Ok(search) => Ok(Ok(save(searcher, store, search)?)),
                Err(message) => Ok(Err(Complaint::Plugin(message))),
            }
        })
    }

    /// Asks for up to `slots` requests.
    ///
    /// # Errors
    /// Where the plugin refuses its own state, asks for too much, traps, or reaches a limit.
    pub fn ask(&mut self, state: &State, slots: u32, seed: u64) -> Result<(Asked, State)> {
        self.restored("ask", state, seed, move |searcher, store, search| {
            let epoch = searcher.search().call_epoch(&mut *store, search)?;
            let requests = searcher.search().call_ask(&mut *store, search, slots)?;
            if requests.len() > slots as usize {
                let reason = format!("{} requests for {slots} slots", requests.len());
                return Ok(Err(Complaint::Contract(reason)));
            }
            let requests: Vec<Request> = requests.into_iter().map(request).collect();
            if requests.iter().any(|request| named(request) > MOST_TRIALS) {
                let reason = format!("a request names more than {MOST_TRIALS} trials");
                return Ok(Err(Complaint::Contract(reason)));
            }
            let done = searcher.search().call_done(&mut *store, search)?;
            let state = save(searcher, store, search)?;
            Ok(Ok((Asked { requests, epoch, done }, state)))
        })
    }

    /// Tells what came back.
    ///
    /// # Errors
    /// Where the plugin refuses its own state, traps, or reaches a limit.
    pub fn tell(&mut self, state: &State, finished: &[Trial], seed: u64) -> Result<State> {
        let finished: Vec<_> = finished.iter().map(lab_types::trial).collect();
        self.restored("tell", state, seed, move |searcher, store, search| {
            searcher.search().call_tell(&mut *store, search, &finished)?;
            Ok(Ok(save(searcher, store, search)?))
        })
    }

    fn restored<T: Send>(
        &mut self,
        call: &'static str,
        state: &State,
        seed: u64,
        body: impl FnOnce(
            &Guest,
            &mut Store<GuestState>,
            ResourceAny,
        ) -> wasmtime::Result<crate::session::Answer<T>>
        + Send,
    ) -> Result<T> {
        let (problem, settings) = (lab_types::problem(&self.0.problem), self.0.settings.clone());
        self.0.with_instance(call, seed, |store, pre| {
            let plugin = instantiate(store, pre)?;
            let searcher = plugin.proofhouse_lab_searcher();
            match searcher.search().call_restore(&mut *store, &problem, &settings, state)? {
                Ok(search) => body(searcher, store, search),
                Err(message) => Ok(Err(Complaint::Plugin(format!("restore: {message}")))),
            }
        })
    }
}

fn instantiate(
    store: &mut Store<GuestState>,
    pre: InstancePre<GuestState>,
) -> wasmtime::Result<SearcherPlugin> {
    SearcherPluginPre::new(pre)?.instantiate(store)
}

fn save(searcher: &Guest, store: &mut Store<GuestState>, search: ResourceAny) -> wasmtime::Result<State> {
    searcher.search().call_save(store, search)
}

fn request(request: WitRequest) -> Request {
    match request {
        WitRequest::Explore(trials) => Request::Explore(trials),
        WitRequest::Exploit(trials) => Request::Exploit(trials),
        WitRequest::Replicate(trial) => Request::Replicate(trial),
    }
}

fn named(request: &Request) -> usize {
    match request {
        Request::Explore(trials) | Request::Exploit(trials) => trials.len(),
        Request::Replicate(_) => 1,
    }
}
