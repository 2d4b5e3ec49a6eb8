//! Whole layers as single operations, with backward kernels of their own.

mod attention;
mod compose;
mod cross_entropy;
mod embedding;
mod linear;
mod norm;
mod softmax;
