use crate::arithmetic::Number;
use crate::device::Cost;
use crate::error::{Error, Result};
use crate::kernels::float::Float;
use crate::kernels::matrix::{Place, multiply};
use crate::operation::{Contribution, Operation, Produced, Step, needs_float, same_dtype};
use crate::ops::ReduceOp;
use crate::ops::Stack;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// x wᵀ + bias; the bias is the third input, if there is one.
struct Linear;

impl Operation for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        same_dtype(self.name(), inputs)?;
        needs_float(self.name(), &inputs[0])?;
        let (x, w) = (&inputs[0].shape, &inputs[1].shape);
        if w.rank() != 2 || x.rank() == 0 {
            return Err(Error::shape(format!(
                "linear: expected input (…, in) and weight (out, in), got {x} and {w}"
            )));
        }
        let (out, width) = (w.dims()[0], w.dims()[1]);
        if x.last() != width {
            let rows: usize = x.dims()[..x.rank() - 1].iter().product();
            return Err(Error::shape(format!(
                "mat1 and mat2 shapes cannot be multiplied ({rows}x{} and {width}x{out})",
                x.last()
            )));
        }
        if let Some(bias) = inputs.get(2)
            && bias.shape.dims() != [out]
        {
            return Err(Error::shape(format!("linear: expected bias of shape [{out}], got {}", bias.shape)));
        }
        Ok(Meta::new(inputs[0].dtype, x.with(x.rank() - 1, out)?))
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let bytes = inputs.iter().map(Meta::bytes).sum::<u64>() + output.bytes();
        Cost::of(2.0 * output.elements() as f64 * inputs[0].shape.last() as f64, bytes as f64)
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_float!(output.dtype, F => self.run::<F>(inputs, output))
    }

    fn saves_input(&self, i: usize) -> bool {
        i < 2
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (shape, weight) = (step.shape(0), step.shape(1));
        let (out, width) = (weight.dims()[0], weight.dims()[1]);
        let rows: usize = shape.dims()[..shape.rank() - 1].iter().product();
        let grad = step.grad.clone();
        let grad = step.session.reshape_to(&grad, Shape::of(&[rows, out])?)?;
        let mut contributions = vec![Contribution::None, Contribution::None, Contribution::None];
        if step.needs(0) {
            let w = step.input(1)?;
            let dx = step.session.matmul(&grad, &w)?;
            contributions[0] = step.session.reshape_to(&dx, shape)?.into();
        }
        if step.needs(1) {
            let x = step.input(0)?;
            let x = step.session.reshape_to(&x, Shape::of(&[rows, width])?)?;
            let grad = step.session.transpose(&grad, 0, 1)?;
            contributions[1] = step.session.matmul(&grad, &x)?.into();
        }
        if step.needs(2) {
            contributions[2] = step.session.reduce(ReduceOp::Sum, &grad, &[0], false)?.into();
        }
        Ok(contributions)
    }
}

impl Linear {
    fn run<F: Float + Number>(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let (x, w) = (inputs[0].numbers::<F>()?, Stack::<F>::of(inputs[1])?);
        let (n, k) = (output.shape.last(), inputs[0].shape().last());
        let m: usize = output.shape.dims()[..output.shape.rank() - 1].iter().product();
        let mut y = vec![F::ZERO; output.elements()];
        if let Some(bias) = inputs.get(2) {
            let bias = bias.numbers::<F>()?;
            for row in y.chunks_exact_mut(n.max(1)) {
                row.copy_from_slice(&bias);
            }
        }
        let add = inputs.len() > 2;
        let w_at = w.place(0).transposed();
        multiply((m, k, n), &mut y, Place::rows(0, n), &x, Place::rows(0, k), &w.data, w_at, (F::ONE, add));
        Ok(Produced::numbers(y, output))
    }
}

impl Session {
    /// `x` (…, in) times the transpose of `weight` (out, in), plus `bias` (out): shape (…, out).
    ///
    /// # Errors
    /// `shape` where the extents do not fit, `dtype` where the types differ or are integers.
    pub fn linear(&mut self, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        match bias {
            Some(bias) => self.apply(Linear, &[x, weight, bias]),
            None => self.apply(Linear, &[x, weight]),
        }
    }
}
