use std::borrow::Cow;

use crate::arithmetic::Number;
use crate::device::Cost;
use crate::error::{Error, Result};
use crate::kernels::float::Float;
use crate::kernels::matrix::{Place, multiply, multiply_integers};
use crate::layout::{Axes, Layout};
use crate::operation::{Contribution, Operation, Produced, Step, same_dtype};
use crate::session::Session;
use crate::shape::{MAX_RANK, Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// A stack of matrices: the last two dimensions of a value, as `f32` or `f64`, wherever they lie.
pub(crate) struct Stack<'a, F: Number> {
    pub(crate) data: Cow<'a, [F]>,
    pub(crate) layout: Layout,
}

impl<'a, F: Number> Stack<'a, F> {
    pub(crate) fn of(value: &'a Value) -> Result<Stack<'a, F>> {
        let layout = *value.layout();
        let rank = layout.shape.rank();
        let repeats =
            (rank.saturating_sub(2)..rank).any(|d| layout.shape.dims()[d] > 1 && layout.strides[d] == 0);
        if value.dtype() == F::DTYPE && !repeats {
            return Ok(Stack { data: Cow::Borrowed(value.raw::<F>()?), layout });
        }
        Ok(Stack { data: value.numbers::<F>()?, layout: Layout::contiguous(*value.shape()) })
    }

    /// The matrix at `offset`.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let rank = self.layout.shape.rank();
        Place { offset, row: self.layout.strides[rank - 2], column: self.layout.strides[rank - 1] }
    }
}

/// Matrices of at least two dimensions; batch dimensions broadcast.
struct MatMul;

fn split(shape: &Shape) -> (&[usize], usize, usize) {
    let (batch, matrix) = shape.dims().split_at(shape.rank() - 2);
    (batch, matrix[0], matrix[1])
}

impl Operation for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        same_dtype(self.name(), inputs)?;
        let (a_batch, m, k) = split(&inputs[0].shape);
        let (b_batch, l, n) = split(&inputs[1].shape);
        if k != l {
            return Err(Error::shape(format!(
                "mat1 and mat2 shapes cannot be multiplied ({m}x{k} and {l}x{n})"
            )));
        }
        let batch = Shape::broadcast(&Shape::of(a_batch)?, &Shape::of(b_batch)?)?;
        let extents: Vec<usize> = batch.dims().iter().copied().chain([m, n]).collect();
        Ok(Meta::new(inputs[0].dtype, Shape::of(&extents)?))
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let bytes = inputs[0].bytes() + inputs[1].bytes() + output.bytes();
        let mut cost = Cost::of(2.0 * output.elements() as f64 * inputs[0].shape.last() as f64, bytes as f64);
        // Integers are joined in 64 bits, then stored.
        cost.workspace = if output.dtype.is_float() { 0 } else { 8 * output.elements() as u64 };
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        if output.dtype.is_float() {
            return by_float!(output.dtype, F => self.run::<F>(inputs, output));
        }
        let (_, m, n) = split(&output.shape);
        let k = inputs[0].shape().last();
        let (a, b) = (inputs[0].integers()?, inputs[1].integers()?);
        let mut c = vec![0; output.elements()];
        let layouts = [Layout::contiguous(*inputs[0].shape()), Layout::contiguous(*inputs[1].shape())];
        for_each_product(&layouts[0], &layouts[1], &output.shape, |a_at, b_at, c_at| {
            multiply_integers((m, k, n), &mut c[c_at..][..m * n], &a[a_at..][..m * k], &b[b_at..][..k * n]);
        })?;
        Ok(Produced::numbers(c, output))
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let grad = step.grad.clone();
        let rank = |x: &Tensor| x.meta().shape.rank();
        let mut contributions = vec![Contribution::None, Contribution::None];
        if step.needs(0) {
            let b = step.input(1)?;
            let b = step.session.transpose(&b, rank(&b) - 2, rank(&b) - 1)?;
            let gradient = step.session.apply(MatMul, &[&grad, &b])?;
            contributions[0] = step.unbroadcast(gradient, 0)?;
        }
        if step.needs(1) {
            let a = step.input(0)?;
            let a = step.session.transpose(&a, rank(&a) - 2, rank(&a) - 1)?;
            let gradient = step.session.apply(MatMul, &[&a, &grad])?;
            contributions[1] = step.unbroadcast(gradient, 1)?;
        }
        Ok(contributions)
    }
}

