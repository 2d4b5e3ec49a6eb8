//! Where a reverse pass is, and the loop that takes it further.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use super::graph::Graph;
use crate::error::{Error, Result};
use crate::operation::{Operation, Step};
use crate::quota::{MemoryCharge, Place};
use crate::session::Session;
use crate::tape::{Edge, Function, Node};
use crate::tensor::Tensor;

/// Where a reverse pass stops.
#[derive(Debug)]
pub enum Stop {
    /// All gradients are known.
    Done,
    /// At a function of the guest's own, for [`Session::answer_custom`].
    Custom {
        /// The number that [`Session::custom`] gave it.
        function: u64,
        /// The gradients of its outputs; none for those that nothing depends on.
        gradients: Vec<Option<Tensor>>,
    },
    /// At a watched tensor, for [`Session::answer_watched`]; without an answer its gradient stays as it is.
    Watched {
        /// The number that [`Session::watch`] gave it.
        watch: u64,
        /// Its whole gradient.
        gradient: Tensor,
    },
}

/// A reverse pass that stops where the guest has a say. It keeps alive what it has still to visit, on the account
/// of the session that began it, and belongs to that session.
pub struct ReversePass {
    pub(super) session: u64,
    /// Is the pass itself recorded?
    pub(super) recorded: bool,
    /// Are the saved values of what was passed kept for another pass?
    pub(super) retain: bool,
    pub(super) graph: Graph,
    /// The keys of the tensors whose gradients were asked for; none for those of all leaves.
    pub(super) inputs: Option<Vec<u64>>,
    /// Gradients of nodes and leaves, not whole as long as a node that adds to them is to be visited.
    pub(super) pending: BTreeMap<u64, Tensor>,
    /// Gradients of the outputs of guests' functions, by the function's number.
    pub(super) outputs: HashMap<u64, Vec<Option<Tensor>>>,
    pub(super) found: BTreeMap<u64, Tensor>,
    pub(super) at: At,
    pub(super) _charge: Option<(MemoryCharge, Place)>,
}

/// The place between two steps.
pub(super) enum At {
    /// The next node or leaf comes.
    Next,
    /// The gradient of a tensor is whole.
    Tensor(Whole),
    /// The guest has to say the gradients of this function's inputs.
    Custom(Arc<Node>),
    /// All gradients are known.
    Done,
    /// A step failed.
    Broken,
}

/// A tensor whose gradient is whole.
pub(super) struct Whole {
    key: u64,
    /// What computed it; none for a leaf.
    node: Option<Arc<Node>>,
    pub(super) gradient: Tensor,
    pub(super) shown: Shown,
}

/// Has the guest seen the gradient of a watched tensor?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Not,
    /// And may still answer.
    Now,
    Answered,
}

impl Whole {
    fn new(key: u64, node: Option<Arc<Node>>, gradient: Tensor) -> Whole {
        Whole { key, node, gradient, shown: Shown::Not }
    }
}

impl fmt::Debug for ReversePass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReversePass").field("left", &self.graph.nodes.len()).finish_non_exhaustive()
    }
}

impl Session {
    /// Goes on to the next stop, with the record kept as the pass says.
    pub(super) fn go(&mut self, pass: &mut ReversePass) -> Result<Stop> {
        let recording = self.set_recording(pass.recorded);
        let stop = self.next_stop(pass);
        self.set_recording(recording);
        stop
    }

    fn next_stop(&mut self, pass: &mut ReversePass) -> Result<Stop> {
        loop {
            self.check_cancelled()?;
            let stop = match std::mem::replace(&mut pass.at, At::Broken) {
                At::Next => self.visit(pass)?,
                At::Tensor(whole) => self.show(pass, whole)?,
                At::Custom(node) => {
                    pass.at = At::Custom(node);
                    return Err(Error::gradient(
                        "the reverse pass waits for the gradients of a custom function's inputs",
                    ));
                }
                At::Done => {
                    pass.at = At::Done;
                    Some(Stop::Done)
                }
                At::Broken => return Err(Error::gradient("the reverse pass has failed; begin another one")),
            };
            if let Some(stop) = stop {
                return Ok(stop);
            }
        }
    }

