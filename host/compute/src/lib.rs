//! Tensors for sandboxed programs: operations, autograd, optimizers, quotas, cost model, data streams.
//!
//! A [`Session`] computes for one untrusted program. Everything the program can name is checked and charged before
//! it is done; a failure is an [`Error`] with a [`Code`], never a panic. Matrix products are `gemm`'s; the record
//! of operations is a flat tape that is walked and dropped in loops.
//!
//! ```
//! use proofhouse_compute::{BinaryOp, DeviceModel, Dtype, Limits, ReduceOp, Session};
//!
//! let model = DeviceModel {
//!     name: "one core".into(),
//!     flops_per_second: 1e11,
//!     bytes_per_second: 2e10,
//!     launch_seconds: 1e-6,
//!     instructions_per_second: 1e9,
//! };
//! let limits = Limits { tensor_bytes: 1 << 20, tensors: 1000, elements_per_operation: 1 << 16 };
//! let mut session = Session::new(model, limits);
//! let three = session.full(Dtype::F32, &[], 3.0)?;
//! let x = session.parameter(&three)?;
//! let y = session.binary(BinaryOp::Mul, &x, &x)?;
//! let gradients = session.backward(&y, None, false)?;
//! assert_eq!(session.read(&gradients[0].1)?, 6f32.to_le_bytes());
//! # Ok::<(), proofhouse_compute::Error>(())
//! ```

#[macro_use]
mod dtype;
#[macro_use]
mod kernels;

mod arithmetic;
pub mod data;
mod device;
mod error;
mod generator;
mod layers;
mod layout;
mod linear_algebra;
mod operation;
mod ops;
mod optimizer;
mod quota;
mod session;
mod shape;
mod storage;
mod tape;
mod tensor;
mod value;

pub use device::DeviceModel;
pub use dtype::Dtype;
pub use error::{Code, Error, Result};
pub use generator::Generator;
pub use ops::{BinaryOp, CumulativeOp, ReduceOp, ScatterOp, UnaryOp};
pub use optimizer::{AdamW, AdamWState};
pub use quota::{Limits, Usage};
pub use session::{ReversePass, Root, Session, Stop};
pub use tensor::Tensor;
