use crate::device::Cost;
use crate::error::{Error, Result};
use crate::kernels::norm::{self, Centre};
use crate::layout::Layout;
use crate::operation::{Contribution, Operation, Produced, Step, needs_float, not_recorded, same_dtype};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// Normalisation over the last dimension. Inputs: x, then weight and bias as there are any.
#[derive(Clone, Copy)]
struct Norm {
    centre: Centre,
    eps: f64,
    weight: bool,
    bias: bool,
}

impl Norm {
    fn bias_input(&self) -> usize {
        1 + usize::from(self.weight)
    }
}

impl Operation for Norm {
    fn name(&self) -> &'static str {
        if self.centre == Centre::Mean { "layer_norm" } else { "rms_norm" }
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        needs_float(self.name(), &inputs[0])?;
        same_dtype(self.name(), inputs)?;
        let x = inputs[0].shape;
        if x.rank() == 0 {
            return Err(Error::shape(format!("{}: the input has no dimensions", self.name())));
        }
        for factor in &inputs[1..] {
            if factor.shape.dims() != [x.last()] {
                return Err(Error::shape(format!(
                    "{}: expected weight and bias of shape [{}], the input's last dimension, but got {}",
                    self.name(),
                    x.last(),
                    factor.shape
                )));
            }
        }
        Ok(inputs[0])
    }

    fn cost(&self, _inputs: &[Meta], output: &Meta) -> Cost {
        Cost::of(6.0 * output.elements() as f64, 2.0 * output.bytes() as f64)
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let n = output.shape.last().max(1);
        by_float!(output.dtype, F => {
            let x = inputs[0].numbers::<F>()?;
            let weight = if self.weight { inputs[1].numbers::<F>()? } else { Default::default() };
            let bias = if self.bias { inputs[self.bias_input()].numbers::<F>()? } else { Default::default() };
            let y = norm::forward(&x, n, &weight, &bias, self.centre, self.eps as F);
            Ok(Produced::numbers(y, output))
        })
    }

    fn saves_input(&self, i: usize) -> bool {
        i == 0 || (self.weight && i == 1)
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (grad, x) = (step.grad.clone(), step.input(0)?);
        if step.recorded() {
            return self.recorded_backward(step, x);
        }
        let packed = if self.weight {
            let weight = step.input(1)?;
            step.session.apply(NormBackward(*self), &[&x, &grad, &weight])?
        } else {
            step.session.apply(NormBackward(*self), &[&x, &grad])?
        };
        // dx, then the gradients of weight and bias, in one buffer.
        let packed = packed.value();
        let mut contributions = Vec::with_capacity(3);
        let mut offset = 0;
        for i in 0..step.node.inputs().len() {
            let shape = step.shape(i);
            let view = packed.view(Layout { offset, ..Layout::contiguous(shape) });
            contributions.push(step.session.wrap(view)?.into());
            offset += shape.elements();
        }
        Ok(contributions)
    }
}

impl Norm {
    fn recorded_backward(&self, step: &mut Step<'_>, x: Tensor) -> Result<Vec<Contribution>> {
        let grad = step.grad.clone();
        let inputs = if self.weight { vec![x, step.input(1)?] } else { vec![x] };
        let centred = self.centre == Centre::Mean;
        let mut contributions = step.session.differentiate(&inputs, &grad, |session, inputs| {
            session.compose_norm(&inputs[0], inputs.get(1), centred, self.eps)
        })?;
        if self.bias {
            contributions.push(if step.needs(self.bias_input()) {
                step.unbroadcast(grad, self.bias_input())?
            } else {
                Contribution::None
            });
        }
        Ok(contributions)
    }
}

/// dx | dweight | dbias in one buffer.
struct NormBackward(Norm);

impl Operation for NormBackward {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let factors = usize::from(self.0.weight) + usize::from(self.0.bias);
        let x = &inputs[0].shape;
        Ok(Meta::new(inputs[0].dtype, Shape::of(&[x.elements() + factors * x.last()])?))
    }

    fn cost(&self, _inputs: &[Meta], output: &Meta) -> Cost {
        Cost::of(12.0 * output.elements() as f64, 3.0 * output.bytes() as f64)
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let n = inputs[0].shape().last();
        by_float!(output.dtype, F => {
            let (x, g) = (inputs[0].numbers::<F>()?, inputs[1].numbers::<F>()?);
            let weight = if self.0.weight { inputs[2].numbers::<F>()? } else { Default::default() };
            let mut packed = vec![0.0; output.elements()];
            let (dx, factors) = packed.split_at_mut(x.len());
            let (dw, db) = factors.split_at_mut(if self.0.weight { n } else { 0 });
            norm::backward(&x, &g, n.max(1), &weight, self.0.centre, self.0.eps as F, dx, dw, db);
            Ok(Produced::numbers(packed, output))
        })
    }

    fn backward(&self, _step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        Err(not_recorded(self.name()))
    }
}

impl Session {
    /// Layer norm over the last dimension; `weight` and `bias` have its extent.
    ///
    /// # Errors
    /// `shape` and `dtype` where they do not fit.
    pub fn layer_norm(
        &mut self,
        x: &Tensor,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        eps: f64,
    ) -> Result<Tensor> {
        let norm = Norm { centre: Centre::Mean, eps, weight: weight.is_some(), bias: bias.is_some() };
        let inputs: Vec<&Tensor> = [Some(x), weight, bias].into_iter().flatten().collect();
        self.apply(norm, &inputs)
    }

    /// RMS norm over the last dimension (arXiv 1910.07467).
    ///
    /// # Errors
    /// As [`Session::layer_norm`].
    pub fn rms_norm(&mut self, x: &Tensor, weight: Option<&Tensor>, eps: f64) -> Result<Tensor> {
        let norm = Norm { centre: Centre::Zero, eps, weight: weight.is_some(), bias: false };
        let inputs: Vec<&Tensor> = [Some(x), weight].into_iter().flatten().collect();
        self.apply(norm, &inputs)
    }
}
