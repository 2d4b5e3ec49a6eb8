use crate::arithmetic::Number;
use crate::device::Cost;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::float::Float;
use crate::operation::{Contribution, Operation, Produced, Step};
use crate::ops::scatter::{Scatter, ScatterOp};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::{Element, Value};

/// Refuses indices of another type than `i64`.
pub(crate) fn needs_index(name: &str, index: &Meta) -> Result<()> {
    if index.dtype == Dtype::I64 {
        return Ok(());
    }
    Err(Error::dtype(format!("{name}(): Expected dtype int64 for index, but got {}", index.dtype)))
}

/// `index` as a place in `0..extent`.
pub(super) fn place(index: i64, dim: usize, extent: usize) -> Result<usize> {
    usize::try_from(index).ok().filter(|&i| i < extent).ok_or_else(|| {
        Error::index(format!("index {index} is out of bounds for dimension {dim} with size {extent}"))
    })
}

/// A shape seen from one dimension: (what is before it, its extent, what is behind it).
pub(super) fn around(shape: &Shape, dim: usize) -> (usize, usize, usize) {
    if shape.rank() == 0 {
        return (1, 1, 1);
    }
    let dims = shape.dims();
    (dims[..dim].iter().product(), dims[dim], dims[dim + 1..].iter().product())
}

pub(super) struct Gather {
    pub(super) dim: usize,
}

/// Does `index` fit beside `x` everywhere but along `dim`?
pub(super) fn check_beside(name: &str, x: &Shape, index: &Shape, dim: usize) -> Result<()> {
    if index.rank() != x.rank() {
        return Err(Error::shape(format!(
            "{name}(): Index tensor must have the same number of dimensions as input tensor"
        )));
    }
    for d in (0..x.rank()).filter(|&d| d != dim) {
        if index.dims()[d] > x.dims()[d] {
            return Err(Error::shape(format!(
                "Size does not match at dimension {d} expected index {index} to be no larger than self {x} apart \
                 from dimension {dim}"
            )));
        }
    }
    Ok(())
}

/// Calls `visit(place in index, place in x)` for each element of `index`.
pub(super) fn walk(
    x: &Shape,
    index_shape: &Shape,
    index: &[i64],
    dim: usize,
    mut visit: impl FnMut(usize, usize),
) -> Result<()> {
    let strides = x.strides();
    let mut at = [0; crate::shape::MAX_RANK];
    for (i, &index) in index.iter().enumerate() {
        let mut to = 0;
        for d in 0..x.rank() {
            to += strides[d] * if d == dim { place(index, dim, x.dims()[dim])? } else { at[d] };
        }
        if x.rank() == 0 {
            place(index, 0, 1)?;
        }
        visit(i, to);
        for d in (0..x.rank()).rev() {
            at[d] += 1;
            if at[d] < index_shape.dims()[d] {
                break;
            }
            at[d] = 0;
        }
    }
    Ok(())
}

impl Operation for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        needs_index(self.name(), &inputs[1])?;
        check_beside(self.name(), &inputs[0].shape, &inputs[1].shape, self.dim)?;
        Ok(Meta::new(inputs[0].dtype, inputs[1].shape))
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        fn run<T: Element>(op: &Gather, inputs: &[&Value], output: &Meta) -> Result<Produced> {
            let (x, index) = (inputs[0].elements::<T>()?, inputs[1].elements::<i64>()?);
            let mut out = vec![T::default(); output.elements()];
            walk(inputs[0].shape(), &output.shape, &index, op.dim, |i, from| out[i] = x[from])?;
            Ok(Produced::new(out, output))
        }
        by_dtype!(output.dtype, T => run::<T>(self, inputs, output))
    }

    fn saves_input(&self, i: usize) -> bool {
        i == 1
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (grad, index) = (step.grad.clone(), step.input(1)?);
        let zeros = step.session.full(grad.dtype(), &step.shape(0).to_u64(), 0.0)?;
        Ok(vec![
            step.session
                .apply(Scatter { op: ScatterOp::Add, dim: self.dim }, &[&zeros, &index, &grad])?
                .into(),
            Contribution::None,
        ])
    }
}

