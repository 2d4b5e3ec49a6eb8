//! What kernels know of the fractions they compute with, so that one loop serves `f32` and `f64`.

use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Rem, Sub, SubAssign};

use super::special;
use super::transcendental as fast;

macro_rules! floats {
    ($($(#[$doc:meta])* $name:ident = $single:expr, $double:expr;)*) => {
        /// `f32` or `f64`.
        pub(crate) trait Float:
            Copy
            + Default
            + PartialOrd
            + Send
            + Sync
            + Sum
            + Product
            + Add<Output = Self>
            + Sub<Output = Self>
            + Mul<Output = Self>
            + Div<Output = Self>
            + Rem<Output = Self>
            + Neg<Output = Self>
            + AddAssign
            + SubAssign
            + MulAssign
            + 'static
        {
            const ZERO: Self;
            const ONE: Self;
            const INFINITY: Self;
            /// The nearest number.
            fn of(number: f64) -> Self;
            fn to_f64(self) -> f64;
            fn is_nan(self) -> bool;
            fn is_finite(self) -> bool;
            fn is_infinite(self) -> bool;
            fn powf(self, exponent: Self) -> Self;
            fn atan2(self, x: Self) -> Self;
            fn copysign(self, sign: Self) -> Self;
            $($(#[$doc])* fn $name(self) -> Self;)*
        }

        floats!(@ f32; $($name = $single;)*);
        floats!(@ f64; $($name = $double;)*);
    };
    (@ $type:ident; $($name:ident = $function:expr;)*) => {
        impl Float for $type {
            const ZERO: $type = 0.0;
            const ONE: $type = 1.0;
            const INFINITY: $type = $type::INFINITY;
            #[inline(always)]
            fn of(number: f64) -> $type {
                number as $type
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $type::is_nan(self)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $type::is_finite(self)
            }
            #[inline(always)]
            fn is_infinite(self) -> bool {
                $type::is_infinite(self)
            }
            #[inline(always)]
            fn powf(self, exponent: $type) -> $type {
                $type::powf(self, exponent)
            }
            #[inline(always)]
            fn atan2(self, x: $type) -> $type {
                $type::atan2(self, x)
            }
            #[inline(always)]
            fn copysign(self, sign: $type) -> $type {
                $type::copysign(self, sign)
            }
            $(#[inline(always)]
            fn $name(self) -> $type {
                $function(self)
            })*
        }
    };
}

/// A function on `f64`, rounded: for those that are rarely asked for.
macro_rules! rounded {
    ($function:expr) => {
        |x: f32| $function(f64::from(x)) as f32
    };
}

floats! {
    abs = f32::abs, f64::abs;
    sqrt = f32::sqrt, f64::sqrt;
    floor = f32::floor, f64::floor;
    ceil = f32::ceil, f64::ceil;
    round_ties_even = f32::round_ties_even, f64::round_ties_even;
    trunc = f32::trunc, f64::trunc;
    exp = fast::exp, f64::exp;
    exp2 = f32::exp2, f64::exp2;
    exp_m1 = f32::exp_m1, f64::exp_m1;
    ln = f32::ln, f64::ln;
    ln_1p = f32::ln_1p, f64::ln_1p;
    log2 = f32::log2, f64::log2;
    log10 = f32::log10, f64::log10;
    sin = f32::sin, f64::sin;
    cos = f32::cos, f64::cos;
    tan = f32::tan, f64::tan;
    asin = f32::asin, f64::asin;
    acos = f32::acos, f64::acos;
    atan = f32::atan, f64::atan;
    sinh = f32::sinh, f64::sinh;
    cosh = f32::cosh, f64::cosh;
    tanh = fast::tanh, f64::tanh;
    // The standard library's lose digits near 0 and 1.
    asinh = rounded!(libm::asinh), libm::asinh;
    acosh = rounded!(libm::acosh), libm::acosh;
    atanh = rounded!(libm::atanh), libm::atanh;
    erf = fast::erf, libm::erf;
    erfc = rounded!(libm::erfc), libm::erfc;
    /// What the error function maps to it.
    erfinv = rounded!(special::erfinv), special::erfinv;
    /// log |Γ(x)|
    lgamma = rounded!(special::lgamma), special::lgamma;
    /// The derivative of log Γ.
    digamma = rounded!(special::digamma), special::digamma;
    /// The derivative of [`Float::digamma`].
    trigamma = rounded!(special::trigamma), special::trigamma;
}
