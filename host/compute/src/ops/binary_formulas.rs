//! What each [`BinaryOp`] computes.

use std::borrow::Cow;

use crate::arithmetic::Number;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::elementwise::zip;
use crate::kernels::float::Float;
use crate::layout::Layout;
use crate::operation::Produced;
use crate::ops::BinaryOp;
use crate::shape::{Meta, Shape};
use crate::value::Value;

impl BinaryOp {
    pub(super) fn gives_mask(self) -> bool {
        use BinaryOp::*;
        matches!(self, Eq | Ne | Lt | Le | Gt | Ge | LogicalAnd | LogicalOr | LogicalXor)
    }

    pub(super) fn has_gradient(self) -> bool {
        !self.gives_mask() && self != BinaryOp::FloorDivide
    }

    pub(super) fn infer(self, dtype: Dtype, shape: Shape) -> Result<Meta> {
        use BinaryOp::*;
        match self {
            Div | Atan2 if !dtype.is_float() => Err(Error::dtype(format!(
                "{}: that of {dtype} is no integer; cast to f32 first{}",
                self.name(),
                if self == Div { ", or use floor-divide" } else { "" }
            ))),
            BitwiseAnd | BitwiseOr | BitwiseXor | ShiftLeft | ShiftRight if dtype.is_float() => {
                Err(Error::dtype(format!("{}: not implemented for '{dtype}'", self.name())))
            }
            _ => Ok(Meta::new(if self.gives_mask() { Dtype::U8 } else { dtype }, shape)),
        }
    }

    /// Operands of one shape, after broadcasting, of elements of `dtype`.
    pub(super) fn run(
        self,
        dtype: Dtype,
        a: &Operand<'_>,
        b: &Operand<'_>,
        output: &Meta,
    ) -> Result<Produced> {
        match (a, b) {
            (Operand::Floats(a), Operand::Floats(b)) => Ok(self.floats(a, b, output)),
            (Operand::Doubles(a), Operand::Doubles(b)) => Ok(self.floats(a, b, output)),
            (Operand::Integers(a), Operand::Integers(b)) => self.integers(dtype, a, b, output),
            _ => Err(Error::dtype(format!("{}: expected both operands to have the same dtype", self.name()))),
        }
    }

    fn floats<F: Float + Number>(self, a: &Placed<'_, F>, b: &Placed<'_, F>, output: &Meta) -> Produced {
        use BinaryOp::*;
        macro_rules! number {
            ($f:expr) => {
                Produced::numbers(a.zip(b, $f), output)
            };
        }
        macro_rules! mask {
            ($f:expr) => {
                Produced::new(a.zip(b, |a: F, b: F| u8::from($f(a, b))), output)
            };
        }
        match self {
            Add => number!(|a: F, b: F| a + b),
            Sub => number!(|a: F, b: F| a - b),
            Mul => number!(|a: F, b: F| a * b),
            Div => number!(|a: F, b: F| a / b),
            Pow => number!(F::powf),
            Maximum => number!(|a: F, b: F| if a > b || a.is_nan() { a } else { b }),
            Minimum => number!(|a: F, b: F| if a < b || a.is_nan() { a } else { b }),
            FloorDivide => number!(floor_divide),
            Remainder => number!(remainder),
            Atan2 => number!(F::atan2),
            Fmod => number!(|a: F, b: F| a % b),
            Eq => mask!(|a, b| a == b),
            Ne => mask!(|a, b| a != b),
            Lt => mask!(|a, b| a < b),
            Le => mask!(|a, b| a <= b),
            Gt => mask!(|a, b| a > b),
            Ge => mask!(|a, b| a >= b),
            LogicalAnd => mask!(|a, b| (a != F::ZERO) & (b != F::ZERO)),
            LogicalOr => mask!(|a, b| (a != F::ZERO) | (b != F::ZERO)),
            LogicalXor => mask!(|a, b| (a != F::ZERO) ^ (b != F::ZERO)),
            // Refused by `infer`.
            BitwiseAnd | BitwiseOr | BitwiseXor | ShiftLeft | ShiftRight => number!(|a: F, _: F| a),
        }
    }

