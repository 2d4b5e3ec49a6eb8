use crate::arithmetic::Number;
use crate::dtype::Dtype;
use crate::error::Result;
use crate::layout::Layout;
use crate::operation::{Contribution, Operation, Produced, Step, one};
use crate::session::Session;
use crate::shape::Meta;
use crate::tensor::Tensor;
use crate::value::{Element, Value};

struct Cast(Dtype);

impl Operation for Cast {
    fn name(&self) -> &'static str {
        "cast"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(Meta::new(self.0, one(inputs).shape))
    }

    fn view(&self, input: &Value, _output: &Meta) -> Option<Layout> {
        (input.dtype() == self.0).then_some(*input.layout())
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let x = inputs[0];
        by_dtype!(self.0, T => Ok(if x.dtype().is_float() {
            by_float!(x.dtype(), F => Produced::new(converted::<F, T>(x)?, output))
        } else {
            Produced::new(converted::<i64, T>(x)?, output)
        }))
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let Some(from) = step.node.input(0).map(|input| input.meta.dtype) else {
            return Ok(vec![Contribution::None]);
        };
        let grad = step.grad.clone();
        Ok(vec![step.session.cast(&grad, from)?.into()])
    }
}

fn converted<N: Number, T: Element>(x: &Value) -> Result<Vec<T>> {
    Ok(x.numbers::<N>()?.iter().map(|&x| x.to()).collect())
}

impl Session {
    /// The elements as another type. Fractions lose their digits towards 0 in an integer; what does not fit `i64`
    /// saturates, what does not fit a smaller integer wraps.
    ///
    /// # Errors
    /// Quotas only.
    pub fn cast(&mut self, x: &Tensor, to: Dtype) -> Result<Tensor> {
        self.apply(Cast(to), &[x])
    }
}
