//! `proofhouse:compute/clock`: device seconds.

use wasmtime::component::Linker;

use crate::state::{GuestState, host_call};

pub(super) const NAME: &str = "proofhouse:compute/clock@0.1.0";

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    instance.func_wrap("elapsed-seconds", |cx, (): ()| {
        host_call(cx, |state| Ok((state.session.elapsed_seconds(),)))
    })?;
    instance.func_wrap("deadline-seconds", |cx, (): ()| {
        host_call(cx, |state| Ok((state.session.deadline_seconds(),)))
    })
}
