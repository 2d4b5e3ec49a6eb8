//! Calls of searchers, ideators and implementers: a fresh sandbox each, with the plugin's state carried across as bytes.

use std::sync::Arc;

use proofhouse_types::Problem;
use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::cancel::CancelToken;
use crate::ending::{self, Ending};
use crate::error::{Error, Result};
use crate::models::ModelGrant;
use crate::observer::LogLine;
use crate::output::{Sink, printable};
use crate::plugin::{Plugin, Runtime};
use crate::policy::Policy;
use crate::random::RandomStream;
use crate::roles::Role;
use crate::state::{GuestState, ModelsStop, Stop, timeless};
use crate::store::{Grant, new_store};
use crate::thread::on_large_stack;
use crate::workbench::Workbench;

/// A plugin's state between two calls: its own bytes, of no meaning to the host.
pub type State = Vec<u8>;

/// Letters of a plugin's own error that are kept.
const LONGEST_MESSAGE: usize = 4000;

/// What searchers, ideators and implementers have in common.
#[derive(Debug, Clone)]
pub(crate) struct PluginHost {
    runtime: Runtime,
    plugin: Plugin,
    policy: Policy,
    linked: Linked,
    pub(crate) problem: Problem,
    /// The plugin's settings as JSON.
    pub(crate) settings: String,
    cancel: CancelToken,
    log: Vec<LogLine>,
    pub(crate) models: Option<ModelGrant>,
    pub(crate) bench: Option<Arc<dyn Workbench>>,
}

#[derive(Clone)]
struct Linked(InstancePre<GuestState>);

impl std::fmt::Debug for Linked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Linked")
    }
}

impl PluginHost {
    pub(crate) fn new(
        runtime: &Runtime,
        plugin: &Plugin,
        role: Role,
        policy: &Policy,
        problem: Problem,
        settings: &serde_json::Value,
    ) -> Result<Self> {
        Ok(Self {
            runtime: runtime.clone(),
            plugin: plugin.clone(),
            policy: policy.clone(),
            linked: Linked(plugin.linked(role, policy)?),
            problem,
            settings: settings.to_string(),
            cancel: CancelToken::new(),
            log: Vec::new(),
            models: None,
            bench: None,
        })
    }

    pub(crate) fn set_cancel(&mut self, cancel: CancelToken) {
        self.cancel = cancel;
    }

    pub(crate) fn take_log(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut self.log)
    }

    /// Runs `body` on a fresh instance. `call` is what messages name.
    pub(crate) fn with_instance<T: Send>(
        &mut self,
        call: &'static str,
        seed: u64,
        body: impl FnOnce(&mut Store<GuestState>, InstancePre<GuestState>) -> wasmtime::Result<Answer<T>> + Send,
    ) -> Result<T> {
        if self.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let grant = Grant {
            device: timeless(),
            random: RandomStream::new(seed, call),
            data: Vec::new(),
            files: Vec::new(),
            sink: Sink::Kept(Vec::new()),
            cancel: self.cancel.clone(),
            device_seconds: None,
            models: self.models.clone(),
            bench: self.bench.clone(),
        };
        let linked = self.linked.0.clone();
        let (engine, policy) = (self.runtime.engine(), &self.policy);
        let (result, lines) = on_large_stack(move || {
            let mut store = match new_store(engine, policy, grant) {
                Ok(store) => store,
                Err(error) => return (Err(Ending::Trapped(format!("{error:#}"))), Vec::new()),
            };
            let result = body(&mut store, linked).map_err(|error| ending::read(&error, store.data()));
            (result, store.data_mut().output.take_lines())
        })?;
        self.log.extend(lines);
        let plugin = self.plugin.name().to_owned();
        match result {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(Complaint::Plugin(message))) => {
                let message = printable(&message.chars().take(LONGEST_MESSAGE).collect::<String>());
                Err(Error::Plugin { plugin, call, message })
            }
            Ok(Err(Complaint::Contract(reason))) => Err(Error::Answer { plugin, call, reason }),
            Err(Ending::Stopped(Stop::Cancelled)) => Err(Error::Cancelled),
            Err(Ending::Stopped(Stop::Limit(hit))) => Err(Error::Limit { plugin, call, hit }),
            Err(Ending::Stopped(Stop::Models(ModelsStop::Budget(reason)))) => Err(Error::BudgetSpent(reason)),
            Err(Ending::Stopped(Stop::Models(ModelsStop::Fault(reason)))) => {
                Err(Error::Models { plugin, call, reason })
            }
            Err(Ending::Stopped(stop)) => Err(Error::Trap { plugin, call, reason: stop.to_string() }),
            Err(Ending::Trapped(reason)) => Err(Error::Trap { plugin, call, reason }),
        }
    }
}

/// What every role's host has.
macro_rules! plugin_host_methods {
    ($host:ty) => {
        impl $host {
            /// Raised, it stops a call that runs.
            pub fn set_cancel(&mut self, cancel: $crate::cancel::CancelToken) {
                self.0.set_cancel(cancel);
            }

            /// What the plugin said since this was last asked.
            pub fn take_log(&mut self) -> Vec<$crate::observer::LogLine> {
                self.0.take_log()
            }
        }
    };
}
pub(crate) use plugin_host_methods;

/// What a plugin's answer can be wrong about.
pub(crate) enum Complaint {
    /// Its own error.
    Plugin(String),
    /// The contract's rule that it breaks.
    Contract(String),
}

/// A plugin's answer.
pub(crate) type Answer<T> = std::result::Result<T, Complaint>;
