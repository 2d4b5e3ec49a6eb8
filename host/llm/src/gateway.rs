//! The only way from Proofhouse to a language model.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;

use crate::answer::Round;
use crate::attempt::Line;
use crate::budget::Budget;
use crate::cache::Cache;
use crate::limits::Limits;
use crate::model::Model;
use crate::recording::Recorder;
use crate::retry::Pace;
use crate::scrub::Scrubber;
use crate::signal::Signal;
use crate::transport::Transport;
use crate::{
    Checked, Ended, ExchangeId, Failure, GatewayError, Journal, JournalError, LlmConfig, ModelInfo, Provider,
    Recording, Reply, Request, Scope, Spend, Stopped, key, probe,
};

/// Threads that do network traffic. Almost all of their time is waiting.
const THREADS: usize = 2;

/// Holds the keys, the budget and the connections of a run.
///
/// It is cheap to clone: clones are the same gateway. The last one to go ends its threads.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

pub(crate) struct Inner {
    /// By their names in the run file.
    models: BTreeMap<String, Model>,
    /// None in a replay: then there is no way to send anything.
    network: Option<Network>,
    pub(crate) replay: Option<Recording>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) signal: Arc<Signal>,
    pub(crate) scrubber: Scrubber,
    pub(crate) pace: Pace,
    cache: Option<Cache>,
    recorder: Option<Recorder>,
}

struct Network {
    lines: BTreeMap<String, Arc<Line>>,
    /// Taken when the gateway ends.
    runtime: Option<Runtime>,
}

impl Gateway {
    /// Reads the keys and opens the files that a run file names; relative ones are in `folder`. `spent` is what the run
    /// used up before. With a recording to `replay`, no key is read and nothing is ever sent.
    ///
    /// # Errors
    /// Where the run file asks for something that cannot be, a key is missing or not safe, or a file cannot be used.
    pub fn new(
        config: &LlmConfig,
        folder: &Path,
        spent: Spend,
        replay: Option<Recording>,
    ) -> Result<Gateway, GatewayError> {
        Gateway::with_pace(config, folder, spent, replay, Pace::default())
    }

    /// The same with other waits between attempts, for tests.
    ///
    /// # Errors
    /// As [`Gateway::new`].
    #[doc(hidden)]
    pub fn with_pace(
        config: &LlmConfig,
        folder: &Path,
        spent: Spend,
        replay: Option<Recording>,
        pace: Pace,
    ) -> Result<Gateway, GatewayError> {
        config.check().map_err(GatewayError::Config)?;
        let mut scrubber = Scrubber::default();
        let network = match replay {
            Some(_) => None,
            None => Some(Network::new(config, folder, &mut scrubber)?),
        };
        let signal = Arc::<Signal>::default();
        let cache = config.cache.as_deref().filter(|_| replay.is_none());
        // What comes from a recording is in one already.
        let recorder = config.record.as_deref().filter(|_| replay.is_none());
        Ok(Gateway(Arc::new(Inner {
            models: config
                .models
                .iter()
                .map(|(name, model)| (name.clone(), Model::new(name, model)))
                .collect(),
            network,
            budget: Budget::new(config.budget, spent, Arc::clone(&signal)),
            signal,
            scrubber,
            pace,
            cache: cache.map(|path| Cache::open(&folder.join(path))).transpose()?,
            recorder: recorder.map(|path| Recorder::open(&folder.join(path))).transpose()?,
            replay,
        })))
    }

    /// The models of the run file, in the order of their names.
    pub fn models(&self) -> Vec<ModelInfo> {
        self.0.models.values().map(Model::info).collect()
    }

    /// Answers a plugin's requests, in their order. Blocks, and may be called from several threads at a time. Soon
    /// after `cancel` becomes true, it gives up what is in flight.
    ///
    /// # Errors
    /// Where the run must stop: the budget has no room, a replay has no answer, the caller gave up, or the journal
    /// cannot be written. That a model gives no answer is no such error: it is a [`Reply::Failed`].
    pub fn answer(
        &self,
        scope: &mut Scope,
        requests: &[Request],
        journal: &dyn Journal,
        cancel: &Arc<AtomicBool>,
    ) -> Result<Vec<Ended>, Stopped> {
        Round::new(&self.0, scope, requests, journal, cancel).run()
    }

