//! Functions whose gradients the guest computes.

use std::mem::size_of;
use std::sync::Arc;

use super::Session;
use crate::error::Result;
use crate::tape::{Edge, Input, Node};
use crate::tensor::Tensor;

impl Session {
    /// Tensors with the values of `outputs`, recorded as what a function of the guest's own made of `inputs`, and
    /// that function's number. A [`crate::ReversePass`] stops there for the guest to say the gradients of `inputs`.
    /// Nothing is recorded where no input requires a gradient; outputs that are no fractions never are.
    ///
    /// # Errors
    /// `argument` for tensors of another session; quotas: a list of inputs is charged as memory.
    pub fn custom(&mut self, inputs: &[&Tensor], outputs: &[&Tensor]) -> Result<(u64, Vec<Tensor>)> {
        self.check_cancelled()?;
        for tensor in inputs.iter().chain(outputs) {
            self.own(tensor)?;
        }
        let sequence = self.next_key();
        let node = if self.recording { self.custom_node(sequence, inputs, outputs.len())? } else { None };
        let mut made = Vec::with_capacity(outputs.len());
        for (i, output) in outputs.iter().enumerate() {
            let value = output.value();
            let edge = match &node {
                Some(node) if value.dtype().is_float() => {
                    let place = self.account.place();
                    let place = self.note(place)?;
                    let sequence = self.next_key();
                    let output = Node::output_of(node.clone(), sequence, i, value.meta(), place);
                    Some(Edge::Node(Arc::new(output)))
                }
                _ => None,
            };
            made.push(self.wrap_recorded(value, edge)?);
        }
        Ok((sequence, made))
    }

    fn custom_node(
        &mut self,
        sequence: u64,
        inputs: &[&Tensor],
        outputs: usize,
    ) -> Result<Option<Arc<Node>>> {
        if !inputs.iter().any(|input| self.requires_gradient(input)) {
            return Ok(None);
        }
        let charge = self.charge((inputs.len() as u64).saturating_mul(size_of::<Input>() as u64))?;
        let place = self.account.place();
        let place = self.note(place)?;
        let inputs = inputs
            .iter()
            .map(|input| Input { meta: input.meta(), value: None, edge: input.edge() })
            .collect();
        Ok(Some(Arc::new(Node::custom(sequence, outputs, inputs, place, charge))))
    }
}
