use half::bf16;

use crate::dtype::Dtype;
use crate::error::Result;
use crate::layout::Layout;
use crate::operation::{Contribution, Operation, Produced, Step, one};
use crate::session::Session;
use crate::shape::Meta;
use crate::tensor::Tensor;
use crate::value::Value;

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
        if x.dtype().is_float() {
            let x = x.floats()?;
            return Ok(match self.0 {
                Dtype::F32 => Produced::new(x.into_owned(), output),
                Dtype::Bf16 => Produced::new(x.iter().map(|&x| bf16::from_f32(x)).collect(), output),
                // `as` saturates and takes NaN to 0: defined on every machine.
                _ => Produced::integers(x.iter().map(|&x| x as i64).collect(), output),
            });
        }
        let x = x.integers()?;
        Ok(match self.0 {
            Dtype::F32 => Produced::new(x.iter().map(|&x| x as f32).collect(), output),
            Dtype::Bf16 => Produced::new(x.iter().map(|&x| bf16::from_f64(x as f64)).collect(), output),
            _ => Produced::integers(x.into_owned(), output),
        })
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

impl Session {
    /// The elements as another type. Fractions lose their digits towards 0; what does not fit `i64` saturates,
    /// what does not fit a smaller integer wraps.
    ///
    /// # Errors
    /// Quotas only.
    pub fn cast(&mut self, x: &Tensor, to: Dtype) -> Result<Tensor> {
        self.apply(Cast(to), &[x])
    }
}
