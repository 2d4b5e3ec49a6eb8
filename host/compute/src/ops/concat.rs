use crate::error::{Error, Result};
use crate::kernels::copy;
use crate::layout::Layout;
use crate::operation::{Contribution, Operation, Produced, Step, same_dtype};
use crate::session::Session;
use crate::shape::Meta;
use crate::tensor::Tensor;
use crate::value::{Element, Value};

/// The most tensors in one call.
const MAX_PARTS: usize = 65_536;

struct Concat {
    dim: usize,
}

impl Operation for Concat {
    fn name(&self) -> &'static str {
        "cat"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        same_dtype(self.name(), inputs)?;
        let first = inputs[0].shape;
        let mut along = 0usize;
        for (i, input) in inputs.iter().enumerate() {
            let same_rank = input.shape.rank() == first.rank();
            let differs = (0..first.rank())
                .find(|&d| d != self.dim && input.shape.dims().get(d) != first.dims().get(d));
            if !same_rank || differs.is_some() {
                return Err(Error::shape(format!(
                    "Sizes of tensors must match except in dimension {}. Expected shape {first} but got {} for \
                     tensor number {i} in the list.",
                    self.dim, input.shape
                )));
            }
            along = along
                .checked_add(input.shape.dims()[self.dim])
                .ok_or_else(|| Error::shape("cat: the result is too long"))?;
        }
        Ok(Meta::new(inputs[0].dtype, first.with(self.dim, along)?))
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_dtype!(output.dtype, T => self.join::<T>(inputs, output))
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let grad = step.grad.clone();
        let mut contributions = Vec::new();
        let mut start = 0;
        for i in 0..step.node.inputs().len() {
            let count = step.shape(i).dims()[self.dim];
            contributions.push(if step.needs(i) {
                step.session.narrow(&grad, self.dim, start, count)?.into()
            } else {
                Contribution::None
            });
            start += count;
        }
        Ok(contributions)
    }
}

impl Concat {
    fn join<T: Element>(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let mut out = vec![T::default(); output.elements()];
        let whole = Layout::contiguous(output.shape);
        let mut start = 0;
        for input in inputs {
            let part = whole.slice(self.dim, start, 1, *input.shape());
            copy::scatter_into(&mut out[part.offset..], &part, &input.elements::<T>()?);
            start += input.shape().dims()[self.dim];
        }
        Ok(Produced::new(out, output))
    }
}

impl Session {
    /// The parts one after another along `dim`.
    ///
    /// # Errors
    /// `argument` for no parts, `shape` where they differ elsewhere than along `dim`.
    pub fn concat(&mut self, parts: &[&Tensor], dim: i32) -> Result<Tensor> {
        let Some(first) = parts.first() else {
            return Err(Error::argument("torch.cat(): expected a non-empty list of Tensors"));
        };
        if parts.len() > MAX_PARTS {
            return Err(Error::argument(format!(
                "cat: at most {MAX_PARTS} tensors at once, not {}",
                parts.len()
            )));
        }
        let shape = first.meta().shape;
        if shape.rank() == 0 {
            return Err(Error::shape("zero-dimensional tensor (at position 0) cannot be concatenated"));
        }
        let dim = shape.dim(dim)?;
        self.apply(Concat { dim }, parts)
    }
}
