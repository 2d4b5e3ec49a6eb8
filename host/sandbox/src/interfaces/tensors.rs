//! `proofhouse:compute/tensors`: dense tensors and the operations on them.

use proofhouse_compute::Tensor;
use wasmtime::component::{Linker, LinkerInstance, Resource};

use super::{all, answer, link_resource, tensor_answer};
use crate::bindings::contract::tensors::{BinaryOp, CumulativeOp, Dtype, ReduceOp, ScatterOp, UnaryOp};
use crate::state::{GuestState, host_call};

pub(super) const NAME: &str = "proofhouse:compute/tensors@0.1.0";

type T = Resource<Tensor>;

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    link_resource::<Tensor>(&mut instance, "tensor")?;
    link_tensor(&mut instance)?;
    link_creation(&mut instance)?;
    link_elementwise(&mut instance)?;
    link_views(&mut instance)?;
    link_indexing(&mut instance)
}

fn link_tensor(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("[method]tensor.shape", |cx, (x,): (T,)| {
        host_call(cx, |state| Ok((state.table.get(&x)?.shape(),)))
    })?;
    instance.func_wrap("[method]tensor.dtype", |cx, (x,): (T,)| {
        host_call(cx, |state| Ok((Dtype::from(state.table.get(&x)?.dtype()),)))
    })?;
    instance.func_wrap("[method]tensor.read", |cx, (x,): (T,)| {
        host_call(cx, |state| {
            let bytes = state.session.read(state.table.get(&x)?);
            answer(state, bytes)
        })
    })
}

fn link_creation(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("create", |cx, (dtype, shape, row_major): (Dtype, Vec<u64>, Vec<u8>)| {
        host_call(cx, |state| {
            let result = state.session.create(dtype.into(), &shape, &row_major);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("full", |cx, (dtype, shape, value): (Dtype, Vec<u64>, f64)| {
        host_call(cx, |state| {
            let result = state.session.full(dtype.into(), &shape, value);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("arange", |cx, (dtype, start, end, step): (Dtype, f64, f64, f64)| {
        host_call(cx, |state| {
            let result = state.session.arange(dtype.into(), start, end, step);
            tensor_answer(state, result)
        })
    })
}

fn link_elementwise(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("unary", |cx, (op, x): (UnaryOp, T)| {
        host_call(cx, |state| {
            let result = state.session.unary(op.into(), state.table.get(&x)?);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("binary", |cx, (op, a, b): (BinaryOp, T, T)| {
        host_call(cx, |state| {
            let result = state.session.binary(op.into(), state.table.get(&a)?, state.table.get(&b)?);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("binary-scalar", |cx, (op, a, b): (BinaryOp, T, f64)| {
        host_call(cx, |state| {
            let result = state.session.binary_scalar(op.into(), state.table.get(&a)?, b);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("scalar-binary", |cx, (op, a, b): (BinaryOp, f64, T)| {
        host_call(cx, |state| {
            let result = state.session.scalar_binary(op.into(), a, state.table.get(&b)?);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("reduce", |cx, (op, x, dims, keep): (ReduceOp, T, Vec<i32>, bool)| {
        host_call(cx, |state| {
            let result = state.session.reduce(op.into(), state.table.get(&x)?, &dims, keep);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("select", |cx, (condition, a, b): (T, T, T)| {
        host_call(cx, |state| {
            let table = &state.table;
            let result = state.session.select(table.get(&condition)?, table.get(&a)?, table.get(&b)?);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("cast", |cx, (x, to): (T, Dtype)| {
        host_call(cx, |state| {
            let result = state.session.cast(state.table.get(&x)?, to.into());
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("matmul", |cx, (a, b): (T, T)| {
        host_call(cx, |state| {
            let result = state.session.matmul(state.table.get(&a)?, state.table.get(&b)?);
            tensor_answer(state, result)
        })
    })
}

fn link_views(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("reshape", |cx, (x, shape): (T, Vec<i64>)| {
        host_call(cx, |state| {
            let result = state.session.reshape(state.table.get(&x)?, &shape);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("permute", |cx, (x, order): (T, Vec<u32>)| {
        host_call(cx, |state| {
            let result = state.session.permute(state.table.get(&x)?, &order);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("expand", |cx, (x, shape): (T, Vec<u64>)| {
        host_call(cx, |state| {
            let result = state.session.expand(state.table.get(&x)?, &shape);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("slice", |cx, (x, dim, start, end, step): (T, i32, i64, i64, u64)| {
        host_call(cx, |state| {
            let result = state.session.slice(state.table.get(&x)?, dim, start, end, step);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("unfold", |cx, (x, dim, size, step): (T, i32, u64, u64)| {
        host_call(cx, |state| {
            let result = state.session.unfold(state.table.get(&x)?, dim, size, step);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("concat", |cx, (parts, dim): (Vec<T>, i32)| {
        host_call(cx, |state| {
            let parts = all(state, &parts)?;
            let result = state.session.concat(&parts.iter().collect::<Vec<_>>(), dim);
            tensor_answer(state, result)
        })
    })
}

fn link_indexing(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("gather", |cx, (x, index, dim): (T, T, i32)| {
        host_call(cx, |state| {
            let result = state.session.gather(state.table.get(&x)?, state.table.get(&index)?, dim);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("index-select", |cx, (x, index, dim): (T, T, i32)| {
        host_call(cx, |state| {
            let result = state.session.index_select(state.table.get(&x)?, state.table.get(&index)?, dim);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("scatter", |cx, args: (ScatterOp, T, T, T, i32)| {
        let (op, x, index, source, dim) = args;
        host_call(cx, |state| {
            let table = &state.table;
            let (x, index, source) = (table.get(&x)?, table.get(&index)?, table.get(&source)?);
            let result = state.session.scatter(op.into(), x, index, source, dim);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("sort", |cx, (x, dim, descending): (T, i32, bool)| {
        host_call(cx, |state| match state.session.sort(state.table.get(&x)?, dim, descending) {
            Ok((values, places)) => {
                let pair = (state.hold(values)?, state.hold(places)?);
                answer(state, Ok(pair))
            }
            Err(error) => answer(state, Err(error)),
        })
    })?;
    instance.func_wrap("cumulative", |cx, (op, x, dim): (CumulativeOp, T, i32)| {
        host_call(cx, |state| {
            let result = state.session.cumulative(op.into(), state.table.get(&x)?, dim);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("cumulative-extreme", |cx, (x, dim, largest): (T, i32, bool)| {
        host_call(cx, |state| {
            let result = state.session.cumulative_extreme(state.table.get(&x)?, dim, largest);
            tensor_answer(state, result)
        })
    })
}
