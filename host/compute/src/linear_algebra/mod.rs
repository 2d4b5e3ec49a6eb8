//! Decompositions of matrices, the last two dimensions of their argument, one matrix of a batch after another. They
//! are not recorded: results have no gradient of their own.

mod batch;
mod decompositions;
mod shapes;
mod solving;
