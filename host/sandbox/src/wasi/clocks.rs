//! `wasi:clocks`: device time, so that what a program reads does not depend on the machine.

use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower};

use super::io::Pollable;
use crate::state::{GuestState, host_call};

/// What the wall clock shows when a program starts: 2026-01-01T00:00:00Z.
const EPOCH_SECONDS: u64 = 1_767_225_600;

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

/// What the monotonic clock shows.
pub(super) fn nanoseconds(state: &GuestState) -> u64 {
    // Rounded up, so that who waited until a time reads no earlier one. The cast saturates.
    (state.session.elapsed_seconds() * 1e9).ceil() as u64
}

pub(super) fn monotonic(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("now", |cx, (): ()| host_call(cx, |state| Ok((nanoseconds(state),))))?;
    instance.func_wrap("resolution", |cx, (): ()| host_call(cx, |_| Ok((1_u64,))))?;
    instance.func_wrap("subscribe-instant", |cx, (when,): (u64,)| {
        host_call(cx, |state| Ok((state.hold(Pollable { due: when })?,)))
    })?;
    instance.func_wrap("subscribe-duration", |cx, (wait,): (u64,)| {
        host_call(cx, |state| {
            let due = nanoseconds(state).saturating_add(wait);
            Ok((state.hold(Pollable { due })?,))
        })
    })
}

pub(super) fn wall(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("now", |cx, (): ()| {
        host_call(cx, |state| {
            let elapsed = nanoseconds(state);
            let seconds = EPOCH_SECONDS.saturating_add(elapsed / 1_000_000_000);
            let nanoseconds = (elapsed % 1_000_000_000) as u32;
            Ok((Datetime { seconds, nanoseconds },))
        })
    })?;
    instance.func_wrap("resolution", |cx, (): ()| {
        host_call(cx, |_| Ok((Datetime { seconds: 0, nanoseconds: 1 },)))
    })
}
