use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::float::Float;
use crate::operation::{Contribution, Operation, Produced, Step};
use crate::ops::BinaryOp;
use crate::ops::index::{Gather, check_beside, needs_index, walk};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::{Element, Value};

/// What happens where elements of a source meet an element of the tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScatterOp {
    /// The last of them takes its place
    Replace,
    /// They are added
    Add,
    /// They are multiplied
    Multiply,
    /// The largest of all; NaN where there is one
    Maximum,
    /// The smallest of all; NaN where there is one
    Minimum,
}

impl ScatterOp {
    /// All of them, in the contract's order.
    pub const ALL: &[ScatterOp] =
        &[ScatterOp::Replace, ScatterOp::Add, ScatterOp::Multiply, ScatterOp::Maximum, ScatterOp::Minimum];

    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            ScatterOp::Replace => "replace",
            ScatterOp::Add => "add",
            ScatterOp::Multiply => "multiply",
            ScatterOp::Maximum => "maximum",
            ScatterOp::Minimum => "minimum",
        }
    }

    fn float<F: Float>(self, old: F, new: F) -> F {
        match self {
            ScatterOp::Replace => new,
            ScatterOp::Add => old + new,
            ScatterOp::Multiply => old * new,
            ScatterOp::Maximum => {
                if new > old || new.is_nan() {
                    new
                } else {
                    old
                }
            }
            ScatterOp::Minimum => {
                if new < old || new.is_nan() {
                    new
                } else {
                    old
                }
            }
        }
    }

    fn integer(self, old: i64, new: i64) -> i64 {
        match self {
            ScatterOp::Replace => new,
            ScatterOp::Add => old.wrapping_add(new),
            ScatterOp::Multiply => old.wrapping_mul(new),
            ScatterOp::Maximum => old.max(new),
            ScatterOp::Minimum => old.min(new),
        }
    }
}

/// Elements of the third input, which has the shape of the second, joined to the first at indices along `dim`.
pub(super) struct Scatter {
    pub(super) op: ScatterOp,
    pub(super) dim: usize,
}

impl Operation for Scatter {
    fn name(&self) -> &'static str {
        "scatter"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        needs_index(self.name(), &inputs[1])?;
        if inputs[0].dtype != inputs[2].dtype {
            return Err(Error::dtype(format!(
                "scatter(): Expected self.dtype to be equal to src.dtype, but got {} and {}",
                inputs[0].dtype, inputs[2].dtype
            )));
        }
        check_beside(self.name(), &inputs[0].shape, &inputs[1].shape, self.dim)?;
        Ok(inputs[0])
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        if self.op == ScatterOp::Replace {
            return by_dtype!(output.dtype, T => replace::<T>(self.dim, inputs, output));
        }
        let (index, shape) = (inputs[1].elements::<i64>()?, *inputs[1].shape());
        if output.dtype.is_float() {
            return by_float!(output.dtype, F => {
                let (mut out, source) = (inputs[0].numbers::<F>()?.into_owned(), inputs[2].numbers::<F>()?);
                walk(&output.shape, &shape, &index, self.dim, |i, to| {
                    out[to] = self.op.float(out[to], source[i])
                })?;
                Ok(Produced::numbers(out, output))
            });
        }
        let (mut out, source) = (inputs[0].integers()?.into_owned(), inputs[2].integers()?);
        walk(&output.shape, &shape, &index, self.dim, |i, to| out[to] = self.op.integer(out[to], source[i]))?;
        Ok(Produced::numbers(out, output))
    }

    fn saves_input(&self, i: usize) -> bool {
        i == 1 || self.saves_output()
    }

    fn saves_output(&self) -> bool {
        matches!(self.op, ScatterOp::Multiply | ScatterOp::Maximum | ScatterOp::Minimum)
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (x, source) = match self.op {
            ScatterOp::Replace => self.replaced(step)?,
            ScatterOp::Add => {
                let grad = step.grad.clone();
                let index = step.input(1)?;
                let source = if step.needs(2) { Some(self.gather(step, &grad, &index)?) } else { None };
                (Some(grad), source)
            }
            ScatterOp::Multiply => self.multiplied(step)?,
            ScatterOp::Maximum | ScatterOp::Minimum => self.shared(step)?,
        };
        Ok(vec![x.into(), Contribution::None, source.into()])
    }
}

/// Gradients of the tensor and of the source, of those that someone waits for.
type Pair = (Option<Tensor>, Option<Tensor>);

impl Scatter {
    fn gather(&self, step: &mut Step<'_>, x: &Tensor, index: &Tensor) -> Result<Tensor> {
        step.session.apply(Gather { dim: self.dim }, &[x, index])
    }

    fn replaced(&self, step: &mut Step<'_>) -> Result<Pair> {
        let (grad, index) = (step.grad.clone(), step.input(1)?);
        let source = if step.needs(2) { Some(self.gather(step, &grad, &index)?) } else { None };
        if !step.needs(0) {
            return Ok((None, source));
        }
        let zero = step.session.full(grad.dtype(), &vec![1; index.shape().len()], 0.0)?;
        let zeros = step.session.expand(&zero, &index.shape())?;
        let x = step
            .session
            .apply(Scatter { op: ScatterOp::Replace, dim: self.dim }, &[&grad, &index, &zeros])?;
        Ok((Some(x), source))
    }

