use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::arithmetic::Number;
use crate::device::Cost;
use crate::error::{Error, Result};
use crate::kernels::float::Float;
use crate::kernels::optimizer::{Factors, adamw};
use crate::layout::Layout;
use crate::operation::needs_float;
use crate::quota::MemoryCharge;
use crate::session::Session;
use crate::shape::Meta;
use crate::storage::{Element, Storage};
use crate::tensor::Tensor;
use crate::value::Value;

/// The settings of AdamW (arXiv 1711.05101): decay is decoupled from the gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW {
    /// Learning rate.
    pub lr: f64,
    /// How much of the first moment is kept.
    pub beta1: f64,
    /// How much of the second moment is kept.
    pub beta2: f64,
    /// Added to the square root of the second moment.
    pub eps: f64,
    /// The part of each parameter that is taken away in a step, divided by the learning rate.
    pub weight_decay: f64,
}

impl AdamW {
    fn check(&self) -> Result<()> {
        let refuse = |name: &str, value: f64| Err(Error::argument(format!("Invalid {name}: {value}")));
        if self.lr.is_nan() || self.lr < 0.0 {
            return refuse("learning rate", self.lr);
        }
        if self.eps.is_nan() || self.eps < 0.0 {
            return refuse("epsilon value", self.eps);
        }
        for (name, beta) in
            [("beta parameter at index 0", self.beta1), ("beta parameter at index 1", self.beta2)]
        {
            if !(0.0..1.0).contains(&beta) {
                return refuse(name, beta);
            }
        }
        if self.weight_decay.is_nan() || self.weight_decay < 0.0 {
            return refuse("weight_decay value", self.weight_decay);
        }
        Ok(())
    }

    fn factors<F: Float>(&self, step: u64) -> Factors<F> {
        // Beyond any exponent the power is 0, which it is long before.
        let t = i32::try_from(step).unwrap_or(i32::MAX);
        Factors {
            beta1: F::of(self.beta1),
            beta2: F::of(self.beta2),
            rest1: F::of(1.0 - self.beta1),
            rest2: F::of(1.0 - self.beta2),
            eps: F::of(self.eps),
            keep: F::of(1.0 - self.lr * self.weight_decay),
            rate: F::of(self.lr / (1.0 - self.beta1.powi(t))),
            correction: F::of(1.0 / (1.0 - self.beta2.powi(t)).sqrt()),
        }
    }
}

/// First and second moments and the step count of each parameter, known by its leaf identity.
#[derive(Debug, Default)]
pub struct AdamWState {
    moments: HashMap<u64, Moments>,
}

#[derive(Debug)]
struct Moments {
    step: u64,
    /// In the type that arithmetic on the parameter is done in, as is the second one.
    first: Storage,
    second: Storage,
    _charge: MemoryCharge,
}

impl AdamWState {
    /// No moments yet.
    pub fn new() -> AdamWState {
        AdamWState::default()
    }
}

impl Session {
    /// One update of `parameters` by their `gradients`. Every handle to a parameter sees it.
    ///
    /// # Errors
    /// `argument` for unequal lists or settings out of range, `gradient` for a parameter that is no leaf, `shape`
    /// and `dtype` where a gradient does not fit; quotas. Nothing is updated on an error other than a quota's.
    pub fn adamw_step(
        &mut self,
        state: &mut AdamWState,
        parameters: &[&Tensor],
        gradients: &[&Tensor],
        hyper: AdamW,
    ) -> Result<()> {
        hyper.check()?;
        if parameters.len() != gradients.len() {
            return Err(Error::argument(format!(
                "{} parameters need as many gradients, not {}",
                parameters.len(),
                gradients.len()
            )));
        }
        let mut leaves = Vec::with_capacity(parameters.len());
        for (i, (parameter, gradient)) in parameters.iter().zip(gradients).enumerate() {
            self.own(parameter)?;
            self.own(gradient)?;
            leaves.push(self.optimized(parameter)?);
            if parameter.meta() != gradient.meta() {
                let (p, g) = (parameter.meta(), gradient.meta());
                return Err(Error::shape(format!(
                    "parameter {i} has shape {} ({}), its gradient {} ({})",
                    p.shape, p.dtype, g.shape, g.dtype
                )));
            }
        }
        for ((leaf, parameter), gradient) in leaves.into_iter().zip(parameters).zip(gradients) {
            self.update(state, leaf, parameter, gradient, &hyper)?;
        }
        Ok(())
    }

    fn optimized(&self, parameter: &Tensor) -> Result<u64> {
        self.leaf(parameter).ok_or_else(|| Error::gradient("can't optimize a non-leaf Tensor"))
    }

