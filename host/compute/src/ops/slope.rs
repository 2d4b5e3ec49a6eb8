//! Derivatives of operations on each element, made of operations that have derivatives themselves.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2, LN_10};

use crate::error::Result;
use crate::ops::unary::Slope;
use crate::ops::{BinaryOp, UnaryOp};
use crate::session::Session;
use crate::tensor::Tensor;

/// √(2 / π), and the cubic term of the approximation of gelu by tanh.
const ROOT: f64 = 0.797_884_560_802_865_4;
const CUBIC: f64 = 0.044_715;

impl Session {
    /// `g` times the derivative of `op`, for a pass that is recorded. `s` is the input or the output of `op`, as
    /// its backward formula saves it.
    pub(super) fn slope(&mut self, op: UnaryOp, g: &Tensor, s: &Tensor) -> Result<Tensor> {
        use UnaryOp::*;
        match op {
            Neg => self.unary(Neg, g),
            Exp => self.times(g, s),
            Log => self.binary(BinaryOp::Div, g, s),
            // Its derivative is none of the operations, and so has none itself.
            Digamma => self.apply(Slope(Digamma), &[g, s]),
            Floor | Ceil | Round | Trunc | Sign | IsNan | IsFinite | LogicalNot | BitwiseNot => {
                self.full(g.dtype(), &g.shape(), 0.0)
            }
            Log1p | Sqrt | Asin | Atan | Asinh | Acosh | Atanh | Log2 | Log10 => {
                let divisor = self.slope_divisor(op, s)?;
                self.binary(BinaryOp::Div, g, &divisor)
            }
            Relu => {
                // Zeros that depend on `s`, so that the second derivative is zero and not absent.
                let above = self.unary(Relu, s)?;
                let zero = self.scaled(&above, 0.0)?;
                let off = self.binary_scalar(BinaryOp::Le, s, 0.0)?;
                self.select(&off, &zero, g)
            }
            _ => {
                let factor = self.slope_factor(op, s)?;
                self.times(g, &factor)
            }
        }
    }

    /// One over the derivative.
    fn slope_divisor(&mut self, op: UnaryOp, s: &Tensor) -> Result<Tensor> {
        use UnaryOp::*;
        match op {
            Log1p => self.plus(s, 1.0),
            Sqrt => self.scaled(s, 2.0),
            Log2 => self.scaled(s, LN_2),
            Log10 => self.scaled(s, LN_10),
            Atanh => self.one_minus_square(s),
            Asin => {
                let rest = self.one_minus_square(s)?;
                self.unary(Sqrt, &rest)
            }
            _ => {
                let square = self.unary(Square, s)?;
                let moved = self.plus(&square, if op == Acosh { -1.0 } else { 1.0 })?;
                if op == Atan { Ok(moved) } else { self.unary(Sqrt, &moved) }
            }
        }
    }

