use crate::device::Cost;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::operation::{Contribution, Operation, Produced, Step, one};
use crate::session::Session;
use crate::shape::{MAX_RANK, Meta, Shape};
use crate::tensor::Tensor;
use crate::value::{Element, Value};

/// The elements in row-major order, in the input's type.
pub(super) fn materialise(x: &Value, output: &Meta) -> Result<Produced> {
    fn copied<T: Element>(x: &Value, output: &Meta) -> Result<Produced> {
        Ok(Produced::new(x.elements::<T>()?.into_owned(), output))
    }
    by_dtype!(x.dtype(), T => copied::<T>(x, output))
}

struct Reshape(Shape);

impl Operation for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(Meta::new(one(inputs).dtype, self.0))
    }

    fn view(&self, input: &Value, output: &Meta) -> Option<Layout> {
        input.layout().reshape(output.shape)
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        materialise(inputs[0], output)
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let (grad, shape) = (step.grad.clone(), step.shape(0));
        Ok(vec![step.session.reshape_to(&grad, shape)?.into()])
    }
}

#[derive(Clone, Copy)]
struct Permute {
    order: [usize; MAX_RANK],
    rank: usize,
}

impl Permute {
    fn order(&self) -> &[usize] {
        &self.order[..self.rank]
    }
}

impl Operation for Permute {
    fn name(&self) -> &'static str {
        "permute"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let x = one(inputs);
        let mut extents = [0; MAX_RANK];
        for (to, &from) in extents.iter_mut().zip(self.order()) {
            *to = x.shape.dims()[from];
        }
        Ok(Meta::new(x.dtype, Shape::of(&extents[..self.rank])?))
    }

    fn cost(&self, _inputs: &[Meta], _output: &Meta) -> Cost {
        Cost::FREE
    }

    fn view(&self, input: &Value, output: &Meta) -> Option<Layout> {
        Some(input.layout().permute(self.order(), output.shape))
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        materialise(inputs[0], output)
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let mut inverse = [0; MAX_RANK];
        for (to, &from) in self.order().iter().enumerate() {
            inverse[from] = to;
        }
        let grad = step.grad.clone();
        Ok(vec![step.session.apply(Permute { order: inverse, rank: self.rank }, &[&grad])?.into()])
    }
}

struct Expand(Shape);

impl Operation for Expand {
    fn name(&self) -> &'static str {
        "expand"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let x = one(inputs);
        let lead = self.0.rank().checked_sub(x.shape.rank());
        let fits = lead.is_some_and(|lead| {
            x.shape.dims().iter().zip(&self.0.dims()[lead..]).all(|(&from, &to)| from == to || from == 1)
        });
        if !fits {
            return Err(Error::shape(format!(
                "The expanded size of the tensor {} must match the existing size {} at non-singleton dimensions",
                self.0, x.shape
            )));
        }
        Ok(Meta::new(x.dtype, self.0))
    }

    fn cost(&self, _inputs: &[Meta], _output: &Meta) -> Cost {
        Cost::FREE
    }

    fn view(&self, input: &Value, output: &Meta) -> Option<Layout> {
        Some(input.layout().broadcast(output.shape))
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        materialise(inputs[0], output)
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let grad = step.grad.clone();
        Ok(vec![step.unbroadcast(grad, 0)?])
    }
}

#[derive(Clone, Copy)]
struct Slice {
    dim: usize,
    start: usize,
    count: usize,
    step: usize,
}

impl Operation for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let x = one(inputs);
        Ok(Meta::new(x.dtype, x.shape.with(self.dim, self.count)?))
    }

    fn cost(&self, _inputs: &[Meta], _output: &Meta) -> Cost {
        Cost::FREE
    }

    fn view(&self, input: &Value, output: &Meta) -> Option<Layout> {
        Some(input.layout().slice(self.dim, self.start, self.step, output.shape))
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        materialise(inputs[0], output)
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let gradient = step.grad.clone();
        let whole = Layout::contiguous(step.shape(0));
        let layout = whole.slice(self.dim, self.start, self.step, gradient.meta().shape);
        Ok(vec![Contribution::Part { layout, gradient }])
    }
}

