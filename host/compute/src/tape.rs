use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use crate::error::{Error, Result};
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
    saved: Mutex<Saved>,
    /// Set where the guest keeps something for this node, and is to be told when it is gone.
    notice: OnceLock<Arc<Released>>,
    place: Option<Place>,
    /// Pays for lists of inputs and outputs whose length the guest chose.
    _charge: Option<MemoryCharge>,
}

/// The values that the gradient of a node is made from.
#[derive(Default)]
pub(crate) struct Saved {
    /// By input; empty where none is saved.
    pub(crate) inputs: Vec<Option<Value>>,
    pub(crate) output: Option<Value>,
    /// Were they let go of, after a pass that does not keep them?
    gone: bool,
}

impl Saved {
    fn is_empty(&self) -> bool {
        self.output.is_none() && self.inputs.iter().all(Option::is_none)
    }
}

/// What a node did.
pub(crate) enum Function {
    /// One of ours: it has one output, and says the gradients of its inputs.
    Operation(Arc<dyn Operation>),
    /// One of the guest's. Each of its outputs is a [`Function::Output`] whose only input leads here.
    Custom {
        outputs: Vec<Meta>,
        /// The nodes of the outputs that are recorded.
        made: OnceLock<Vec<Weak<Node>>>,
    },
    /// The output of a guest's function in this place.
    Output(usize),
}

/// The numbers of nodes that the guest kept something for, and that are gone. Each keeps its place in the quota
/// until the guest has heard of it, so that the list is no longer than the quota.
#[derive(Default)]
pub(crate) struct Released(Mutex<Vec<(u64, Option<Place>)>>);

impl Released {
    fn push(&self, sequence: u64, place: Option<Place>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((sequence, place));
    }

    /// The numbers since the last call.
    pub(crate) fn take(&self) -> Vec<u64> {
        let gone = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        gone.into_iter().map(|(sequence, _)| sequence).collect()
    }
}

/// One input of a recorded operation, as it was then.
pub(crate) struct Input {
    pub(crate) meta: Meta,
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
        saved: Saved,
        place: Place,
    ) -> Node {
        Node::of(sequence, Function::Operation(operation), inputs, saved, place)
    }

    /// A guest's function of `inputs`, whose end `released` is told.
    pub(crate) fn custom(
        sequence: u64,
        outputs: Vec<Meta>,
        inputs: Vec<Input>,
        released: Arc<Released>,
        place: Place,
        charge: MemoryCharge,
    ) -> Node {
        let function = Function::Custom { outputs, made: OnceLock::new() };
        let mut node = Node::of(sequence, function, inputs, Saved::default(), place);
        node.notice = OnceLock::from(released);
        node._charge = Some(charge);
        node
    }

    /// Output `i` of the guest's function `from`.
    pub(crate) fn output_of(from: Arc<Node>, sequence: u64, i: usize, meta: Meta, place: Place) -> Node {
        let inputs = vec![Input { meta, edge: Some(Edge::Node(from)) }];
        Node::of(sequence, Function::Output(i), inputs, Saved::default(), place)
    }

    fn of(sequence: u64, function: Function, inputs: Vec<Input>, saved: Saved, place: Place) -> Node {
        Node {
            sequence,
            function,
            inputs,
            saved: Mutex::new(saved),
            notice: OnceLock::new(),
            place: Some(place),
            _charge: None,
        }
    }

    /// What `pick` takes of the saved values.
    ///
    /// # Errors
    /// `gradient` where they were let go of.
    pub(crate) fn saved(&self, pick: impl FnOnce(&Saved) -> Option<Value>) -> Result<Value> {
        let saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        if saved.gone {
            return Err(Error::gradient(
                "Trying to backward through the graph a second time (or directly access saved tensors after they have \
                 already been freed). Saved intermediate values of the graph are freed when you call .backward() or \
                 autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or \
                 if you need to access saved tensors after calling backward.",
            ));
        }
        pick(&saved).ok_or_else(|| Error::gradient(format!("{}: this value was not saved", self.name())))
    }

    /// Lets go of the saved values. A node without any can be passed again.
    pub(crate) fn let_go(&self) {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        if !saved.is_empty() {
            *saved = Saved { gone: true, ..Saved::default() };
        }
    }

    /// From here on a reverse pass stops where the gradient of the result is whole; `released` is told its end.
    pub(crate) fn watch(&self, released: &Arc<Released>) {
        self.notice.get_or_init(|| released.clone());
    }

    /// Does a reverse pass stop here?
    pub(crate) fn is_watched(&self) -> bool {
        self.notice.get().is_some()
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
        if let Some(released) = self.notice.get() {
            released.push(self.sequence, self.place.take());
        }
    }
}
