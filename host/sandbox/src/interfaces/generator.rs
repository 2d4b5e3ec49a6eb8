//! `proofhouse:compute/generator`: counter-based random numbers.

use proofhouse_compute::{Generator, Tensor};
use wasmtime::component::{Linker, Resource};

use super::{link_resource, tensor_answer};
use crate::state::{GuestState, host_call};

pub(super) const NAME: &str = "proofhouse:compute/generator@0.1.0";

type G = Resource<Generator>;

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    link_resource::<Generator>(&mut instance, "generator")?;
    instance.func_wrap("[constructor]generator", |cx, (seed,): (u64,)| {
        host_call(cx, |state| Ok((state.hold(Generator::new(seed))?,)))
    })?;
    instance.func_wrap("[method]generator.normal", |cx, args: (G, Vec<u64>, f64, f64)| {
        let (generator, shape, mean, deviation) = args;
        host_call(cx, |state| {
            let generator = state.table.get_mut(&generator)?;
            let result = state.session.normal(generator, &shape, mean, deviation);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("[method]generator.uniform", |cx, args: (G, Vec<u64>, f64, f64)| {
        let (generator, shape, low, high) = args;
        host_call(cx, |state| {
            let generator = state.table.get_mut(&generator)?;
            let result = state.session.uniform(generator, &shape, low, high);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("[method]generator.integers", |cx, args: (G, Vec<u64>, i64, i64)| {
        let (generator, shape, low, high) = args;
        host_call(cx, |state| {
            let generator = state.table.get_mut(&generator)?;
            let result = state.session.integers(generator, &shape, low, high);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("[method]generator.permutation", |cx, (generator, n): (G, u64)| {
        host_call(cx, |state| {
            let result = state.session.permutation(state.table.get_mut(&generator)?, n);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("[method]generator.categorical", |cx, args: (G, Resource<Tensor>)| {
        let (generator, logits) = args;
        host_call(cx, |state| {
            let logits = state.table.get(&logits)?.clone();
            let result = state.session.categorical(state.table.get_mut(&generator)?, &logits);
            tensor_answer(state, result)
        })
    })
}
