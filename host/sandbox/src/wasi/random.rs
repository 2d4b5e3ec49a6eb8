//! `wasi:random`: numbers from the trial's seed.

use wasmtime::component::LinkerInstance;

use crate::state::{GuestState, host_call};

/// The most bytes that one call gives.
const MOST_BYTES: u64 = 1 << 20;

fn link(instance: &mut LinkerInstance<'_, GuestState>, bytes: &str, number: &str) -> wasmtime::Result<()> {
    instance.func_wrap(bytes, |cx, (count,): (u64,)| {
        host_call(cx, |state| {
            if count > MOST_BYTES {
                return Err(wasmtime::Error::msg(format!(
                    "{count} random bytes asked for at once, {MOST_BYTES} allowed"
                )));
            }
            Ok((state.random.bytes(count as usize),))
        })
    })?;
    instance.func_wrap(number, |cx, (): ()| host_call(cx, |state| Ok((state.random.next(),))))
}

pub(super) fn random(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    link(instance, "get-random-bytes", "get-random-u64")
}

pub(super) fn insecure(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    link(instance, "get-insecure-random-bytes", "get-insecure-random-u64")
}

pub(super) fn insecure_seed(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("insecure-seed", |cx, (): ()| {
        host_call(cx, |state| Ok(((state.random.next(), state.random.next()),)))
    })
}
