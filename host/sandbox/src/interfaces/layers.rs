//! `proofhouse:compute/layers`: whole layers in one call.

use proofhouse_compute::Tensor;
use wasmtime::component::{Linker, Resource};

use super::{maybe, tensor_answer};
use crate::state::{GuestState, host_call};

pub(super) const NAME: &str = "proofhouse:compute/layers@0.1.0";

type T = Resource<Tensor>;

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    instance.func_wrap("embedding", |cx, (table, ids): (T, T)| {
        host_call(cx, |state| {
            let result = state.session.embedding(state.table.get(&table)?, state.table.get(&ids)?);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("linear", |cx, (x, weight, bias): (T, T, Option<T>)| {
        host_call(cx, |state| {
            let bias = maybe(state, bias.as_ref())?;
            let (x, weight) = (state.table.get(&x)?, state.table.get(&weight)?);
            let result = state.session.linear(x, weight, bias.as_ref());
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("softmax", |cx, (x, dim, log): (T, i32, bool)| {
        host_call(cx, |state| {
            let result = state.session.softmax(state.table.get(&x)?, dim, log);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("layer-norm", |cx, (x, weight, bias, eps): (T, Option<T>, Option<T>, f64)| {
        host_call(cx, |state| {
            let (weight, bias) = (maybe(state, weight.as_ref())?, maybe(state, bias.as_ref())?);
            let result = state.session.layer_norm(state.table.get(&x)?, weight.as_ref(), bias.as_ref(), eps);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("rms-norm", |cx, (x, weight, eps): (T, Option<T>, f64)| {
        host_call(cx, |state| {
            let weight = maybe(state, weight.as_ref())?;
            let result = state.session.rms_norm(state.table.get(&x)?, weight.as_ref(), eps);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("attention", |cx, (q, k, v, causal, scale): (T, T, T, bool, Option<f64>)| {
        host_call(cx, |state| {
            let (q, k, v) = (state.table.get(&q)?, state.table.get(&k)?, state.table.get(&v)?);
            let result = state.session.attention(q, k, v, causal, scale);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("cross-entropy", |cx, (logits, targets, ignore): (T, T, Option<i64>)| {
        host_call(cx, |state| {
            let (logits, targets) = (state.table.get(&logits)?, state.table.get(&targets)?);
            let result = state.session.cross_entropy(logits, targets, ignore);
            tensor_answer(state, result)
        })
    })
}
