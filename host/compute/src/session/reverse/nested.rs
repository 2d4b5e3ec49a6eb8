//! Gradients of a layer by those of the operations it stands for: a small pass inside a step of a recorded one.

use std::collections::{BTreeMap, HashMap};

use super::graph::{Graph, Wanted};
use super::pass::{At, ReversePass, Stop};
use crate::error::{Error, Result};
use crate::operation::Contribution;
use crate::session::Session;
use crate::tape::Edge;
use crate::tensor::Tensor;

impl Session {
    /// The gradient of each of `inputs`, from the `gradient` of what `compose` makes of them by operations that can
    /// themselves be differentiated again. Only for a recorded pass: it relies on all of them being recorded.
    ///
    /// # Errors
    /// Those of `compose`; `gradient` where it uses what stops a pass; quotas.
    pub(crate) fn differentiate(
        &mut self,
        inputs: &[Tensor],
        gradient: &Tensor,
        compose: impl FnOnce(&mut Session, &[Tensor]) -> Result<Tensor>,
    ) -> Result<Vec<Contribution>> {
        // What is recorded from here on is the composition. Each input has a node of its own in it, so that one
        // that was computed from another is not mistaken for it.
        let from = self.next;
        let inputs: Vec<Tensor> = inputs.iter().map(|input| self.alias(input)).collect::<Result<_>>()?;
        let keys: Vec<Option<u64>> =
            inputs.iter().map(|input| input.edge().as_ref().map(Edge::key)).collect();
        let output = compose(self, &inputs)?;
        let Some(edge) = output.edge() else {
            return Ok(inputs.iter().map(|_| Contribution::None).collect());
        };
        let wanted = Wanted::Keys(keys.iter().flatten().copied().collect());
        let mut pass = ReversePass {
            session: self.id,
            recorded: true,
            retain: true,
            graph: Graph::new(std::slice::from_ref(&edge), wanted, from),
            inputs: None,
            pending: BTreeMap::from([(edge.key(), gradient.clone())]),
            outputs: HashMap::new(),
            found: BTreeMap::new(),
            at: At::Next,
            _charge: None,
        };
        match self.go(&mut pass)? {
            Stop::Done => {
                Ok(keys.iter().map(|key| key.and_then(|key| pass.found.remove(&key)).into()).collect())
            }
            _ => Err(Error::gradient("a layer is composed of operations of the host only")),
        }
    }
}
