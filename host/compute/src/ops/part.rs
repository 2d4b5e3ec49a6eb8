//! A part of a tensor that a layout names, and its place among zeros: each is the derivative of the other.

use crate::error::Result;
use crate::kernels::copy;
use crate::kernels::float::Float;
use crate::layout::Layout;
use crate::operation::{Contribution, Operation, Produced, Step, one};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// Zeros of a shape, with the input at the places of `layout` in them, no place twice.
struct Spread {
    layout: Layout,
    shape: Shape,
}

impl Operation for Spread {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(Meta::new(one(inputs).dtype, self.shape))
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_float!(output.dtype, F => {
            let mut whole = vec![F::ZERO; output.elements()];
            copy::add_into(&mut whole[self.layout.offset..], &self.layout, &inputs[0].numbers::<F>()?);
            Ok(Produced::numbers(whole, output))
        })
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let grad = step.grad.clone();
        Ok(vec![step.session.apply(Pick { layout: self.layout }, &[&grad])?.into()])
    }
}

/// The elements at the places of `layout` in the input's row-major order.
struct Pick {
    layout: Layout,
}

impl Operation for Pick {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(Meta::new(one(inputs).dtype, self.layout.shape))
    }

    fn view(&self, input: &Value, _output: &Meta) -> Option<Layout> {
        let row_major = input.layout().is_contiguous();
        row_major.then(|| Layout { offset: input.layout().offset + self.layout.offset, ..self.layout })
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_float!(output.dtype, F => {
            let whole = inputs[0].numbers::<F>()?;
            Ok(Produced::numbers(copy::gather(&whole[self.layout.offset..], &self.layout), output))
        })
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        Ok(vec![Contribution::Part { layout: self.layout, gradient: step.grad.clone() }])
    }
}

impl Session {
    /// Zeros of `shape` with `x` at the places of `layout` in them, which [`Contribution::Part`] names.
    pub(crate) fn spread(&mut self, x: &Tensor, layout: Layout, shape: Shape) -> Result<Tensor> {
        self.apply(Spread { layout, shape }, &[x])
    }
}