struct IndexSelect {
    dim: usize,
}

impl Operation for IndexSelect {
    fn name(&self) -> &'static str {
        "index_select"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        needs_index(self.name(), &inputs[1])?;
        if inputs[1].shape.rank() > 1 {
            return Err(Error::shape("index_select(): Index is supposed to be a vector"));
        }
        if inputs[0].shape.rank() == 0 {
            return Err(Error::shape("index_select(): the input has no dimensions"));
        }
        Ok(Meta::new(inputs[0].dtype, inputs[0].shape.with(self.dim, inputs[1].shape.elements())?))
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        Cost::of(0.0, (2 * output.bytes() + inputs[1].bytes()) as f64)
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        fn run<T: Element>(dim: usize, inputs: &[&Value], output: &Meta) -> Result<Produced> {
            let (x, index) = (inputs[0].elements::<T>()?, inputs[1].elements::<i64>()?);
            let (before, extent, behind) = around(inputs[0].shape(), dim);
            let places = index.iter().map(|&i| place(i, dim, extent)).collect::<Result<Vec<usize>>>()?;
            let mut out = Vec::with_capacity(output.elements());
            for block in 0..before {
                for &at in &places {
                    let from = (block * extent + at) * behind;
                    out.extend_from_slice(&x[from..from + behind]);
                }
            }
            Ok(Produced::new(out, output))
        }
        by_dtype!(output.dtype, T => run::<T>(self.dim, inputs, output))
    }

    fn saves_input(&self, i: usize) -> bool {
        i == 1
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (grad, index) = (step.grad.clone(), step.input(1)?);
        let spread = IndexAdd { dim: self.dim, shape: step.shape(0) };
        Ok(vec![step.session.apply(spread, &[&grad, &index])?.into(), Contribution::None])
    }
}

/// The gradient of [`IndexSelect`]: slices added up at their indices.
pub(crate) struct IndexAdd {
    pub(crate) dim: usize,
    pub(crate) shape: Shape,
}

impl Operation for IndexAdd {
    fn name(&self) -> &'static str {
        "index_add"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(Meta::new(inputs[0].dtype, self.shape))
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_float!(output.dtype, F => self.spread::<F>(inputs, output))
    }

    fn saves_input(&self, i: usize) -> bool {
        i == 1
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (grad, index) = (step.grad.clone(), step.input(1)?);
        let picked = step.session.apply(IndexSelect { dim: self.dim }, &[&grad, &index])?;
        Ok(vec![picked.into(), Contribution::None])
    }
}

impl IndexAdd {
    fn spread<F: Float + Number>(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let (grad, index) = (inputs[0].numbers::<F>()?, inputs[1].elements::<i64>()?);
        let (before, extent, behind) = around(&self.shape, self.dim);
        let mut out = vec![F::ZERO; output.elements()];
        let mut from = 0;
        for block in 0..before {
            for &i in index.iter() {
                let to = (block * extent + place(i, self.dim, extent)?) * behind;
                crate::kernels::elementwise::add_assign(
                    &mut out[to..to + behind],
                    &grad[from..from + behind],
                );
                from += behind;
            }
        }
        Ok(Produced::numbers(out, output))
    }
}

impl Session {
    /// As `torch.gather`: the element of `x` at each index along `dim`; `index` is `i64`, with the rank of `x`.
    ///
    /// # Errors
    /// `index` for one out of bounds, `shape` and `dtype` for an unsuitable `index`.
    pub fn gather(&mut self, x: &Tensor, index: &Tensor, dim: i32) -> Result<Tensor> {
        let dim = x.meta().shape.dim(dim)?;
        self.apply(Gather { dim }, &[x, index])
    }

    /// As `torch.index_select`: the slices of `x` at the indices along `dim`.
    ///
    /// # Errors
    /// As [`Session::gather`].
    pub fn index_select(&mut self, x: &Tensor, index: &Tensor, dim: i32) -> Result<Tensor> {
        let dim = x.meta().shape.dim(dim)?;
        self.apply(IndexSelect { dim }, &[x, index])
    }
}
