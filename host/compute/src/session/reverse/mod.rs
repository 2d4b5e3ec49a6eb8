//! The reverse pass: a loop over recorded operations in descending order, with a charge and a check between them.

mod accumulate;
mod answer;
mod graph;
mod nested;
mod pass;

use std::collections::{BTreeMap, HashMap};
use std::mem::size_of;
use std::sync::Arc;

use self::graph::{Graph, Wanted};
use self::pass::At;
pub use self::pass::{ReversePass, Stop};
use super::Session;
use crate::device::Cost;
use crate::error::{Error, Result};
use crate::tape::{Edge, Node};
use crate::tensor::Tensor;

/// Where a reverse pass begins.
#[derive(Clone, Copy, Debug)]
pub struct Root<'a> {
    /// What is differentiated.
    pub output: &'a Tensor,
    /// Its gradient: 1 where it is left out, which `output` of one element allows.
    pub gradient: Option<&'a Tensor>,
}

impl Session {
    /// The gradients of `output` for every leaf it was computed from, in order of the leaves' creation. `gradient`
    /// is that of `output` itself: 1 where it is left out, which `output` of one element allows. Without `retain`,
    /// what was saved for the gradients is let go of as the pass goes: there is no second one.
    ///
    /// # Errors
    /// `gradient` where `output` depends on no leaf, or has several elements and no `gradient`, or depends on what a
    /// pass stops at: a function of the guest's own ([`Session::custom`]), a watched tensor; quotas.
    pub fn backward(
        &mut self,
        output: &Tensor,
        gradient: Option<&Tensor>,
        retain: bool,
    ) -> Result<Vec<(u64, Tensor)>> {
        let found = self.at_once(Root { output, gradient }, None, retain)?.found;
        Ok(found.into_iter().collect())
    }

    /// The gradients of `output` for `inputs`, leaves or not; none where `output` does not depend on one.
    ///
    /// # Errors
    /// As [`Session::backward`], and `gradient` for an input that requires none.
    pub fn gradients(
        &mut self,
        output: &Tensor,
        inputs: &[&Tensor],
        gradient: Option<&Tensor>,
        retain: bool,
    ) -> Result<Vec<Option<Tensor>>> {
        let pass = self.at_once(Root { output, gradient }, Some(inputs), retain)?;
        Ok(pass.of_inputs())
    }

    /// Begins a pass from `roots` back to `inputs`, or to every leaf. It stops at watched tensors and at functions
    /// of the guest's own where they lie on the way to what is wanted. With `recorded`, the pass itself is recorded:
    /// its gradients can be differentiated.
    ///
    /// # Errors
    /// `gradient` where a root or an input requires no gradient, or a root of several elements has none; `shape`
    /// for one of another shape; quotas: what the pass has to remember is charged as memory.
    pub fn reverse_pass(
        &mut self,
        roots: &[Root<'_>],
        inputs: Option<&[&Tensor]>,
        recorded: bool,
        retain: bool,
    ) -> Result<ReversePass> {
        let mut pass = self.begin(roots, inputs, recorded, retain)?;
        // The pass outlives this call, and so do its tables: a node is in two of them.
        let entries = 2 * pass.graph.nodes.len() + inputs.map_or(0, <[_]>::len);
        let bytes = (entries * 3 * size_of::<(u64, Arc<Node>)>()) as u64;
        let spent = self.spend("backward", &Cost::of(0.0, bytes as f64));
        self.note(spent)?;
        let place = self.account.place();
        pass._charge = Some((self.charge(bytes)?, self.note(place)?));
        Ok(pass)
    }

    /// Goes on to the next stop.
    ///
    /// # Errors
    /// `gradient` where the gradients of a guest's function are to be said first, or an earlier step failed;
    /// `argument` for a pass of another session; quotas, and `cancelled`.
    pub fn advance(&mut self, pass: &mut ReversePass) -> Result<Stop> {
        self.own_pass(pass)?;
        self.go(pass)
    }

    /// A pass without stops.
    fn at_once(&mut self, root: Root<'_>, inputs: Option<&[&Tensor]>, retain: bool) -> Result<ReversePass> {
        let mut pass = self.begin(&[root], inputs, false, retain)?;
        match self.go(&mut pass)? {
            Stop::Done => Ok(pass),
            Stop::Custom { .. } | Stop::Watched { .. } => Err(Error::gradient(
                "the output depends on a function of the program's own or on a watched tensor: only a pass that stops \
                 there can go on",
            )),
        }
    }

    fn begin(
        &mut self,
        roots: &[Root<'_>],
        inputs: Option<&[&Tensor]>,
        recorded: bool,
        retain: bool,
    ) -> Result<ReversePass> {
        self.check_cancelled()?;
        let mut edges = Vec::with_capacity(roots.len());
        for (i, root) in roots.iter().enumerate() {
            self.own(root.output)?;
            edges.push(root.output.edge().ok_or_else(|| {
                Error::gradient(format!(
                    "element {i} of tensors does not require grad and does not have a grad_fn"
                ))
            })?);
        }
        let inputs = inputs.map(|inputs| self.keys(inputs)).transpose()?;
        let wanted = match &inputs {
            Some(keys) => Wanted::Keys(keys.iter().copied().collect()),
            None => Wanted::Leaves,
        };
        let mut pass = ReversePass {
            session: self.id,
            recorded,
            retain,
            graph: Graph::new(&edges, wanted, 0),
            inputs,
            pending: BTreeMap::new(),
            outputs: HashMap::new(),
            found: BTreeMap::new(),
            at: At::Next,
            _charge: None,
        };
        let recording = self.set_recording(recorded);
        let begun = self.enter(&mut pass, roots, &edges);
        self.set_recording(recording);
        begun.map(|()| pass)
    }

    /// Gives each root its gradient.
    fn enter(&mut self, pass: &mut ReversePass, roots: &[Root<'_>], edges: &[Edge]) -> Result<()> {
        for (root, edge) in roots.iter().zip(edges) {
            let first = self.first_gradient(root, pass.recorded)?;
            if pass.graph.is_useful(Some(edge)) {
                let meta = root.output.meta();
                self.accumulate(&mut pass.pending, edge.key(), &meta, first.into())?;
            }
        }
        Ok(())
    }

    fn first_gradient(&mut self, root: &Root<'_>, recorded: bool) -> Result<Tensor> {
        let meta = root.output.meta();
        let Some(gradient) = root.gradient else {
            if meta.elements() != 1 {
                return Err(Error::gradient("grad can be implicitly created only for scalar outputs"));
            }
            return self.full(meta.dtype, &meta.shape.to_u64(), 1.0);
        };
        self.own(gradient)?;
        if gradient.meta() != meta {
            let given = gradient.meta();
            return Err(Error::shape(format!(
                "Mismatch in shape: the gradient has a shape of {} ({}) and the output has a shape of {} ({})",
                given.shape, given.dtype, meta.shape, meta.dtype
            )));
        }
        self.apart(gradient, recorded)
    }

    fn keys(&self, inputs: &[&Tensor]) -> Result<Vec<u64>> {
        let key = |input: &&Tensor| {
            self.own(input)?;
            input
                .edge()
                .as_ref()
                .map(Edge::key)
                .ok_or_else(|| Error::gradient("One of the differentiated Tensors does not require grad"))
        };
        inputs.iter().map(key).collect()
    }
}
