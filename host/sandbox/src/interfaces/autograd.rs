//! `proofhouse:compute/autograd`: reverse-mode differentiation over what was recorded.

use proofhouse_compute::Tensor;
use wasmtime::component::{Linker, LinkerInstance, Resource};

use super::{all, answer, maybe, reverse_pass, tensor_answer};
use crate::bindings::contract::autograd::LeafGradient;
use crate::state::{GuestState, host_call};

pub(super) const NAME: &str = "proofhouse:compute/autograd@0.1.0";

type T = Resource<Tensor>;

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    link_leaves(&mut instance)?;
    link_backward(&mut instance)?;
    reverse_pass::link(&mut instance)
}

fn link_leaves(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("parameter", |cx, (initial,): (T,)| {
        host_call(cx, |state| {
            let result = state.session.parameter(state.table.get(&initial)?);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap("leaf", |cx, (x,): (T,)| {
        host_call(cx, |state| Ok((state.session.leaf(state.table.get(&x)?),)))
    })?;
    instance.func_wrap("requires-gradient", |cx, (x,): (T,)| {
        host_call(cx, |state| Ok((state.session.requires_gradient(state.table.get(&x)?),)))
    })?;
    instance.func_wrap("detach", |cx, (x,): (T,)| {
        host_call(cx, |state| {
            let detached = state.session.detach(state.table.get(&x)?);
            Ok((state.hold(detached)?,))
        })
    })?;
    instance.func_wrap("set-recording", |cx, (on,): (bool,)| {
        host_call(cx, |state| Ok((state.session.set_recording(on),)))
    })?;
    instance.func_wrap("assign", |cx, (target, value): (T, T)| {
        host_call(cx, |state| {
            let result = state.session.assign(state.table.get(&target)?, state.table.get(&value)?);
            answer(state, result)
        })
    })
}

fn link_backward(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("backward", |cx, (output, gradient, retain): (T, Option<T>, bool)| {
        host_call(cx, |state| {
            let gradient = maybe(state, gradient.as_ref())?;
            match state.session.backward(state.table.get(&output)?, gradient.as_ref(), retain) {
                Ok(gradients) => {
                    let mut held = Vec::with_capacity(gradients.len());
                    for (leaf, gradient) in gradients {
                        held.push(LeafGradient { leaf, gradient: state.hold(gradient)? });
                    }
                    answer(state, Ok(held))
                }
                Err(error) => answer(state, Err(error)),
            }
        })
    })?;
    instance.func_wrap("gradients", |cx, args: (T, Vec<T>, Option<T>, bool)| {
        let (output, inputs, gradient, retain) = args;
        host_call(cx, |state| {
            let (inputs, gradient) = (all(state, &inputs)?, maybe(state, gradient.as_ref())?);
            let inputs: Vec<&Tensor> = inputs.iter().collect();
            match state.session.gradients(state.table.get(&output)?, &inputs, gradient.as_ref(), retain) {
                Ok(gradients) => {
                    let mut held = Vec::with_capacity(gradients.len());
                    for gradient in gradients {
                        held.push(gradient.map(|gradient| state.hold(gradient)).transpose()?);
                    }
                    answer(state, Ok(held))
                }
                Err(error) => answer(state, Err(error)),
            }
        })
    })?;
    instance.func_wrap("clip-gradient-norm", |cx, (gradients, max_norm): (Vec<T>, f64)| {
        host_call(cx, |state| {
            let gradients = all(state, &gradients)?;
            let result = state.session.clip_gradient_norm(&gradients.iter().collect::<Vec<_>>(), max_norm);
            answer(state, result)
        })
    })
}
