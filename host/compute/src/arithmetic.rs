//! The types that arithmetic is done in: `f32` for the 16-bit fractions as well, `f64`, and `i64` for all integers.

use std::borrow::Cow;

use half::{bf16, f16};

use crate::dtype::Dtype;
use crate::error::Result;
use crate::storage::{Element, Storage};
use crate::value::Value;

/// `f32`, `f64` or `i64`.
pub(crate) trait Number: Element {
    /// The elements of `value`, row-major: an error where arithmetic on them is done in another type.
    fn of_value(value: &Value) -> Result<Cow<'_, [Self]>>;

    /// Stores results as `dtype`, on which arithmetic is done in this type: rounded, or wrapped.
    fn store(numbers: Vec<Self>, dtype: Dtype) -> Storage;

    /// The nearest element of another type.
    fn to<T: Element>(self) -> T;
}

fn widened<T: Element, N: Number + From<T>>(value: &Value) -> Result<Cow<'_, [N]>> {
    Ok(Cow::Owned(value.elements::<T>()?.iter().map(|&x| N::from(x)).collect()))
}

fn stored<N: Number, T: Element>(numbers: Vec<N>) -> Storage {
    T::wrap(numbers.into_iter().map(N::to::<T>).collect())
}

impl Number for f32 {
    fn of_value(value: &Value) -> Result<Cow<'_, [f32]>> {
        match value.dtype() {
            Dtype::Bf16 => widened::<bf16, f32>(value),
            Dtype::F16 => widened::<f16, f32>(value),
            _ => value.elements::<f32>(),
        }
    }

    fn store(numbers: Vec<f32>, dtype: Dtype) -> Storage {
        match dtype {
            Dtype::Bf16 => stored::<_, bf16>(numbers),
            Dtype::F16 => stored::<_, f16>(numbers),
            _ => Storage::F32(numbers),
        }
    }

    #[inline(always)]
    fn to<T: Element>(self) -> T {
        T::from_f32(self)
    }
}

impl Number for f64 {
    fn of_value(value: &Value) -> Result<Cow<'_, [f64]>> {
        value.elements::<f64>()
    }

    fn store(numbers: Vec<f64>, _dtype: Dtype) -> Storage {
        Storage::F64(numbers)
    }

    #[inline(always)]
    fn to<T: Element>(self) -> T {
        T::from_f64(self)
    }
}

impl Number for i64 {
    fn of_value(value: &Value) -> Result<Cow<'_, [i64]>> {
        match value.dtype() {
            Dtype::I32 => widened::<i32, i64>(value),
            Dtype::I16 => widened::<i16, i64>(value),
            Dtype::I8 => widened::<i8, i64>(value),
            Dtype::U32 => widened::<u32, i64>(value),
            Dtype::U8 => widened::<u8, i64>(value),
            _ => value.elements::<i64>(),
        }
    }

    fn store(numbers: Vec<i64>, dtype: Dtype) -> Storage {
        match dtype {
            Dtype::I32 => stored::<_, i32>(numbers),
            Dtype::I16 => stored::<_, i16>(numbers),
            Dtype::I8 => stored::<_, i8>(numbers),
            Dtype::U32 => stored::<_, u32>(numbers),
            Dtype::U8 => stored::<_, u8>(numbers),
            _ => Storage::I64(numbers),
        }
    }

    #[inline(always)]
    fn to<T: Element>(self) -> T {
        T::from_i64(self)
    }
}
