use std::fmt;

/// The type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// IEEE 754 binary32.
    F32,
    /// The upper half of a binary32; arithmetic widens to [`Dtype::F32`] and rounds to nearest even.
    Bf16,
    /// Signed 64-bit integers, which wrap; also what indices are.
    I64,
    /// Unsigned 32-bit integers, which wrap.
    U32,
    /// Unsigned bytes, which wrap; also what masks are (0 and 1).
    U8,
    /// IEEE 754 binary64.
    F64,
    /// IEEE 754 binary16; arithmetic widens to [`Dtype::F32`] and rounds to nearest even.
    F16,
    /// Signed 32-bit integers, which wrap.
    I32,
    /// Signed 16-bit integers, which wrap.
    I16,
    /// Signed bytes, which wrap.
    I8,
}

impl Dtype {
    /// All of them, in the contract's order.
    pub const ALL: &[Dtype] = &[
        Dtype::F32,
        Dtype::Bf16,
        Dtype::I64,
        Dtype::U32,
        Dtype::U8,
        Dtype::F64,
        Dtype::F16,
        Dtype::I32,
        Dtype::I16,
        Dtype::I8,
    ];

    /// Bytes of one element.
    pub fn size_in_bytes(self) -> usize {
        match self {
            Dtype::I64 | Dtype::F64 => 8,
            Dtype::F32 | Dtype::U32 | Dtype::I32 => 4,
            Dtype::Bf16 | Dtype::F16 | Dtype::I16 => 2,
            Dtype::U8 | Dtype::I8 => 1,
        }
    }

    /// The name used in messages and in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Dtype::F32 => "f32",
            Dtype::Bf16 => "bf16",
            Dtype::I64 => "i64",
            Dtype::U32 => "u32",
            Dtype::U8 => "u8",
            Dtype::F64 => "f64",
            Dtype::F16 => "f16",
            Dtype::I32 => "i32",
            Dtype::I16 => "i16",
            Dtype::I8 => "i8",
        }
    }

    /// Can an element be a fraction, so that gradients exist?
    pub fn is_float(self) -> bool {
        matches!(self, Dtype::F32 | Dtype::Bf16 | Dtype::F64 | Dtype::F16)
    }

    /// Can an element be an integer below 0?
    pub(crate) fn is_signed_integer(self) -> bool {
        matches!(self, Dtype::I64 | Dtype::I32 | Dtype::I16 | Dtype::I8)
    }

    /// Bytes of one element in the type that arithmetic on it is done in: `f32`, `f64` or `i64`.
    pub(crate) fn widened_size(self) -> usize {
        match self {
            Dtype::F32 | Dtype::Bf16 | Dtype::F16 => 4,
            _ => 8,
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `$body` with the Rust type that elements of `$dtype` are stored as under the name `$T`.
macro_rules! by_dtype {
    ($dtype:expr, $T:ident => $body:expr) => {
        by_dtype!(@ $dtype, $T => $body,
            F32 f32, Bf16 half::bf16, I64 i64, U32 u32, U8 u8, F64 f64, F16 half::f16, I32 i32, I16 i16, I8 i8)
    };
    (@ $dtype:expr, $T:ident => $body:expr, $($variant:ident $type:ty),*) => {
        match $dtype {
            $($crate::dtype::Dtype::$variant => {
                type $T = $type;
                $body
            })*
        }
    };
}

/// `$body` with the Rust type that arithmetic on fractions of `$dtype` is done in under the name `$F`.
macro_rules! by_float {
    ($dtype:expr, $F:ident => $body:expr) => {
        if $dtype == $crate::dtype::Dtype::F64 {
            type $F = f64;
            $body
        } else {
            type $F = f32;
            $body
        }
    };
}
