//! One candidate program in its own sandbox, driven by its evaluator.

use std::time::{Duration, Instant};

use proofhouse_compute::Tensor;
use proofhouse_types::{Failure, FailureKind};
use wasmtime::component::{InstancePre, Resource};
use wasmtime::{AsContextMut, Store};

use crate::bindings::contract::values::{Failure as Raised, Value};
use crate::bindings::executor::exports::proofhouse::compute::program::Source;
use crate::bindings::executor::{Executor, ExecutorPre};
use crate::ending::{self, Ending};
use crate::meter;
use crate::output::printable;
use crate::program::Used;
use crate::state::{GuestState, Stop};

/// Values in one call, each way.
const MOST_VALUES: usize = 64;
/// Bytes of one text or byte string in a call, each way.
const LONGEST_VALUE: usize = 1 << 20;
/// Bytes of the name of a function.
const LONGEST_ENTRY: usize = 256;
/// Letters of an exception's type, message and traceback that are kept.
const LONGEST_KIND: usize = 200;
const LONGEST_MESSAGE: usize = 4000;
const LONGEST_TRACEBACK: usize = 8000;

/// A program, and the sandbox it runs in. The first failure is final: its store is never entered again.
pub(crate) struct Candidate {
    store: Store<GuestState>,
    program: Option<Executor>,
    end: Option<Failure>,
}

impl Candidate {
    /// Instantiates the executor and loads the program. Whatever fails is the candidate's end.
    pub(crate) fn start(
        store: Store<GuestState>,
        executor: InstancePre<GuestState>,
        files: &[(String, String)],
        main: &str,
    ) -> Candidate {
        let mut candidate = Candidate::open(store, executor);
        candidate.load(files, main);
        candidate
    }

    /// Instantiates the executor, with no program yet.
    pub(crate) fn open(mut store: Store<GuestState>, executor: InstancePre<GuestState>) -> Candidate {
        let started = ExecutorPre::new(executor).and_then(|pre| pre.instantiate(&mut store));
        let mut candidate = Candidate { store, program: None, end: None };
        match started {
            Ok(program) => candidate.program = Some(program),
            Err(error) => candidate.fell(&error),
        }
        candidate
    }

    fn load(&mut self, files: &[(String, String)], main: &str) {
        let Some(program) = &self.program else { return };
        let result = program.proofhouse_compute_program().call_load(&mut self.store, &sources(files), main);
        self.settle();
        match result {
            Ok(Ok(())) => {}
            Ok(Err(raised)) => self.raised(&raised),
            Err(error) => self.fell(&error),
        }
    }

    /// Runs the program whole, with arguments, in place of loading it. A failure is the candidate's end.
    pub(crate) fn run(&mut self, files: &[(String, String)], main: &str, arguments: &[String]) -> Ran {
        let Some(program) = &self.program else { return Ran::Stopped };
        let program = program.proofhouse_compute_program();
        let result = program.call_run(&mut self.store, &sources(files), main, arguments);
        self.settle();
        match result {
            Ok(Ok(status)) if self.went_on("the program") => Ran::Exited(status),
            Ok(Ok(_)) => Ran::Stopped,
            Ok(Err(raised)) => {
                self.raised(&raised);
                Ran::Raised
            }
            Err(error) => match self.store.data().stop {
                Some(Stop::Exit { success }) => Ran::Exited(u8::from(!success)),
                _ => {
                    self.fell(&error);
                    Ran::Stopped
                }
            },
        }
    }

    /// Calls a function of the program for its evaluator. The outer error is the evaluator's own fault, and a trap.
    pub(crate) fn invoke(
        &mut self,
        evaluator: &mut GuestState,
        entry: &str,
        arguments: Vec<Value>,
        device_seconds: f64,
    ) -> wasmtime::Result<Result<Vec<Value>, Raised>> {
        check_call(entry, &arguments, device_seconds)?;
        // Taken from the evaluator's table even where nothing is called: they were given away.
        let carried = carry_out(evaluator, arguments)?;
        if self.end.is_none() {
            let began = Instant::now();
            let returned = self.call(entry, carried, device_seconds);
            evaluator.wall.exclude(began.elapsed());
            if let Some(values) = returned {
                match carry_in(evaluator, values)? {
                    Ok(values) => return Ok(Ok(values)),
                    Err(refused) => {
                        let what = format!("`{entry}` returned what its evaluator can't hold: {refused}");
                        self.fail(FailureKind::Crashed, what);
                    }
                }
            }
        }
        Ok(Err(self.as_raised()))
    }