    fn slope_factor(&mut self, op: UnaryOp, s: &Tensor) -> Result<Tensor> {
        use UnaryOp::*;
        match op {
            Abs => self.unary(Sign, s),
            Expm1 => self.plus(s, 1.0),
            Rsqrt => {
                let cube = self.binary_scalar(BinaryOp::Pow, s, 3.0)?;
                self.scaled(&cube, -0.5)
            }
            Sin => self.unary(Cos, s),
            Cos => {
                let sine = self.unary(Sin, s)?;
                self.unary(Neg, &sine)
            }
            Tanh => self.one_minus_square(s),
            Sigmoid => {
                let rest = self.scalar_binary(BinaryOp::Sub, 1.0, s)?;
                self.times(s, &rest)
            }
            Gelu => self.gelu_slope(s),
            GeluTanh => self.gelu_tanh_slope(s),
            Silu => {
                // s (1 + x (1 - s)), for s = sigmoid x
                let sigmoid = self.unary(Sigmoid, s)?;
                let rest = self.scalar_binary(BinaryOp::Sub, 1.0, &sigmoid)?;
                let more = self.times(s, &rest)?;
                let more = self.plus(&more, 1.0)?;
                self.times(&sigmoid, &more)
            }
            Erf | Erfc => {
                let bell = self.bell(s, -1.0)?;
                self.scaled(&bell, if op == Erf { FRAC_2_SQRT_PI } else { -FRAC_2_SQRT_PI })
            }
            Erfinv => {
                let bell = self.bell(s, 1.0)?;
                self.scaled(&bell, 1.0 / FRAC_2_SQRT_PI)
            }
            Tan => {
                let square = self.unary(Square, s)?;
                self.plus(&square, 1.0)
            }
            Acos => {
                let rest = self.one_minus_square(s)?;
                let slope = self.unary(Rsqrt, &rest)?;
                self.unary(Neg, &slope)
            }
            Sinh => self.unary(Cosh, s),
            Cosh => self.unary(Sinh, s),
            Exp2 => self.scaled(s, LN_2),
            Lgamma => self.unary(Digamma, s),
            LogSigmoid => {
                let minus = self.unary(Neg, s)?;
                self.unary(Sigmoid, &minus)
            }
            Reciprocal => {
                let square = self.unary(Square, s)?;
                self.unary(Neg, &square)
            }
            // Square; those without a factor are in `slope`.
            _ => self.scaled(s, 2.0),
        }
    }

    /// Φ(x) + x φ(x)
    fn gelu_slope(&mut self, x: &Tensor) -> Result<Tensor> {
        let part = self.scaled(x, FRAC_1_SQRT_2)?;
        let error = self.unary(UnaryOp::Erf, &part)?;
        let twice = self.plus(&error, 1.0)?;
        let below = self.scaled(&twice, 0.5)?;
        let bell = self.bell(x, -0.5)?;
        let density = self.scaled(&bell, 0.5 * ROOT)?;
        let more = self.times(x, &density)?;
        self.binary(BinaryOp::Add, &below, &more)
    }

    /// (1 + t) / 2 + x / 2 · (1 - t²) · u', for t = tanh u and u = √(2 / π) (x + 0.044715 x³)
    fn gelu_tanh_slope(&mut self, x: &Tensor) -> Result<Tensor> {
        let square = self.unary(UnaryOp::Square, x)?;
        let bend = self.scaled(&square, CUBIC)?;
        let bend = self.plus(&bend, 1.0)?;
        let u = self.times(x, &bend)?;
        let u = self.scaled(&u, ROOT)?;
        let t = self.unary(UnaryOp::Tanh, &u)?;
        let outer = self.one_minus_square(&t)?;
        let inner = self.scaled(&square, 3.0 * CUBIC * ROOT)?;
        let inner = self.plus(&inner, ROOT)?;
        let rise = self.times(&outer, &inner)?;
        let rise = self.times(x, &rise)?;
        let level = self.plus(&t, 1.0)?;
        let both = self.binary(BinaryOp::Add, &level, &rise)?;
        self.scaled(&both, 0.5)
    }

    /// exp(a x²)
    fn bell(&mut self, x: &Tensor, a: f64) -> Result<Tensor> {
        let square = self.unary(UnaryOp::Square, x)?;
        let power = self.scaled(&square, a)?;
        self.unary(UnaryOp::Exp, &power)
    }

    fn one_minus_square(&mut self, x: &Tensor) -> Result<Tensor> {
        let square = self.unary(UnaryOp::Square, x)?;
        self.scalar_binary(BinaryOp::Sub, 1.0, &square)
    }

    fn times(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        self.binary(BinaryOp::Mul, a, b)
    }

    fn scaled(&mut self, x: &Tensor, by: f64) -> Result<Tensor> {
        self.binary_scalar(BinaryOp::Mul, x, by)
    }

    fn plus(&mut self, x: &Tensor, more: f64) -> Result<Tensor> {
        self.binary_scalar(BinaryOp::Add, x, more)
    }
}
