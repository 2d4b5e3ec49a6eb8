//! `wasi:sockets`: every attempt is denied, as an error that the guest's language can raise.

use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource};

use crate::state::{GuestState, host_call};

/// The network that a guest may name, and never use.
pub(super) struct Network;
/// Sockets and look-ups that no guest ever gets. The linker knows those of other interfaces as absent.
type Nothing = Resource<super::Absent>;

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
#[allow(dead_code, reason = "only guests make these")]
enum AddressFamily {
    #[component(name = "ipv4")]
    Ipv4,
    #[component(name = "ipv6")]
    Ipv6,
}

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
#[allow(dead_code, reason = "the enum's type needs every case")]
enum ErrorCode {
    #[component(name = "unknown")]
    Unknown,
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "not-supported")]
    NotSupported,
    #[component(name = "invalid-argument")]
    InvalidArgument,
    #[component(name = "out-of-memory")]
    OutOfMemory,
    #[component(name = "timeout")]
    Timeout,
    #[component(name = "concurrency-conflict")]
    ConcurrencyConflict,
    #[component(name = "not-in-progress")]
    NotInProgress,
    #[component(name = "would-block")]
    WouldBlock,
    #[component(name = "invalid-state")]
    InvalidState,
    #[component(name = "new-socket-limit")]
    NewSocketLimit,
    #[component(name = "address-not-bindable")]
    AddressNotBindable,
    #[component(name = "address-in-use")]
    AddressInUse,
    #[component(name = "remote-unreachable")]
    RemoteUnreachable,
    #[component(name = "connection-refused")]
    ConnectionRefused,
    #[component(name = "connection-reset")]
    ConnectionReset,
    #[component(name = "connection-aborted")]
    ConnectionAborted,
    #[component(name = "datagram-too-large")]
    DatagramTooLarge,
    #[component(name = "name-unresolvable")]
    NameUnresolvable,
    #[component(name = "temporary-resolver-failure")]
    TemporaryResolverFailure,
    #[component(name = "permanent-resolver-failure")]
    PermanentResolverFailure,
}

pub(super) fn instance_network(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("instance-network", |cx, (): ()| host_call(cx, |state| Ok((state.hold(Network)?,))))
}

pub(super) fn create(instance: &mut LinkerInstance<'_, GuestState>, function: &str) -> wasmtime::Result<()> {
    instance.func_wrap(function, |cx, (_family,): (AddressFamily,)| {
        host_call(cx, |_| Ok((Err::<Nothing, _>(ErrorCode::AccessDenied),)))
    })
}

pub(super) fn ip_name_lookup(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("resolve-addresses", |cx, (_network, _name): (Resource<Network>, String)| {
        host_call(cx, |_| Ok((Err::<Nothing, _>(ErrorCode::AccessDenied),)))
    })
}
