//! WASI 0.2 with nothing granted: what an interpreter needs to start, and no more.
//!
//! There are no files, no sockets, no environment, no real time and no real randomness behind it. Clocks show the
//! sandbox's device time, random numbers come from its seed, standard output goes to its capped log, and waiting
//! takes device time and no real time. Everything that is not listed here stops the guest when it is called.
//!
//! We do not use `wasmtime-wasi`: it brings an asynchronous runtime, real sleeping and a file system, all to be
//! switched off again.

mod cli;
mod clocks;
mod filesystem;
mod io;
mod random;
mod sockets;

use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, LinkerInstance};

use crate::interfaces::link_resource;
use crate::policy::without_version;
use crate::state::{GuestState, Stop};

/// The namespace that this module answers for.
pub(crate) const NAMESPACE: &str = "wasi:";

/// Links every `wasi:` interface that `component` imports.
pub(crate) fn link(
    linker: &mut Linker<GuestState>,
    engine: &Engine,
    component: &Component,
) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    for (name, item) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(interface) = item.ty else { continue };
        if !name.starts_with(NAMESPACE) {
            continue;
        }
        let mut instance = linker.instance(name)?;
        // First everything as refused, then what there is instead of it.
        for (member, item) in interface.exports(engine) {
            refuse(&mut instance, name, member, &item.ty)?;
        }
        link_interface(&mut instance, without_version(name))?;
    }
    linker.allow_shadowing(false);
    Ok(())
}

/// A resource that no guest can ever hold.
enum Absent {}

fn refuse(
    instance: &mut LinkerInstance<'_, GuestState>,
    interface: &str,
    member: &str,
    item: &ComponentItem,
) -> wasmtime::Result<()> {
    match item {
        ComponentItem::ComponentFunc(_) => {
            let what = format!("{interface}#{member}");
            instance.func_new(member, move |mut cx, _, _, _| {
                Err(cx.data_mut().halt(Stop::NotGranted(what.clone())))
            })
        }
        ComponentItem::Resource(_) => {
            // An interface that uses another's resource names it again, so the name decides what it is.
            resource(instance, member)
        }
        _ => Ok(()),
    }
}

fn resource(instance: &mut LinkerInstance<'_, GuestState>, name: &str) -> wasmtime::Result<()> {
    match name {
        "pollable" => link_resource::<io::Pollable>(instance, name),
        "input-stream" => link_resource::<io::InputStream>(instance, name),
        "output-stream" => link_resource::<io::OutputStream>(instance, name),
        "error" => link_resource::<io::StreamFailure>(instance, name),
        "network" => link_resource::<sockets::Network>(instance, name),
        _ => link_resource::<Absent>(instance, name),
    }
}

fn link_interface(instance: &mut LinkerInstance<'_, GuestState>, interface: &str) -> wasmtime::Result<()> {
    match interface {
        "wasi:cli/environment" => cli::environment(instance),
        "wasi:cli/exit" => cli::exit(instance),
        "wasi:cli/stdin" => cli::stdin(instance),
        "wasi:cli/stdout" => cli::stdout(instance),
        "wasi:cli/stderr" => cli::stderr(instance),
        "wasi:cli/terminal-stdin" => cli::no_terminal_input(instance),
        "wasi:cli/terminal-stdout" => cli::no_terminal_output(instance, "get-terminal-stdout"),
        "wasi:cli/terminal-stderr" => cli::no_terminal_output(instance, "get-terminal-stderr"),
        "wasi:clocks/monotonic-clock" => clocks::monotonic(instance),
        "wasi:clocks/wall-clock" => clocks::wall(instance),
        "wasi:filesystem/preopens" => filesystem::preopens(instance),
        "wasi:io/poll" => io::poll(instance),
        "wasi:io/streams" => io::streams(instance),
        "wasi:random/random" => random::random(instance),
        "wasi:random/insecure" => random::insecure(instance),
        "wasi:random/insecure-seed" => random::insecure_seed(instance),
        "wasi:sockets/instance-network" => sockets::instance_network(instance),
        "wasi:sockets/tcp-create-socket" => sockets::create(instance, "create-tcp-socket"),
        "wasi:sockets/udp-create-socket" => sockets::create(instance, "create-udp-socket"),
        "wasi:sockets/ip-name-lookup" => sockets::ip_name_lookup(instance),
        _ => Ok(()),
    }
}
