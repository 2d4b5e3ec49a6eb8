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
}

impl Dtype {
    /// Bytes of one element.
    pub fn size_in_bytes(self) -> usize {
        match self {
            Dtype::F32 | Dtype::U32 => 4,
            Dtype::Bf16 => 2,
            Dtype::I64 => 8,
            Dtype::U8 => 1,
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
        }
    }

    /// Can an element be a fraction, so that gradients exist?
    pub fn is_float(self) -> bool {
        matches!(self, Dtype::F32 | Dtype::Bf16)
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
