//! The one way to a result: check, price, charge, run, record.

use std::sync::Arc;

use super::Session;
use crate::device::{Clock, Cost};
use crate::error::{Code, Error, Result};
use crate::layout::Layout;
use crate::operation::Operation;
use crate::quota::MemoryCharge;
use crate::shape::Meta;
use crate::storage::Storage;
use crate::tape::{Edge, Input, Node, Saved};
use crate::tensor::{State, Tensor};
use crate::value::{Element, Value};

impl Session {
    /// Runs `operation` on `inputs`, and records it where a gradient will be wanted.
    pub(crate) fn apply(&mut self, operation: impl Operation, inputs: &[&Tensor]) -> Result<Tensor> {
        let result = self.try_apply(operation, inputs);
        self.note(result)
    }

    fn try_apply(&mut self, operation: impl Operation, inputs: &[&Tensor]) -> Result<Tensor> {
        self.check_cancelled()?;
        for input in inputs {
            self.own(input)?;
        }
        let states: Vec<State> = inputs.iter().map(|input| input.state().clone()).collect();
        let metas: Vec<Meta> = states.iter().map(|state| state.value.meta()).collect();
        let output = operation.infer(&metas)?;
        self.check_elements(operation.name(), output.elements())?;
        let value = match states.first().and_then(|first| operation.view(&first.value, &output)) {
            Some(layout) => {
                self.operations += 1;
                states[0].value.view(layout)
            }
            None => self.run(&operation, &states, &metas, &output)?,
        };
        let tracked = self.recording && operation.differentiable() && output.dtype.is_float();
        if !tracked || states.iter().all(|state| state.edge.is_none()) {
            return self.wrap(value);
        }
        let node = self.record(operation, states, &value)?;
        let place = self.account.place()?;
        Ok(Tensor::new(self.id, value, Some(Edge::Node(node)), place))
    }

    fn run(
        &mut self,
        operation: &impl Operation,
        states: &[State],
        metas: &[Meta],
        output: &Meta,
    ) -> Result<Value> {
        let mut cost = operation.cost(metas, output);
        cost.workspace =
            cost.workspace.saturating_add(scratch(states)).saturating_add(unrounded(metas, output));
        self.spend(operation.name(), &cost)?;
        let charge = self.account.charge(output.bytes())?;
        let workspace = self.account.charge(cost.workspace)?;
        let values: Vec<&Value> = states.iter().map(|state| &state.value).collect();
        let produced = operation.forward(&values, output)?;
        drop(workspace);
        Ok(Value::new(output.dtype, produced.storage, produced.layout, charge))
    }

    fn record(&mut self, operation: impl Operation, states: Vec<State>, value: &Value) -> Result<Arc<Node>> {
        let place = self.account.place()?;
        let mut saved = Saved::default();
        if (0..states.len()).any(|i| operation.saves_input(i)) {
            let values = states.iter().enumerate();
            saved.inputs =
                values.map(|(i, state)| operation.saves_input(i).then(|| state.value.clone())).collect();
        }
        saved.output = operation.saves_output().then(|| value.clone());
        let inputs =
            states.into_iter().map(|state| Input { meta: state.value.meta(), edge: state.edge }).collect();
        let sequence = self.next_key();
        Ok(Arc::new(Node::new(sequence, Arc::new(operation), inputs, saved, place)))
    }

    /// Refuses an operation on too many elements.
    pub(crate) fn check_elements(&self, name: &str, elements: usize) -> Result<()> {
        let limit = self.limits().elements_per_operation;
        if elements as u64 <= limit {
            return Ok(());
        }
        Err(Error::new(
            Code::QuotaElements,
            format!("{name}: {elements} elements in one operation; the limit is {limit}"),
        ))
    }

    /// Pays for `cost`, or refuses it where the deadline would pass.
    pub(crate) fn spend(&mut self, name: &str, cost: &Cost) -> Result<()> {
        let price = Clock::price(&self.model, cost);
        let after = self.clock.seconds(&self.model, price);
        if after.is_nan() || after > self.deadline {
            return Err(Error::new(
                Code::QuotaDeviceTime,
                format!(
                    "{name}: device time is spent: {:.6} of {:.6} seconds used, and the operation takes {:.6}",
                    self.elapsed_seconds(),
                    self.deadline,
                    after - self.elapsed_seconds()
                ),
            ));
        }
        self.clock.advance(price);
        self.operations += 1;
        self.flops += cost.flops;
        Ok(())
    }

    /// Takes memory from the quota.
    pub(crate) fn charge(&mut self, bytes: u64) -> Result<MemoryCharge> {
        let charge = self.account.charge(bytes);
        self.note(charge)
    }

    /// Pays for a tensor that `fill` makes from nothing, then makes it.
    pub(crate) fn produce<T: Element>(
        &mut self,
        name: &str,
        output: &Meta,
        flops: f64,
        fill: impl FnOnce() -> Result<Vec<T>>,
    ) -> Result<Tensor> {
        let paid = self.pay(name, output, flops);
        let charge = self.note(paid)?;
        let elements = fill()?;
        debug_assert_eq!(elements.len(), output.elements());
        self.admit(T::wrap(elements), output, charge)
    }

    fn pay(&mut self, name: &str, output: &Meta, flops: f64) -> Result<MemoryCharge> {
        self.check_cancelled()?;
        self.check_elements(name, output.elements())?;
        self.spend(name, &Cost::of(flops, output.bytes() as f64))?;
        self.account.charge(output.bytes())
    }

    /// A tensor of row-major elements that are charged already.
    pub(crate) fn admit(&mut self, storage: Storage, output: &Meta, charge: MemoryCharge) -> Result<Tensor> {
        self.wrap(Value::new(output.dtype, storage, Layout::contiguous(output.shape), charge))
    }
}

/// Bytes that kernels take to see inputs as row-major numbers of the type they compute in.
fn scratch(states: &[State]) -> u64 {
    let bytes = |state: &State| {
        let value = &state.value;
        let widened = value.dtype().widened_size();
        let direct = value.layout().is_contiguous() && value.dtype().size_in_bytes() == widened;
        if direct {
            0
        } else {
            value.shape().elements() as u64 * (widened as u64 + value.dtype().size_in_bytes() as u64)
        }
    };
    states.iter().map(bytes).sum()
}

/// Bytes of results before they are stored in fewer bits; those of another type than the operands, masks and places,
/// are made as they are.
fn unrounded(metas: &[Meta], output: &Meta) -> u64 {
    let (stored, computed) = (output.dtype.size_in_bytes(), output.dtype.widened_size());
    let narrowed = stored < computed && metas.first().is_some_and(|x| x.dtype == output.dtype);
    if narrowed { (output.elements() * computed) as u64 } else { 0 }
}