impl MatMul {
    fn run<F: Float + Number>(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let (_, m, n) = split(&output.shape);
        let k = inputs[0].shape().last();
        let (a, b) = (Stack::<F>::of(inputs[0])?, Stack::<F>::of(inputs[1])?);
        let mut c = vec![F::ZERO; output.elements()];
        for_each_product(&a.layout, &b.layout, &output.shape, |a_at, b_at, c_at| {
            let (a_at, b_at) = (a.place(a_at), b.place(b_at));
            multiply((m, k, n), &mut c, Place::rows(c_at, n), &a.data, a_at, &b.data, b_at, (F::ONE, false));
        })?;
        Ok(Produced::numbers(c, output))
    }
}

/// Calls `visit` with where both factors and their product (row-major) begin, for each matrix of the batch.
fn for_each_product(
    a: &Layout,
    b: &Layout,
    product: &Shape,
    mut visit: impl FnMut(usize, usize, usize),
) -> Result<()> {
    let (batch, m, n) = split(product);
    let batch = Shape::of(batch)?;
    let (a_batch, b_batch) = (batch_layout(a, batch)?, batch_layout(b, batch)?);
    let mut c_strides = batch.strides();
    c_strides.iter_mut().for_each(|stride| *stride *= m * n);
    let axes = Axes::collapse(&batch, [&a_batch.strides, &b_batch.strides, &c_strides]);
    let steps = [axes.row_stride(0), axes.row_stride(1), axes.row_stride(2)];
    axes.for_each_row(|offsets| {
        for i in 0..axes.row() {
            visit(offsets[0] + i * steps[0], offsets[1] + i * steps[1], offsets[2] + i * steps[2]);
        }
    });
    Ok(())
}

/// How to walk the batch dimensions of `layout` when they are broadcast to `batch`.
fn batch_layout(layout: &Layout, batch: Shape) -> Result<Layout> {
    let (own, _, _) = split(&layout.shape);
    let mut strides = [0; MAX_RANK];
    strides[..own.len()].copy_from_slice(&layout.strides[..own.len()]);
    Ok(Layout { shape: Shape::of(own)?, strides, offset: 0 }.broadcast(batch))
}

impl Session {
    /// The matrix product, batch dimensions broadcast, as `torch.matmul`: a one-dimensional operand is a vector.
    ///
    /// # Errors
    /// `shape` where the inner extents differ, `dtype` where the types do. Integers wrap, and have no gradient.
    pub fn matmul(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let (a_shape, b_shape) = (a.meta().shape, b.meta().shape);
        if a_shape.rank() == 0 || b_shape.rank() == 0 {
            return Err(Error::shape(format!(
                "both arguments to matmul need to be at least 1D, but they are {}D and {}D",
                a_shape.rank(),
                b_shape.rank()
            )));
        }
        if a_shape.rank() == 1 || b_shape.rank() == 1 {
            return self.with_vectors(a, b, a_shape, b_shape);
        }
        if b_shape.rank() == 2 && a_shape.rank() > 2 && a_shape.last() == b_shape.dims()[0] {
            // One tall matrix instead of a batch of small ones.
            let rows = a_shape.dims()[..a_shape.rank() - 1].iter().product();
            let flat = self.reshape_to(a, Shape::of(&[rows, a_shape.last()])?)?;
            let product = self.apply(MatMul, &[&flat, b])?;
            let shape = a_shape.with(a_shape.rank() - 1, b_shape.dims()[1])?;
            return self.reshape_to(&product, shape);
        }
        self.apply(MatMul, &[a, b])
    }

    fn with_vectors(&mut self, a: &Tensor, b: &Tensor, a_shape: Shape, b_shape: Shape) -> Result<Tensor> {
        let (row, column) = (a_shape.rank() == 1, b_shape.rank() == 1);
        let a = if row { self.reshape_to(a, Shape::of(&[1, a_shape.last()])?)? } else { a.clone() };
        let b = if column { self.reshape_to(b, Shape::of(&[b_shape.last(), 1])?)? } else { b.clone() };
        let product = self.matmul(&a, &b)?;
        let shape = product.meta().shape;
        let mut extents = shape.dims().to_vec();
        if column {
            extents.pop();
        }
        if row {
            extents.remove(extents.len() - 1 - usize::from(!column));
        }
        self.reshape_to(&product, Shape::of(&extents)?)
    }
}
