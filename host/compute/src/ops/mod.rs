//! The operations: one file per family, in each the rows of its table and the session's methods.

mod binary;
mod binary_formulas;
mod cast;
mod concat;
mod create;
mod cumulative;
mod extreme;
mod index;
mod matmul;
mod number;
mod part;
mod product;
mod recurrence;
mod reduce;
mod reduce_formulas;
mod scatter;
mod select;
mod slope;
mod sort;
mod unary;
mod unary_formulas;
mod unfold;
mod view;

pub use binary::BinaryOp;
pub use cumulative::CumulativeOp;
pub(crate) use index::needs_index;
pub(crate) use matmul::Stack;
pub use reduce::ReduceOp;
pub use scatter::ScatterOp;
pub use unary::UnaryOp;
