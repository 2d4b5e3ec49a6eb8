use crate::dtype::Dtype;
use crate::error::{Error, Result};

/// What PyTorch's messages call it.
pub(super) fn scalar(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::F32 => "Float",
        Dtype::Bf16 => "BFloat16",
        Dtype::F64 => "Double",
        Dtype::F16 => "Half",
        Dtype::I64 => "Long",
        Dtype::I32 => "Int",
        Dtype::I16 => "Short",
        Dtype::I8 => "Char",
        Dtype::U32 => "UInt32",
        Dtype::U8 => "Byte",
    }
}

/// Refuses a dtype that a distribution has no numbers of.
pub(super) fn unsupported<T>(kernel: &str, dtype: Dtype) -> Result<T> {
    Err(Error::dtype(format!("\"{kernel}\" not implemented for '{}'", scalar(dtype))))
}
