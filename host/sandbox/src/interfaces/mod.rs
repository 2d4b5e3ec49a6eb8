//! The host side of every interface of the contract, one file each.
//!
//! The functions are linked by hand instead of through generated traits, because each needs its store: the fuel that
//! is left says what the guest ran since the last call. A test links every world against its WIT file.
//!
//! Rules that hold in each: what a guest sends was bounded by its host-call fuel when it was lifted; an operation is
//! checked and charged by the session before it runs; a bad argument is an error value, never a trap.

mod autograd;
pub(crate) mod candidate;
mod clock;
mod convert;
mod data;
mod generator;
mod layers;
mod linear_algebra;
mod llm;
mod log;
mod optimizers;
mod random;
mod reverse_pass;
mod tensors;
mod workbench;

use wasmtime::component::{Linker, Resource, ResourceType};

use crate::bindings::contract::tensors::Error as WitError;
use crate::state::GuestState;

/// Links one interface.
type Link = fn(&mut Linker<GuestState>) -> wasmtime::Result<()>;

/// Every interface that the host has, with the name that components import it by.
pub(crate) const INTERFACES: &[(&str, Link)] = &[
    (tensors::NAME, tensors::link),
    (layers::NAME, layers::link),
    (linear_algebra::NAME, linear_algebra::link),
    (autograd::NAME, autograd::link),
    (optimizers::NAME, optimizers::link),
    (generator::NAME, generator::link),
    (data::NAME, data::link),
    (clock::NAME, clock::link),
    (log::NAME, log::link),
    (random::NAME, random::link),
    (candidate::NAME, candidate::link),
    (llm::NAME, llm::link),
    (workbench::NAME, workbench::link),
];

/// The answer of a function `result<T, error>`.
type Answer<T> = wasmtime::Result<(Result<T, WitError>,)>;

/// An operation's tensor as the guest's handle, its failure as the contract's error.
fn tensor_answer(
    state: &mut GuestState,
    result: proofhouse_compute::Result<proofhouse_compute::Tensor>,
) -> Answer<Resource<proofhouse_compute::Tensor>> {
    match result {
        Ok(tensor) => Ok((Ok(state.hold(tensor)?),)),
        Err(error) => Ok((Err(refusal(state, error)?),)),
    }
}

/// Any other result.
fn answer<T>(state: &mut GuestState, result: proofhouse_compute::Result<T>) -> Answer<T> {
    match result {
        Ok(value) => Ok((Ok(value),)),
        Err(error) => Ok((Err(refusal(state, error)?),)),
    }
}

/// An error as a value for the guest; a cancelled session stops the guest instead.
fn refusal(state: &mut GuestState, error: proofhouse_compute::Error) -> wasmtime::Result<WitError> {
    if error.code == proofhouse_compute::Code::Cancelled {
        return Err(state.halt(crate::state::Stop::Cancelled));
    }
    Ok(WitError { code: error.code.as_str().to_owned(), message: error.message })
}

/// Links a resource whose values the host's table holds: the guest's drop deletes them.
pub(crate) fn link_resource<T: Send + 'static>(
    instance: &mut wasmtime::component::LinkerInstance<'_, GuestState>,
    name: &str,
) -> wasmtime::Result<()> {
    instance.resource(name, ResourceType::host::<T>(), |mut cx, rep| {
        cx.data_mut().table.delete(Resource::<T>::new_own(rep))?;
        Ok(())
    })
}

/// The tensors behind a list of handles. Each clone is another handle to the same cell.
fn all(
    state: &GuestState,
    handles: &[Resource<proofhouse_compute::Tensor>],
) -> wasmtime::Result<Vec<proofhouse_compute::Tensor>> {
    handles.iter().map(|handle| Ok(state.table.get(handle)?.clone())).collect()
}

/// The tensor behind a handle that may be absent.
fn maybe(
    state: &GuestState,
    handle: Option<&Resource<proofhouse_compute::Tensor>>,
) -> wasmtime::Result<Option<proofhouse_compute::Tensor>> {
    handle.map(|handle| Ok(state.table.get(handle)?.clone())).transpose()
}
