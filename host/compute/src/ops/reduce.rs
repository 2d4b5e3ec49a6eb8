use std::borrow::Cow;

use crate::arithmetic::Number;
use crate::device::Cost;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::float::Float;
use crate::kernels::rows;
use crate::operation::{Contribution, Operation, Produced, Step, needs_float, one};
use crate::ops::product::ProductOfOthers;
use crate::ops::reduce_formulas::places;
use crate::ops::{BinaryOp, UnaryOp};
use crate::session::Session;
use crate::shape::{MAX_RANK, Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// One number from many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReduceOp {
    /// Σ x; integers give `i64`
    Sum,
    /// Σ x / n
    Mean,
    /// Π x; integers give `i64`
    Prod,
    /// The largest; NaN where there is one
    Max,
    /// The smallest; NaN where there is one
    Min,
    /// Unbiased: Σ (x - mean)² / (n - 1)
    Variance,
    /// Where the first of the largest is: `i64`
    Argmax,
    /// Where the first of the smallest is: `i64`
    Argmin,
    /// log Σ eˣ
    Logsumexp,
}

impl ReduceOp {
    /// All of them, in the contract's order.
    pub const ALL: &[ReduceOp] = &[
        ReduceOp::Sum,
        ReduceOp::Mean,
        ReduceOp::Prod,
        ReduceOp::Max,
        ReduceOp::Min,
        ReduceOp::Variance,
        ReduceOp::Argmax,
        ReduceOp::Argmin,
        ReduceOp::Logsumexp,
    ];

    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            ReduceOp::Sum => "sum",
            ReduceOp::Mean => "mean",
            ReduceOp::Prod => "prod",
            ReduceOp::Max => "max",
            ReduceOp::Min => "min",
            ReduceOp::Variance => "variance",
            ReduceOp::Argmax => "argmax",
            ReduceOp::Argmin => "argmin",
            ReduceOp::Logsumexp => "logsumexp",
        }
    }

    fn gives_place(self) -> bool {
        matches!(self, ReduceOp::Argmax | ReduceOp::Argmin)
    }

    fn dtype(self, x: &Meta) -> Result<Dtype> {
        match self {
            ReduceOp::Mean | ReduceOp::Variance | ReduceOp::Logsumexp => {
                needs_float(self.name(), x)?;
                Ok(x.dtype)
            }
            ReduceOp::Sum | ReduceOp::Prod if !x.dtype.is_float() => Ok(Dtype::I64),
            ReduceOp::Argmax | ReduceOp::Argmin => Ok(Dtype::I64),
            _ => Ok(x.dtype),
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Reduce {
    op: ReduceOp,
    pub(super) reduced: [bool; MAX_RANK],
    keep: bool,
}

impl Reduce {
    /// The result's shape, reduced dimensions kept as 1.
    fn kept(&self, x: &Shape) -> Result<Shape> {
        let mut extents = [1; MAX_RANK];
        for (d, extent) in extents.iter_mut().enumerate().take(x.rank()) {
            *extent = if self.reduced[d] { 1 } else { x.dims()[d] };
        }
        Shape::of(&extents[..x.rank()])
    }

    /// Dimensions in the order that makes rows: kept ones, then reduced ones.
    pub(super) fn order(&self, rank: usize) -> Vec<usize> {
        let kept = (0..rank).filter(|&d| !self.reduced[d]);
        kept.chain((0..rank).filter(|&d| self.reduced[d])).collect()
    }

    /// The input with every reduced row next to each other.
    pub(super) fn rows<'a, N: Number>(&self, x: &'a Value) -> Result<Cow<'a, [N]>> {
        let order = self.order(x.shape().rank());
        if order.is_sorted() {
            return x.numbers();
        }
        let extents: Vec<usize> = order.iter().map(|&d| x.shape().dims()[d]).collect();
        let arranged = x.view(x.layout().permute(&order, Shape::of(&extents)?));
        Ok(Cow::Owned(arranged.numbers::<N>()?.into_owned()))
    }

    /// How many elements lie behind the reduced dimensions, where those are neighbours in the middle.
    fn inner(&self, x: &Shape) -> Option<usize> {
        let first = (0..x.rank()).find(|&d| self.reduced[d])?;
        let last = (0..x.rank()).rfind(|&d| self.reduced[d])?;
        let neighbours = (first..=last).all(|d| self.reduced[d] || x.dims()[d] == 1);
        neighbours.then(|| x.dims()[last + 1..].iter().product())
    }

    fn run_floats<F: Float + Number>(&self, x: &Value, n: usize, output: &Meta) -> Result<Produced> {
        if matches!(self.op, ReduceOp::Sum | ReduceOp::Mean)
            && x.dtype() == F::DTYPE
            && x.layout().is_contiguous()
            && let Some(inner) = self.inner(x.shape())
            && inner > 1
        {
            let mut sums = rows::sum_columns(&x.numbers::<F>()?, n, inner);
            if self.op == ReduceOp::Mean {
                sums.iter_mut().for_each(|x| *x = *x / F::of(n as f64));
            }
            return Ok(Produced::numbers(sums, output));
        }
        let rows = self.rows::<F>(x)?;
        if self.op.gives_place() {
            return Ok(Produced::new(places(self.op, &rows, n), output));
        }
        Ok(Produced::numbers(self.op.floats(&rows, n), output))
    }
}

