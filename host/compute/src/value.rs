use std::borrow::Cow;
use std::sync::Arc;

use candle_core::CpuStorage;
use half::bf16;

use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::copy;
use crate::layout::Layout;
use crate::quota::MemoryCharge;
use crate::shape::{Meta, Shape};

/// A Rust type that elements are stored as.
pub(crate) trait Element: Copy + Default + Send + Sync + 'static {
    const DTYPE: Dtype;
    /// The elements, where the storage is of this type.
    fn of(storage: &CpuStorage) -> Option<&[Self]>;
    fn of_mut(storage: &mut CpuStorage) -> Option<&mut Vec<Self>>;
    fn wrap(elements: Vec<Self>) -> CpuStorage;
}

macro_rules! element {
    ($type:ty, $variant:ident, $dtype:ident) => {
        impl Element for $type {
            const DTYPE: Dtype = Dtype::$dtype;
            fn of(storage: &CpuStorage) -> Option<&[Self]> {
                if let CpuStorage::$variant(elements) = storage { Some(elements) } else { None }
            }
            fn of_mut(storage: &mut CpuStorage) -> Option<&mut Vec<Self>> {
                if let CpuStorage::$variant(elements) = storage { Some(elements) } else { None }
            }
            fn wrap(elements: Vec<Self>) -> CpuStorage {
                CpuStorage::$variant(elements)
            }
        }
    };
}
element!(f32, F32, F32);
element!(bf16, BF16, Bf16);
element!(i64, I64, I64);
element!(u32, U32, U32);
element!(u8, U8, U8);

/// Elements in memory, and the charge for them. Views share it, so the memory is given back with the last one.
#[derive(Debug)]
pub(crate) struct Buffer {
    pub(crate) storage: Arc<CpuStorage>,
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
    pub(crate) fn new(dtype: Dtype, storage: CpuStorage, layout: Layout, charge: MemoryCharge) -> Value {
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
        let elements = match &*self.buffer.storage {
            CpuStorage::F32(v) => v.len(),
            CpuStorage::BF16(v) => v.len(),
            CpuStorage::I64(v) => v.len(),
            CpuStorage::U32(v) => v.len(),
            CpuStorage::U8(v) => v.len(),
            _ => 0,
        };
        elements as u64 * self.dtype.size_in_bytes() as u64
    }

    /// The buffer from the layout's offset on; index it with the layout's strides.
    pub(crate) fn raw<T: Element>(&self) -> Result<&[T]> {
        let all = T::of(&self.buffer.storage).ok_or_else(|| {
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

    /// The elements as `f32`, row-major; `bf16` is widened.
    pub(crate) fn floats(&self) -> Result<Cow<'_, [f32]>> {
        match self.dtype {
            Dtype::Bf16 => Ok(Cow::Owned(self.elements::<bf16>()?.iter().map(|x| x.to_f32()).collect())),
            _ => self.elements::<f32>(),
        }
    }

    /// The elements as `i64`, row-major; narrower integers are widened.
    pub(crate) fn integers(&self) -> Result<Cow<'_, [i64]>> {
        match self.dtype {
            Dtype::U32 => Ok(Cow::Owned(self.elements::<u32>()?.iter().map(|&x| i64::from(x)).collect())),
            Dtype::U8 => Ok(Cow::Owned(self.elements::<u8>()?.iter().map(|&x| i64::from(x)).collect())),
            _ => self.elements::<i64>(),
        }
    }

    /// The elements for an update in place, where no other view, graph or session holds the buffer.
    pub(crate) fn unique<T: Element>(&mut self) -> Option<&mut [T]> {
        let layout = self.layout;
        let storage = Arc::get_mut(&mut Arc::get_mut(&mut self.buffer)?.storage)?;
        let all = T::of_mut(storage)?;
        all.get_mut(layout.offset..)
    }
}

/// Stores `f32` results as `dtype`, a float.
pub(crate) fn store_floats(elements: Vec<f32>, dtype: Dtype) -> CpuStorage {
    match dtype {
        Dtype::Bf16 => CpuStorage::BF16(elements.into_iter().map(bf16::from_f32).collect()),
        _ => CpuStorage::F32(elements),
    }
}

/// Stores `i64` results as `dtype`, an integer; what does not fit wraps.
pub(crate) fn store_integers(elements: Vec<i64>, dtype: Dtype) -> CpuStorage {
    match dtype {
        Dtype::U32 => CpuStorage::U32(elements.into_iter().map(|x| x as u32).collect()),
        Dtype::U8 => CpuStorage::U8(elements.into_iter().map(|x| x as u8).collect()),
        _ => CpuStorage::I64(elements),
    }
}
