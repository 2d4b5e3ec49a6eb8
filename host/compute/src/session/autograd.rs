use super::Session;
use crate::device::Cost;
use crate::error::{Error, Result};
use crate::kernels::rows::sum_of_squares;
use crate::ops::{BinaryOp, ReduceOp};
use crate::shape::Shape;
use crate::tape::Edge;
use crate::tensor::Tensor;

impl Session {
    /// A new leaf with the values of `initial`, on no earlier record.
    ///
    /// # Errors
    /// `gradient` for elements that are no fractions.
    pub fn parameter(&mut self, initial: &Tensor) -> Result<Tensor> {
        self.own(initial)?;
        let value = initial.value();
        if !value.dtype().is_float() {
            return Err(Error::gradient("only Tensors of floating point dtype can require gradients"));
        }
        let place = self.account.place();
        let place = self.note(place)?;
        let id = self.next_key();
        Ok(Tensor::new(self.id, value, Some(Edge::Leaf(id)), place))
    }

    /// The identity of a leaf; none for any other tensor.
    pub fn leaf(&self, x: &Tensor) -> Option<u64> {
        match x.edge() {
            Some(Edge::Leaf(id)) => Some(id),
            _ => None,
        }
    }

    /// Is `x` a leaf, or computed from one on the record?
    pub fn requires_gradient(&self, x: &Tensor) -> bool {
        x.state().edge.is_some()
    }

    /// The same values, cut from the record. Cannot fail: where it is one tensor too many, [`Session::exhausted`]
    /// says so.
    pub fn detach(&mut self, x: &Tensor) -> Tensor {
        let place = self.account.place_unchecked();
        if self.account.is_crowded() && self.exhausted.is_none() {
            self.exhausted = Some(self.account.crowded());
        }
        Tensor::new(x.session(), x.value(), None, place)
    }

    /// Is the record kept from here on? Returns what it was.
    pub fn set_recording(&mut self, on: bool) -> bool {
        std::mem::replace(&mut self.recording, on)
    }

    /// `target` takes the values of `value`: every handle to it sees them. While recording, it takes over how
    /// `value` was computed as well.
    ///
    /// # Errors
    /// `shape` or `dtype` where they differ; `gradient` for a leaf while recording.
    pub fn assign(&mut self, target: &Tensor, value: &Tensor) -> Result<()> {
        self.check_cancelled()?;
        self.own(target)?;
        self.own(value)?;
        if target.is(value) {
            return Ok(());
        }
        let (new, edge) = {
            let state = value.state();
            (state.value.clone(), state.edge.clone())
        };
        let mut state = target.state();
        if state.value.dtype() != new.dtype() {
            return Err(Error::dtype(format!(
                "cannot assign values of {} to a tensor of {}",
                new.dtype(),
                state.value.dtype()
            )));
        }
        if state.value.shape() != new.shape() {
            return Err(Error::shape(format!(
                "cannot assign values of shape {} to a tensor of shape {}",
                new.shape(),
                state.value.shape()
            )));
        }
        if self.recording {
            if matches!(state.edge, Some(Edge::Leaf(_))) {
                return Err(Error::gradient(
                    "a leaf Variable that requires grad is being used in an in-place operation. (torch.no_grad \
                     allows it)",
                ));
            }
            state.edge = edge;
        }
        state.value = new;
        Ok(())
    }

    /// The 2-norm over all `gradients`, which are scaled in place where it exceeds `max_norm`.
    ///
    /// # Errors
    /// `dtype` for elements that are no fractions.
    pub fn clip_gradient_norm(&mut self, gradients: &[&Tensor], max_norm: f64) -> Result<f64> {
        let mut squares = 0.0;
        for gradient in gradients {
            self.own(gradient)?;
            let value = gradient.value();
            crate::operation::needs_float("clip_grad_norm_", &value.meta())?;
            let cost = Cost::of(2.0 * value.shape().elements() as f64, value.meta().bytes() as f64);
            self.check_cancelled()?;
            let spent = self.spend("clip_grad_norm_", &cost);
            self.note(spent)?;
            let _scratch =
                self.charge(if value.layout().is_contiguous() { 0 } else { value.meta().bytes() })?;
            squares += by_float!(value.dtype(), F => sum_of_squares(&value.numbers::<F>()?));
        }
        let norm = squares.sqrt();
        // As PyTorch: a little less than max_norm, and never a division by nothing.
        let factor = max_norm / (norm + 1e-6);
        if factor < 1.0 {
            let recording = self.set_recording(false);
            let scaled = gradients.iter().try_for_each(|gradient| {
                let scaled = self.binary_scalar(BinaryOp::Mul, gradient, factor)?;
                self.assign(gradient, &scaled)
            });
            self.set_recording(recording);
            scaled?;
        }
        Ok(norm)
    }

    /// `x` summed over the dimensions in which `shape` is broadcast to it.
    pub(crate) fn sum_to(&mut self, x: &Tensor, shape: &Shape) -> Result<Tensor> {
        let from = x.meta().shape;
        if from == *shape {
            return Ok(x.clone());
        }
        let lead = from.rank() - shape.rank();
        let dims: Vec<i32> = (0..from.rank())
            .filter(|&d| d < lead || (shape.dims()[d - lead] == 1 && from.dims()[d] != 1))
            .map(|d| d as i32)
            .collect();
        let sum = if dims.is_empty() { x.clone() } else { self.reduce(ReduceOp::Sum, x, &dims, true)? };
        self.reshape_to(&sum, *shape)
    }
}
