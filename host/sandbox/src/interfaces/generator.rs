use proofhouse_compute::{Generator, Tensor};
use wasmtime::component::{Linker, LinkerInstance, Resource};

use super::{answer, link_resource, tensor_answer};
use crate::bindings::contract::tensors::Dtype;
use crate::state::{GuestState, host_call};

pub(super) const NAME: &str = "proofhouse:compute/generator@0.1.0";

type G = Resource<Generator>;
type T = Resource<Tensor>;

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    link_resource::<Generator>(&mut instance, "generator")?;
    link_stream(&mut instance)?;
    link_numbers(&mut instance)?;
    link_choices(&mut instance)
}

fn link_stream(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("[constructor]generator", |cx, (seed,): (u64,)| {
        host_call(cx, |state| Ok((state.hold(Generator::new(seed))?,)))
    })?;
    instance.func_wrap("[method]generator.seed", |cx, (generator, seed): (G, u64)| {
        host_call(cx, |state| {
            state.table.get_mut(&generator)?.seed(seed);
            Ok(())
        })
    })?;
    instance.func_wrap("[method]generator.state", |cx, (generator,): (G,)| {
        host_call(cx, |state| Ok((state.table.get(&generator)?.state(),)))
    })?;
    instance.func_wrap("[method]generator.set-state", |cx, (generator, bytes): (G, Vec<u8>)| {
        host_call(cx, |state| {
            let result = state.table.get_mut(&generator)?.set_state(&bytes);
            answer(state, result)
        })
    })
}

fn link_numbers(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("[method]generator.normal", |cx, args: (G, Dtype, Vec<u64>, f64, f64)| {
        let (generator, dtype, shape, mean, deviation) = args;
        host_call(cx, |state| {
            let generator = state.table.get_mut(&generator)?;
            let result = state.session.normal(generator, dtype.into(), &shape, mean, deviation);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("[method]generator.uniform", |cx, args: (G, Dtype, Vec<u64>, f64, f64)| {
        let (generator, dtype, shape, low, high) = args;
        host_call(cx, |state| {
            let generator = state.table.get_mut(&generator)?;
            let result = state.session.uniform(generator, dtype.into(), &shape, low, high);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("[method]generator.exponential", |cx, args: (G, Dtype, Vec<u64>, f64)| {
        let (generator, dtype, shape, rate) = args;
        host_call(cx, |state| {
            let generator = state.table.get_mut(&generator)?;
            let result = state.session.exponential(generator, dtype.into(), &shape, rate);
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
    })
}

fn link_choices(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("[method]generator.bernoulli", |cx, args: (G, Dtype, Vec<u64>, f64)| {
        let (generator, dtype, shape, probability) = args;
        host_call(cx, |state| {
            let generator = state.table.get_mut(&generator)?;
            let result = state.session.bernoulli(generator, dtype.into(), &shape, probability);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("[method]generator.bernoulli-each", |cx, (generator, probabilities): (G, T)| {
        host_call(cx, |state| {
            let probabilities = state.table.get(&probabilities)?.clone();
            let result = state.session.bernoulli_each(state.table.get_mut(&generator)?, &probabilities);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("[method]generator.permutation", |cx, (generator, n): (G, u64)| {
        host_call(cx, |state| {
            let result = state.session.permutation(state.table.get_mut(&generator)?, n);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("[method]generator.multinomial", |cx, args: (G, T, u64, bool)| {
        let (generator, weights, count, replacement) = args;
        host_call(cx, |state| {
            let weights = state.table.get(&weights)?.clone();
            let generator = state.table.get_mut(&generator)?;
            let result = state.session.multinomial(generator, &weights, count, replacement);
            tensor_answer(state, result)
        })
    })
}
