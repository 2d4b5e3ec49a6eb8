//! The contract's enums as the session's, case by case, so that a case that one side lacks does not compile.

use proofhouse_compute as compute;

use crate::bindings::contract::tensors as wit;

macro_rules! same_cases {
    ($from:ty => $to:ty: $($case:ident),+ $(,)?) => {
        impl From<$from> for $to {
            fn from(value: $from) -> Self {
                match value { $(<$from>::$case => <$to>::$case,)+ }
            }
        }
    };
}

same_cases!(wit::Dtype => compute::Dtype: F32, Bf16, I64, U32, U8, F64, F16, I32, I16, I8);
same_cases!(compute::Dtype => wit::Dtype: F32, Bf16, I64, U32, U8, F64, F16, I32, I16, I8);
same_cases!(wit::UnaryOp => compute::UnaryOp:
    Neg, Abs, Exp, Expm1, Log, Log1p, Sqrt, Rsqrt, Sin, Cos, Tanh, Sigmoid, Relu, Gelu, GeluTanh, Silu, Erf,
    Floor, Ceil, Round, Trunc, Sign, Reciprocal, Square, IsNan, IsFinite, LogicalNot,
    Tan, Asin, Acos, Atan, Sinh, Cosh, Asinh, Acosh, Atanh, Log2, Log10, Exp2, Erfc, Erfinv, Lgamma, Digamma,
    LogSigmoid, BitwiseNot);
same_cases!(wit::BinaryOp => compute::BinaryOp:
    Add, Sub, Mul, Div, Pow, Maximum, Minimum, FloorDivide, Remainder,
    Eq, Ne, Lt, Le, Gt, Ge, LogicalAnd, LogicalOr, LogicalXor,
    Atan2, Fmod, BitwiseAnd, BitwiseOr, BitwiseXor, ShiftLeft, ShiftRight);
same_cases!(wit::ReduceOp => compute::ReduceOp:
    Sum, Mean, Prod, Max, Min, Variance, Argmax, Argmin, Logsumexp);
same_cases!(wit::CumulativeOp => compute::CumulativeOp: Sum, Prod, Logsumexp);
same_cases!(wit::ScatterOp => compute::ScatterOp: Replace, Add, Multiply, Maximum, Minimum);