    /// Takes the next node or, after the last one, the next leaf.
    fn visit(&mut self, pass: &mut ReversePass) -> Result<Option<Stop>> {
        pass.at = At::Next;
        let Some((key, node)) = pass.graph.nodes.pop_last() else {
            // Only leaves are left: every node was visited.
            pass.at = match pass.pending.pop_first() {
                Some((key, gradient)) => At::Tensor(Whole::new(key, None, gradient)),
                None => At::Done,
            };
            return Ok(None);
        };
        if let Function::Custom { .. } = node.function {
            let Some(gradients) = pass.outputs.remove(&key) else { return Ok(None) };
            pass.at = At::Custom(node);
            return Ok(Some(Stop::Custom { function: key, gradients }));
        }
        if let Some(gradient) = pass.pending.remove(&key) {
            pass.at = At::Tensor(Whole::new(key, Some(node), gradient));
        }
        Ok(None)
    }

    /// Shows the gradient of a watched tensor, then keeps it or passes it on.
    fn show(&mut self, pass: &mut ReversePass, whole: Whole) -> Result<Option<Stop>> {
        let Whole { key, node, gradient, shown } = whole;
        let watched = node.as_ref().is_some_and(|node| node.is_watched());
        if watched && shown == Shown::Not && pass.graph.useful.contains(&key) {
            let gradient = self.apart(&gradient, pass.recorded)?;
            pass.at = At::Tensor(Whole { key, node, gradient: gradient.clone(), shown: Shown::Now });
            return Ok(Some(Stop::Watched { watch: key, gradient }));
        }
        if pass.graph.wants(key, node.is_none()) {
            let gradient = self.apart(&gradient, pass.recorded)?;
            pass.found.insert(key, gradient);
        }
        if let Some(node) = node {
            self.pass_on(pass, &node, gradient)?;
        }
        pass.at = At::Next;
        Ok(None)
    }

    /// The gradient of what `node` computed becomes that of its inputs.
    fn pass_on(&mut self, pass: &mut ReversePass, node: &Arc<Node>, gradient: Tensor) -> Result<()> {
        match &node.function {
            Function::Operation(operation) => {
                let needs: Vec<bool> =
                    node.inputs().iter().map(|input| pass.graph.is_useful(input.edge.as_ref())).collect();
                if !needs.contains(&true) {
                    return Ok(());
                }
                self.chain(pass, node, &**operation, gradient, &needs)
            }
            Function::Output(i) => self.collect(pass, node, *i, gradient),
            // It has no gradient of its own: `visit` stops there.
            Function::Custom { .. } => Ok(()),
        }
    }

    fn chain(
        &mut self,
        pass: &mut ReversePass,
        node: &Arc<Node>,
        operation: &dyn Operation,
        grad: Tensor,
        needs: &[bool],
    ) -> Result<()> {
        let mut step = Step { session: self, grad, node, needs };
        let contributions = operation.backward(&mut step)?;
        drop(step);
        if !pass.retain {
            node.let_go();
        }
        for (input, contribution) in node.inputs().iter().zip(contributions) {
            let Some(edge) = &input.edge else { continue };
            if pass.graph.useful.contains(&edge.key()) {
                self.accumulate(&mut pass.pending, edge.key(), &input.meta, contribution)?;
            }
        }
        Ok(())
    }

    /// Keeps the gradient of output `i` of a guest's function until that function's turn comes.
    fn collect(&mut self, pass: &mut ReversePass, output: &Node, i: usize, gradient: Tensor) -> Result<()> {
        let edge = output.input(0).and_then(|input| input.edge.as_ref());
        let Some(Edge::Node(function)) = edge else { return Ok(()) };
        let Function::Custom { outputs, .. } = &function.function else { return Ok(()) };
        if !pass.graph.useful.contains(&function.sequence) {
            return Ok(());
        }
        let gradients = pass.outputs.entry(function.sequence).or_insert_with(|| vec![None; outputs.len()]);
        if let Some(place) = gradients.get_mut(i) {
            // An output has two nodes where the guest recorded it again, see `Session::output_of`.
            *place = Some(match place.take() {
                Some(before) => self.add_gradients(before, gradient)?,
                None => self.apart(&gradient, pass.recorded)?,
            });
        }
        Ok(())
    }

    /// A tensor of its own with the values of `gradient`: what the guest does to one in place is not seen through
    /// another. How it was computed is kept where the pass is recorded.
    pub(super) fn apart(&mut self, gradient: &Tensor, recorded: bool) -> Result<Tensor> {
        let state = gradient.state().clone();
        self.wrap_recorded(state.value, state.edge.filter(|_| recorded))
    }
}
