//! The operations: one file per family, in each the rows of its table and the session's methods.

mod binary;
mod binary_formulas;
mod cast;
mod concat;
mod create;
mod cumulative;
mod index;
mod matmul;
mod number;
mod reduce;
mod select;
mod sort;
mod unary;
mod unary_formulas;
mod view;

pub use binary::BinaryOp;
pub(crate) use index::needs_index;
pub(crate) use matmul::Stack;
pub use reduce::ReduceOp;
pub use unary::UnaryOp;
