use proofhouse_compute::Tensor;
use wasmtime::component::{Linker, Resource};

use super::{Answer, answer, tensor_answer};
use crate::state::{GuestState, host_call};

pub(super) const NAME: &str = "proofhouse:compute/linear-algebra@0.1.0";

type T = Resource<Tensor>;

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    instance.func_wrap("qr", |cx, (a, complete): (T, bool)| {
        host_call(cx, |state| {
            let result = state.session.qr(state.table.get(&a)?, complete);
            pair(state, result)
        })
    })?;
    instance.func_wrap("svd", |cx, (a, full): (T, bool)| {
        host_call(cx, |state| match state.session.svd(state.table.get(&a)?, full) {
            Ok((u, s, vh)) => {
                let three = (state.hold(u)?, state.hold(s)?, state.hold(vh)?);
                answer(state, Ok(three))
            }
            Err(error) => answer(state, Err(error)),
        })
    })?;
    instance.func_wrap("eigh", |cx, (a,): (T,)| {
        host_call(cx, |state| {
            let result = state.session.eigh(state.table.get(&a)?);
            pair(state, result)
        })
    })?;
    instance.func_wrap("cholesky", |cx, (a,): (T,)| {
        host_call(cx, |state| {
            let result = state.session.cholesky(state.table.get(&a)?);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("lu", |cx, (a,): (T,)| {
        host_call(cx, |state| {
            let result = state.session.lu(state.table.get(&a)?);
            pair(state, result)
        })
    })?;
    instance.func_wrap("solve", |cx, (a, b): (T, T)| {
        host_call(cx, |state| {
            let result = state.session.solve(state.table.get(&a)?, state.table.get(&b)?);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("solve-triangular", |cx, (a, b, upper, unit): (T, T, bool, bool)| {
        host_call(cx, |state| {
            let (a, b) = (state.table.get(&a)?, state.table.get(&b)?);
            let result = state.session.solve_triangular(a, b, upper, unit);
            tensor_answer(state, result)
        })
    })
}

/// Two tensors as the guest's handles.
fn pair(state: &mut GuestState, result: proofhouse_compute::Result<(Tensor, Tensor)>) -> Answer<(T, T)> {
    match result {
        Ok((a, b)) => {
            let two = (state.hold(a)?, state.hold(b)?);
            answer(state, Ok(two))
        }
        Err(error) => answer(state, Err(error)),
    }
}
