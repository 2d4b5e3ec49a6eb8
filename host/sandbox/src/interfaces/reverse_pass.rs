//! `autograd`'s reverse passes that stop where the guest has a say.

use proofhouse_compute::{ReversePass, Root, Stop, Tensor};
use wasmtime::component::{LinkerInstance, Resource};

use super::{all, answer, link_resource, maybe, tensor_answer};
use crate::bindings::contract::autograd as wit;
use crate::state::{GuestState, host_call};

type T = Resource<Tensor>;
type P = Resource<ReversePass>;
type Start = (Vec<wit::Root>, Option<Vec<T>>, bool, bool);

pub(super) fn link(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    link_resource::<ReversePass>(instance, "reverse-pass")?;
    link_functions(instance)?;
    link_way(instance)?;
    link_end(instance)
}

/// The guest's own functions and watches.
fn link_functions(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("custom", |cx, (inputs, outputs): (Vec<T>, Vec<T>)| {
        host_call(cx, |state| {
            let (inputs, outputs) = (all(state, &inputs)?, all(state, &outputs)?);
            let (inputs, outputs): (Vec<_>, Vec<_>) = (inputs.iter().collect(), outputs.iter().collect());
            match state.session.custom(&inputs, &outputs) {
                Ok((number, made)) => {
                    let held =
                        made.into_iter().map(|tensor| state.hold(tensor)).collect::<Result<Vec<_>, _>>()?;
                    answer(state, Ok((number, held)))
                }
                Err(error) => answer(state, Err(error)),
            }
        })
    })?;
    instance.func_wrap("watch", |cx, (x,): (T,)| {
        host_call(cx, |state| {
            let number = state.session.watch(state.table.get(&x)?);
            answer(state, number)
        })
    })?;
    instance.func_wrap("released", |cx, (): ()| host_call(cx, |state| Ok((state.session.released(),))))
}

fn link_way(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("[static]reverse-pass.start", |cx, (roots, inputs, recorded, retain): Start| {
        host_call(cx, |state| {
            let (mut outputs, mut gradients) =
                (Vec::with_capacity(roots.len()), Vec::with_capacity(roots.len()));
            for root in &roots {
                outputs.push(state.table.get(&root.output)?.clone());
                gradients.push(maybe(state, root.gradient.as_ref())?);
            }
            let inputs = inputs.map(|inputs| all(state, &inputs)).transpose()?;
            let inputs: Option<Vec<&Tensor>> = inputs.as_ref().map(|inputs| inputs.iter().collect());
            let roots: Vec<Root<'_>> = outputs
                .iter()
                .zip(&gradients)
                .map(|(output, gradient)| Root { output, gradient: gradient.as_ref() })
                .collect();
            match state.session.reverse_pass(&roots, inputs.as_deref(), recorded, retain) {
                Ok(pass) => {
                    let held = state.hold(pass)?;
                    answer(state, Ok(held))
                }
                Err(error) => answer(state, Err(error)),
            }
        })
    })?;
    instance.func_wrap("[method]reverse-pass.next", |cx, (pass,): (P,)| {
        host_call(cx, |state| match state.session.advance(state.table.get_mut(&pass)?) {
            Ok(stop) => {
                let stop = shown(state, stop)?;
                answer(state, Ok(stop))
            }
            Err(error) => answer(state, Err(error)),
        })
    })?;
    instance.func_wrap("[method]reverse-pass.output", |cx, (pass, place, value): (P, u32, T)| {
        host_call(cx, |state| {
            let result = state.session.output_of(state.table.get(&pass)?, place, state.table.get(&value)?);
            tensor_answer(state, result)
        })
    })?;
    instance.func_wrap(
        "[method]reverse-pass.answer-custom",
        |cx, (pass, gradients): (P, Vec<Option<T>>)| {
            host_call(cx, |state| {
                let mut given = Vec::with_capacity(gradients.len());
                for gradient in &gradients {
                    given.push(maybe(state, gradient.as_ref())?);
                }
                let given: Vec<Option<&Tensor>> = given.iter().map(Option::as_ref).collect();
                let taken = state.session.answer_custom(state.table.get_mut(&pass)?, &given);
                answer(state, taken)
            })
        },
    )?;
    instance.func_wrap("[method]reverse-pass.answer-watched", |cx, (pass, gradient): (P, T)| {
        host_call(cx, |state| {
            let gradient = state.table.get(&gradient)?.clone();
            let taken = state.session.answer_watched(state.table.get_mut(&pass)?, &gradient);
            answer(state, taken)
        })
    })
}

fn link_end(instance: &mut LinkerInstance<'_, GuestState>) -> wasmtime::Result<()> {
    instance.func_wrap("[method]reverse-pass.leaves", |cx, (pass,): (P,)| {
        host_call(cx, |state| match state.session.leaf_gradients(state.table.get(&pass)?) {
            Ok(gradients) => {
                let mut held = Vec::with_capacity(gradients.len());
                for (leaf, gradient) in gradients {
                    held.push(wit::LeafGradient { leaf, gradient: state.hold(gradient)? });
                }
                answer(state, Ok(held))
            }
            Err(error) => answer(state, Err(error)),
        })
    })?;
    instance.func_wrap("[method]reverse-pass.inputs", |cx, (pass,): (P,)| {
        host_call(cx, |state| match state.session.input_gradients(state.table.get(&pass)?) {
            Ok(gradients) => {
                let held = hold_each(state, gradients)?;
                answer(state, Ok(held))
            }
            Err(error) => answer(state, Err(error)),
        })
    })
}

fn hold_each(state: &mut GuestState, gradients: Vec<Option<Tensor>>) -> wasmtime::Result<Vec<Option<T>>> {
    gradients.into_iter().map(|gradient| gradient.map(|gradient| state.hold(gradient)).transpose()).collect()
}

fn shown(state: &mut GuestState, stop: Stop) -> wasmtime::Result<wit::Stop> {
    Ok(match stop {
        Stop::Done => wit::Stop::Done,
        Stop::Custom { function, gradients } => {
            wit::Stop::Custom(wit::AtCustom { function, gradients: hold_each(state, gradients)? })
        }
        Stop::Watched { watch, gradient } => {
            wit::Stop::Watched(wit::AtWatched { watch, gradient: state.hold(gradient)? })
        }
    })
}
