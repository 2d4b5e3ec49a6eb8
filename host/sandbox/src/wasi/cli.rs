//! `wasi:cli`: an empty environment, a closed standard input, captured output, no terminal.

use wasmtime::component::{LinkerInstance, Resource};

use super::Absent;
use super::io::{InputStream, OutputStream};
use crate::output::Stream;
use crate::state::{GuestState, Stop, host_call};

/// A terminal that no guest ever gets.
type NoTerminal = Option<Resource<Absent>>;
type Pairs = Vec<(String, String)>;

pub(super) fn environment(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("get-environment", |cx, (): ()| host_call(cx, |_| Ok((Pairs::new(),))))?;
    instance.func_wrap("get-arguments", |cx, (): ()| host_call(cx, |_| Ok((Vec::<String>::new(),))))?;
    instance.func_wrap("initial-cwd", |cx, (): ()| host_call(cx, |_| Ok((None::<String>,))))
}

pub(super) fn exit(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("exit", |mut cx, (status,): (Result<(), ()>,)| -> wasmtime::Result<()> {
        Err(cx.data_mut().halt(Stop::Exit { success: status.is_ok() }))
    })
}

pub(super) fn stdin(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("get-stdin", |cx, (): ()| host_call(cx, |state| Ok((state.hold(InputStream)?,))))
}

pub(super) fn stdout(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("get-stdout", |cx, (): ()| {
        host_call(cx, |state| Ok((state.hold(OutputStream(Stream::Output))?,)))
    })
}

pub(super) fn stderr(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("get-stderr", |cx, (): ()| {
        host_call(cx, |state| Ok((state.hold(OutputStream(Stream::Error))?,)))
    })
}

pub(super) fn no_terminal_input(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("get-terminal-stdin", |cx, (): ()| host_call(cx, |_| Ok((NoTerminal::None,))))
}

pub(super) fn no_terminal_output(
    instance: &mut LinkerInstance<'_, GuestState>,
    function: &str,
) -> wasmtime::Result<()> {
    instance.func_wrap(function, |cx, (): ()| host_call(cx, |_| Ok((NoTerminal::None,))))
}
