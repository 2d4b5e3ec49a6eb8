use crate::device::Cost;
use crate::error::Result;
use crate::kernels::rows;
use crate::operation::{Contribution, Operation, Produced, Step, needs_float, not_recorded, one};
use crate::session::Session;
use crate::shape::Meta;
use crate::tensor::Tensor;
use crate::value::Value;

/// Softmax over the last dimension, or its logarithm.
struct Softmax {
    log: bool,
}

impl Operation for Softmax {
    fn name(&self) -> &'static str {
        if self.log { "log_softmax" } else { "softmax" }
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        needs_float(self.name(), &one(inputs))?;
        Ok(one(inputs))
    }

    fn cost(&self, _inputs: &[Meta], output: &Meta) -> Cost {
        Cost::of(5.0 * output.elements() as f64, 2.0 * output.bytes() as f64)
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let n = output.shape.last().max(1);
        by_float!(output.dtype, F => {
            let x = inputs[0].numbers::<F>()?;
            let y = if self.log { rows::log_softmax(&x, n) } else { rows::softmax(&x, n) };
            Ok(Produced::numbers(y, output))
        })
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn saves_output(&self) -> bool {
        true
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (grad, y) = (step.grad.clone(), step.output()?);
        if step.recorded() {
            return Ok(vec![step.session.compose_softmax_backward(&y, &grad, self.log)?.into()]);
        }
        Ok(vec![step.session.apply(SoftmaxBackward { log: self.log }, &[&y, &grad])?.into()])
    }
}

struct SoftmaxBackward {
    log: bool,
}

impl Operation for SoftmaxBackward {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(inputs[0])
    }

    fn cost(&self, _inputs: &[Meta], output: &Meta) -> Cost {
        Cost::of(4.0 * output.elements() as f64, 3.0 * output.bytes() as f64)
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let n = output.shape.last().max(1);
        by_float!(output.dtype, F => {
            let (y, g) = (inputs[0].numbers::<F>()?, inputs[1].numbers::<F>()?);
            let dx = if self.log {
                rows::log_softmax_backward(&y, &g, n)
            } else {
                rows::softmax_backward(&y, &g, n)
            };
            Ok(Produced::numbers(dx, output))
        })
    }

    fn backward(&self, _step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        Err(not_recorded(self.name()))
    }
}

impl Session {
    /// Softmax along `dim`, or its logarithm.
    ///
    /// # Errors
    /// `index` for a dimension that is not there, `dtype` for integers.
    pub fn softmax(&mut self, x: &Tensor, dim: i32, log: bool) -> Result<Tensor> {
        let shape = x.meta().shape;
        let dim = shape.dim(dim)?;
        if dim + 1 >= shape.rank() {
            return self.apply(Softmax { log }, &[x]);
        }
        let last = shape.rank() - 1;
        let turned = self.transpose(x, dim, last)?;
        let y = self.apply(Softmax { log }, &[&turned])?;
        self.transpose(&y, dim, last)
    }
}
