//! Sums of gradients: in place where nobody else sees them, by recorded operations where they are differentiated.

use std::collections::BTreeMap;

use crate::arithmetic::Number;
use crate::device::Cost;
use crate::error::Result;
use crate::kernels::copy;
use crate::layout::Layout;
use crate::operation::Contribution;
use crate::ops::BinaryOp;
use crate::session::Session;
use crate::shape::Meta;
use crate::tensor::Tensor;
use crate::value::Value;

impl Session {
    /// Adds to the gradient under `key`, which is of a tensor like `meta`; the first one is stored as it is.
    pub(super) fn accumulate(
        &mut self,
        pending: &mut BTreeMap<u64, Tensor>,
        key: u64,
        meta: &Meta,
        contribution: Contribution,
    ) -> Result<()> {
        let contribution = match contribution {
            Contribution::Part { layout, gradient } if self.is_recording() => {
                Contribution::Whole(self.spread(&gradient, layout, meta.shape)?)
            }
            other => other,
        };
        let sum = match (contribution, pending.remove(&key)) {
            (Contribution::None, None) => return Ok(()),
            (Contribution::None, Some(before)) => before,
            (Contribution::Whole(gradient), None) => gradient,
            (Contribution::Whole(gradient), Some(before)) => self.add_gradients(before, gradient)?,
            (Contribution::Part { layout, gradient }, before) => {
                let before = match before {
                    Some(before) => before,
                    None => self.full(meta.dtype, &meta.shape.to_u64(), 0.0)?,
                };
                self.add_part(before, &layout, &gradient)?
            }
        };
        pending.insert(key, sum);
        Ok(())
    }

    pub(super) fn add_gradients(&mut self, before: Tensor, gradient: Tensor) -> Result<Tensor> {
        if self.is_recording() {
            return self.binary(BinaryOp::Add, &before, &gradient);
        }
        let layout = Layout::contiguous(before.meta().shape);
        self.add_in_place(before, &layout, &gradient, |session, before| {
            session.binary(BinaryOp::Add, &before, &gradient)
        })
    }

    fn add_part(&mut self, before: Tensor, layout: &Layout, gradient: &Tensor) -> Result<Tensor> {
        self.add_in_place(before, layout, gradient, |session, before| {
            // Shared, or 16 bits: a copy with the part added.
            let meta = before.meta();
            let charge = session.charge(meta.bytes() + 8 * meta.elements() as u64)?;
            let storage = by_float!(meta.dtype, F => {
                let mut whole = before.value().numbers::<F>()?.into_owned();
                copy::add_into(&mut whole[layout.offset..], layout, &gradient.value().numbers::<F>()?);
                F::store(whole, meta.dtype)
            });
            drop(charge);
            let charge = session.charge(meta.bytes())?;
            session.admit(storage, &meta, charge)
        })
    }

    /// Adds `gradient` to the elements of `before` that `layout` names: in place where nobody else sees them.
    fn add_in_place(
        &mut self,
        before: Tensor,
        layout: &Layout,
        gradient: &Tensor,
        otherwise: impl FnOnce(&mut Session, Tensor) -> Result<Tensor>,
    ) -> Result<Tensor> {
        let part = gradient.value();
        let mut value: Value = before.into_value();
        let in_place = value.layout().is_contiguous();
        by_float!(value.dtype(), F => if in_place && let Some(elements) = value.unique::<F>() {
            let meta = part.meta();
            let cost = Cost::of(meta.elements() as f64, 3.0 * meta.bytes() as f64);
            let spent = self.spend("backward", &cost);
            self.note(spent)?;
            let _scratch = self.charge(if part.layout().is_contiguous() { 0 } else { meta.bytes() })?;
            copy::add_into(&mut elements[layout.offset..], layout, &part.numbers::<F>()?);
            return self.wrap(value);
        });
        let before = self.wrap(value)?;
        otherwise(self, before)
    }
}