impl Operation for Reduce {
    fn name(&self) -> &'static str {
        self.op.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let x = one(inputs);
        let dtype = self.op.dtype(&x)?;
        let kept = self.kept(&x.shape)?;
        if self.keep {
            return Ok(Meta::new(dtype, kept));
        }
        let extents: Vec<usize> =
            (0..x.shape.rank()).filter(|&d| !self.reduced[d]).map(|d| x.shape.dims()[d]).collect();
        Ok(Meta::new(dtype, Shape::of(&extents)?))
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let x = one(inputs);
        let mut cost = Cost::of(x.elements() as f64, (x.bytes() + output.bytes()) as f64);
        // Rows are laid out first where they are not neighbours.
        cost.workspace = 8 * x.elements() as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let x = inputs[0];
        let n: usize =
            (0..x.shape().rank()).filter(|&d| self.reduced[d]).map(|d| x.shape().dims()[d]).product();
        if n == 0 {
            let nothing = self.op.of_nothing()?;
            return Ok(if output.dtype.is_float() {
                by_float!(output.dtype, F => Produced::numbers(vec![nothing as F; output.elements()], output))
            } else {
                Produced::numbers(vec![nothing as i64; output.elements()], output)
            });
        }
        if x.dtype().is_float() {
            return by_float!(x.dtype(), F => self.run_floats::<F>(x, n, output));
        }
        let rows = self.rows::<i64>(x)?;
        if self.op.gives_place() {
            return Ok(Produced::new(places(self.op, &rows, n), output));
        }
        Ok(Produced::numbers(self.op.integers(&rows, n), output))
    }

    fn differentiable(&self) -> bool {
        !self.op.gives_place()
    }

    fn saves_input(&self, _i: usize) -> bool {
        !matches!(self.op, ReduceOp::Sum | ReduceOp::Mean)
    }

    fn saves_output(&self) -> bool {
        matches!(self.op, ReduceOp::Max | ReduceOp::Min | ReduceOp::Logsumexp)
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let shape = step.shape(0);
        let kept = self.kept(&shape)?;
        let n = shape.elements() as f64 / kept.elements().max(1) as f64;
        let grad = step.grad.clone();
        let grad = step.session.reshape_to(&grad, kept)?;
        let gradient = match self.op {
            ReduceOp::Sum => step.session.expand(&grad, &shape.to_u64())?,
            ReduceOp::Mean => {
                let share = step.session.binary_scalar(BinaryOp::Div, &grad, n)?;
                step.session.expand(&share, &shape.to_u64())?
            }
            ReduceOp::Variance => {
                // 2 (x - mean) / (n - 1)
                let x = step.input(0)?;
                let mean = step.session.apply(Reduce { op: ReduceOp::Mean, keep: true, ..*self }, &[&x])?;
                let off = step.session.binary(BinaryOp::Sub, &x, &mean)?;
                let slope = step.session.binary_scalar(BinaryOp::Mul, &off, 2.0 / (n - 1.0))?;
                step.session.binary(BinaryOp::Mul, &slope, &grad)?
            }
            ReduceOp::Logsumexp => {
                let (x, y) = (step.input(0)?, step.output()?);
                let y = step.session.reshape_to(&y, kept)?;
                let log = step.session.binary(BinaryOp::Sub, &x, &y)?;
                let share = step.session.unary(UnaryOp::Exp, &log)?;
                step.session.binary(BinaryOp::Mul, &share, &grad)?
            }
            ReduceOp::Prod => {
                let x = step.input(0)?;
                let others = if step.recorded() {
                    let kept = (0..shape.rank()).filter(|&d| !self.reduced[d]).count();
                    let order = self.order(shape.rank());
                    step.session.by_rows(&x, &order, kept, |session, rows| session.product_of_others(rows))?
                } else {
                    step.session.apply(ProductOfOthers(*self), &[&x])?
                };
                step.session.binary(BinaryOp::Mul, &others, &grad)?
            }
            _ => {
                // Equal elements share evenly.
                let (x, y) = (step.input(0)?, step.output()?);
                let y = step.session.reshape_to(&y, kept)?;
                let best = step.session.binary(BinaryOp::Eq, &x, &y)?;
                // A NaN is the result wherever there is one.
                let nan = step.session.unary(UnaryOp::IsNan, &x)?;
                let best = step.session.binary(BinaryOp::LogicalOr, &best, &nan)?;
                let best = step.session.cast(&best, x.dtype())?;
                let count =
                    step.session.apply(Reduce { op: ReduceOp::Sum, keep: true, ..*self }, &[&best])?;
                let share = step.session.binary(BinaryOp::Div, &grad, &count)?;
                step.session.binary(BinaryOp::Mul, &best, &share)?
            }
        };
        Ok(vec![gradient.into()])
    }
}

impl Session {
    /// `op` over `dims`, or over all dimensions where there are none. A negative dimension counts from the end;
    /// `keep` keeps reduced dimensions with extent 1.
    ///
    /// # Errors
    /// `index` for a dimension that is not there; `argument` for one named twice, for several with
    /// `argmax`/`argmin`, and for the largest of nothing; `dtype` for the mean of integers.
    pub fn reduce(&mut self, op: ReduceOp, x: &Tensor, dims: &[i32], keep: bool) -> Result<Tensor> {
        let shape = x.meta().shape;
        let mut reduced = [dims.is_empty(); MAX_RANK];
        for &dim in dims {
            let dim = shape.dim(dim)?;
            if std::mem::replace(&mut reduced[dim], true) {
                return Err(Error::argument(format!("dim {dim} appears multiple times in the list of dims")));
            }
        }
        if op.gives_place() && dims.len() > 1 {
            return Err(Error::argument(format!("{}: takes one dimension, or none", op.name())));
        }
        self.apply(Reduce { op, reduced, keep }, &[x])
    }
}
