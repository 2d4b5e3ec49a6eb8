use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::elementwise::map;
use crate::kernels::float::Float;
use crate::operation::{Contribution, Operation, Produced, Step, one};
use crate::ops::binary_formulas::Operand;
use crate::ops::{BinaryOp, UnaryOp};
use crate::session::Session;
use crate::shape::Meta;
use crate::tensor::Tensor;
use crate::value::Value;

/// A binary operation with one number.
struct WithNumber {
    op: BinaryOp,
    number: f64,
    /// Is the number the left operand?
    left: bool,
}

impl WithNumber {
    /// aᵇ for the exponents programs use most: `powf` is slow, and this is exact.
    fn power(&self, x: &Value, output: &Meta) -> Result<Option<Produced>> {
        if self.op != BinaryOp::Pow || self.left || !x.dtype().is_float() {
            return Ok(None);
        }
        by_float!(x.dtype(), F => {
            let power = power(&x.numbers::<F>()?, self.number);
            Ok(power.map(|power| Produced::numbers(power, output)))
        })
    }
}

/// xᵇ for the exponents programs use most.
fn power<F: Float>(x: &[F], b: f64) -> Option<Vec<F>> {
    Some(match b {
        1.0 => x.to_vec(),
        2.0 => map(x, |x: F| x * x),
        3.0 => map(x, |x: F| x * x * x),
        4.0 => map(x, |x: F| (x * x) * (x * x)),
        0.5 => map(x, F::sqrt),
        -1.0 => map(x, |x: F| F::ONE / x),
        -0.5 => map(x, |x: F| F::ONE / x.sqrt()),
        _ => return None,
    })
}

impl Operation for WithNumber {
    fn name(&self) -> &'static str {
        self.op.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let x = one(inputs);
        if !x.dtype.is_float() && !is_integer(self.number, Dtype::I64) {
            return Err(Error::dtype(format!(
                "{}: the number {} is no {}; cast the tensor to f32 first",
                self.name(),
                self.number,
                x.dtype
            )));
        }
        if self.op == BinaryOp::Pow && !self.left && !x.dtype.is_float() && self.number < 0.0 {
            return Err(Error::argument("Integers to negative integer powers are not allowed."));
        }
        self.op.infer(x.dtype, x.shape)
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let x = inputs[0];
        if let Some(produced) = self.power(x, output)? {
            return Ok(produced);
        }
        let dtype = x.dtype();
        let number = Operand::number(self.number, dtype, output.shape);
        let x = Operand::of(x, output.shape)?;
        let (a, b) = if self.left { (&number, &x) } else { (&x, &number) };
        self.op.run(dtype, a, b, output)
    }

    fn differentiable(&self) -> bool {
        self.op.has_gradient()
    }

    fn saves_input(&self, _i: usize) -> bool {
        match self.op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => false,
            BinaryOp::Div | BinaryOp::Remainder | BinaryOp::Fmod => self.left,
            BinaryOp::Pow => !self.left,
            _ => true,
        }
    }

    fn saves_output(&self) -> bool {
        self.op == BinaryOp::Pow && self.left
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let grad = step.grad.clone();
        let gradient = match (self.op, self.left) {
            (BinaryOp::Sub, true) => step.session.unary(UnaryOp::Neg, &grad)?,
            (BinaryOp::Mul, _) => step.session.binary_scalar(BinaryOp::Mul, &grad, self.number)?,
            (BinaryOp::Div, false) => step.session.binary_scalar(BinaryOp::Div, &grad, self.number)?,
            (BinaryOp::Div, true) => {
                // -n / x²
                let x = step.input(0)?;
                let square = step.session.unary(UnaryOp::Square, &x)?;
                let slope = step.session.scalar_binary(BinaryOp::Div, -self.number, &square)?;
                step.session.binary(BinaryOp::Mul, &grad, &slope)?
            }
            (BinaryOp::Pow, false) if self.number == 0.0 => {
                step.session.full(grad.dtype(), &grad.shape(), 0.0)?
            }
            (BinaryOp::Pow, false) => {
                let x = step.input(0)?;
                let power = step.session.binary_scalar(BinaryOp::Pow, &x, self.number - 1.0)?;
                let slope = step.session.binary_scalar(BinaryOp::Mul, &power, self.number)?;
                step.session.binary(BinaryOp::Mul, &grad, &slope)?
            }
            (BinaryOp::Pow, true) => {
                // y log n
                let y = step.output()?;
                let slope = if self.number == 0.0 {
                    self.slope_of_zero(step, &y)?
                } else {
                    step.session.binary_scalar(BinaryOp::Mul, &y, self.number.ln())?
                };
                step.session.binary(BinaryOp::Mul, &grad, &slope)?
            }
            (BinaryOp::Maximum, _) => self.share(step, BinaryOp::Gt)?,
            (BinaryOp::Minimum, _) => self.share(step, BinaryOp::Lt)?,
            (BinaryOp::Remainder, true) => {
                let x = step.input(0)?;
                let quotient = step.session.scalar_binary(BinaryOp::FloorDivide, self.number, &x)?;
                let down = step.session.binary(BinaryOp::Mul, &grad, &quotient)?;
                step.session.unary(UnaryOp::Neg, &down)?
            }
            (BinaryOp::Fmod, true) => {
                let x = step.input(0)?;
                let ratio = step.session.scalar_binary(BinaryOp::Div, self.number, &x)?;
                let quotient = step.session.unary(UnaryOp::Trunc, &ratio)?;
                let down = step.session.binary(BinaryOp::Mul, &grad, &quotient)?;
                step.session.unary(UnaryOp::Neg, &down)?
            }
            (BinaryOp::Atan2, left) => {
                // n / (x² + n²), and less than 0 where x is the second operand
                let x = step.input(0)?;
                let square = step.session.unary(UnaryOp::Square, &x)?;
                let squares =
                    step.session.binary_scalar(BinaryOp::Add, &square, self.number * self.number)?;
                let factor = if left { -self.number } else { self.number };
                let slope = step.session.scalar_binary(BinaryOp::Div, factor, &squares)?;
                step.session.binary(BinaryOp::Mul, &grad, &slope)?
            }
            _ => grad,
        };
        Ok(vec![gradient.into()])
    }
}

