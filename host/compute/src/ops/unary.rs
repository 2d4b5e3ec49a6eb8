use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::elementwise::map;
use crate::kernels::transcendental as t;
use crate::operation::{Contribution, Operation, Produced, Step, not_recorded, one};
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
}

/// A vectorised loop over one slice, or two of one length, with the formula written into it: a closure would not
/// always be inlined, and then not be vectorised.
macro_rules! each {
    ($x:expr, |$a:ident| $formula:expr) => {{
        vectorized! {
            fn run [] (x: &[f32]) -> Vec<f32> {
                let mut out = vec![0.0; x.len()];
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
            fn run [] (x: &[f32], y: &[f32]) -> Vec<f32> {
                let mut out = vec![0.0; x.len()];
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
enum From {
    Input,
    Output,
}

impl UnaryOp {
    fn gives_mask(self) -> bool {
        matches!(self, UnaryOp::IsNan | UnaryOp::IsFinite | UnaryOp::LogicalNot)
    }

    /// Defined on integers as well?
    fn takes_integers(self) -> bool {
        use UnaryOp::*;
        self.gives_mask() || matches!(self, Neg | Abs | Relu | Floor | Ceil | Round | Trunc | Sign | Square)
    }

    fn slope_from(self) -> From {
        use UnaryOp::*;
        match self {
            Exp | Expm1 | Sqrt | Rsqrt | Tanh | Sigmoid | Reciprocal => From::Output,
            _ => From::Input,
        }
    }

    fn floats(self, x: &[f32]) -> Vec<f32> {
        use UnaryOp::*;
        match self {
            Neg => each!(x, |x| -x),
            Abs => each!(x, |x| f32::abs(x)),
            Exp => each!(x, |x| t::exp(x)),
            Expm1 => each!(x, |x| f32::exp_m1(x)),
            Log => each!(x, |x| f32::ln(x)),
            Log1p => each!(x, |x| f32::ln_1p(x)),
            Sqrt => each!(x, |x| f32::sqrt(x)),
            Rsqrt => each!(x, |x| 1.0 / x.sqrt()),
            Sin => each!(x, |x| f32::sin(x)),
            Cos => each!(x, |x| f32::cos(x)),
            Tanh => each!(x, |x| t::tanh(x)),
            Sigmoid => each!(x, |x| t::sigmoid(x)),
            Relu => each!(x, |x| if x < 0.0 { 0.0 } else { x }),
            Gelu => each!(x, |x| x * t::normal_cdf(x)),
            GeluTanh => each!(x, |x| t::gelu_tanh(x)),
            Silu => each!(x, |x| x * t::sigmoid(x)),
            Erf => each!(x, |x| t::erf(x)),
            Floor => each!(x, |x| f32::floor(x)),
            Ceil => each!(x, |x| f32::ceil(x)),
            Round => each!(x, |x| f32::round_ties_even(x)),
            Trunc => each!(x, |x| f32::trunc(x)),
            Sign => each!(x, |x| sign(x)),
            Reciprocal => each!(x, |x| 1.0 / x),
            Square => each!(x, |x| x * x),
            // Masks are stored as u8 by `mask`.
            IsNan | IsFinite | LogicalNot => Vec::new(),
        }
    }

    fn mask(self, x: &[f32]) -> Vec<u8> {
        match self {
            UnaryOp::IsNan => map(x, |x: f32| u8::from(x.is_nan())),
            UnaryOp::IsFinite => map(x, |x: f32| u8::from(x.is_finite())),
            _ => map(x, |x: f32| u8::from(x == 0.0)),
        }
    }

    fn integers(self, x: &[i64]) -> Vec<i64> {
        use UnaryOp::*;
        match self {
            Neg => map(x, i64::wrapping_neg),
            Abs => map(x, i64::wrapping_abs),
            Relu => map(x, |x: i64| x.max(0)),
            Sign => map(x, i64::signum),
            Square => map(x, |x: i64| x.wrapping_mul(x)),
            _ => x.to_vec(),
        }
    }

    fn integer_mask(self, x: &[i64]) -> Vec<u8> {
        match self {
            UnaryOp::IsNan => vec![0; x.len()],
            UnaryOp::IsFinite => vec![1; x.len()],
            _ => map(x, |x: i64| u8::from(x == 0)),
        }
    }

    /// `g` times the derivative at `s`, which is the operation's input or output as [`UnaryOp::slope_from`] says.
    fn chain(self, g: &[f32], s: &[f32]) -> Vec<f32> {
        use UnaryOp::*;
        match self {
            Neg => each!(g, |g| -g),
            Abs => each!(g, s, |g, x| g * sign(x)),
            Exp => each!(g, s, |g, y| g * y),
            Expm1 => each!(g, s, |g, y| g * (y + 1.0)),
            Log => each!(g, s, |g, x| g / x),
            Log1p => each!(g, s, |g, x| g / (1.0 + x)),
            Sqrt => each!(g, s, |g, y| g * 0.5 / y),
            Rsqrt => each!(g, s, |g, y| g * -0.5 * y * y * y),
            Sin => each!(g, s, |g, x| g * x.cos()),
            Cos => each!(g, s, |g, x| g * -x.sin()),
            Tanh => each!(g, s, |g, y| g * (1.0 - y * y)),
            Sigmoid => each!(g, s, |g, y| g * y * (1.0 - y)),
            Relu => each!(g, s, |g, x| if x <= 0.0 { 0.0 } else { g }),
            Gelu => each!(g, s, |g, x| g * (t::normal_cdf(x) + x * t::normal_density(x))),
            GeluTanh => each!(g, s, |g, x| g * t::gelu_tanh_slope(x)),
            Silu => each!(g, s, |g, x| {
                let s = t::sigmoid(x);
                g * s * (1.0 + x * (1.0 - s))
            }),
            // 2 / √π
            Erf => each!(g, s, |g, x| g * std::f32::consts::FRAC_2_SQRT_PI * t::exp(-x * x)),
            Reciprocal => each!(g, s, |g, y| -g * y * y),
            Square => each!(g, s, |g, x| g * 2.0 * x),
            Floor | Ceil | Round | Trunc | Sign | IsNan | IsFinite | LogicalNot => vec![0.0; g.len()],
        }
    }
}

#[inline(always)]
fn sign(x: f32) -> f32 {
    let s = if x > 0.0 { 1.0 } else { 0.0 };
    let s = if x < 0.0 { -1.0 } else { s };
    if x.is_nan() { x } else { s }
}

struct Unary(UnaryOp);

impl Operation for Unary {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let x = one(inputs);
        if !x.dtype.is_float() && !self.0.takes_integers() {
            return Err(Error::dtype(format!(
                "{}: not implemented for '{}'; cast to f32 first",
                self.name(),
                x.dtype
            )));
        }
        Ok(if self.0.gives_mask() { Meta::new(Dtype::U8, x.shape) } else { x })
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let x = inputs[0];
        Ok(match (x.dtype().is_float(), self.0.gives_mask()) {
            (true, false) => Produced::floats(self.0.floats(&x.floats()?), output),
            (true, true) => Produced::new(self.0.mask(&x.floats()?), output),
            (false, false) => Produced::integers(self.0.integers(&x.integers()?), output),
            (false, true) => Produced::new(self.0.integer_mask(&x.integers()?), output),
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
struct Slope(UnaryOp);

impl Operation for Slope {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(inputs[0])
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        Ok(Produced::floats(self.0.chain(&inputs[0].floats()?, &inputs[1].floats()?), output))
    }

    fn backward(&self, _step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        Err(not_recorded(self.name()))
    }
}

impl Session {
    /// `op` of each element.
    ///
    /// # Errors
    /// `dtype` where `op` is not defined on integers.
    pub fn unary(&mut self, op: UnaryOp, x: &Tensor) -> Result<Tensor> {
        self.apply(Unary(op), &[x])
    }
}
