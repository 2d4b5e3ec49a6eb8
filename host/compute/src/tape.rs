use std::sync::Arc;

use crate::operation::Operation;
use crate::quota::{MemoryCharge, Place};
use crate::shape::Meta;
use crate::value::Value;

/// One recorded operation. Nodes are numbered as they are recorded, so descending numbers are a reverse
/// topological order and the reverse pass is a loop.
pub(crate) struct Node {
    pub(crate) sequence: u64,
    pub(crate) function: Function,
    inputs: Vec<Input>,
    pub(crate) output: Option<Value>,
    _place: Place,
    /// Pays for a list of inputs whose length the guest chose.
    _charge: Option<MemoryCharge>,
}

/// What a node did.
#[derive(Clone)]
pub(crate) enum Function {
    /// One of ours: it has one output, and says the gradients of its inputs.
    Operation(Arc<dyn Operation>),
    /// One of the guest's, with this many outputs. Each is a [`Function::Output`] whose only input leads here.
    Custom { outputs: usize },
    /// The output of a guest's function in this place.
    Output(usize),
}

/// One input of a recorded operation, as it was then.
pub(crate) struct Input {
    pub(crate) meta: Meta,
    pub(crate) value: Option<Value>,
    pub(crate) edge: Option<Edge>,
}

/// Where a gradient goes next.
#[derive(Clone)]
pub(crate) enum Edge {
    /// The identity of a leaf.
    Leaf(u64),
    /// The operation that computed the tensor.
    Node(Arc<Node>),
}

impl Edge {
    /// A number that no other leaf or node of the session has.
    pub(crate) fn key(&self) -> u64 {
        match self {
            Edge::Leaf(id) => *id,
            Edge::Node(node) => node.sequence,
        }
    }
}

impl Node {
    pub(crate) fn new(
        sequence: u64,
        operation: Arc<dyn Operation>,
        inputs: Vec<Input>,
        output: Option<Value>,
        place: Place,
    ) -> Node {
        let function = Function::Operation(operation);
        Node { sequence, function, inputs, output, _place: place, _charge: None }
    }

    /// A guest's function of `inputs`.
    pub(crate) fn custom(
        sequence: u64,
        outputs: usize,
        inputs: Vec<Input>,
        place: Place,
        charge: MemoryCharge,
    ) -> Node {
        let function = Function::Custom { outputs };
        Node { sequence, function, inputs, output: None, _place: place, _charge: Some(charge) }
    }

    /// Output `i` of the guest's function `from`.
    pub(crate) fn output_of(from: Arc<Node>, sequence: u64, i: usize, meta: Meta, place: Place) -> Node {
        let inputs = vec![Input { meta, value: None, edge: Some(Edge::Node(from)) }];
        Node { sequence, function: Function::Output(i), inputs, output: None, _place: place, _charge: None }
    }

    pub(crate) fn name(&self) -> &'static str {
        match &self.function {
            Function::Operation(operation) => operation.name(),
            Function::Custom { .. } | Function::Output(_) => "custom",
        }
    }

    pub(crate) fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    pub(crate) fn input(&self, i: usize) -> Option<&Input> {
        self.inputs.get(i)
    }
}

impl Drop for Node {
    /// Takes the graph behind it apart in a loop: a chain of a million operations must not recurse.
    fn drop(&mut self) {
        let mut orphans: Vec<Arc<Node>> = Vec::new();
        let take = |inputs: &mut Vec<Input>, orphans: &mut Vec<Arc<Node>>| {
            for input in inputs.drain(..) {
                if let Some(Edge::Node(node)) = input.edge {
                    orphans.push(node);
                }
            }
        };
        take(&mut self.inputs, &mut orphans);
        while let Some(orphan) = orphans.pop() {
            // Of several threads that let go of a node at once, exactly one gets it here.
            if let Some(mut node) = Arc::into_inner(orphan) {
                take(&mut node.inputs, &mut orphans);
            }
        }
    }
}