    /// What exchanges that have ended used up, with what the run used up before.
    pub fn spent(&self) -> Spend {
        self.0.budget.spent()
    }

    /// What exchanges in flight may use up.
    pub fn reserved(&self) -> Spend {
        self.0.budget.reserved()
    }

    /// Sends a tiny request to a model, outside of budget and journal.
    ///
    /// # Errors
    /// Where there is no such model, or it gives no answer.
    pub fn check(&self, model: &str) -> Result<Checked, Failure> {
        let line = self.0.named(model).map_err(Failure::Rejected)?;
        let Some(runtime) = self.0.network.as_ref().and_then(|network| network.runtime.as_ref()) else {
            return Err(Failure::Rejected(REPLAYS.to_owned()));
        };
        runtime
            .block_on(probe::probe(line, self.0.pace))
            .map(|checked| Checked { answer: self.0.scrubber.line(&checked.answer), ..checked })
            .map_err(|failure| self.0.scrubber.failure(failure))
    }
}

const REPLAYS: &str = "a replay sends nothing";

impl fmt::Debug for Gateway {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.models.keys().collect();
        formatter.debug_struct("Gateway").field("models", &names).finish_non_exhaustive()
    }
}

impl Network {
    fn new(config: &LlmConfig, folder: &Path, scrubber: &mut Scrubber) -> Result<Network, GatewayError> {
        let mut lines = BTreeMap::new();
        let mut keys = Vec::new();
        for (name, config) in &config.models {
            let key = key::read(name, config, folder)?;
            let model = Model::new(name, config);
            let transport = Transport::new(&model, key.as_ref())?;
            lines.insert(name.clone(), Arc::new(Line { model, limits: Limits::new(config), transport }));
            keys.extend(key);
        }
        *scrubber = Scrubber::new(keys);
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            // For names of hosts.
            .max_blocking_threads(4)
            .thread_name("llm-network")
            .enable_io()
            .enable_time()
            .build()
            .map_err(|source| GatewayError::Io { path: "threads for network traffic".into(), source })?;
        Ok(Network { lines, runtime: Some(runtime) })
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // Whoever drops the last gateway does not wait for a name server.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Inner {
    pub(crate) fn identity(&self, request: &Request) -> Option<(Provider, &str)> {
        self.models.get(request.model()).map(Model::identity)
    }

    /// The way to the model of a request.
    pub(crate) fn line(&self, request: &Request) -> Result<&Arc<Line>, String> {
        self.named(request.model())
    }

    fn named(&self, name: &str) -> Result<&Arc<Line>, String> {
        let network = self.network.as_ref().ok_or(REPLAYS)?;
        network.lines.get(name).ok_or_else(|| {
            let names: Vec<_> = self.models.keys().map(|name| format!("`{name}`")).collect();
            let has = if names.is_empty() {
                "has no models".to_owned()
            } else {
                format!("has {}", names.join(", "))
            };
            format!("there is no model `{name}`: the run file {has}")
        })
    }

    pub(crate) fn spawn(
        &self,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> Result<AbortHandle, Stopped> {
        let runtime = self.network.as_ref().and_then(|network| network.runtime.as_ref());
        let runtime = runtime.ok_or(Stopped::Cancelled)?;
        Ok(runtime.spawn(task).abort_handle())
    }

    pub(crate) fn cached(&self, model: &Model, id: &ExchangeId) -> Option<Reply> {
        self.cache.as_ref()?.find(model, id).map(|reply| self.scrubber.reply(reply))
    }

    pub(crate) fn keep(&self, model: &str, id: &ExchangeId, reply: &Reply) {
        if let (Some(cache), Some(model)) = (&self.cache, self.models.get(model)) {
            cache.keep(model, id, reply);
        }
    }

    pub(crate) fn recorded(&self, id: &ExchangeId, asked: &Request, end: &Ended) -> Result<(), JournalError> {
        self.recorder.as_ref().map_or(Ok(()), |recorder| recorder.ended(id, asked, end))
    }

    pub(crate) fn had(&self, id: &ExchangeId, asked: &Request, end: &Ended) -> Result<(), JournalError> {
        self.recorder.as_ref().map_or(Ok(()), |recorder| recorder.had(id, asked, end))
    }
}
