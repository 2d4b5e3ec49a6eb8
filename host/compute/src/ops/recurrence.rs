use crate::device::Cost;
use crate::error::Result;
use crate::kernels::float::Float;
use crate::operation::{Contribution, Operation, Produced, Step};
use crate::ops::BinaryOp;
use crate::ops::cumulative::along;
use crate::ops::index::around;
use crate::session::Session;
use crate::shape::Meta;
use crate::tensor::Tensor;
use crate::value::Value;

/// y with yᵢ = bᵢ + aᵢ yᵢ₋₁ along `dim`, or yᵢ₊₁ where it runs in reverse; the first aᵢ meets nothing. What the
/// gradient of a running product is made of.
pub(super) struct Recurrence {
    pub(super) dim: usize,
    pub(super) reverse: bool,
}

impl Operation for Recurrence {
    fn name(&self) -> &'static str {
        "cumprod"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(inputs[1])
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let mut cost = Cost::of(2.0 * output.elements() as f64, 3.0 * output.bytes() as f64);
        // Pairs of both inputs, and a state for each line.
        cost.workspace = 16 * inputs[0].elements() as u64 + 16 * around(&output.shape, self.dim).2 as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_float!(output.dtype, F => {
            let (a, b) = (inputs[0].numbers::<F>()?, inputs[1].numbers::<F>()?);
            let mut pairs: Vec<(F, F)> = a.iter().copied().zip(b.iter().copied()).collect();
            let start: Option<f64> = None;
            along(&mut pairs, &output.shape, self.dim, self.reverse, start, |before, pair| {
                let (a, b) = (pair.0.to_f64(), pair.1.to_f64());
                let y = before.map_or(b, |before| b + a * before);
                *before = Some(y);
                pair.1 = F::of(y);
            });
            Ok(Produced::numbers(pairs.into_iter().map(|(_, y)| y).collect(), output))
        })
    }

    fn saves_input(&self, i: usize) -> bool {
        i == 0
    }

    fn saves_output(&self) -> bool {
        true
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (grad, a, y) = (step.grad.clone(), step.input(0)?, step.output()?);
        let next = shifted(step.session, &a, self.dim, self.reverse, 0.0)?;
        let back = Recurrence { dim: self.dim, reverse: !self.reverse };
        let b = step.session.apply(back, &[&next, &grad])?;
        let before = shifted(step.session, &y, self.dim, !self.reverse, 0.0)?;
        let a = step.session.binary(BinaryOp::Mul, &b, &before)?;
        Ok(vec![a.into(), b.into()])
    }
}

/// The elements moved by one place along `dim`, to the end or to the beginning, with `fill` where one is missing.
pub(super) fn shifted(
    session: &mut Session,
    x: &Tensor,
    dim: usize,
    to_end: bool,
    fill: f64,
) -> Result<Tensor> {
    let shape = x.meta().shape;
    let n = shape.dims().get(dim).copied().unwrap_or(1);
    if n <= 1 {
        return session.full(x.dtype(), &shape.to_u64(), fill);
    }
    let kept = session.narrow(x, dim, usize::from(!to_end), n - 1)?;
    let edge = session.full(x.dtype(), &shape.with(dim, 1)?.to_u64(), fill)?;
    let parts = if to_end { [&edge, &kept] } else { [&kept, &edge] };
    session.concat(&parts, dim as i32)
}