    /// The steps that `parameter` has had, and copies of its first and second moment, of its shape: `f64` for an
    /// `f64` parameter, else `f32`. None before its first step.
    ///
    /// # Errors
    /// `gradient` for a parameter that is no leaf; quotas.
    pub fn adamw_moments(
        &mut self,
        state: &AdamWState,
        parameter: &Tensor,
    ) -> Result<Option<(u64, Tensor, Tensor)>> {
        self.own(parameter)?;
        let Some(moments) = state.moments.get(&self.optimized(parameter)?) else { return Ok(None) };
        let parameter = parameter.meta();
        by_float!(parameter.dtype, F => {
            let meta = Meta::new(F::DTYPE, parameter.shape);
            let mut copy = |moment: &Storage| {
                let moment = F::slice_of(moment).unwrap_or_default();
                self.produce("adamw moments", &meta, 0.0, || Ok(moment.to_vec()))
            };
            Ok(Some((moments.step, copy(&moments.first)?, copy(&moments.second)?)))
        })
    }

    /// Remembers of `parameter` that it has had `step` steps and has these moments, in place of what was remembered
    /// of it.
    ///
    /// # Errors
    /// `gradient` for a parameter that is no leaf, `shape` for a moment that has not its shape, `dtype` for one of
    /// integers; quotas. Nothing is forgotten on an error.
    pub fn adamw_restore(
        &mut self,
        state: &mut AdamWState,
        parameter: &Tensor,
        step: u64,
        first: &Tensor,
        second: &Tensor,
    ) -> Result<()> {
        self.own(parameter)?;
        let leaf = self.optimized(parameter)?;
        let shape = parameter.meta().shape;
        for (name, moment) in [("first", first), ("second", second)] {
            self.own(moment)?;
            let meta = moment.meta();
            if meta.shape != shape {
                return Err(Error::shape(format!(
                    "the {name} moment has shape {}, its parameter {shape}",
                    meta.shape
                )));
            }
            needs_float("adamw", &meta)?;
        }
        self.check_cancelled()?;
        let bytes = 2 * (shape.elements() * parameter.dtype().widened_size()) as u64;
        let spent = self.spend("adamw", &Cost::of(0.0, 2.0 * bytes as f64));
        self.note(spent)?;
        // Reading them row by row may take as much again.
        let _scratch = self.charge(bytes)?;
        let charge = self.charge(bytes)?;
        by_float!(parameter.dtype(), F => {
            let (first, second) = (self.cast(first, F::DTYPE)?, self.cast(second, F::DTYPE)?);
            let first = F::wrap(first.value().elements::<F>()?.into_owned());
            let second = F::wrap(second.value().elements::<F>()?.into_owned());
            state.moments.insert(leaf, Moments { step, first, second, _charge: charge });
        });
        Ok(())
    }

    fn update(
        &mut self,
        state: &mut AdamWState,
        leaf: u64,
        parameter: &Tensor,
        gradient: &Tensor,
        hyper: &AdamW,
    ) -> Result<()> {
        self.check_cancelled()?;
        let meta = parameter.meta();
        let n = meta.elements();
        // Four arrays are read and three written, at about twelve operations an element.
        let spent = self.spend("adamw", &Cost::of(12.0 * n as f64, 7.0 * meta.bytes() as f64));
        self.note(spent)?;
        by_float!(meta.dtype, F => self.update_as::<F>(state, leaf, parameter, &gradient.value(), hyper))
    }

    fn update_as<F: Float + Number>(
        &mut self,
        state: &mut AdamWState,
        leaf: u64,
        parameter: &Tensor,
        gradient: &Value,
        hyper: &AdamW,
    ) -> Result<()> {
        let meta = parameter.meta();
        let n = meta.elements();
        let moment = (n * meta.dtype.widened_size()) as u64;
        let direct = gradient.dtype() == F::DTYPE && gradient.layout().is_contiguous();
        let _scratch = self.charge(if direct { 0 } else { 2 * moment })?;
        if let Entry::Vacant(entry) = state.moments.entry(leaf) {
            let charge = self.charge(2 * moment)?;
            let zeros = || F::wrap(vec![F::ZERO; n]);
            entry.insert(Moments { step: 0, first: zeros(), second: zeros(), _charge: charge });
        }
        let Some(moments) = state.moments.get_mut(&leaf) else { return Ok(()) };
        // The new values; charged before the old ones are let go.
        let charge = self.charge(meta.bytes())?;
        let (Some(first), Some(second)) = (F::vec_of(&mut moments.first), F::vec_of(&mut moments.second))
        else {
            return Err(Error::dtype(format!(
                "the moments of the parameter are not those of a {}",
                meta.dtype
            )));
        };
        moments.step += 1;
        let factors = hyper.factors(moments.step);
        let g = gradient.numbers::<F>()?;
        let mut cell = parameter.state();
        let in_place = cell.value.layout().is_contiguous();
        if in_place && let Some(p) = cell.value.unique::<F>() {
            adamw(&mut p[..n], &g, first, second, factors);
            return Ok(());
        }
        let mut p = cell.value.numbers::<F>()?.into_owned();
        adamw(&mut p, &g, first, second, factors);
        cell.value = Value::new(meta.dtype, F::store(p, meta.dtype), Layout::contiguous(meta.shape), charge);
        Ok(())
    }
}
