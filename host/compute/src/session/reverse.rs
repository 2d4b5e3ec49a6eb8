//! The reverse pass: a loop over recorded operations in descending order, with a charge and a check between them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::Session;
use crate::arithmetic::Number;
use crate::device::Cost;
use crate::error::{Error, Result};
use crate::kernels::copy;
use crate::layout::Layout;
use crate::operation::{Contribution, Step};
use crate::ops::BinaryOp;
use crate::shape::Meta;
use crate::tape::{Edge, Node};
use crate::tensor::Tensor;
use crate::value::Value;

/// Whose gradients are wanted.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    /// Every leaf's.
    Leaves,
    /// Those of the leaves and nodes with these keys.
    Keys(&'a HashSet<u64>),
}

impl Session {
    /// The gradients of `output` for every leaf it was computed from, in order of the leaves' creation. `gradient`
    /// is that of `output` itself: 1 where it is left out, which `output` of one element allows.
    ///
    /// # Errors
    /// `gradient` where `output` depends on no leaf, or has several elements and no `gradient`; quotas.
    pub fn backward(&mut self, output: &Tensor, gradient: Option<&Tensor>) -> Result<Vec<(u64, Tensor)>> {
        let gradients = self.reverse(output, gradient, Wanted::Leaves)?;
        Ok(gradients.into_iter().collect())
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
    ) -> Result<Vec<Option<Tensor>>> {
        let mut keys = Vec::with_capacity(inputs.len());
        for input in inputs {
            self.own(input)?;
            let edge = input.edge();
            let key = edge.as_ref().map(Edge::key);
            keys.push(
                key.ok_or_else(|| {
                    Error::gradient("One of the differentiated Tensors does not require grad")
                })?,
            );
        }
        let wanted = keys.iter().copied().collect();
        let found = self.reverse(output, gradient, Wanted::Keys(&wanted))?;
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    fn reverse(
        &mut self,
        output: &Tensor,
        gradient: Option<&Tensor>,
        wanted: Wanted<'_>,
    ) -> Result<BTreeMap<u64, Tensor>> {
        self.own(output)?;
        self.check_cancelled()?;
        let edge = output.edge().ok_or_else(|| {
            Error::gradient("element 0 of tensors does not require grad and does not have a grad_fn")
        })?;
        let first = self.first_gradient(output, gradient)?;
        let recording = self.set_recording(false);
        let result = self.walk(edge, first, wanted);
        self.set_recording(recording);
        result
    }

    fn first_gradient(&mut self, output: &Tensor, gradient: Option<&Tensor>) -> Result<Tensor> {
        let meta = output.meta();
        let Some(gradient) = gradient else {
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
        Ok(self.detach(gradient))
    }

    fn walk(&mut self, edge: Edge, first: Tensor, wanted: Wanted<'_>) -> Result<BTreeMap<u64, Tensor>> {
        let mut nodes = reachable(&edge);
        let mut useful = useful(&nodes, wanted);
        if let (Edge::Leaf(id), Wanted::Leaves) = (&edge, wanted) {
            useful.insert(*id);
        }
        let mut pending: HashMap<u64, Tensor> = HashMap::from([(edge.key(), first)]);
        let mut found = BTreeMap::new();
        while let Some((key, node)) = nodes.pop_last() {
            self.check_cancelled()?;
            let Some(grad) = pending.remove(&key) else { continue };
            if let Wanted::Keys(keys) = wanted
                && keys.contains(&key)
            {
                found.insert(key, grad.clone());
            }
            let needs: Vec<bool> = node
                .inputs()
                .iter()
                .map(|input| input.edge.as_ref().is_some_and(|edge| useful.contains(&edge.key())))
                .collect();
            if !needs.contains(&true) {
                continue;
            }
            let mut step = Step { session: self, grad, node: &node, needs: &needs };
            let contributions = node.operation.backward(&mut step)?;
            drop(step);
            for (input, contribution) in node.inputs().iter().zip(contributions) {
                let Some(edge) = &input.edge else { continue };
                if useful.contains(&edge.key()) {
                    self.accumulate(&mut pending, edge.key(), &input.meta, contribution)?;
                }
            }
        }
        // Only leaves are left: every node was visited.
        for (key, gradient) in pending {
            if useful.contains(&key) {
                found.insert(key, gradient);
            }
        }
        Ok(found)
    }

    /// Adds to the gradient under `key`; the first one is stored as it is.
    fn accumulate(
        &mut self,
        pending: &mut HashMap<u64, Tensor>,
        key: u64,
        meta: &Meta,
        contribution: Contribution,
    ) -> Result<()> {
        let sum = match (contribution, pending.remove(&key)) {
            (Contribution::None, None) => return Ok(()),
            (Contribution::None, Some(before)) => before,
            (Contribution::Whole(gradient), None) => gradient,
            (Contribution::Whole(gradient), Some(before)) => self.add_gradients(before, gradient)?,
            (Contribution::Part { layout, gradient }, before) => {
                let before = match before {
                    Some(before) => before,
                    None => self.full(meta.dtype, &meta.shape.to_u64(), 0.0)?,
                };
                self.add_part(before, &layout, &gradient)?
            }
        };
        pending.insert(key, sum);
        Ok(())
    }

    fn add_gradients(&mut self, before: Tensor, gradient: Tensor) -> Result<Tensor> {
        let layout = Layout::contiguous(before.meta().shape);
        self.add_in_place(before, &layout, &gradient, |session, before| {
            session.binary(BinaryOp::Add, &before, &gradient)
        })
    }

    fn add_part(&mut self, before: Tensor, layout: &Layout, gradient: &Tensor) -> Result<Tensor> {
        self.add_in_place(before, layout, gradient, |session, before| {
            // Shared, or 16 bits: a copy with the part added.
            let meta = before.meta();
            let charge = session.charge(meta.bytes() + 8 * meta.elements() as u64)?;
            let storage = by_float!(meta.dtype, F => {
                let mut whole = before.value().numbers::<F>()?.into_owned();
                copy::add_into(&mut whole[layout.offset..], layout, &gradient.value().numbers::<F>()?);
                F::store(whole, meta.dtype)
            });
            drop(charge);
            let charge = session.charge(meta.bytes())?;
            session.admit(storage, &meta, charge)
        })
    }

    /// Adds `gradient` to the elements of `before` that `layout` names: in place where nobody else sees them.
    fn add_in_place(
        &mut self,
        before: Tensor,
        layout: &Layout,
        gradient: &Tensor,
        otherwise: impl FnOnce(&mut Session, Tensor) -> Result<Tensor>,
    ) -> Result<Tensor> {
        let part = gradient.value();
        let mut value: Value = before.into_value();
        let in_place = value.layout().is_contiguous();
        by_float!(value.dtype(), F => if in_place && let Some(elements) = value.unique::<F>() {
            let meta = part.meta();
            let cost = Cost::of(meta.elements() as f64, 3.0 * meta.bytes() as f64);
            let spent = self.spend("backward", &cost);
            self.note(spent)?;
            let _scratch = self.charge(if part.layout().is_contiguous() { 0 } else { meta.bytes() })?;
            copy::add_into(&mut elements[layout.offset..], layout, &part.numbers::<F>()?);
            return self.wrap(value);
        });
        let before = self.wrap(value)?;
        otherwise(self, before)
    }
}

/// All recorded operations that `edge` was computed by, by number.
fn reachable(edge: &Edge) -> BTreeMap<u64, Arc<Node>> {
    let mut nodes = BTreeMap::new();
    let mut open = vec![edge.clone()];
    while let Some(edge) = open.pop() {
        let Edge::Node(node) = edge else { continue };
        if nodes.contains_key(&node.sequence) {
            continue;
        }
        open.extend(node.inputs().iter().filter_map(|input| input.edge.clone()));
        nodes.insert(node.sequence, node);
    }
    nodes
}

/// The keys of all leaves and nodes whose gradient leads to one that is wanted.
fn useful(nodes: &BTreeMap<u64, Arc<Node>>, wanted: Wanted<'_>) -> HashSet<u64> {
    let mut useful = match wanted {
        Wanted::Leaves => HashSet::new(),
        Wanted::Keys(keys) => keys.clone(),
    };
    // Ascending: the inputs of a node come before it.
    for node in nodes.values() {
        let mut leads = useful.contains(&node.sequence);
        for edge in node.inputs().iter().filter_map(|input| input.edge.as_ref()) {
            if matches!((edge, wanted), (Edge::Leaf(_), Wanted::Leaves)) {
                useful.insert(edge.key());
            }
            leads |= useful.contains(&edge.key());
        }
        if leads {
            useful.insert(node.sequence);
        }
    }
    useful
}
