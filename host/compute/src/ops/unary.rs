use crate::dtype::Dtype;
use crate::error::Result;
use crate::operation::{Contribution, Operation, Produced, Step, not_recorded, one};
use crate::ops::unary_formulas::From;
use crate::session::Session;
use crate::shape::Meta;
use crate::tensor::Tensor;
use crate::value::Value;

macro_rules! unary_ops {
    ($($(#[$doc:meta])* $variant:ident $name:literal),* $(,)?) => {
        /// An operation on each element by itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum UnaryOp {
            $($(#[$doc])* $variant),*
        }

        impl UnaryOp {
            /// All of them, in the contract's order.
            pub const ALL: &[UnaryOp] = &[$(UnaryOp::$variant),*];

            /// The name in the contract.
            pub fn name(self) -> &'static str {
                match self {
                    $(UnaryOp::$variant => $name),*
                }
            }
        }
    };
}

unary_ops! {
    /// -x
    Neg "neg",
    /// |x|
    Abs "abs",
    /// eˣ
    Exp "exp",
    /// eˣ - 1, exact near 0
    Expm1 "expm1",
    /// Natural logarithm
    Log "log",
    /// log(1 + x), exact near 0
    Log1p "log1p",
    /// √x
    Sqrt "sqrt",
    /// 1 / √x
    Rsqrt "rsqrt",
    /// Sine
    Sin "sin",
    /// Cosine
    Cos "cos",
    /// Hyperbolic tangent
    Tanh "tanh",
    /// 1 / (1 + e⁻ˣ)
    Sigmoid "sigmoid",
    /// The larger of x and 0
    Relu "relu",
    /// x Φ(x)
    Gelu "gelu",
    /// Its approximation by tanh
    GeluTanh "gelu-tanh",
    /// x · sigmoid(x)
    Silu "silu",
    /// Error function
    Erf "erf",
    /// Largest integer not above x
    Floor "floor",
    /// Smallest integer not below x
    Ceil "ceil",
    /// Nearest integer, ties to even
    Round "round",
    /// Towards zero
    Trunc "trunc",
    /// -1, 0 or 1
    Sign "sign",
    /// 1 / x
    Reciprocal "reciprocal",
    /// x²
    Square "square",
    /// Is it NaN? Gives `u8`
    IsNan "is-nan",
    /// Is it neither NaN nor infinite? Gives `u8`
    IsFinite "is-finite",
    /// Is it 0? Gives `u8`
    LogicalNot "logical-not",
    /// Tangent
    Tan "tan",
    /// Inverse sine
    Asin "asin",
    /// Inverse cosine
    Acos "acos",
    /// Inverse tangent
    Atan "atan",
    /// Hyperbolic sine
    Sinh "sinh",
    /// Hyperbolic cosine
    Cosh "cosh",
    /// Inverse hyperbolic sine
    Asinh "asinh",
    /// Inverse hyperbolic cosine
    Acosh "acosh",
    /// Inverse hyperbolic tangent
    Atanh "atanh",
    /// Logarithm to base 2
    Log2 "log2",
    /// Logarithm to base 10
    Log10 "log10",
    /// 2ˣ
    Exp2 "exp2",
    /// 1 - erf x, exact where erf is near 1
    Erfc "erfc",
    /// Inverse error function
    Erfinv "erfinv",
    /// log |Γ(x)|
    Lgamma "lgamma",
    /// The derivative of log Γ
    Digamma "digamma",
    /// log sigmoid(x)
    LogSigmoid "log-sigmoid",
    /// Every bit turned over, on integers only
    BitwiseNot "bitwise-not",
}

struct Unary(UnaryOp);

impl Operation for Unary {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let x = one(inputs);
        self.0.check(x.dtype)?;
        Ok(if self.0.gives_mask() { Meta::new(Dtype::U8, x.shape) } else { x })
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let x = inputs[0];
        if x.dtype().is_float() {
            return by_float!(x.dtype(), F => {
                let x = x.numbers::<F>()?;
                Ok(if self.0.gives_mask() {
                    Produced::new(self.0.mask(&x), output)
                } else {
                    Produced::numbers(self.0.floats(&x), output)
                })
            });
        }
        let x = x.integers()?;
        Ok(if self.0.gives_mask() {
            Produced::new(self.0.integer_mask(&x), output)
        } else {
            Produced::numbers(self.0.integers(&x), output)
        })
    }

    fn differentiable(&self) -> bool {
        !self.0.gives_mask()
    }

    fn saves_input(&self, _i: usize) -> bool {
        self.0 != UnaryOp::Neg && self.0.slope_from() == From::Input
    }

    fn saves_output(&self) -> bool {
        self.0.slope_from() == From::Output
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let grad = step.grad.clone();
        let saved = match self.0.slope_from() {
            From::Output => step.output()?,
            From::Input if self.0 == UnaryOp::Neg => grad.clone(),
            From::Input => step.input(0)?,
        };
        if step.recorded() {
            return Ok(vec![step.session.slope(self.0, &grad, &saved)?.into()]);
        }
        Ok(vec![step.session.apply(Slope(self.0), &[&grad, &saved])?.into()])
    }
}

/// The chain rule for [`Unary`] in one pass: inputs are the gradient and what the derivative is computed from.
pub(super) struct Slope(pub(super) UnaryOp);

impl Operation for Slope {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(inputs[0])
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_float!(output.dtype, F => {
            let slope = self.0.chain(&inputs[0].numbers::<F>()?, &inputs[1].numbers::<F>()?);
            Ok(Produced::numbers(slope, output))
        })
    }

    fn backward(&self, _step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        Err(not_recorded(self.name()))
    }
}

impl Session {
    /// `op` of each element.
    ///
    /// # Errors
    /// `dtype` where `op` is not defined on integers, or on integers only.
    pub fn unary(&mut self, op: UnaryOp, x: &Tensor) -> Result<Tensor> {
        self.apply(Unary(op), &[x])
    }
}
