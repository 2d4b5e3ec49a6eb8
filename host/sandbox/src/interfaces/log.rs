//! `proofhouse:compute/log`: what a guest reports while it runs, up to its policy's cap.

use wasmtime::component::Linker;

use crate::bindings::contract::log::Level as WitLevel;
use crate::observer::Level;
use crate::state::{GuestState, Stop, host_call};

pub(super) const NAME: &str = "proofhouse:compute/log@0.1.0";

impl From<WitLevel> for Level {
    fn from(level: WitLevel) -> Self {
        match level {
            WitLevel::Trace => Level::Trace,
            WitLevel::Debug => Level::Debug,
            WitLevel::Info => Level::Info,
            WitLevel::Warn => Level::Warn,
            WitLevel::Error => Level::Error,
        }
    }
}

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    instance.func_wrap("emit", |cx, (level, message): (WitLevel, String)| {
        host_call(cx, |state| match state.output.log(level.into(), &message) {
            Ok(()) => Ok(()),
            Err(hit) => Err(state.halt(Stop::Limit(hit))),
        })
    })?;
    instance.func_wrap("metric", |cx, (name, step, value): (String, u64, f64)| {
        host_call(cx, |state| match state.output.metric(&name, step, value) {
            Ok(()) => Ok(()),
            Err(hit) => Err(state.halt(Stop::Limit(hit))),
        })
    })
}