/// The shape that a program asked for, -1 resolved.
fn resolve(x: &Shape, wanted: &[i64]) -> Result<Shape> {
    let invalid =
        || Error::shape(format!("shape '{wanted:?}' is invalid for input of size {}", x.elements()));
    if wanted.iter().filter(|&&extent| extent == -1).count() > 1 {
        return Err(Error::shape("only one dimension can be inferred"));
    }
    if let Some(extent) = wanted.iter().find(|&&extent| extent < -1) {
        return Err(Error::shape(format!("invalid shape dimension {extent}")));
    }
    let known = wanted
        .iter()
        .filter(|&&extent| extent != -1)
        .try_fold(1u64, |product, &extent| product.checked_mul(extent.unsigned_abs()));
    let known = known.ok_or_else(invalid)?;
    let elements = x.elements() as u64;
    let mut extents = Vec::with_capacity(wanted.len());
    for &extent in wanted {
        extents.push(match u64::try_from(extent) {
            Ok(extent) => extent,
            Err(_) if known == 0 => {
                return Err(Error::shape(format!(
                    "cannot reshape tensor of {elements} elements into shape {wanted:?} because the unspecified \
                     dimension size -1 can be any value and is ambiguous"
                )));
            }
            Err(_) => elements / known,
        });
    }
    let shape = Shape::checked(&extents)?;
    if shape.elements() == x.elements() { Ok(shape) } else { Err(invalid()) }
}

impl Session {
    /// The same elements in row-major order in another shape. At most one extent may be -1: it follows. A view
    /// where the elements lie so, else a copy.
    ///
    /// # Errors
    /// `shape` for another number of elements.
    pub fn reshape(&mut self, x: &Tensor, shape: &[i64]) -> Result<Tensor> {
        let shape = resolve(&x.meta().shape, shape)?;
        self.reshape_to(x, shape)
    }

    /// As [`Session::reshape`], to a shape that is known to have as many elements.
    pub(crate) fn reshape_to(&mut self, x: &Tensor, shape: Shape) -> Result<Tensor> {
        if x.meta().shape == shape {
            return Ok(x.clone());
        }
        self.apply(Reshape(shape), &[x])
    }

    /// The same elements as a step of their own on the record.
    pub(crate) fn alias(&mut self, x: &Tensor) -> Result<Tensor> {
        self.apply(Reshape(x.meta().shape), &[x])
    }

    /// A view with dimension `order[i]` in place `i`.
    ///
    /// # Errors
    /// `argument` where `order` is no permutation of the dimensions.
    pub fn permute(&mut self, x: &Tensor, order: &[u32]) -> Result<Tensor> {
        let rank = x.meta().shape.rank();
        let mut seen = [false; MAX_RANK];
        let mut places = [0; MAX_RANK];
        let mut valid = order.len() == rank;
        for (i, &dim) in order.iter().enumerate().take(rank) {
            let dim = dim as usize;
            valid &= dim < rank && !std::mem::replace(&mut seen[dim.min(MAX_RANK - 1)], true);
            places[i] = dim;
        }
        if !valid {
            return Err(Error::argument(format!(
                "permute(dims): {order:?} is not a permutation of the {rank} dimensions of the tensor"
            )));
        }
        self.apply(Permute { order: places, rank }, &[x])
    }

    /// A view in which extents of 1 grow to those of `shape`, which may have more leading dimensions.
    ///
    /// # Errors
    /// `shape` where another extent would have to change; `quota.elements`.
    pub fn expand(&mut self, x: &Tensor, shape: &[u64]) -> Result<Tensor> {
        let shape = Shape::checked(shape)?;
        self.apply(Expand(shape), &[x])
    }

    /// A view of the elements `start`, `start + step`, … before `end` along `dim`. Negative positions count from
    /// the end; positions beyond an end mean that end.
    ///
    /// # Errors
    /// `index` for a dimension that is not there, `argument` for a step of 0.
    pub fn slice(&mut self, x: &Tensor, dim: i32, start: i64, end: i64, step: u64) -> Result<Tensor> {
        let shape = x.meta().shape;
        if shape.rank() == 0 {
            return Err(Error::index("slice() cannot be applied to a 0-dim tensor."));
        }
        if step == 0 {
            return Err(Error::argument("slice step must be positive"));
        }
        let dim = shape.dim(dim)?;
        let extent = shape.dims()[dim] as i64;
        let place = |at: i64| if at < 0 { at.saturating_add(extent) } else { at }.clamp(0, extent);
        let (start, end) = (place(start), place(end));
        let span = (end - start).max(0) as u64;
        let count = span.div_ceil(step) as usize;
        // A step beyond the end reaches no second element; any step that does so is the same.
        let step = step.min(extent.max(1) as u64) as usize;
        self.apply(Slice { dim, start: start as usize, count, step }, &[x])
    }

    /// A view of `count` elements along `dim`, by places the host computed.
    pub(crate) fn narrow(&mut self, x: &Tensor, dim: usize, start: usize, count: usize) -> Result<Tensor> {
        self.apply(Slice { dim, start, count, step: 1 }, &[x])
    }

    /// A view with dimensions `a` and `b` exchanged.
    pub(crate) fn transpose(&mut self, x: &Tensor, a: usize, b: usize) -> Result<Tensor> {
        let rank = x.meta().shape.rank();
        let mut order = [0, 1, 2, 3, 4, 5, 6, 7];
        order.swap(a, b);
        self.apply(Permute { order, rank }, &[x])
    }
}
