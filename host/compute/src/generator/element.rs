use half::bf16;

use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::value::Element;

/// What numbers are drawn as.
pub(super) trait Drawn: Element {
    /// The nearest element, by way of `f32` for those that are narrower; integers drop the fraction.
    fn nearest(x: f64) -> Self;
}

macro_rules! drawn {
    ($($type:ty: |$x:ident| $make:expr),* $(,)?) => {
        $(impl Drawn for $type {
            #[inline]
            fn nearest($x: f64) -> $type {
                $make
            }
        })*
    };
}
drawn! {
    f32: |x| x as f32,
    bf16: |x| bf16::from_f32(x as f32),
    i64: |x| x as i64,
    u32: |x| x as u32,
    u8: |x| x as u8,
}

/// Refuses a dtype that a distribution has no numbers of, in PyTorch's words.
pub(super) fn unsupported<T>(kernel: &str, dtype: Dtype) -> Result<T> {
    Err(Error::dtype(format!("\"{kernel}\" not implemented for '{dtype}'")))
}