    fn integers(
        self,
        dtype: Dtype,
        a: &Placed<'_, i64>,
        b: &Placed<'_, i64>,
        output: &Meta,
    ) -> Result<Produced> {
        use BinaryOp::*;
        macro_rules! number {
            ($f:expr) => {
                Produced::numbers(a.zip(b, $f), output)
            };
        }
        macro_rules! mask {
            ($f:expr) => {
                Produced::new(a.zip(b, |a: i64, b: i64| u8::from($f(a, b))), output)
            };
        }
        Ok(match self {
            Add => number!(i64::wrapping_add),
            Sub => number!(i64::wrapping_sub),
            Mul => number!(i64::wrapping_mul),
            FloorDivide | Remainder | Fmod if a.zip(b, |_, b| b == 0).contains(&true) => {
                return Err(Error::argument("ZeroDivisionError"));
            }
            FloorDivide => number!(floor_divide_integers),
            Remainder => {
                number!(|a: i64, b: i64| a.wrapping_sub(floor_divide_integers(a, b).wrapping_mul(b)))
            }
            Fmod => number!(i64::wrapping_rem),
            Pow => number!(integer_power),
            Div | Atan2 => {
                return Err(Error::dtype(format!("{}: not implemented for integers", self.name())));
            }
            Maximum => number!(|a: i64, b: i64| a.max(b)),
            Minimum => number!(|a: i64, b: i64| a.min(b)),
            Eq => mask!(|a, b| a == b),
            Ne => mask!(|a, b| a != b),
            Lt => mask!(|a, b| a < b),
            Le => mask!(|a, b| a <= b),
            Gt => mask!(|a, b| a > b),
            Ge => mask!(|a, b| a >= b),
            LogicalAnd => mask!(|a, b| (a != 0) & (b != 0)),
            LogicalOr => mask!(|a, b| (a != 0) | (b != 0)),
            LogicalXor => mask!(|a, b| (a != 0) ^ (b != 0)),
            BitwiseAnd => number!(|a: i64, b: i64| a & b),
            BitwiseOr => number!(|a: i64, b: i64| a | b),
            BitwiseXor => number!(|a: i64, b: i64| a ^ b),
            ShiftLeft => {
                let bits = 8 * dtype.size_in_bytes() as i64;
                number!(move |a: i64, b: i64| if (0..bits).contains(&b) { a << b } else { 0 })
            }
            ShiftRight => {
                let all = 8 * dtype.size_in_bytes() as i64 - i64::from(dtype.is_signed_integer());
                number!(move |a: i64, b: i64| a >> if (0..all).contains(&b) { b } else { all })
            }
        })
    }
}

/// Python's `%` on fractions.
#[inline(always)]
fn remainder<F: Float>(a: F, b: F) -> F {
    let r = a % b;
    if r != F::ZERO && (r < F::ZERO) != (b < F::ZERO) { r + b } else { r }
}

