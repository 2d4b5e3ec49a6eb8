/// What kind of failure an [`Error`] is: a closed list here, an open registry of strings in the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// Extents that do not fit together, or that overflow.
    Shape,
    /// Element types that an operation does not take.
    Dtype,
    /// A number out of range: a dimension, a step, a probability.
    Argument,
    /// An index outside of what it indexes.
    Index,
    /// Differentiation of what has no gradient.
    Gradient,
    /// A data stream read where it has nothing.
    Data,
    /// The session was cancelled from outside.
    Cancelled,
    /// More bytes in tensors than the session may hold.
    QuotaTensorMemory,
    /// More tensors and recorded operations than the session may hold.
    QuotaTensors,
    /// More elements in one operation than the session allows.
    QuotaElements,
    /// The device time of the call is spent.
    QuotaDeviceTime,
}

impl Code {
    /// The name in the registry of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Shape => "shape",
            Code::Dtype => "dtype",
            Code::Argument => "argument",
            Code::Index => "index",
            Code::Gradient => "gradient",
            Code::Data => "data",
            Code::Cancelled => "cancelled",
            Code::QuotaTensorMemory => "quota.tensor-memory",
            Code::QuotaTensors => "quota.tensors",
            Code::QuotaElements => "quota.elements",
            Code::QuotaDeviceTime => "quota.device-time",
        }
    }

    /// Is this a spent quota? A program that goes on after one is stopped.
    pub fn is_quota(self) -> bool {
        self.as_str().starts_with("quota.")
    }
}

/// Why an operation was refused: a value for the guest's language to raise, never a panic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The kind of failure.
    pub code: Code,
    /// One sentence for the author of the program, in PyTorch's words where PyTorch has any.
    pub message: String,
}

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Error {
        Error { code, message: message.into() }
    }

    pub(crate) fn shape(message: impl Into<String>) -> Error {
        Error::new(Code::Shape, message)
    }

    pub(crate) fn dtype(message: impl Into<String>) -> Error {
        Error::new(Code::Dtype, message)
    }

    pub(crate) fn argument(message: impl Into<String>) -> Error {
        Error::new(Code::Argument, message)
    }

    pub(crate) fn index(message: impl Into<String>) -> Error {
        Error::new(Code::Index, message)
    }

    pub(crate) fn gradient(message: impl Into<String>) -> Error {
        Error::new(Code::Gradient, message)
    }
}

/// The result of an operation on tensors.
pub type Result<T> = std::result::Result<T, Error>;
