use std::borrow::Cow;
use std::sync::Arc;

use crate::arithmetic::Number;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::copy;
use crate::layout::Layout;
use crate::quota::MemoryCharge;
use crate::shape::{Meta, Shape};
use crate::storage::Storage;

pub(crate) use crate::storage::Element;

/// Elements in memory, and the charge for them. Views share it, so the memory is given back with the last one.
#[derive(Debug)]
pub(crate) struct Buffer {
    pub(crate) storage: Arc<Storage>,
    _charge: MemoryCharge,
}

/// What a tensor holds at one moment: a buffer and where in it the elements lie. Never changes.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    dtype: Dtype,
    layout: Layout,
    buffer: Arc<Buffer>,
}

impl Value {
    pub(crate) fn new(dtype: Dtype, storage: Storage, layout: Layout, charge: MemoryCharge) -> Value {
        debug_assert_eq!(storage.dtype(), dtype, "elements are stored as what the tensor says");
        let buffer = Buffer { storage: Arc::new(storage), _charge: charge };
        Value { dtype, layout, buffer: Arc::new(buffer) }
    }

    /// The same elements under another account.
    pub(crate) fn recharged(&self, charge: MemoryCharge) -> Value {
        let buffer = Buffer { storage: self.buffer.storage.clone(), _charge: charge };
        Value { dtype: self.dtype, layout: self.layout, buffer: Arc::new(buffer) }
    }

    /// Another view of the same buffer.
    pub(crate) fn view(&self, layout: Layout) -> Value {
        Value { dtype: self.dtype, layout, buffer: self.buffer.clone() }
    }

    pub(crate) fn dtype(&self) -> Dtype {
        self.dtype
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.layout.shape
    }

    pub(crate) fn meta(&self) -> Meta {
        Meta::new(self.dtype, self.layout.shape)
    }

    /// Bytes of the whole buffer, which may be more than this view shows.
    pub(crate) fn buffer_bytes(&self) -> u64 {
        self.buffer.storage.len() as u64 * self.dtype.size_in_bytes() as u64
    }

    /// The buffer from the layout's offset on; index it with the layout's strides.
    pub(crate) fn raw<T: Element>(&self) -> Result<&[T]> {
        let all = T::slice_of(&self.buffer.storage).ok_or_else(|| {
            Error::dtype(format!("expected a tensor of {}, found {}", T::DTYPE, self.dtype))
        })?;
        Ok(&all[self.layout.offset.min(all.len())..])
    }

    /// The elements in row-major order, borrowed where they lie so.
    pub(crate) fn elements<T: Element>(&self) -> Result<Cow<'_, [T]>> {
        let raw = self.raw::<T>()?;
        if self.layout.is_contiguous() {
            return Ok(Cow::Borrowed(&raw[..self.layout.shape.elements()]));
        }
        Ok(Cow::Owned(copy::gather(raw, &self.layout)))
    }

    /// The elements as numbers to compute with, row-major: an error where arithmetic on them is done in another type.
    pub(crate) fn numbers<N: Number>(&self) -> Result<Cow<'_, [N]>> {
        N::of_value(self)
    }

    /// The elements as `i64`, row-major; narrower integers are widened.
    pub(crate) fn integers(&self) -> Result<Cow<'_, [i64]>> {
        self.numbers()
    }

    /// The elements for an update in place, where no other view, graph or session holds the buffer.
    pub(crate) fn unique<T: Element>(&mut self) -> Option<&mut [T]> {
        let layout = self.layout;
        let storage = Arc::get_mut(&mut Arc::get_mut(&mut self.buffer)?.storage)?;
        let all = T::vec_of(storage)?;
        all.get_mut(layout.offset..)
    }
}
