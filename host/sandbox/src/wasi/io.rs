//! `wasi:io`: a closed input, captured outputs, and waiting that is always over.

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource};

use crate::output::Stream;
use crate::state::{GuestState, Stop, host_call};

/// Standard input: at its end.
pub(super) struct InputStream;
/// Standard output or standard error.
pub(super) struct OutputStream(pub(super) Stream);
/// Something to wait for: it has happened.
pub(super) struct Pollable;
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

pub(super) fn poll(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("[method]pollable.ready", |cx, (_this,): (Resource<Pollable>,)| {
        host_call(cx, |_| Ok((true,)))
    })?;
    instance.func_wrap("[method]pollable.block", |cx, (_this,): (Resource<Pollable>,)| {
        host_call(cx, |_| Ok(()))
    })?;
    instance.func_wrap("poll", |cx, (waiting,): (Vec<Resource<Pollable>>,)| {
        host_call(cx, |_| Ok(((0..waiting.len() as u32).collect::<Vec<u32>>(),)))
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
        host_call(cx, |state| Ok((state.hold(Pollable)?,)))
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
        host_call(cx, |state| Ok((state.hold(Pollable)?,)))
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
