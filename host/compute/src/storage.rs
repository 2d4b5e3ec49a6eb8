//! Elements in memory, by their type.

use half::{bf16, f16};

use crate::dtype::Dtype;

/// A Rust type that elements are stored as.
pub(crate) trait Element: Copy + Default + Send + Sync + 'static {
    const DTYPE: Dtype;
    /// The elements, where the storage is of this type.
    fn slice_of(storage: &Storage) -> Option<&[Self]>;
    fn vec_of(storage: &mut Storage) -> Option<&mut Vec<Self>>;
    fn wrap(elements: Vec<Self>) -> Storage;
    /// The nearest element, ties to even; for integers the number without its digits, which saturates at the
    /// bounds of `i64` (NaN is 0) and wraps at those of a smaller type: the same on every machine.
    fn from_f32(number: f32) -> Self;
    /// As [`Element::from_f32`]; the halves go by way of `f32`, as in PyTorch.
    fn from_f64(number: f64) -> Self;
    /// The nearest element; for integers, what does not fit wraps.
    fn from_i64(number: i64) -> Self;
    /// Row-major little-endian bytes as elements; those of an incomplete one at the end are left out.
    fn decode(bytes: &[u8]) -> Vec<Self>;
    fn encode(elements: &[Self]) -> Vec<u8>;
}

macro_rules! elements {
    ($($variant:ident $type:ty, $from32:expr, $from64:expr, $from_integer:expr;)*) => {
        /// Elements of one type.
        #[derive(Clone, Debug)]
        pub(crate) enum Storage {
            $($variant(Vec<$type>)),*
        }

        impl Storage {
            pub(crate) fn len(&self) -> usize {
                match self {
                    $(Storage::$variant(elements) => elements.len()),*
                }
            }

            pub(crate) fn dtype(&self) -> Dtype {
                match self {
                    $(Storage::$variant(_) => Dtype::$variant),*
                }
            }
        }

        $(impl Element for $type {
            const DTYPE: Dtype = Dtype::$variant;
            fn slice_of(storage: &Storage) -> Option<&[Self]> {
                if let Storage::$variant(elements) = storage { Some(elements) } else { None }
            }
            fn vec_of(storage: &mut Storage) -> Option<&mut Vec<Self>> {
                if let Storage::$variant(elements) = storage { Some(elements) } else { None }
            }
            fn wrap(elements: Vec<Self>) -> Storage {
                Storage::$variant(elements)
            }
            #[inline(always)]
            fn from_f32(number: f32) -> Self {
                $from32(number)
            }
            #[inline(always)]
            fn from_f64(number: f64) -> Self {
                $from64(number)
            }
            #[inline(always)]
            fn from_i64(number: i64) -> Self {
                $from_integer(number)
            }
            fn decode(bytes: &[u8]) -> Vec<Self> {
                bytes.as_chunks().0.iter().map(|&bytes| <$type>::from_le_bytes(bytes)).collect()
            }
            fn encode(elements: &[Self]) -> Vec<u8> {
                elements.iter().flat_map(|element| element.to_le_bytes()).collect()
            }
        })*
    };
}
elements! {
    F32 f32, |x: f32| x, |x: f64| x as f32, |x: i64| x as f32;
    F64 f64, f64::from, |x: f64| x, |x: i64| x as f64;
    Bf16 bf16, bf16::from_f32, |x: f64| bf16::from_f32(x as f32), |x: i64| bf16::from_f32(x as f32);
    F16 f16, f16::from_f32, |x: f64| f16::from_f32(x as f32), |x: i64| f16::from_f32(x as f32);
    I64 i64, |x: f32| x as i64, |x: f64| x as i64, |x: i64| x;
    I32 i32, |x: f32| x as i64 as i32, |x: f64| x as i64 as i32, |x: i64| x as i32;
    I16 i16, |x: f32| x as i64 as i16, |x: f64| x as i64 as i16, |x: i64| x as i16;
    I8 i8, |x: f32| x as i64 as i8, |x: f64| x as i64 as i8, |x: i64| x as i8;
    U32 u32, |x: f32| x as i64 as u32, |x: f64| x as i64 as u32, |x: i64| x as u32;
    U8 u8, |x: f32| x as i64 as u8, |x: f64| x as i64 as u8, |x: i64| x as u8;
}
