//! Polynomials in place of the C library's functions, which work on one number at a time. Each is branch-free, so
//! that loops over it vectorise, and keeps infinities and NaN.

use std::f32::consts::LOG2_E;

/// 1.5 · 2²³: adding it rounds an `f32` to an integer, which then stands in the low bits.
const ROUND: f32 = 12_582_912.0;

/// eˣ to about 2 units in the last place (Cephes `expf`); results below 2⁻¹²⁶ are 0.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let clamped = x.clamp(-87.33, 88.72);
    let shifted = clamped * LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = clamped - k * 0.693_359_4 + k * 2.121_944_4e-4;
    let mut p = 1.987_569_1e-4f32;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 5e-1;
    let y = p * r * r + r + 1.0;
    // The integer k in the low bits of `shifted`, doubled up in two factors so that k = 128 does not overflow.
    let k = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = k >> 1;
    let power = |k: i32| f32::from_bits((k.wrapping_add(127) << 23) as u32);
    let y = y * power(half) * power(k.wrapping_sub(half));
    let y = if x < -87.33 { 0.0 } else { y };
    let y = if x > 88.72 { f32::INFINITY } else { y };
    if x.is_nan() { x } else { y }
}

/// The error function to about 3 units in the last place: the quotient of polynomials that Eigen and XLA use.
#[inline(always)]
pub(crate) fn erf(x: f32) -> f32 {
    let z = x.clamp(-4.0, 4.0);
    let s = z * z;
    let mut p = -2.726_142e-10_f32;
    p = p * s + 2.770_681_4e-8;
    p = p * s - 2.101_024e-6;
    p = p * s - 5.692_506_4e-5;
    p = p * s - 7.349_906_3e-4;
    p = p * s - 2.954_6e-3;
    p = p * s - 1.609_603_3e-2;
    let mut q = -1.456_607_2e-5f32;
    q = q * s - 2.133_740_6e-4;
    q = q * s - 1.682_827e-3;
    q = q * s - 7.373_329e-3;
    q = q * s - 1.426_473_9e-2;
    let y = z * p / q;
    // From here on 1 is the nearest `f32`; the quotient ends just below it.
    let y = if x > 3.92 { 1.0 } else { y };
    let y = if x < -3.92 { -1.0 } else { y };
    if x.is_nan() { x } else { y }
}

/// The hyperbolic tangent to about 3 units in the last place (the same source).
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    let z = x.clamp(-7.905_311, 7.905_311);
    let s = z * z;
    let mut p = -2.760_768_5e-16f32;
    p = p * s + 2.000_188e-13;
    p = p * s - 8.604_672e-11;
    p = p * s + 5.122_297_1e-8;
    p = p * s + 1.485_722_4e-5;
    p = p * s + 6.372_619_3e-4;
    p = p * s + 4.893_524_6e-3;
    let mut q = 1.198_258_4e-6f32;
    q = q * s + 1.185_347_1e-4;
    q = q * s + 2.268_434_6e-3;
    q = q * s + 4.893_525e-3;
    let y = (z * p / q).clamp(-1.0, 1.0);
    if x.is_nan() { x } else { y }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::activation::{gelu_tanh, normal_cdf, sigmoid};

    fn worst(
        f: impl Fn(f32) -> f32,
        exact: impl Fn(f64) -> f64,
        range: f64,
        scale: impl Fn(f64) -> f64,
    ) -> f64 {
        (-20_000..=20_000)
            .map(|i| (f64::from(i) / 20_000.0 * range) as f32)
            .map(|x| ((f64::from(f(x)) - exact(f64::from(x))) / scale(exact(f64::from(x)))).abs())
            .fold(0.0, f64::max)
    }

    #[test]
    fn functions_are_close_to_the_c_library() {
        assert!(worst(exp, f64::exp, 87.0, |y| y) < 4e-7);
        assert!(worst(tanh, f64::tanh, 12.0, |y| y.abs().max(1e-30)) < 1e-6);
        let erf64 = libm::erf;
        assert!(worst(erf, erf64, 6.0, |y| y.abs().max(1e-30)) < 1e-6);
        assert!(worst(normal_cdf, |x| 0.5 + 0.5 * erf64(x / 2f64.sqrt()), 6.0, |_| 1.0) < 3e-7);
    }

    #[test]
    fn infinities_and_nan_survive() {
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(88.5).is_finite());
        assert_eq!(tanh(f32::INFINITY), 1.0);
        assert_eq!(erf(f32::NEG_INFINITY), -1.0);
        for f in [exp, tanh, erf, sigmoid, normal_cdf, gelu_tanh] {
            assert!(f(f32::NAN).is_nan());
        }
    }
}
