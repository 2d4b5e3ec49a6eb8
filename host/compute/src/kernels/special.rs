//! Functions that neither the standard library nor `libm` has, to about 1e-15.

use std::f64::consts::{FRAC_2_SQRT_PI, PI};

/// log |Γ(x)|; ∞ at 0 and the negative integers.
pub(crate) fn lgamma(x: f64) -> f64 {
    if x.is_infinite() { f64::INFINITY } else { libm::lgamma(x) }
}

/// A polynomial, its highest coefficient first.
#[inline(always)]
fn polynomial(x: f64, coefficients: &[f64]) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

/// The inverse of the error function: a quotient of polynomials to about 9 digits, then two steps of Newton's.
pub(crate) fn erfinv(y: f64) -> f64 {
    let size = y.abs();
    if y.is_nan() || size > 1.0 {
        return f64::NAN;
    }
    if size == 1.0 {
        return f64::INFINITY.copysign(y);
    }
    let mut x = if size <= 0.7 {
        let z = size * size;
        let p = polynomial(z, &[-0.140543331, 0.914624893, -1.645349621, 0.886226899]);
        let q = polynomial(z, &[0.012229801, -0.329097515, 1.442710462, -2.118377725, 1.0]);
        size * p / q
    } else {
        let z = (-((1.0 - size) / 2.0).ln()).sqrt();
        let p = polynomial(z, &[1.641345311, 3.429567803, -1.624906493, -1.970840454]);
        p / polynomial(z, &[1.637067800, 3.543889200, 1.0])
    };
    for _ in 0..2 {
        // 1 - size is exact above one half, and erfc keeps its digits where erf is near 1.
        let off = if size > 0.5 { (1.0 - size) - libm::erfc(x) } else { libm::erf(x) - size };
        x -= off / (FRAC_2_SQRT_PI * (-x * x).exp());
    }
    x.copysign(y)
}

/// From here on the asymptotic series below are exact.
const FAR: f64 = 15.0;

/// The derivative of log Γ. At 0 the infinity of the side that the zero is on, at negative integers NaN, as in
/// PyTorch.
pub(crate) fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return f64::INFINITY.copysign(-x);
    }
    if x < 0.0 {
        if x.is_infinite() || x == x.trunc() {
            return f64::NAN;
        }
        // ψ(1 - x) - ψ(x) = π / tan πx, and only the fraction of x counts.
        return digamma(1.0 - x) - PI / (PI * x.fract()).tan();
    }
    let (mut x, mut less) = (x, 0.0);
    while x < FAR {
        less += 1.0 / x;
        x += 1.0;
    }
    let z = 1.0 / (x * x);
    // Bernoulli numbers over 2n.
    let series = z * polynomial(
        z,
        &[1.0 / 12.0, -691.0 / 32760.0, 1.0 / 132.0, -1.0 / 240.0, 1.0 / 252.0, -1.0 / 120.0, 1.0 / 12.0],
    );
    x.ln() - 0.5 / x - series - less
}

/// The derivative of [`digamma`]; ∞ at 0 and the negative integers.
pub(crate) fn trigamma(x: f64) -> f64 {
    if x <= 0.0 && x == x.trunc() {
        return if x.is_infinite() { f64::NAN } else { f64::INFINITY };
    }
    if x < 0.0 {
        // ψ'(1 - x) + ψ'(x) = (π / sin πx)²
        let ratio = PI / (PI * x.fract()).sin();
        return ratio * ratio - trigamma(1.0 - x);
    }
    let (mut x, mut more) = (x, 0.0);
    while x < FAR {
        more += 1.0 / (x * x);
        x += 1.0;
    }
    let z = 1.0 / (x * x);
    // Bernoulli numbers.
    let series = polynomial(
        z,
        &[7.0 / 6.0, -691.0 / 2730.0, 5.0 / 66.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 1.0 / 6.0],
    );
    more + (1.0 + 0.5 / x + z * series) / x
}
