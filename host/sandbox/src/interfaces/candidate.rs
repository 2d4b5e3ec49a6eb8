//! `proofhouse:lab/candidate`: how an evaluator drives the program, which runs in another sandbox.

use wasmtime::component::Linker;

use crate::bindings::contract::values::{Failure, Value};
use crate::meter;
use crate::state::{GuestState, enter, host_call};

pub(super) const NAME: &str = "proofhouse:lab/candidate@0.1.0";

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    instance.func_wrap("invoke", |mut cx, args: (String, Vec<Value>, f64)| {
        let (entry, arguments, device_seconds) = args;
        enter(&mut cx)?;
        let state = cx.data_mut();
        // Taken out for the time of the call: an evaluator can't reach itself through its candidate.
        let Some(mut candidate) = state.candidate.take() else {
            return Err(wasmtime::Error::msg("this sandbox drives no candidate"));
        };
        let result = candidate.invoke(state, &entry, arguments, device_seconds);
        state.candidate = Some(candidate);
        let values: Result<Vec<Value>, Failure> = result?;
        meter::refuel(&mut cx)?;
        Ok((values,))
    })?;
    instance.func_wrap("elapsed-seconds", |cx, (): ()| {
        host_call(cx, |state| {
            let elapsed = state.candidate.as_ref().map_or(0.0, |candidate| candidate.elapsed_seconds());
            Ok((elapsed,))
        })
    })
}
