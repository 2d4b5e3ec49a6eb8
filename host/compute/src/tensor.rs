use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::dtype::Dtype;
use crate::quota::Place;
use crate::shape::Meta;
use crate::tape::Edge;
use crate::value::Value;

/// A handle to a tensor. Clones are handles to the same tensor: what is assigned to one is seen by all. The memory
/// goes back to the session's quota when the last handle, view and recorded operation that needs it are gone.
#[derive(Clone)]
pub struct Tensor(Arc<Cell>);

struct Cell {
    session: u64,
    state: Mutex<State>,
    _place: Place,
}

/// What a tensor is right now.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) value: Value,
    pub(crate) edge: Option<Edge>,
}

impl Tensor {
    pub(crate) fn new(session: u64, value: Value, edge: Option<Edge>, place: Place) -> Tensor {
        Tensor(Arc::new(Cell { session, state: Mutex::new(State { value, edge }), _place: place }))
    }

    /// The extent of each dimension; empty for a scalar.
    pub fn shape(&self) -> Vec<u64> {
        self.state().value.shape().to_u64()
    }

    /// The type of the elements.
    pub fn dtype(&self) -> Dtype {
        self.state().value.dtype()
    }

    /// The number of elements: the product of the extents.
    pub fn element_count(&self) -> u64 {
        self.state().value.shape().elements() as u64
    }

    pub(crate) fn session(&self) -> u64 {
        self.0.session
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics between lock and unlock, and a state is replaced whole: poison carries no half-done work.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn value(&self) -> Value {
        self.state().value.clone()
    }

    pub(crate) fn edge(&self) -> Option<Edge> {
        self.state().edge.clone()
    }

    pub(crate) fn meta(&self) -> Meta {
        self.state().value.meta()
    }

    /// Is this the only handle, so that the tensor may be consumed?
    pub(crate) fn into_value(self) -> Value {
        match Arc::try_unwrap(self.0) {
            Ok(cell) => cell.state.into_inner().unwrap_or_else(PoisonError::into_inner).value,
            Err(shared) => Tensor(shared).value(),
        }
    }

    pub(crate) fn is(&self, other: &Tensor) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        write!(f, "Tensor({}, {})", state.value.dtype(), state.value.shape())
    }
}
