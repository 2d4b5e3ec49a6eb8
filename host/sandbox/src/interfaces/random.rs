//! `proofhouse:lab/random`: numbers seeded by the host.

use wasmtime::component::Linker;

use crate::state::{GuestState, host_call};

pub(super) const NAME: &str = "proofhouse:lab/random@0.1.0";

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    instance.func_wrap("next", |cx, (): ()| host_call(cx, |state| Ok((state.random.next(),))))
}