    /// A product without one of its factors: divided by it, or, where it is 0, made again with 1 in its place.
    fn multiplied(&self, step: &mut Step<'_>) -> Result<Pair> {
        let (grad, index) = (step.grad.clone(), step.input(1)?);
        let (x, source) = (step.input(0)?, step.input(2)?);
        let again = |s: &mut Session, x: &Tensor, source: &Tensor| {
            s.apply(Scatter { op: ScatterOp::Multiply, dim: self.dim }, &[x, &index, source])
        };
        let one = step.session.full(grad.dtype(), &[], 1.0)?;
        let mut pair = (None, None);
        if step.needs(0) {
            let zero = step.session.binary_scalar(BinaryOp::Eq, &x, 0.0)?;
            let factor = step.session.select(&zero, &one, &x)?;
            let product = again(step.session, &factor, &source)?;
            let others = step.session.binary(BinaryOp::Div, &product, &factor)?;
            pair.0 = Some(step.session.binary(BinaryOp::Mul, &grad, &others)?);
        }
        if step.needs(2) {
            let zero = step.session.binary_scalar(BinaryOp::Eq, &source, 0.0)?;
            let only = self.only_zeros(step, &zero, &index)?;
            let whole = step.output()?;
            let scaled = step.session.binary(BinaryOp::Mul, &grad, &whole)?;
            let scaled = self.gather(step, &scaled, &index)?;
            let factor = step.session.select(&zero, &one, &source)?;
            let divided = step.session.binary(BinaryOp::Div, &scaled, &factor)?;
            let without = step.session.select(&only, &one, &source)?;
            let product = again(step.session, &x, &without)?;
            let product = step.session.binary(BinaryOp::Mul, &grad, &product)?;
            let product = self.gather(step, &product, &index)?;
            pair.1 = Some(step.session.select(&only, &product, &divided)?);
        }
        Ok(pair)
    }

    /// Where the source has the only 0 of its place.
    fn only_zeros(&self, step: &mut Step<'_>, zero: &Tensor, index: &Tensor) -> Result<Tensor> {
        let shape = step.shape(0);
        let none = step.session.full(Dtype::I64, &shape.to_u64(), 0.0)?;
        let ones = step.session.cast(zero, Dtype::I64)?;
        let count =
            step.session.apply(Scatter { op: ScatterOp::Add, dim: self.dim }, &[&none, index, &ones])?;
        let count = self.gather(step, &count, index)?;
        let single = step.session.binary_scalar(BinaryOp::Eq, &count, 1.0)?;
        step.session.binary(BinaryOp::LogicalAnd, zero, &single)
    }

    /// Equal extremes share evenly.
    fn shared(&self, step: &mut Step<'_>) -> Result<Pair> {
        let (grad, index) = (step.grad.clone(), step.input(1)?);
        let (x, source, best) = (step.input(0)?, step.input(2)?, step.output()?);
        let there = self.gather(step, &best, &index)?;
        let mine = step.session.binary(BinaryOp::Eq, &x, &best)?;
        let mine = step.session.cast(&mine, grad.dtype())?;
        let theirs = step.session.binary(BinaryOp::Eq, &source, &there)?;
        let theirs = step.session.cast(&theirs, grad.dtype())?;
        let count = Scatter { op: ScatterOp::Add, dim: self.dim };
        let count = step.session.apply(count, &[&mine, &index, &theirs])?;
        let share = step.session.binary(BinaryOp::Div, &grad, &count)?;
        let mut pair = (None, None);
        if step.needs(0) {
            pair.0 = Some(step.session.binary(BinaryOp::Mul, &mine, &share)?);
        }
        if step.needs(2) {
            let share = self.gather(step, &share, &index)?;
            pair.1 = Some(step.session.binary(BinaryOp::Mul, &theirs, &share)?);
        }
        Ok(pair)
    }
}

fn replace<T: Element>(dim: usize, inputs: &[&Value], output: &Meta) -> Result<Produced> {
    let mut out = inputs[0].elements::<T>()?.into_owned();
    let (index, source) = (inputs[1].elements::<i64>()?, inputs[2].elements::<T>()?);
    walk(&output.shape, inputs[1].shape(), &index, dim, |i, to| out[to] = source[i])?;
    Ok(Produced::new(out, output))
}

impl Session {
    /// A copy of `x` with `source` put, or joined by `op`, at `index` along `dim`: as `torch.scatter`,
    /// `torch.scatter_add` and `torch.scatter_reduce`. The source may be larger than the index, and no other
    /// extent of the index than that along `dim` larger than that of `x`.
    ///
    /// # Errors
    /// `index` for one out of bounds; `shape` and `dtype` for an unsuitable `index` or `source`.
    pub fn scatter(
        &mut self,
        op: ScatterOp,
        x: &Tensor,
        index: &Tensor,
        source: &Tensor,
        dim: i32,
    ) -> Result<Tensor> {
        let dim = x.meta().shape.dim(dim)?;
        let places = index.meta().shape;
        if places.elements() == 0 {
            needs_index("scatter", &index.meta())?;
            return self.expand(x, &x.shape());
        }
        let source = self.covered(source, &places)?;
        self.apply(Scatter { op, dim }, &[x, index, &source])
    }

    /// The part of `source` that an index of the given extents meets.
    fn covered(&mut self, source: &Tensor, places: &Shape) -> Result<Tensor> {
        let given = source.meta().shape;
        let fits =
            given.rank() == places.rank() && places.dims().iter().zip(given.dims()).all(|(i, s)| i <= s);
        if !fits {
            return Err(Error::shape(format!(
                "scatter(): Expected index {places} to be no larger than src {given}"
            )));
        }
        let mut part = source.clone();
        for (d, (&wanted, &there)) in places.dims().iter().zip(given.dims()).enumerate() {
            if wanted < there {
                part = self.narrow(&part, d, 0, wanted)?;
            }
        }
        Ok(part)
    }
}
