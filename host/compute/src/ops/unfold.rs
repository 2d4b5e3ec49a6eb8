use crate::device::Cost;
use crate::error::{Error, Result};
use crate::kernels::copy;
use crate::kernels::float::Float;
use crate::layout::Layout;
use crate::operation::{Contribution, Operation, Produced, Step, one};
use crate::ops::view::materialise;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// Windows of `size` elements along `dim`, one each `step`.
#[derive(Clone, Copy)]
struct Windows {
    dim: usize,
    size: usize,
    step: usize,
}

impl Windows {
    /// The shape of the windows over `x`: their number along `dim`, and `size` behind all others.
    fn shape(&self, x: &Shape) -> Result<Shape> {
        let mut extents = x.dims().to_vec();
        if let Some(extent) = extents.get_mut(self.dim) {
            *extent = self.count(*extent);
        }
        extents.push(self.size);
        Shape::of(&extents)
    }

    fn count(&self, extent: usize) -> usize {
        (extent - self.size) / self.step + 1
    }
}

struct Unfold(Windows);

impl Operation for Unfold {
    fn name(&self) -> &'static str {
        "unfold"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let x = one(inputs);
        Ok(Meta::new(x.dtype, self.0.shape(&x.shape)?))
    }

    fn cost(&self, _inputs: &[Meta], _output: &Meta) -> Cost {
        Cost::FREE
    }

    fn view(&self, input: &Value, output: &Meta) -> Option<Layout> {
        let Windows { dim, step, .. } = self.0;
        let rank = input.shape().rank();
        let mut layout = Layout { shape: output.shape, ..*input.layout() };
        layout.strides[rank] = if rank == 0 { 1 } else { layout.strides[dim] };
        // A single window has no stride; a step beyond the end must not overflow it.
        if rank > 0 {
            layout.strides[dim] = if output.shape.dims()[dim] > 1 { layout.strides[dim] * step } else { 1 };
        }
        Some(layout)
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        materialise(inputs[0], output)
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (grad, shape) = (step.grad.clone(), step.shape(0));
        Ok(vec![step.session.apply(Fold { windows: self.0, shape }, &[&grad])?.into()])
    }
}

/// The gradient of [`Unfold`]: windows added up where they overlap, in a tensor of `shape`.
struct Fold {
    windows: Windows,
    shape: Shape,
}

impl Operation for Fold {
    fn name(&self) -> &'static str {
        "unfold"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(Meta::new(one(inputs).dtype, self.shape))
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let grad = one(inputs);
        let mut cost = Cost::of(grad.elements() as f64, (2 * grad.bytes() + output.bytes()) as f64);
        cost.workspace = (8 * grad.elements() + output.dtype.widened_size() * output.elements()) as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_float!(output.dtype, F => {
            let grad = inputs[0];
            let rank = self.shape.rank();
            let mut out = vec![F::ZERO; output.elements()];
            let whole = Layout::contiguous(self.shape);
            let Windows { dim, size, step } = self.windows;
            // The elements at one place of all windows meet each element once.
            let mut apart = *grad.layout();
            apart.shape = Shape::of(&grad.shape().dims()[..rank])?;
            let along = grad.layout().strides[rank];
            for place in 0..size {
                let part = grad.view(Layout { offset: apart.offset + place * along, ..apart });
                let part = part.numbers::<F>()?;
                let meets = if rank == 0 { whole } else { whole.slice(dim, place, step, apart.shape) };
                copy::add_into(&mut out[meets.offset..], &meets, &part);
            }
            Ok(Produced::numbers(out, output))
        })
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let grad = step.grad.clone();
        Ok(vec![step.session.apply(Unfold(self.windows), &[&grad])?.into()])
    }
}

impl Session {
    /// A view of every window of `size` elements along `dim`, one each `step`: the windows' number takes the place
    /// of the extent, and `size` is a new last dimension. As `torch.Tensor.unfold`.
    ///
    /// # Errors
    /// `index` for a dimension that is not there; `argument` for a window larger than the extent or a step of 0;
    /// `shape` where there is no room for another dimension; `quota.elements`.
    pub fn unfold(&mut self, x: &Tensor, dim: i32, size: u64, step: u64) -> Result<Tensor> {
        let shape = x.meta().shape;
        let dim = shape.dim(dim)?;
        let extent = shape.dims().get(dim).copied().unwrap_or(1);
        if size > extent as u64 {
            return Err(Error::argument(format!(
                "maximum size for tensor at dimension {dim} is {extent} but size is {size}"
            )));
        }
        if step == 0 {
            return Err(Error::argument("step is 0 but must be > 0"));
        }
        // A step beyond the end reaches no second window; any step that does so is the same.
        let step = step.min(extent as u64 + 1) as usize;
        self.apply(Unfold(Windows { dim, size: size as usize, step }), &[x])
    }
}
