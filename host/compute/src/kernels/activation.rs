//! What activation functions and their derivatives are made of.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, SQRT_2};

use super::float::Float;

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub(crate) fn sigmoid<F: Float>(x: F) -> F {
    F::ONE / (F::ONE + (-x).exp())
}

/// The logarithm of [`sigmoid`], which does not overflow.
#[inline(always)]
pub(crate) fn log_sigmoid<F: Float>(x: F) -> F {
    let below = if x > F::ZERO { F::ZERO } else { x };
    below - (-x.abs()).exp().ln_1p()
}

/// The standard normal distribution function.
#[inline(always)]
pub(crate) fn normal_cdf<F: Float>(x: F) -> F {
    F::of(0.5) + F::of(0.5) * (x * F::of(FRAC_1_SQRT_2)).erf()
}

/// The standard normal density.
#[inline(always)]
pub(crate) fn normal_density<F: Float>(x: F) -> F {
    F::of(0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI) * (F::of(-0.5) * x * x).exp()
}

/// √(2/π) and the cubic's factor of GELU's approximation by tanh.
const GELU_SCALE: f64 = 0.5 * SQRT_2 * FRAC_2_SQRT_PI;
const GELU_CUBIC: f64 = 0.044_715;

/// √(2/π) (x + 0.044715 x³).
#[inline(always)]
fn gelu_argument<F: Float>(x: F) -> F {
    F::of(GELU_SCALE) * (x + F::of(GELU_CUBIC) * x * x * x)
}

/// x · (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.
#[inline(always)]
pub(crate) fn gelu_tanh<F: Float>(x: F) -> F {
    F::of(0.5) * x * (F::ONE + gelu_argument(x).tanh())
}

/// The derivative of [`gelu_tanh`].
#[inline(always)]
pub(crate) fn gelu_tanh_slope<F: Float>(x: F) -> F {
    let t = gelu_argument(x).tanh();
    let inner = F::of(GELU_SCALE) * (F::ONE + F::of(3.0) * F::of(GELU_CUBIC) * x * x);
    F::of(0.5) * (F::ONE + t) + F::of(0.5) * x * (F::ONE - t * t) * inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_the_nearest_numbers_in_both_types() {
        assert_eq!(f32::of(GELU_SCALE), 0.797_884_6);
        assert_eq!(f32::of(GELU_CUBIC), 0.044_715);
        assert_eq!(normal_density(0f32), 0.398_942_3);
        assert!((GELU_SCALE - (2.0 / std::f64::consts::PI).sqrt()).abs() < 2e-16);
    }
}