    fn call(&mut self, entry: &str, arguments: Vec<Carried>, device_seconds: f64) -> Option<Vec<Carried>> {
        let arguments = match carry_in(self.store.data_mut(), arguments) {
            Ok(Ok(arguments)) => arguments,
            Ok(Err(refused)) => {
                self.fail(FailureKind::Exhausted, format!("arguments of `{entry}`: {refused}"));
                return None;
            }
            Err(error) => {
                self.fell(&error);
                return None;
            }
        };
        let program = self.program.as_ref()?;
        let result = meter::begin_call(&mut self.store, Some(device_seconds)).and_then(|()| {
            program.proofhouse_compute_program().call_invoke(&mut self.store, entry, &arguments)
        });
        self.settle();
        match result {
            Ok(Ok(values)) => self.accept(entry, values),
            Ok(Err(raised)) => {
                self.raised(&raised);
                None
            }
            Err(error) => {
                self.fell(&error);
                None
            }
        }
    }

    fn accept(&mut self, entry: &str, values: Vec<Value>) -> Option<Vec<Carried>> {
        if !self.went_on(&format!("`{entry}`")) {
            return None;
        }
        if let Err(reason) = check_values(&values) {
            self.fail(FailureKind::Crashed, format!("`{entry}` returned {reason}"));
            return None;
        }
        match carry_out(self.store.data_mut(), values) {
            Ok(values) => Some(values),
            Err(error) => {
                self.fell(&error);
                None
            }
        }
    }

    /// May what `who` did count? Not where a quota was spent: that is the candidate's end, also where it was caught.
    fn went_on(&mut self, who: &str) -> bool {
        let Some(spent) = self.store.data().session.exhausted() else { return true };
        let reason = format!("{}: {}\n{who} caught it and went on", spent.code.as_str(), spent.message);
        self.fail(FailureKind::Exhausted, reason);
        false
    }

    /// Counts what the last call ran.
    fn settle(&mut self) {
        // Fails only where fuel is switched off, which it never is.
        let _ = meter::settle(&mut self.store.as_context_mut());
        self.store.data_mut().output.finish();
    }

    /// A call trapped.
    fn fell(&mut self, error: &wasmtime::Error) {
        self.settle();
        match ending::read(error, self.store.data()) {
            Ending::Stopped(Stop::Cancelled) => self.fail(FailureKind::Cancelled, "cancelled".to_owned()),
            Ending::Stopped(stop @ (Stop::Limit(_) | Stop::Quota(_))) => {
                self.fail(FailureKind::Exhausted, stop.to_string());
            }
            Ending::Stopped(stop) => self.fail(FailureKind::Crashed, stop.to_string()),
            Ending::Trapped(words) => self.fail(FailureKind::Crashed, format!("trap: {words}")),
        }
    }

    /// The program raised an exception.
    fn raised(&mut self, raised: &Raised) {
        let kind = head(&raised.kind, LONGEST_KIND);
        let message = head(&raised.message, LONGEST_MESSAGE);
        let traceback = tail(&raised.traceback, LONGEST_TRACEBACK);
        let exception = format!("{kind}: {message}\n{traceback}");
        let state = self.store.data();
        if state.cancel.is_cancelled() {
            return self.fail(FailureKind::Cancelled, "cancelled".to_owned());
        }
        if let Some(spent) = state.session.exhausted() {
            let reason = format!("{}: {}\n{exception}", spent.code.as_str(), spent.message);
            return self.fail(FailureKind::Exhausted, reason);
        }
        if kind == "MemoryError" {
            // A request so large that the interpreter itself refuses it never reaches the limiter.
            let hit = state.memory.refused().map_or_else(|| state.memory.limit(), |hit| hit.to_string());
            return self.fail(FailureKind::Exhausted, format!("{hit}\n{exception}"));
        }
        self.fail(FailureKind::Crashed, exception);
    }

    fn fail(&mut self, kind: FailureKind, detail: String) {
        self.end.get_or_insert(Failure { kind, detail });
    }

