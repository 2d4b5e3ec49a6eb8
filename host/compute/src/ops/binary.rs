use std::borrow::Cow;

use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::elementwise::zip;
use crate::layout::Layout;
use crate::operation::{Contribution, Operation, Produced, Step, same_dtype};
use crate::ops::UnaryOp;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::{Element, Value};

macro_rules! binary_ops {
    ($($(#[$doc:meta])* $variant:ident $name:literal),* $(,)?) => {
        /// An operation on pairs of elements.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum BinaryOp {
            $($(#[$doc])* $variant),*
        }

        impl BinaryOp {
            /// All of them, in the contract's order.
            pub const ALL: &[BinaryOp] = &[$(BinaryOp::$variant),*];

            /// The name in the contract.
            pub fn name(self) -> &'static str {
                match self {
                    $(BinaryOp::$variant => $name),*
                }
            }
        }
    };
}

binary_ops! {
    /// a + b
    Add "add",
    /// a - b
    Sub "sub",
    /// a · b
    Mul "mul",
    /// a / b, on fractions only
    Div "div",
    /// aᵇ
    Pow "pow",
    /// The larger; NaN where either is
    Maximum "maximum",
    /// The smaller; NaN where either is
    Minimum "minimum",
    /// ⌊a / b⌋
    FloorDivide "floor-divide",
    /// a - b ⌊a / b⌋: has the sign of b
    Remainder "remainder",
    /// a = b
    Eq "eq",
    /// a ≠ b
    Ne "ne",
    /// a < b
    Lt "lt",
    /// a ≤ b
    Le "le",
    /// a > b
    Gt "gt",
    /// a ≥ b
    Ge "ge",
    /// Are both other than 0?
    LogicalAnd "logical-and",
    /// Is either other than 0?
    LogicalOr "logical-or",
    /// Is exactly one other than 0?
    LogicalXor "logical-xor",
}

impl BinaryOp {
    pub(super) fn gives_mask(self) -> bool {
        use BinaryOp::*;
        matches!(self, Eq | Ne | Lt | Le | Gt | Ge | LogicalAnd | LogicalOr | LogicalXor)
    }

    pub(super) fn infer(self, dtype: Dtype, shape: Shape) -> Result<Meta> {
        if self == BinaryOp::Div && !dtype.is_float() {
            return Err(Error::dtype(format!(
                "div: the quotient of {dtype} is no integer; cast to f32 first, or use floor-divide"
            )));
        }
        Ok(Meta::new(if self.gives_mask() { Dtype::U8 } else { dtype }, shape))
    }

    /// Operands of one shape, after broadcasting.
    pub(super) fn run(self, a: &Operand<'_>, b: &Operand<'_>, output: &Meta) -> Result<Produced> {
        match (a, b) {
            (Operand::Floats(a, al), Operand::Floats(b, bl)) => Ok(self.floats((a, al), (b, bl), output)),
            (Operand::Integers(a, al), Operand::Integers(b, bl)) => self.integers((a, al), (b, bl), output),
            _ => Err(Error::dtype(format!("{}: expected both operands to have the same dtype", self.name()))),
        }
    }

    fn floats(self, (a, al): (&[f32], &Layout), (b, bl): (&[f32], &Layout), output: &Meta) -> Produced {
        use BinaryOp::*;
        macro_rules! number {
            ($f:expr) => {
                Produced::floats(zip(a, al, b, bl, $f), output)
            };
        }
        macro_rules! mask {
            ($f:expr) => {
                Produced::new(zip(a, al, b, bl, |a: f32, b: f32| u8::from($f(a, b))), output)
            };
        }
        match self {
            Add => number!(|a: f32, b: f32| a + b),
            Sub => number!(|a: f32, b: f32| a - b),
            Mul => number!(|a: f32, b: f32| a * b),
            Div => number!(|a: f32, b: f32| a / b),
            Pow => number!(f32::powf),
            Maximum => number!(|a: f32, b: f32| if a > b || a.is_nan() { a } else { b }),
            Minimum => number!(|a: f32, b: f32| if a < b || a.is_nan() { a } else { b }),
            FloorDivide => number!(|a: f32, b: f32| (a / b).floor()),
            Remainder => number!(remainder),
            Eq => mask!(|a, b| a == b),
            Ne => mask!(|a, b| a != b),
            Lt => mask!(|a, b| a < b),
            Le => mask!(|a, b| a <= b),
            Gt => mask!(|a, b| a > b),
            Ge => mask!(|a, b| a >= b),
            LogicalAnd => mask!(|a, b| (a != 0.0) & (b != 0.0)),
            LogicalOr => mask!(|a, b| (a != 0.0) | (b != 0.0)),
            LogicalXor => mask!(|a, b| (a != 0.0) ^ (b != 0.0)),
        }
    }

    fn integers(
        self,
        (a, al): (&[i64], &Layout),
        (b, bl): (&[i64], &Layout),
        output: &Meta,
    ) -> Result<Produced> {
        use BinaryOp::*;
        macro_rules! number {
            ($f:expr) => {
                Produced::integers(zip(a, al, b, bl, $f), output)
            };
        }
        macro_rules! mask {
            ($f:expr) => {
                Produced::new(zip(a, al, b, bl, |a: i64, b: i64| u8::from($f(a, b))), output)
            };
        }
        let every_b = |ok: fn(i64) -> bool| zip(a, al, b, bl, |_, b| ok(b)).iter().all(|&ok| ok);
        Ok(match self {
            Add => number!(i64::wrapping_add),
            Sub => number!(i64::wrapping_sub),
            Mul => number!(i64::wrapping_mul),
            FloorDivide | Remainder if !every_b(|b| b != 0) => {
                return Err(Error::argument("ZeroDivisionError: integer division or modulo by zero"));
            }
            FloorDivide => number!(floor_divide),
            Remainder => number!(|a: i64, b: i64| a.wrapping_sub(floor_divide(a, b).wrapping_mul(b))),
            Pow if !every_b(|b| b >= 0) => {
                return Err(Error::argument("Integers to negative integer powers are not allowed."));
            }
            Pow => number!(integer_power),
            Div => return Err(Error::dtype("div: not implemented for integers")),
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
        })
    }
}

/// Python's `%` on fractions.
#[inline(always)]
fn remainder(a: f32, b: f32) -> f32 {
    let r = a % b;
    if r != 0.0 && (r < 0.0) != (b < 0.0) { r + b } else { r }
}

/// Python's `//`; b is not 0.
#[inline(always)]
fn floor_divide(a: i64, b: i64) -> i64 {
    let q = a.wrapping_div(b);
    if a.wrapping_rem(b) != 0 && (a < 0) != (b < 0) { q - 1 } else { q }
}

/// aᵇ by squaring, wrapping; b ≥ 0.
fn integer_power(mut a: i64, mut b: i64) -> i64 {
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

/// Elements and how to walk them, in the type that arithmetic is done in.
pub(super) enum Operand<'a> {
    Floats(Cow<'a, [f32]>, Layout),
    Integers(Cow<'a, [i64]>, Layout),
}

impl<'a> Operand<'a> {
    /// The elements of `value`, broadcast to `shape`.
    pub(super) fn of(value: &'a Value, shape: Shape) -> Result<Operand<'a>> {
        let row_major = Layout::contiguous(*value.shape());
        Ok(match value.dtype() {
            Dtype::F32 => {
                let (data, layout) = direct::<f32>(value)?;
                Operand::Floats(data, layout.broadcast(shape))
            }
            Dtype::I64 => {
                let (data, layout) = direct::<i64>(value)?;
                Operand::Integers(data, layout.broadcast(shape))
            }
            Dtype::Bf16 => Operand::Floats(value.floats()?, row_major.broadcast(shape)),
            Dtype::U32 | Dtype::U8 => Operand::Integers(value.integers()?, row_major.broadcast(shape)),
        })
    }

    /// One number at every place of `shape`.
    pub(super) fn number(number: f64, dtype: Dtype, shape: Shape) -> Operand<'static> {
        let layout = Layout::contiguous(Shape::SCALAR).broadcast(shape);
        if dtype.is_float() {
            Operand::Floats(Cow::Owned(vec![number as f32]), layout)
        } else {
            Operand::Integers(Cow::Owned(vec![number as i64]), layout)
        }
    }
}

/// The elements where they lie, unless a walk along their last dimension would jump.
fn direct<T: Element>(value: &Value) -> Result<(Cow<'_, [T]>, Layout)> {
    let mut layout = *value.layout();
    layout.offset = 0;
    let last = layout.shape.rank().checked_sub(1);
    let jumps = last.is_some_and(|d| layout.shape.dims()[d] > 1 && layout.strides[d] > 1);
    if jumps {
        return Ok((value.elements::<T>()?, Layout::contiguous(*value.shape())));
    }
    Ok((Cow::Borrowed(value.raw::<T>()?), layout))
}

struct Binary(BinaryOp);

impl Operation for Binary {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        same_dtype(self.name(), inputs)?;
        self.0.infer(inputs[0].dtype, Shape::broadcast(&inputs[0].shape, &inputs[1].shape)?)
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let a = Operand::of(inputs[0], output.shape)?;
        let b = Operand::of(inputs[1], output.shape)?;
        self.0.run(&a, &b, output)
    }

    fn differentiable(&self) -> bool {
        !self.0.gives_mask() && self.0 != BinaryOp::FloorDivide
    }

    fn saves_input(&self, i: usize) -> bool {
        match self.0 {
            BinaryOp::Add | BinaryOp::Sub => false,
            BinaryOp::Div => i == 1,
            _ => true,
        }
    }

    fn saves_output(&self) -> bool {
        matches!(self.0, BinaryOp::Div | BinaryOp::Pow)
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let mut contributions = Vec::with_capacity(2);
        for i in 0..2 {
            contributions.push(if step.needs(i) {
                let gradient = if i == 0 { self.left(step)? } else { self.right(step)? };
                step.unbroadcast(gradient, i)?
            } else {
                Contribution::None
            });
        }
        Ok(contributions)
    }
}

impl Binary {
    fn left(&self, step: &mut Step<'_>) -> Result<Tensor> {
        let grad = step.grad.clone();
        match self.0 {
            BinaryOp::Mul => {
                let b = step.input(1)?;
                step.session.binary(BinaryOp::Mul, &grad, &b)
            }
            BinaryOp::Div => {
                let b = step.input(1)?;
                step.session.binary(BinaryOp::Div, &grad, &b)
            }
            BinaryOp::Pow => {
                // b aᵇ⁻¹, and 0 where b is 0
                let (a, b) = (step.input(0)?, step.input(1)?);
                let less = step.session.binary_scalar(BinaryOp::Sub, &b, 1.0)?;
                let power = step.session.binary(BinaryOp::Pow, &a, &less)?;
                let slope = step.session.binary(BinaryOp::Mul, &power, &b)?;
                let down = step.session.binary(BinaryOp::Mul, &grad, &slope)?;
                let constant = step.session.binary_scalar(BinaryOp::Eq, &b, 0.0)?;
                let none = step.session.full(a.dtype(), &[], 0.0)?;
                step.session.select(&constant, &none, &down)
            }
            BinaryOp::Maximum => self.share(step, BinaryOp::Lt),
            BinaryOp::Minimum => self.share(step, BinaryOp::Gt),
            _ => Ok(grad),
        }
    }

    fn right(&self, step: &mut Step<'_>) -> Result<Tensor> {
        let grad = step.grad.clone();
        match self.0 {
            BinaryOp::Sub => step.session.unary(UnaryOp::Neg, &grad),
            BinaryOp::Mul => {
                let a = step.input(0)?;
                step.session.binary(BinaryOp::Mul, &grad, &a)
            }
            BinaryOp::Div => {
                // -y / b
                let (b, y) = (step.input(1)?, step.output()?);
                let slope = step.session.binary(BinaryOp::Div, &y, &b)?;
                let down = step.session.binary(BinaryOp::Mul, &grad, &slope)?;
                step.session.unary(UnaryOp::Neg, &down)
            }
            BinaryOp::Pow => {
                // y log a, and 0 where a is 0 and b is not below it
                let (a, b, y) = (step.input(0)?, step.input(1)?, step.output()?);
                let zero = step.session.binary_scalar(BinaryOp::Eq, &a, 0.0)?;
                let level = step.session.binary_scalar(BinaryOp::Ge, &b, 0.0)?;
                let zero = step.session.binary(BinaryOp::LogicalAnd, &zero, &level)?;
                // The logarithm of what is left out has no derivative, and must not spoil the others'.
                let one = step.session.full(a.dtype(), &[], 1.0)?;
                let safe = step.session.select(&zero, &one, &a)?;
                let log = step.session.unary(UnaryOp::Log, &safe)?;
                let slope = step.session.binary(BinaryOp::Mul, &y, &log)?;
                step.session.binary(BinaryOp::Mul, &grad, &slope)
            }
            BinaryOp::Maximum => self.share(step, BinaryOp::Gt),
            BinaryOp::Minimum => self.share(step, BinaryOp::Lt),
            BinaryOp::Remainder => {
                // -⌊a / b⌋
                let (a, b) = (step.input(0)?, step.input(1)?);
                let slope = step.session.binary(BinaryOp::FloorDivide, &a, &b)?;
                let down = step.session.binary(BinaryOp::Mul, &grad, &slope)?;
                step.session.unary(UnaryOp::Neg, &down)
            }
            _ => Ok(grad),
        }
    }

    /// The gradient where `a loses b` is not so, and half of it where they are equal.
    fn share(&self, step: &mut Step<'_>, loses: BinaryOp) -> Result<Tensor> {
        let grad = step.grad.clone();
        let (a, b) = (step.input(0)?, step.input(1)?);
        let half = step.session.binary_scalar(BinaryOp::Mul, &grad, 0.5)?;
        let tied = step.session.binary(BinaryOp::Eq, &a, &b)?;
        let share = step.session.select(&tied, &half, &grad)?;
        // Chosen, not multiplied: an infinite gradient must not spoil the side that lost.
        let lost = step.session.binary(loses, &a, &b)?;
        let none = step.session.full(grad.dtype(), &[], 0.0)?;
        step.session.select(&lost, &none, &share)
    }
}

impl Session {
    /// `op` of the pairs of elements of `a` and `b`, which broadcast as NumPy's do.
    ///
    /// # Errors
    /// `dtype` where they differ, `shape` where they do not broadcast, `argument` for an integer division by 0.
    pub fn binary(&mut self, op: BinaryOp, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        self.apply(Binary(op), &[a, b])
    }
}
