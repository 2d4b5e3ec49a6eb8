use crate::error::Result;
use crate::operation::{Contribution, Operation, Produced, Step, same_dtype};
use crate::ops::UnaryOp;
use crate::ops::binary_formulas::Operand;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

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
    /// The angle of the point (b, a), on fractions only
    Atan2 "atan2",
    /// a - b trunc(a / b): has the sign of a
    Fmod "fmod",
    /// Bits that both have, on integers only
    BitwiseAnd "bitwise-and",
    /// Bits that either has, on integers only
    BitwiseOr "bitwise-or",
    /// Bits that exactly one has, on integers only
    BitwiseXor "bitwise-xor",
    /// a · 2ᵇ, on integers only; 0 for a shift by fewer than 0 bits or by all of them
    ShiftLeft "shift-left",
    /// ⌊a / 2ᵇ⌋, on integers only; a shift by fewer than 0 bits is one by all of them
    ShiftRight "shift-right",
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
        self.0.run(inputs[0].dtype(), &a, &b, output)
    }

    fn differentiable(&self) -> bool {
        self.0.has_gradient()
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
            BinaryOp::Atan2 => {
                // b / (a² + b²)
                let b = step.input(1)?;
                self.over_squares(step, &b)
            }
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
            BinaryOp::Fmod => {
                // -trunc(a / b)
                let (a, b) = (step.input(0)?, step.input(1)?);
                let ratio = step.session.binary(BinaryOp::Div, &a, &b)?;
                let slope = step.session.unary(UnaryOp::Trunc, &ratio)?;
                let down = step.session.binary(BinaryOp::Mul, &grad, &slope)?;
                step.session.unary(UnaryOp::Neg, &down)
            }
            BinaryOp::Atan2 => {
                // -a / (a² + b²)
                let a = step.input(0)?;
                let down = step.session.unary(UnaryOp::Neg, &a)?;
                self.over_squares(step, &down)
            }
            _ => Ok(grad),
        }
    }

    /// The gradient times `factor` / (a² + b²).
    fn over_squares(&self, step: &mut Step<'_>, factor: &Tensor) -> Result<Tensor> {
        let grad = step.grad.clone();
        let (a, b) = (step.input(0)?, step.input(1)?);
        let a = step.session.unary(UnaryOp::Square, &a)?;
        let b = step.session.unary(UnaryOp::Square, &b)?;
        let squares = step.session.binary(BinaryOp::Add, &a, &b)?;
        let slope = step.session.binary(BinaryOp::Div, factor, &squares)?;
        step.session.binary(BinaryOp::Mul, &grad, &slope)
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
