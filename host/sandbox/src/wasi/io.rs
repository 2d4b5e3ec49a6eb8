//! `wasi:io`: a closed input, captured outputs, and waiting that takes device time and no real time.

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource};

use super::clocks::nanoseconds;
use crate::output::Stream;
use crate::state::{GuestState, Stop, host_call};

/// Standard input: at its end.
pub(super) struct InputStream;
/// Standard output or standard error.
pub(super) struct OutputStream(pub(super) Stream);
/// Something to wait for: a time on the monotonic clock, in nanoseconds. Streams are ready at time 0.
pub(super) struct Pollable {
    pub(super) due: u64,
}
/// A stream's error that no guest ever gets.
pub(super) enum StreamFailure {}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    #[allow(dead_code, reason = "the variant's type needs every case")]
    LastOperationFailed(Resource<StreamFailure>),
    #[component(name = "closed")]
    Closed,
}

type Input = Resource<InputStream>;
type Outlet = Resource<OutputStream>;

/// Bytes that a guest may write at a time; WASI wants at least 4096.
const WRITE_BYTES: u64 = 65_536;

/// Lets device time pass until the monotonic clock shows `due`. Whoever waits past the deadline is stopped there.
fn wait_until(state: &mut GuestState, due: u64) -> wasmtime::Result<()> {
    let left = due.saturating_sub(nanoseconds(state));
    if left == 0 {
        return Ok(());
    }
    match state.session.wait(left as f64 * 1e-9) {
        Ok(()) => Ok(()),
        Err(spent) => Err(state.halt(Stop::Quota(spent))),
    }
}

pub(super) fn poll(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("[method]pollable.ready", |cx, (this,): (Resource<Pollable>,)| {
        host_call(cx, |state| Ok((state.table.get(&this)?.due <= nanoseconds(state),)))
    })?;
    instance.func_wrap("[method]pollable.block", |cx, (this,): (Resource<Pollable>,)| {
        host_call(cx, |state| wait_until(state, state.table.get(&this)?.due))
    })?;
    instance.func_wrap("poll", |cx, (waiting,): (Vec<Resource<Pollable>>,)| {
        host_call(cx, |state| {
            let due = |handle: &Resource<Pollable>| wasmtime::Result::Ok(state.table.get(handle)?.due);
            let dues = waiting.iter().map(due).collect::<wasmtime::Result<Vec<u64>>>()?;
            let Some(first) = dues.iter().min() else {
                return Err(wasmtime::Error::msg("wasi:io/poll#poll has nothing to wait for"));
            };
            wait_until(state, *first)?;
            let now = nanoseconds(state);
            let ready = (0_u32..).zip(dues).filter(|(_, due)| *due <= now).map(|(place, _)| place);
            Ok((ready.collect::<Vec<u32>>(),))
        })
    })
}

pub(super) fn streams(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    for read in ["[method]input-stream.read", "[method]input-stream.blocking-read"] {
        instance.func_wrap(read, |cx, (_this, _most): (Input, u64)| {
            host_call(cx, |_| Ok((Err::<Vec<u8>, _>(StreamError::Closed),)))
        })?;
    }
    for skip in ["[method]input-stream.skip", "[method]input-stream.blocking-skip"] {
        instance.func_wrap(skip, |cx, (_this, _most): (Input, u64)| {
            host_call(cx, |_| Ok((Err::<u64, _>(StreamError::Closed),)))
        })?;
    }
    instance.func_wrap("[method]input-stream.subscribe", |cx, (_this,): (Input,)| {
        host_call(cx, |state| Ok((state.hold(Pollable { due: 0 })?,)))
    })?;
    instance.func_wrap("[method]output-stream.check-write", |cx, (_this,): (Outlet,)| {
        host_call(cx, |_| Ok((Ok::<u64, StreamError>(WRITE_BYTES),)))
    })?;
    for write in ["[method]output-stream.write", "[method]output-stream.blocking-write-and-flush"] {
        instance.func_wrap(write, |cx, (this, bytes): (Outlet, Vec<u8>)| write_to(cx, &this, &bytes))?;
    }
    for flush in ["[method]output-stream.flush", "[method]output-stream.blocking-flush"] {
        instance.func_wrap(flush, |cx, (_this,): (Outlet,)| {
            host_call(cx, |_| Ok((Ok::<(), StreamError>(()),)))
        })?;
    }
    instance.func_wrap("[method]output-stream.subscribe", |cx, (_this,): (Outlet,)| {
        host_call(cx, |state| Ok((state.hold(Pollable { due: 0 })?,)))
    })
}

fn write_to(
    cx: StoreContextMut<'_, GuestState>,
    this: &Outlet,
    bytes: &[u8],
) -> wasmtime::Result<(Result<(), StreamError>,)> {
    host_call(cx, |state| {
        let stream = state.table.get(this)?.0;
        match state.output.write(stream, bytes) {
            Ok(()) => Ok((Ok(()),)),
            Err(hit) => Err(state.halt(Stop::Limit(hit))),
        }
    })
}
