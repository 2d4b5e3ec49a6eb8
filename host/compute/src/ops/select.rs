use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::copy;
use crate::operation::{Contribution, Operation, Produced, Step, same_dtype};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::{Element, Value};

struct Select;

impl Operation for Select {
    fn name(&self) -> &'static str {
        "where"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        if inputs[0].dtype != Dtype::U8 {
            return Err(Error::dtype(format!(
                "where expected condition to be a boolean tensor (u8), but got a tensor with dtype {}",
                inputs[0].dtype
            )));
        }
        same_dtype(self.name(), &inputs[1..])?;
        let shape = Shape::broadcast(&inputs[1].shape, &inputs[2].shape)?;
        Ok(Meta::new(inputs[1].dtype, Shape::broadcast(&inputs[0].shape, &shape)?))
    }

    fn cost(&self, _inputs: &[Meta], output: &Meta) -> crate::device::Cost {
        let mut cost = crate::device::Cost::of(output.elements() as f64, 3.0 * output.bytes() as f64);
        // Operands are laid out before they are chosen from.
        cost.workspace = 2 * output.bytes() + output.elements() as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_dtype!(output.dtype, T => choose::<T>(inputs, output))
    }

    fn saves_input(&self, i: usize) -> bool {
        i == 0
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let grad = step.grad.clone();
        let condition = step.input(0)?;
        let zero = step.session.full(grad.dtype(), &[], 0.0)?;
        let mut contributions = vec![Contribution::None];
        for i in 1..3 {
            contributions.push(if step.needs(i) {
                let (a, b) = if i == 1 { (&grad, &zero) } else { (&zero, &grad) };
                let chosen = step.session.select(&condition, a, b)?;
                step.unbroadcast(chosen, i)?
            } else {
                Contribution::None
            });
        }
        Ok(contributions)
    }
}

fn choose<T: Element>(inputs: &[&Value], output: &Meta) -> Result<Produced> {
    let spread = |value: &Value| -> Result<Vec<T>> {
        Ok(copy::gather(value.raw::<T>()?, &value.layout().broadcast(output.shape)))
    };
    let condition = copy::gather(inputs[0].raw::<u8>()?, &inputs[0].layout().broadcast(output.shape));
    let (mut chosen, other) = (spread(inputs[1])?, spread(inputs[2])?);
    for ((chosen, other), condition) in chosen.iter_mut().zip(other).zip(condition) {
        *chosen = if condition != 0 { *chosen } else { other };
    }
    Ok(Produced::new(chosen, output))
}

impl Session {
    /// Elementwise `condition ? a : b`, broadcast; `condition` is `u8`.
    ///
    /// # Errors
    /// `dtype` and `shape` as for [`Session::binary`].
    pub fn select(&mut self, condition: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        self.apply(Select, &[condition, a, b])
    }
}
