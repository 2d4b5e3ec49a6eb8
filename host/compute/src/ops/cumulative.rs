use crate::device::Cost;
use crate::dtype::Dtype;
use crate::error::Result;
use crate::kernels::float::Float;
use crate::operation::{Contribution, Operation, Produced, Step, needs_float, one};
use crate::ops::index::around;
use crate::ops::recurrence::{Recurrence, shifted};
use crate::ops::{BinaryOp, UnaryOp};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// One number from each element and all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CumulativeOp {
    /// Σ x; integers give `i64`
    Sum,
    /// Π x; integers give `i64`
    Prod,
    /// log Σ eˣ
    Logsumexp,
}

impl CumulativeOp {
    /// All of them, in the contract's order.
    pub const ALL: &[CumulativeOp] = &[CumulativeOp::Sum, CumulativeOp::Prod, CumulativeOp::Logsumexp];

    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            CumulativeOp::Sum => "sum",
            CumulativeOp::Prod => "prod",
            CumulativeOp::Logsumexp => "logsumexp",
        }
    }
}

/// Elements along `dim` joined from one end on.
#[derive(Clone, Copy)]
struct Cumulative {
    op: CumulativeOp,
    dim: usize,
    /// From the end to the beginning?
    reverse: bool,
}

impl Operation for Cumulative {
    fn name(&self) -> &'static str {
        match self.op {
            CumulativeOp::Sum => "cumsum",
            CumulativeOp::Prod => "cumprod",
            CumulativeOp::Logsumexp => "logcumsumexp",
        }
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let x = one(inputs);
        if self.op == CumulativeOp::Logsumexp {
            needs_float(self.name(), &x)?;
        }
        Ok(Meta::new(if x.dtype.is_float() { x.dtype } else { Dtype::I64 }, x.shape))
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let flops = if self.op == CumulativeOp::Logsumexp { 4.0 } else { 1.0 };
        let bytes = one(inputs).bytes() + output.bytes();
        let mut cost = Cost::of(flops * output.elements() as f64, bytes as f64);
        cost.workspace = 8 * around(&output.shape, self.dim).2 as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let x = inputs[0];
        if output.dtype.is_float() {
            return by_float!(x.dtype(), F => {
                let mut x = x.numbers::<F>()?.into_owned();
                match self.op {
                    CumulativeOp::Sum => self.floats(&mut x, &output.shape, 0.0, |a, b| a + b),
                    CumulativeOp::Prod => self.floats(&mut x, &output.shape, 1.0, |a, b| a * b),
                    CumulativeOp::Logsumexp => {
                        self.floats(&mut x, &output.shape, f64::NEG_INFINITY, log_add_exp)
                    }
                }
                Ok(Produced::numbers(x, output))
            });
        }
        let mut x = x.integers()?.into_owned();
        let (start, join): (i64, fn(i64, i64) -> i64) = match self.op {
            CumulativeOp::Prod => (1, i64::wrapping_mul),
            _ => (0, i64::wrapping_add),
        };
        along(&mut x, &output.shape, self.dim, self.reverse, start, |joined, x| {
            *joined = join(*joined, *x);
            *x = *joined;
        });
        Ok(Produced::numbers(x, output))
    }

    fn saves_input(&self, _i: usize) -> bool {
        self.op != CumulativeOp::Sum
    }

    fn saves_output(&self) -> bool {
        self.op != CumulativeOp::Sum
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let gradient = match self.op {
            CumulativeOp::Sum => {
                let grad = step.grad.clone();
                step.session.apply(self.back(), &[&grad])?
            }
            CumulativeOp::Prod => self.product_gradient(step)?,
            CumulativeOp::Logsumexp => self.logsumexp_gradient(step)?,
        };
        Ok(vec![gradient.into()])
    }
}

impl Cumulative {
    /// The same from the other end.
    fn back(&self) -> Cumulative {
        Cumulative { reverse: !self.reverse, ..*self }
    }

