use crate::device::Cost;
use crate::error::{Error, Result};
use crate::kernels::cross_entropy as kernel;
use crate::operation::{Contribution, Operation, Produced, Step, needs_float, not_recorded};
use crate::ops::needs_index;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

#[derive(Clone, Copy)]
struct CrossEntropy {
    ignore: Option<i64>,
}

impl CrossEntropy {
    /// The class of each row, none where the row is left out.
    fn classes(&self, targets: &Value, classes: usize) -> Result<Vec<Option<usize>>> {
        let class = |&target: &i64| {
            if self.ignore == Some(target) {
                return Ok(None);
            }
            usize::try_from(target).ok().filter(|&class| class < classes).map(Some).ok_or_else(|| {
                Error::index(format!("Target {target} is out of bounds: there are {classes} classes"))
            })
        };
        targets.elements::<i64>()?.iter().map(class).collect()
    }
}

impl Operation for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        needs_float(self.name(), &inputs[0])?;
        needs_index(self.name(), &inputs[1])?;
        let (logits, targets) = (&inputs[0].shape, &inputs[1].shape);
        if logits.rank() != 2 || targets.rank() != 1 {
            return Err(Error::shape(format!(
                "cross_entropy: expected logits (n, classes) and targets (n), got {logits} and {targets}"
            )));
        }
        if logits.dims()[0] != targets.dims()[0] {
            return Err(Error::shape(format!(
                "Expected input batch_size ({}) to match target batch_size ({}).",
                logits.dims()[0],
                targets.dims()[0]
            )));
        }
        Ok(Meta::new(inputs[0].dtype, Shape::SCALAR))
    }

    fn cost(&self, inputs: &[Meta], _output: &Meta) -> Cost {
        let mut cost =
            Cost::of(4.0 * inputs[0].elements() as f64, (inputs[0].bytes() + inputs[1].bytes()) as f64);
        cost.workspace = 16 * inputs[1].elements() as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let n = inputs[0].shape().last();
        let targets = self.classes(inputs[1], n)?;
        let counted = targets.iter().flatten().count();
        by_float!(output.dtype, F => {
            let sum = kernel::sum_of_losses(&inputs[0].numbers::<F>()?, n.max(1), &targets);
            Ok(Produced::numbers(vec![(sum / counted as f64) as F], output))
        })
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (grad, logits, targets) = (step.grad.clone(), step.input(0)?, step.input(1)?);
        if step.recorded() {
            return step.session.differentiate(&[logits, targets], &grad, |session, inputs| {
                session.compose_cross_entropy(&inputs[0], &inputs[1], self.ignore)
            });
        }
        let gradient = step.session.apply(CrossEntropyBackward(*self), &[&logits, &targets, &grad])?;
        Ok(vec![gradient.into(), Contribution::None])
    }
}

struct CrossEntropyBackward(CrossEntropy);

impl Operation for CrossEntropyBackward {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(inputs[0])
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let mut cost = Cost::of(6.0 * output.elements() as f64, 2.0 * output.bytes() as f64);
        cost.workspace = 16 * inputs[1].elements() as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let n = output.shape.last();
        let targets = self.0.classes(inputs[1], n)?;
        let counted = targets.iter().flatten().count();
        by_float!(output.dtype, F => {
            let scale = inputs[2].numbers::<F>()?[0] / counted as F;
            let dx = kernel::backward(&inputs[0].numbers::<F>()?, n.max(1), &targets, scale);
            Ok(Produced::numbers(dx, output))
        })
    }

    fn backward(&self, _step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        Err(not_recorded(self.name()))
    }
}

impl Session {
    /// The mean over rows of `logits` (n, classes) of -log softmax at `targets` (n, `i64`), leaving out rows whose
    /// target is `ignore`. NaN where no row is left.
    ///
    /// # Errors
    /// `index` for a target that is no class; `shape` and `dtype` where they do not fit.
    pub fn cross_entropy(
        &mut self,
        logits: &Tensor,
        targets: &Tensor,
        ignore: Option<i64>,
    ) -> Result<Tensor> {
        self.apply(CrossEntropy { ignore }, &[logits, targets])
    }
}
