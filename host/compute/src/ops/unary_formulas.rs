//! What each [`UnaryOp`] computes, and its derivative.

use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LN_10};

use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::activation as a;
use crate::kernels::elementwise::map;
use crate::kernels::float::Float;
use crate::ops::UnaryOp;

/// A vectorised loop over one slice, or two of one length, with the formula on numbers of type `F` written into it:
/// a closure would not always be inlined, and then not be vectorised.
macro_rules! each {
    ($x:expr, |$a:ident| $formula:expr) => {{
        vectorized! {
            fn run [F: Float] (x: &[F]) -> Vec<F> {
                let mut out = vec![F::ZERO; x.len()];
                for (out, &$a) in out.iter_mut().zip(x) {
                    *out = $formula;
                }
                out
            }
        }
        run($x)
    }};
    ($x:expr, $y:expr, |$a:ident, $b:ident| $formula:expr) => {{
        vectorized! {
            fn run [F: Float] (x: &[F], y: &[F]) -> Vec<F> {
                let mut out = vec![F::ZERO; x.len()];
                for ((out, &$a), &$b) in out.iter_mut().zip(x).zip(y) {
                    *out = $formula;
                }
                out
            }
        }
        run($x, $y)
    }};
}

/// What the derivative is computed from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Input,
    Output,
}

impl UnaryOp {
    pub(super) fn gives_mask(self) -> bool {
        matches!(self, UnaryOp::IsNan | UnaryOp::IsFinite | UnaryOp::LogicalNot)
    }

    /// Refuses elements that the operation is not defined on.
    pub(super) fn check(self, dtype: Dtype) -> Result<()> {
        use UnaryOp::*;
        let on_integers = self.gives_mask()
            || matches!(self, Neg | Abs | Relu | Floor | Ceil | Round | Trunc | Sign | Square | BitwiseNot);
        if dtype.is_float() && self == BitwiseNot {
            return Err(Error::dtype(format!("{}: not implemented for '{dtype}'", self.name())));
        }
        if !dtype.is_float() && !on_integers {
            return Err(Error::dtype(format!(
                "{}: not implemented for '{dtype}'; cast to f32 first",
                self.name()
            )));
        }
        Ok(())
    }

    pub(super) fn slope_from(self) -> From {
        use UnaryOp::*;
        match self {
            Exp | Expm1 | Sqrt | Rsqrt | Tanh | Sigmoid | Reciprocal | Tan | Exp2 | Erfinv => From::Output,
            _ => From::Input,
        }
    }

    pub(super) fn floats<F: Float>(self, x: &[F]) -> Vec<F> {
        use UnaryOp::*;
        match self {
            Neg => each!(x, |x| -x),
            Abs => each!(x, |x| x.abs()),
            Exp => each!(x, |x| x.exp()),
            Expm1 => each!(x, |x| x.exp_m1()),
            Log => each!(x, |x| x.ln()),
            Log1p => each!(x, |x| x.ln_1p()),
            Sqrt => each!(x, |x| x.sqrt()),
            Rsqrt => each!(x, |x| F::ONE / x.sqrt()),
            Sin => each!(x, |x| x.sin()),
            Cos => each!(x, |x| x.cos()),
            Tanh => each!(x, |x| x.tanh()),
            Sigmoid => each!(x, |x| a::sigmoid(x)),
            Relu => each!(x, |x| if x < F::ZERO { F::ZERO } else { x }),
            Gelu => each!(x, |x| x * a::normal_cdf(x)),
            GeluTanh => each!(x, |x| a::gelu_tanh(x)),
            Silu => each!(x, |x| x * a::sigmoid(x)),
            Erf => each!(x, |x| x.erf()),
            Floor => each!(x, |x| x.floor()),
            Ceil => each!(x, |x| x.ceil()),
            Round => each!(x, |x| x.round_ties_even()),
            Trunc => each!(x, |x| x.trunc()),
            Sign => each!(x, |x| sign(x)),
            Reciprocal => each!(x, |x| F::ONE / x),
            Square => each!(x, |x| x * x),
            Tan => each!(x, |x| x.tan()),
            Asin => each!(x, |x| x.asin()),
            Acos => each!(x, |x| x.acos()),
            Atan => each!(x, |x| x.atan()),
            Sinh => each!(x, |x| x.sinh()),
            Cosh => each!(x, |x| x.cosh()),
            Asinh => each!(x, |x| x.asinh()),
            Acosh => each!(x, |x| x.acosh()),
            Atanh => each!(x, |x| x.atanh()),
            Log2 => each!(x, |x| x.log2()),
            Log10 => each!(x, |x| x.log10()),
            Exp2 => each!(x, |x| x.exp2()),
            Erfc => each!(x, |x| x.erfc()),
            Erfinv => each!(x, |x| x.erfinv()),
            Lgamma => each!(x, |x| x.lgamma()),
            Digamma => each!(x, |x| x.digamma()),
            LogSigmoid => each!(x, |x| a::log_sigmoid(x)),
            // Masks are stored as u8 by `mask`; `check` refuses bits of fractions.
            IsNan | IsFinite | LogicalNot | BitwiseNot => Vec::new(),
        }
    }

