//! Why a guest stopped, from the trap and what the host noted about it.

use wasmtime::Trap;

use crate::limits::{Limit, LimitHit};
use crate::state::{GuestState, Stop};

/// How a call into a guest ended when it did not return.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ending {
    /// Stopped by the host, on purpose.
    Stopped(Stop),
    /// It trapped by itself.
    Trapped(String),
}

/// wasmtime's words for the two limits that it enforces itself, and has no type for.
const HANDLES_WORDS: &str = "store handle limit exceeded";
const HOST_CALL_FUEL_WORDS: &str = "fuel allocated for hostcalls has been exhausted";

/// Longest text of a trap that is kept.
const LONGEST_TRAP: usize = 2000;

/// Reads the end of a call: `error` is what wasmtime returned for it.
pub(crate) fn read(error: &wasmtime::Error, state: &GuestState) -> Ending {
    if let Some(stop) = &state.stop {
        return Ending::Stopped(stop.clone());
    }
    let trap = error.downcast_ref::<Trap>().copied();
    if trap == Some(Trap::OutOfFuel) {
        return Ending::Stopped(Stop::Limit(out_of_fuel(state)));
    }
    let words = error.root_cause().to_string();
    if words.contains(HANDLES_WORDS) {
        let allowed = state.table.max_capacity() as f64;
        return Ending::Stopped(Stop::Limit(LimitHit::new(Limit::Handles, allowed + 1.0, allowed)));
    }
    if words.contains(HOST_CALL_FUEL_WORDS) {
        let allowed = state.host_call_fuel as f64;
        return Ending::Stopped(Stop::Limit(LimitHit::new(Limit::HostCallFuel, allowed, allowed)));
    }
    if let Some(spent) = state.session.exhausted() {
        return Ending::Stopped(Stop::Quota(spent.clone()));
    }
    if let Some(hit) = state.memory.refused() {
        return Ending::Stopped(Stop::Limit(hit));
    }
    Ending::Trapped(words.chars().take(LONGEST_TRAP).collect())
}

fn out_of_fuel(state: &GuestState) -> LimitHit {
    let meter = &state.meter;
    match meter.nearest() {
        Limit::DeviceTime => {
            let allowed = state.session.deadline_seconds() - state.call_started_seconds;
            let used = state.session.elapsed_seconds() - state.call_started_seconds;
            LimitHit::new(Limit::DeviceTime, used, allowed)
        }
        _ => LimitHit::new(Limit::Instructions, meter.per_call() as f64, meter.per_call() as f64),
    }
}