impl WithNumber {
    /// The gradient where `x wins number`: none at a tie, as PyTorch's `clamp` passes none on at its bounds.
    fn share(&self, step: &mut Step<'_>, wins: BinaryOp) -> Result<Tensor> {
        let grad = step.grad.clone();
        let x = step.input(0)?;
        let won = step.session.binary_scalar(wins, &x, self.number)?;
        let none = step.session.full(grad.dtype(), &[], 0.0)?;
        step.session.select(&won, &grad, &none)
    }

    /// The derivative of y = 0ˣ: 0 where x is not below 0, and -y where it is, which is infinite.
    fn slope_of_zero(&self, step: &mut Step<'_>, y: &Tensor) -> Result<Tensor> {
        let infinite = step.session.binary_scalar(BinaryOp::Eq, y, f64::INFINITY)?;
        let none = step.session.full(y.dtype(), &[], 0.0)?;
        let down = step.session.unary(UnaryOp::Neg, y)?;
        step.session.select(&infinite, &down, &none)
    }
}

/// Is `number` a value of the integer type?
pub(super) fn is_integer(number: f64, dtype: Dtype) -> bool {
    let (low, high) = match dtype {
        Dtype::I64 => (-(2f64.powi(63)), 2f64.powi(63)),
        Dtype::I32 => (-(2f64.powi(31)), 2f64.powi(31)),
        Dtype::I16 => (-32_768.0, 32_768.0),
        Dtype::I8 => (-128.0, 128.0),
        // Negative numbers wrap, as in PyTorch.
        Dtype::U32 => (-(2f64.powi(32)), 2f64.powi(32)),
        _ => (-256.0, 256.0),
    };
    number.fract() == 0.0 && (low..high).contains(&number)
}

impl Session {
    /// `op` of each element and the number `b` on the right, taken in the tensor's type.
    ///
    /// # Errors
    /// `dtype` where the tensor's type has no such number; as [`Session::binary`].
    pub fn binary_scalar(&mut self, op: BinaryOp, a: &Tensor, b: f64) -> Result<Tensor> {
        self.apply(WithNumber { op, number: b, left: false }, &[a])
    }

    /// `op` of the number `a` on the left and each element.
    ///
    /// # Errors
    /// As [`Session::binary_scalar`].
    pub fn scalar_binary(&mut self, op: BinaryOp, a: f64, b: &Tensor) -> Result<Tensor> {
        self.apply(WithNumber { op, number: a, left: true }, &[b])
    }
}