    pub(super) fn mask<F: Float>(self, x: &[F]) -> Vec<u8> {
        match self {
            UnaryOp::IsNan => map(x, |x: F| u8::from(x.is_nan())),
            UnaryOp::IsFinite => map(x, |x: F| u8::from(x.is_finite())),
            _ => map(x, |x: F| u8::from(x == F::ZERO)),
        }
    }

    pub(super) fn integers(self, x: &[i64]) -> Vec<i64> {
        use UnaryOp::*;
        match self {
            Neg => map(x, i64::wrapping_neg),
            Abs => map(x, i64::wrapping_abs),
            Relu => map(x, |x: i64| x.max(0)),
            Sign => map(x, i64::signum),
            Square => map(x, |x: i64| x.wrapping_mul(x)),
            BitwiseNot => map(x, |x: i64| !x),
            _ => x.to_vec(),
        }
    }

    pub(super) fn integer_mask(self, x: &[i64]) -> Vec<u8> {
        match self {
            UnaryOp::IsNan => vec![0; x.len()],
            UnaryOp::IsFinite => vec![1; x.len()],
            _ => map(x, |x: i64| u8::from(x == 0)),
        }
    }

    /// `g` times the derivative at `s`, which is the operation's input or output as [`UnaryOp::slope_from`] says.
    pub(super) fn chain<F: Float>(self, g: &[F], s: &[F]) -> Vec<F> {
        use UnaryOp::*;
        match self {
            Neg => each!(g, |g| -g),
            Abs => each!(g, s, |g, x| g * sign(x)),
            Exp => each!(g, s, |g, y| g * y),
            Expm1 => each!(g, s, |g, y| g * (y + F::ONE)),
            Log => each!(g, s, |g, x| g / x),
            Log1p => each!(g, s, |g, x| g / (F::ONE + x)),
            Sqrt => each!(g, s, |g, y| g * F::of(0.5) / y),
            Rsqrt => each!(g, s, |g, y| g * F::of(-0.5) * y * y * y),
            Sin => each!(g, s, |g, x| g * x.cos()),
            Cos => each!(g, s, |g, x| g * -x.sin()),
            Tanh => each!(g, s, |g, y| g * (F::ONE - y * y)),
            Sigmoid => each!(g, s, |g, y| g * y * (F::ONE - y)),
            Relu => each!(g, s, |g, x| if x <= F::ZERO { F::ZERO } else { g }),
            Gelu => each!(g, s, |g, x| g * (a::normal_cdf(x) + x * a::normal_density(x))),
            GeluTanh => each!(g, s, |g, x| g * a::gelu_tanh_slope(x)),
            Silu => each!(g, s, |g, x| {
                let s = a::sigmoid(x);
                g * s * (F::ONE + x * (F::ONE - s))
            }),
            Erf => each!(g, s, |g, x| g * F::of(FRAC_2_SQRT_PI) * (-x * x).exp()),
            Reciprocal => each!(g, s, |g, y| -g * y * y),
            Square => each!(g, s, |g, x| g * F::of(2.0) * x),
            Tan => each!(g, s, |g, y| g * (F::ONE + y * y)),
            Asin => each!(g, s, |g, x| g / (F::ONE - x * x).sqrt()),
            Acos => each!(g, s, |g, x| -g / (F::ONE - x * x).sqrt()),
            Atan => each!(g, s, |g, x| g / (F::ONE + x * x)),
            Sinh => each!(g, s, |g, x| g * x.cosh()),
            Cosh => each!(g, s, |g, x| g * x.sinh()),
            Asinh => each!(g, s, |g, x| g / (x * x + F::ONE).sqrt()),
            Acosh => each!(g, s, |g, x| g / (x * x - F::ONE).sqrt()),
            Atanh => each!(g, s, |g, x| g / (F::ONE - x * x)),
            Log2 => each!(g, s, |g, x| g / (x * F::of(LN_2))),
            Log10 => each!(g, s, |g, x| g / (x * F::of(LN_10))),
            Exp2 => each!(g, s, |g, y| g * y * F::of(LN_2)),
            Erfc => each!(g, s, |g, x| g * F::of(-FRAC_2_SQRT_PI) * (-x * x).exp()),
            Erfinv => each!(g, s, |g, y| g / F::of(FRAC_2_SQRT_PI) * (y * y).exp()),
            Lgamma => each!(g, s, |g, x| g * x.digamma()),
            Digamma => each!(g, s, |g, x| g * x.trigamma()),
            LogSigmoid => each!(g, s, |g, x| g * a::sigmoid(-x)),
            Floor | Ceil | Round | Trunc | Sign | IsNan | IsFinite | LogicalNot | BitwiseNot => {
                vec![F::ZERO; g.len()]
            }
        }
    }
}

/// -1, 0 or 1; 0 for NaN, as in PyTorch.
#[inline(always)]
fn sign<F: Float>(x: F) -> F {
    let s = if x > F::ZERO { F::ONE } else { F::ZERO };
    if x < F::ZERO { -F::ONE } else { s }
}