    /// What the evaluator is told about an end.
    fn as_raised(&self) -> Raised {
        let (kind, message) = match &self.end {
            Some(end) => (end.kind.as_str(), end.detail.as_str()),
            None => ("lost", "the candidate did not answer"),
        };
        Raised { kind: kind.to_owned(), message: message.to_owned(), traceback: String::new() }
    }

    /// How the candidate failed, if it did.
    pub(crate) fn end(&self) -> Option<&Failure> {
        self.end.as_ref()
    }

    /// Real seconds that the program spent in host calls.
    pub(crate) fn host_call_seconds(&self) -> f64 {
        self.store.data().host_call_time.as_secs_f64()
    }

    /// Device seconds since the sandbox was made.
    pub(crate) fn elapsed_seconds(&self) -> f64 {
        self.store.data().session.elapsed_seconds()
    }

    /// What was used in a sandbox that has existed for `wall`.
    pub(crate) fn used(&self, wall: Duration) -> Used {
        let state = self.store.data();
        Used {
            peak_tensor_bytes: state.session.usage().peak_tensor_bytes,
            device_seconds: self.elapsed_seconds(),
            host_calls: state.host_calls,
            instructions: self.instructions(),
            guest: wall.saturating_sub(state.host_call_time),
            wall,
        }
    }

    /// Guest instructions since the sandbox was made.
    pub(crate) fn instructions(&self) -> u64 {
        self.store.data().meter.total()
    }
}

/// How a program that was run whole left its sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// By itself.
    Exited(u8),
    /// By an exception.
    Raised,
    /// It did not come back, or may not count.
    Stopped,
}

fn sources(files: &[(String, String)]) -> Vec<Source> {
    files.iter().map(|(path, text)| Source { path: path.clone(), text: text.clone() }).collect()
}

/// A value between two sandboxes: no handle of either.
enum Carried {
    Plain(Value),
    Tensor(Tensor),
}

fn carry_out(state: &mut GuestState, values: Vec<Value>) -> wasmtime::Result<Vec<Carried>> {
    values
        .into_iter()
        .map(|value| match value {
            Value::Tensor(handle) => Ok(Carried::Tensor(state.table.delete(handle)?)),
            plain => Ok(Carried::Plain(plain)),
        })
        .collect()
}

/// Tensors come in by their storage, charged to the one that takes them; what it can't hold is the inner error.
fn carry_in(
    state: &mut GuestState,
    values: Vec<Carried>,
) -> wasmtime::Result<Result<Vec<Value>, proofhouse_compute::Error>> {
    let mut taken = Vec::with_capacity(values.len());
    for value in values {
        taken.push(match value {
            Carried::Plain(value) => value,
            Carried::Tensor(tensor) => match state.session.adopt(&tensor) {
                Ok(own) => Value::Tensor(hold(state, own)?),
                Err(error) => return Ok(Err(error)),
            },
        });
    }
    Ok(Ok(taken))
}

fn hold(state: &mut GuestState, tensor: Tensor) -> wasmtime::Result<Resource<Tensor>> {
    state.hold(tensor)
}

fn check_call(entry: &str, arguments: &[Value], device_seconds: f64) -> wasmtime::Result<()> {
    if entry.len() > LONGEST_ENTRY {
        return Err(wasmtime::Error::msg("candidate.invoke: the function's name is too long"));
    }
    if !(device_seconds >= 0.0 && device_seconds.is_finite()) {
        return Err(wasmtime::Error::msg("candidate.invoke: device-seconds must be 0 or more, and finite"));
    }
    check_values(arguments).map_err(|reason| wasmtime::Error::msg(format!("candidate.invoke: {reason}")))
}

fn check_values(values: &[Value]) -> Result<(), String> {
    if values.len() > MOST_VALUES {
        return Err(format!("{} values, {MOST_VALUES} allowed", values.len()));
    }
    for value in values {
        let bytes = match value {
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            _ => 0,
        };
        if bytes > LONGEST_VALUE {
            return Err(format!("a value of {bytes} bytes, {LONGEST_VALUE} allowed"));
        }
    }
    Ok(())
}

fn head(text: &str, most: usize) -> String {
    printable(&text.chars().take(most).collect::<String>())
}

fn tail(text: &str, most: usize) -> String {
    let skipped = text.chars().count().saturating_sub(most);
    printable(&text.chars().skip(skipped).collect::<String>())
}