/// Python's `//` on fractions: from the remainder, because ⌊a / b⌋ is one too many where the quotient rounds up.
#[inline(always)]
fn floor_divide<F: Float>(a: F, b: F) -> F {
    if b == F::ZERO {
        return a / b;
    }
    let r = a % b;
    let quotient = (a - r) / b;
    let below = r != F::ZERO && (r < F::ZERO) != (b < F::ZERO);
    let quotient = if below { quotient - F::ONE } else { quotient };
    if quotient == F::ZERO {
        return F::ZERO.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > F::of(0.5) { floor + F::ONE } else { floor }
}

/// Python's `//`; b is not 0.
#[inline(always)]
fn floor_divide_integers(a: i64, b: i64) -> i64 {
    let q = a.wrapping_div(b);
    if a.wrapping_rem(b) != 0 && (a < 0) != (b < 0) { q - 1 } else { q }
}

/// aᵇ by squaring, wrapping; for b < 0 the fraction without its digits, 0 also for a = 0.
fn integer_power(mut a: i64, mut b: i64) -> i64 {
    if b < 0 {
        return match a {
            1 => 1,
            -1 => 1 - 2 * (b & 1),
            _ => 0,
        };
    }
    let mut power = 1i64;
    while b > 0 {
        if b & 1 == 1 {
            power = power.wrapping_mul(a);
        }
        a = a.wrapping_mul(a);
        b >>= 1;
    }
    power
}

/// Numbers and how to walk them.
pub(super) struct Placed<'a, N: Number> {
    data: Cow<'a, [N]>,
    layout: Layout,
}

impl<'a, N: Number> Placed<'a, N> {
    /// The elements of `value`, broadcast to `shape`: where they lie, unless they have to be widened, or a walk
    /// along their last dimension would jump.
    fn of(value: &'a Value, shape: Shape) -> Result<Placed<'a, N>> {
        let mut layout = *value.layout();
        let last = layout.shape.rank().checked_sub(1);
        let jumps = last.is_some_and(|d| layout.shape.dims()[d] > 1 && layout.strides[d] > 1);
        if value.dtype() == N::DTYPE && !jumps {
            layout.offset = 0;
            return Ok(Placed { data: Cow::Borrowed(value.raw::<N>()?), layout: layout.broadcast(shape) });
        }
        let row_major = Layout::contiguous(*value.shape());
        Ok(Placed { data: value.numbers::<N>()?, layout: row_major.broadcast(shape) })
    }

    fn one(number: N, shape: Shape) -> Placed<'static, N> {
        let layout = Layout::contiguous(Shape::SCALAR).broadcast(shape);
        Placed { data: Cow::Owned(vec![number]), layout }
    }

    fn zip<R: Copy + Default>(&self, other: &Placed<'_, N>, f: impl Fn(N, N) -> R + Copy) -> Vec<R> {
        zip(&self.data, &self.layout, &other.data, &other.layout, f)
    }
}

/// Elements in the type that arithmetic is done in.
pub(super) enum Operand<'a> {
    Floats(Placed<'a, f32>),
    Doubles(Placed<'a, f64>),
    Integers(Placed<'a, i64>),
}

impl<'a> Operand<'a> {
    /// The elements of `value`, broadcast to `shape`.
    pub(super) fn of(value: &'a Value, shape: Shape) -> Result<Operand<'a>> {
        Ok(match value.dtype() {
            Dtype::F64 => Operand::Doubles(Placed::of(value, shape)?),
            dtype if dtype.is_float() => Operand::Floats(Placed::of(value, shape)?),
            _ => Operand::Integers(Placed::of(value, shape)?),
        })
    }

    /// One number at every place of `shape`; for integers, as an element of `dtype`: what does not fit wraps.
    pub(super) fn number(number: f64, dtype: Dtype, shape: Shape) -> Operand<'static> {
        match dtype {
            Dtype::F64 => Operand::Doubles(Placed::one(number, shape)),
            dtype if dtype.is_float() => Operand::Floats(Placed::one(number as f32, shape)),
            Dtype::U32 => Operand::Integers(Placed::one(i64::from(number as i64 as u32), shape)),
            Dtype::U8 => Operand::Integers(Placed::one(i64::from(number as i64 as u8), shape)),
            Dtype::I32 => Operand::Integers(Placed::one(i64::from(number as i64 as i32), shape)),
            Dtype::I16 => Operand::Integers(Placed::one(i64::from(number as i64 as i16), shape)),
            Dtype::I8 => Operand::Integers(Placed::one(i64::from(number as i64 as i8), shape)),
            _ => Operand::Integers(Placed::one(number as i64, shape)),
        }
    }
}
