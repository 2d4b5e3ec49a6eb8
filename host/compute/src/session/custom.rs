//! What the guest adds to the record: functions whose gradients it computes, and watches.

use std::mem::size_of;
use std::sync::{Arc, Weak};

use super::Session;
use crate::error::{Error, Result};
use crate::shape::Meta;
use crate::tape::{Edge, Function, Input, Node};
use crate::tensor::Tensor;

impl Session {
    /// Tensors with the values of `outputs`, recorded as what a function of the guest's own made of `inputs`, and
    /// that function's number. A [`crate::ReversePass`] stops there for the guest to say the gradients of `inputs`.
    /// Nothing is recorded where no input requires a gradient; outputs that are no fractions never are.
    ///
    /// # Errors
    /// `argument` for tensors of another session; quotas: the lists are charged as memory.
    pub fn custom(&mut self, inputs: &[&Tensor], outputs: &[&Tensor]) -> Result<(u64, Vec<Tensor>)> {
        self.check_cancelled()?;
        for tensor in inputs.iter().chain(outputs) {
            self.own(tensor)?;
        }
        let sequence = self.next_key();
        let tracked = self.recording && inputs.iter().any(|input| self.requires_gradient(input));
        if !tracked {
            let made: Result<Vec<Tensor>> = outputs.iter().map(|output| self.wrap(output.value())).collect();
            return Ok((sequence, made?));
        }
        let node = self.custom_node(sequence, inputs, outputs)?;
        let mut made = Vec::with_capacity(outputs.len());
        let mut nodes = Vec::with_capacity(outputs.len());
        for (i, output) in outputs.iter().enumerate() {
            let value = output.value();
            let output = match value.dtype().is_float() {
                true => Some(self.output_node(&node, i, value.meta())?),
                false => None,
            };
            nodes.push(output.as_ref().map_or_else(Weak::new, Arc::downgrade));
            made.push(self.wrap_recorded(value, output.map(Edge::Node))?);
        }
        if let Function::Custom { made, .. } = &node.function {
            made.get_or_init(|| nodes);
        }
        Ok((sequence, made))
    }

    fn custom_node(&mut self, sequence: u64, inputs: &[&Tensor], outputs: &[&Tensor]) -> Result<Arc<Node>> {
        let bytes = |count: usize, each: usize| (count as u64).saturating_mul(each as u64);
        // The memory of an output's node is held until the function's own is gone.
        let of_outputs = bytes(outputs.len(), size_of::<Node>() + size_of::<(Meta, Weak<Node>, Input)>());
        let charge = self.charge(bytes(inputs.len(), size_of::<Input>()).saturating_add(of_outputs))?;
        let place = self.account.place();
        let place = self.note(place)?;
        let inputs = inputs.iter().map(|input| Input { meta: input.meta(), edge: input.edge() }).collect();
        let outputs = outputs.iter().map(|output| output.meta()).collect();
        Ok(Arc::new(Node::custom(sequence, outputs, inputs, self.released.clone(), place, charge)))
    }

    fn output_node(&mut self, function: &Arc<Node>, i: usize, meta: Meta) -> Result<Arc<Node>> {
        let place = self.account.place();
        let place = self.note(place)?;
        let sequence = self.next_key();
        Ok(Arc::new(Node::output_of(function.clone(), sequence, i, meta, place)))
    }

    /// `value` as output `i` of the guest's function `node`.
    pub(super) fn as_output(&mut self, node: &Arc<Node>, i: usize, value: &Tensor) -> Result<Tensor> {
        let Function::Custom { outputs, made } = &node.function else {
            return Err(Error::gradient("only a custom function has several outputs"));
        };
        let meta = *outputs.get(i).filter(|meta| meta.dtype.is_float()).ok_or_else(|| {
            Error::gradient(format!("the custom function has no output {i} with a gradient"))
        })?;
        if value.meta().shape != meta.shape {
            return Err(Error::shape(format!(
                "output {i} of the custom function is of shape {}, not {}",
                meta.shape,
                value.meta().shape
            )));
        }
        if value.dtype() != meta.dtype {
            return Err(Error::dtype(format!(
                "output {i} of the custom function is of {}, not {}",
                meta.dtype,
                value.dtype()
            )));
        }
        // Nobody holds a node that is gone: a new one in its place is as good.
        let output = match made.get().and_then(|made| made.get(i)).and_then(Weak::upgrade) {
            Some(output) => output,
            None => self.output_node(node, i, meta)?,
        };
        self.wrap_recorded(value.value(), Some(Edge::Node(output)))
    }

    /// From here on a reverse pass stops where the gradient of `x` is whole, for the guest to see and to replace
    /// it. Returns the watch's number, which is the same for the same operation's result.
    ///
    /// # Errors
    /// `gradient` where `x` was not computed on the record: a leaf's gradient is whole at the end.
    pub fn watch(&mut self, x: &Tensor) -> Result<u64> {
        self.own(x)?;
        match x.edge() {
            Some(Edge::Node(node)) => {
                node.watch(&self.released);
                Ok(node.sequence)
            }
            Some(Edge::Leaf(_)) => {
                Err(Error::gradient("a leaf is not watched: its gradient is whole at the end"))
            }
            None => Err(Error::gradient("cannot register a hook on a tensor that doesn't require gradient")),
        }
    }

    /// The numbers of functions and watches whose record is gone since the last call. Until then each counts as a
    /// recorded operation still.
    pub fn released(&mut self) -> Vec<u64> {
        self.released.take()
    }
}