    /// Joined in `f64`, each result rounded, as PyTorch does on a CPU.
    fn floats<F: Float>(&self, x: &mut [F], shape: &Shape, start: f64, join: impl Fn(f64, f64) -> f64) {
        along(x, shape, self.dim, self.reverse, start, |joined, x| {
            *joined = join(*joined, x.to_f64());
            *x = F::of(*joined);
        });
    }

    /// The product of what is before, times Σ of the gradients from here on, each times the factors in between:
    /// no division, so zeros need no care.
    fn product_gradient(&self, step: &mut Step<'_>) -> Result<Tensor> {
        let (grad, x, y) = (step.grad.clone(), step.input(0)?, step.output()?);
        let before = shifted(step.session, &y, self.dim, !self.reverse, 1.0)?;
        let next = shifted(step.session, &x, self.dim, self.reverse, 0.0)?;
        let rest = Recurrence { dim: self.dim, reverse: !self.reverse };
        let rest = step.session.apply(rest, &[&next, &grad])?;
        step.session.binary(BinaryOp::Mul, &before, &rest)
    }

    /// Σ g e^(x - y) over all results from here on, summed as logarithms, for gradients of either sign.
    fn logsumexp_gradient(&self, step: &mut Step<'_>) -> Result<Tensor> {
        let grad = step.grad.clone();
        let minus = step.session.unary(UnaryOp::Neg, &grad)?;
        let rising = self.positive_part(step, &grad)?;
        let falling = self.positive_part(step, &minus)?;
        step.session.binary(BinaryOp::Sub, &rising, &falling)
    }

    fn positive_part(&self, step: &mut Step<'_>, grad: &Tensor) -> Result<Tensor> {
        let (x, y) = (step.input(0)?, step.output()?);
        let s = &mut *step.session;
        let positive = s.binary_scalar(BinaryOp::Gt, grad, 0.0)?;
        let (one, nothing) = (s.full(grad.dtype(), &[], 1.0)?, s.full(grad.dtype(), &[], f64::NEG_INFINITY)?);
        let safe = s.select(&positive, grad, &one)?;
        let log = s.unary(UnaryOp::Log, &safe)?;
        let share = s.binary(BinaryOp::Sub, &log, &y)?;
        // After the difference: of two infinities there is none, and its NaN would spread.
        let share = s.select(&positive, &share, &nothing)?;
        let sum = s.apply(self.back(), &[&share])?;
        let sum = s.binary(BinaryOp::Add, &sum, &x)?;
        s.unary(UnaryOp::Exp, &sum)
    }
}

/// log(eᵃ + eᵇ), also for infinities; NaN where either is.
fn log_add_exp(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == high && low.is_infinite() { low } else { (low - high).exp().ln_1p() + high }
}

/// Calls `visit` with a state, at first `start`, and each element along `dim`, for every line of them.
pub(super) fn along<T, S: Clone>(
    x: &mut [T],
    shape: &Shape,
    dim: usize,
    reverse: bool,
    start: S,
    mut visit: impl FnMut(&mut S, &mut T),
) {
    let (_, n, behind) = around(shape, dim);
    if n == 0 || behind == 0 {
        return;
    }
    let mut states = vec![start.clone(); behind];
    for block in x.chunks_exact_mut(n * behind) {
        states.fill(start.clone());
        for i in 0..n {
            let at = if reverse { n - 1 - i } else { i };
            for (state, x) in states.iter_mut().zip(&mut block[at * behind..][..behind]) {
                visit(state, x);
            }
        }
    }
}

impl Session {
    /// `op` over each element and all before it along `dim`.
    ///
    /// # Errors
    /// `index` for a dimension that is not there, `dtype` for `logsumexp` of integers.
    pub fn cumulative(&mut self, op: CumulativeOp, x: &Tensor, dim: i32) -> Result<Tensor> {
        let dim = x.meta().shape.dim(dim)?;
        self.apply(Cumulative { op, dim, reverse: false }, &[x])
    }
}
