use std::sync::Arc;

use crate::arithmetic::Number;
use crate::device::Cost;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::storage::Storage;
use crate::tape::{Edge, Node};
use crate::tensor::Tensor;
use crate::value::{Element, Value};

/// One operation with its settings: what a new one has to say. [`Session::apply`] does the rest: checks, charges,
/// recording.
pub(crate) trait Operation: Send + Sync + 'static {
    /// For messages.
    fn name(&self) -> &'static str;

    /// Element type and extents of the result, or why there is none.
    fn infer(&self, inputs: &[Meta]) -> Result<Meta>;

    /// What it takes on the device: by default one pass over all inputs and the output.
    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let bytes = inputs.iter().map(Meta::bytes).sum::<u64>() + output.bytes();
        Cost::of(output.elements() as f64, bytes as f64)
    }

    /// The result as a view of the first input, where nothing has to move.
    fn view(&self, _input: &Value, _output: &Meta) -> Option<Layout> {
        None
    }

    /// Computes the elements. Called only after `infer` has agreed and everything is paid for.
    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced>;

    /// Does the result have a gradient at all?
    fn differentiable(&self) -> bool {
        true
    }

    /// Does `backward` read the values of input `i`?
    fn saves_input(&self, _i: usize) -> bool {
        true
    }

    /// Does `backward` read the values of the result?
    fn saves_output(&self) -> bool {
        false
    }

    /// The gradient of each input that [`Step::needs`] one, from that of the result.
    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>>;
}

/// What an operation computed.
pub(crate) struct Produced {
    pub(crate) storage: Storage,
    pub(crate) layout: Layout,
}

impl Produced {
    /// Row-major elements of `output`.
    pub(crate) fn new<T: Element>(elements: Vec<T>, output: &Meta) -> Produced {
        debug_assert_eq!(elements.len(), output.elements());
        Produced { storage: T::wrap(elements), layout: Layout::contiguous(output.shape) }
    }

    /// Row-major numbers, stored as `output` wants them.
    pub(crate) fn numbers<N: Number>(numbers: Vec<N>, output: &Meta) -> Produced {
        Produced { storage: N::store(numbers, output.dtype), layout: Layout::contiguous(output.shape) }
    }
}

/// What one step of the reverse pass adds to the gradient of an input.
pub(crate) enum Contribution {
    /// Nothing.
    None,
    /// A gradient of the input's shape.
    Whole(Tensor),
    /// A gradient of those elements only that `layout` names in a row-major tensor of the input's shape.
    Part {
        /// Strides and offset within the input; its shape is that of `gradient`.
        layout: Layout,
        /// The gradient there.
        gradient: Tensor,
    },
}

impl From<Tensor> for Contribution {
    fn from(gradient: Tensor) -> Contribution {
        Contribution::Whole(gradient)
    }
}

impl From<Option<Tensor>> for Contribution {
    fn from(gradient: Option<Tensor>) -> Contribution {
        gradient.map_or(Contribution::None, Contribution::Whole)
    }
}

/// One node of the reverse pass: what its operation may look at.
pub(crate) struct Step<'a> {
    pub(crate) session: &'a mut Session,
    pub(crate) grad: Tensor,
    pub(crate) node: &'a Arc<Node>,
    /// For each input: does anyone wait for its gradient?
    pub(crate) needs: &'a [bool],
}

impl Step<'_> {
    pub(crate) fn needs(&self, i: usize) -> bool {
        self.needs.get(i).copied().unwrap_or(false)
    }

    /// Will the gradients be differentiated, so that they have to be made by operations that are recorded?
    pub(crate) fn recorded(&self) -> bool {
        self.session.is_recording()
    }

    /// The saved values of input `i`; in a recorded pass, with how they were computed.
    pub(crate) fn input(&mut self, i: usize) -> Result<Tensor> {
        let value = self.node.saved(|saved| saved.inputs.get(i).cloned().flatten())?;
        let edge = self.node.input(i).filter(|_| self.recorded()).and_then(|input| input.edge.clone());
        self.session.wrap_recorded(value, edge)
    }

    /// The saved values of the result; in a recorded pass, as what this operation computed.
    pub(crate) fn output(&mut self) -> Result<Tensor> {
        let value = self.node.saved(|saved| saved.output.clone())?;
        let edge = self.recorded().then(|| Edge::Node(self.node.clone()));
        self.session.wrap_recorded(value, edge)
    }

    /// The extents of input `i`.
    pub(crate) fn shape(&self, i: usize) -> Shape {
        self.node.input(i).map_or(Shape::SCALAR, |input| input.meta.shape)
    }

    /// `gradient` summed over the dimensions along which input `i` was broadcast.
    pub(crate) fn unbroadcast(&mut self, gradient: Tensor, i: usize) -> Result<Contribution> {
        let shape = self.shape(i);
        Ok(Contribution::Whole(self.session.sum_to(&gradient, &shape)?))
    }
}

/// What the fused gradient of `name` says to whoever would differentiate it: a recorded pass does not use it.
pub(crate) fn not_recorded(name: &str) -> Error {
    Error::gradient(format!(
        "{name}: this gradient was computed by one kernel and cannot be differentiated again"
    ))
}

/// The meta of the only input.
pub(crate) fn one(inputs: &[Meta]) -> Meta {
    inputs[0]
}

/// Refuses inputs of different element types.
pub(crate) fn same_dtype(name: &str, inputs: &[Meta]) -> Result<()> {
    for other in &inputs[1..] {
        if other.dtype != inputs[0].dtype {
            return Err(Error::dtype(format!(
                "{name}: expected both operands to have the same dtype, but got {} and {}",
                inputs[0].dtype, other.dtype
            )));
        }
    }
    Ok(())
}

/// Refuses elements that are no fractions.
pub(crate) fn needs_float(name: &str, input: &Meta) -> Result<()> {
    if input.dtype.is_float() {
        return Ok(());
    }
    Err(Error::dtype(format!("{name}: not implemented for '{}'; cast to f32 first", input.dtype)))
}
