//! What the host keeps for one sandbox: the data of its store.

use std::fmt;
use std::time::{Duration, Instant};

use proofhouse_compute::data::TokenStream;
use proofhouse_compute::{DeviceModel, Session};
use wasmtime::StoreContextMut;
use wasmtime::component::{Resource, ResourceTable};

use crate::cancel::CancelToken;
use crate::candidate::Candidate;
use crate::data_file::DataFile;
use crate::limits::{Limit, LimitHit, MemoryLimiter};
use crate::meter::{self, Meter};
use crate::models::ModelAccess;
use crate::output::Output;
use crate::random::RandomStream;
use crate::wall::WallBudget;
use crate::workbench::BenchAccess;

/// Why the host stopped a guest on purpose. Recorded before the trap is raised: the trap itself is only text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stop {
    /// A limit of the policy or of the call.
    Limit(LimitHit),
    /// It went on after a spent quota of its tensors.
    Quota(proofhouse_compute::Error),
    /// From outside.
    Cancelled,
    /// It asked to end.
    Exit { success: bool },
    /// It called what it was not granted.
    NotGranted(String),
    /// The language models give no more answers to this run: its budget is spent, or its recording has ended.
    Models(ModelsStop),
}

/// Why the language models give no more answers to a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ModelsStop {
    /// The run's budget is spent: with a larger one it can go on.
    Budget(String),
    /// The journal cannot be written, or the recording has no such exchange.
    Fault(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Limit(hit) => hit.fmt(f),
            Stop::Quota(error) => write!(f, "{}: {}", error.code.as_str(), error.message),
            Stop::Cancelled => f.write_str("cancelled"),
            Stop::Exit { success: true } => f.write_str("the program ended itself"),
            Stop::Exit { success: false } => f.write_str("the program ended itself with a failure"),
            Stop::NotGranted(what) => write!(f, "not granted: {what}"),
            Stop::Models(ModelsStop::Budget(reason) | ModelsStop::Fault(reason)) => f.write_str(reason),
        }
    }
}

/// A guest may make this many host calls after a quota is spent, to say what it has to say; then it is stopped.
const CALLS_AFTER_QUOTA: u32 = 1000;

/// The data of a store.
pub(crate) struct GuestState {
    /// Handles that the guest holds.
    pub(crate) table: ResourceTable,
    pub(crate) memory: MemoryLimiter,
    pub(crate) meter: Meter,
    pub(crate) session: Session,
    pub(crate) output: Output,
    pub(crate) wall: WallBudget,
    pub(crate) cancel: CancelToken,
    pub(crate) random: RandomStream,
    /// Streams that the environment grants, by name.
    pub(crate) data: Vec<(String, TokenStream)>,
    /// Files that it may read.
    pub(crate) files: Vec<DataFile>,
    /// Why it was stopped, once it was.
    pub(crate) stop: Option<Stop>,
    /// Of an evaluator: the program it drives.
    pub(crate) candidate: Option<Box<Candidate>>,
    /// The language models that it may use.
    pub(crate) models: ModelAccess,
    /// Of an implementer: where it tries its diffs.
    pub(crate) bench: BenchAccess,
    /// Device seconds when the call that runs began.
    pub(crate) call_started_seconds: f64,
    pub(crate) calls_after_quota: u32,
    /// Real time inside host calls, for measurements: no guest and no score ever sees it.
    pub(crate) host_call_time: Duration,
    /// Host calls so far.
    pub(crate) host_calls: u64,
    /// Bytes that one call may move to the host, for messages.
    pub(crate) host_call_fuel: usize,
}

impl GuestState {
    /// Notes why the guest is stopped, and gives the trap that stops it.
    pub(crate) fn halt(&mut self, stop: Stop) -> wasmtime::Error {
        let error = wasmtime::Error::msg(stop.to_string());
        self.stop.get_or_insert(stop);
        error
    }

    /// Is the guest to be stopped, whatever it does?
    pub(crate) fn check(&mut self) -> wasmtime::Result<()> {
        if self.cancel.is_cancelled() {
            return Err(self.halt(Stop::Cancelled));
        }
        if let Err(hit) = self.wall.check() {
            return Err(self.halt(Stop::Limit(hit)));
        }
        Ok(())
    }

    fn check_quota(&mut self) -> wasmtime::Result<()> {
        let Some(spent) = self.session.exhausted() else { return Ok(()) };
        self.calls_after_quota += 1;
        if self.calls_after_quota > CALLS_AFTER_QUOTA {
            let stop = Stop::Quota(spent.clone());
            return Err(self.halt(stop));
        }
        Ok(())
    }

    /// Gives the guest a handle to `entry`.
    pub(crate) fn hold<T: Send + 'static>(&mut self, entry: T) -> wasmtime::Result<Resource<T>> {
        match self.table.push(entry) {
            Ok(handle) => Ok(handle),
            Err(_) => {
                let allowed = self.table.max_capacity() as f64;
                let hit = LimitHit::new(Limit::Handles, allowed + 1.0, allowed);
                Err(self.halt(Stop::Limit(hit)))
            }
        }
    }
}

/// A host call: what the guest ran is counted before it, checked, and bounded again after it.
pub(crate) fn host_call<R>(
    mut cx: StoreContextMut<'_, GuestState>,
    body: impl FnOnce(&mut GuestState) -> wasmtime::Result<R>,
) -> wasmtime::Result<R> {
    enter(&mut cx)?;
    let began = Instant::now();
    let state = cx.data_mut();
    let result = body(state)?;
    state.host_call_time += began.elapsed();
    meter::refuel(&mut cx)?;
    Ok(result)
}

/// The first half of a host call, for those that need the store in between. [`meter::refuel`] is the second.
pub(crate) fn enter(cx: &mut StoreContextMut<'_, GuestState>) -> wasmtime::Result<()> {
    meter::settle(cx)?;
    let state = cx.data_mut();
    state.host_calls += 1;
    state.check()?;
    state.check_quota()
}

/// The device of sandboxes that have no tensors: nothing there takes time.
pub(crate) fn timeless() -> DeviceModel {
    DeviceModel {
        name: "none".to_owned(),
        flops_per_second: f64::INFINITY,
        bytes_per_second: f64::INFINITY,
        launch_seconds: 0.0,
        instructions_per_second: f64::INFINITY,
    }
}
