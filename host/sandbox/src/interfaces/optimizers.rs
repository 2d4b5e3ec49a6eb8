//! `proofhouse:compute/optimizers`: one fused update over all parameters of a group.

use proofhouse_compute::{AdamW, AdamWState, Tensor};
use wasmtime::component::{Linker, Resource};

use super::{all, answer, link_resource};
use crate::bindings::contract::optimizers::{Adamw, Moments};
use crate::state::{GuestState, host_call};

pub(super) const NAME: &str = "proofhouse:compute/optimizers@0.1.0";

type T = Resource<Tensor>;
type S = Resource<AdamWState>;
type Step = (S, Vec<T>, Vec<T>, Adamw);

pub(super) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(NAME)?;
    link_resource::<AdamWState>(&mut instance, "adamw-state")?;
    instance.func_wrap("[constructor]adamw-state", |cx, (): ()| {
        host_call(cx, |state| Ok((state.hold(AdamWState::new())?,)))
    })?;
    instance.func_wrap("[method]adamw-state.step", |cx, (moments, parameters, gradients, hyper): Step| {
        host_call(cx, |state| {
            let (parameters, gradients) = (all(state, &parameters)?, all(state, &gradients)?);
            let hyper = AdamW {
                lr: hyper.lr,
                beta1: hyper.beta1,
                beta2: hyper.beta2,
                eps: hyper.eps,
                weight_decay: hyper.weight_decay,
            };
            let result = state.session.adamw_step(
                state.table.get_mut(&moments)?,
                &parameters.iter().collect::<Vec<_>>(),
                &gradients.iter().collect::<Vec<_>>(),
                hyper,
            );
            answer(state, result)
        })
    })?;
    instance.func_wrap("[method]adamw-state.moments", |cx, (moments, parameter): (S, T)| {
        host_call(cx, |state| {
            let (own, parameter) = (state.table.get(&moments)?, state.table.get(&parameter)?);
            match state.session.adamw_moments(own, parameter) {
                Ok(Some((step, first, second))) => {
                    let held = Moments { step, first: state.hold(first)?, second: state.hold(second)? };
                    answer(state, Ok(Some(held)))
                }
                Ok(None) => answer(state, Ok(None)),
                Err(error) => answer(state, Err(error)),
            }
        })
    })?;
    instance.func_wrap("[method]adamw-state.restore", |cx, args: (S, T, u64, T, T)| {
        let (moments, parameter, step, first, second) = args;
        host_call(cx, |state| {
            let parameter = state.table.get(&parameter)?.clone();
            let (first, second) = (state.table.get(&first)?.clone(), state.table.get(&second)?.clone());
            let own = state.table.get_mut(&moments)?;
            let result = state.session.adamw_restore(own, &parameter, step, &first, &second);
            answer(state, result)
        })
    })
}
