//! Compares what the sandbox's `torch` computes with what PyTorch computes: the cases of `tests/torch/cases` one by one,
//! and the losses of the programs in `tests/torch/programs` step by step. See `tests/torch/README.md`.

mod compare;
mod programs;
mod results;
mod sides;

pub use compare::{Comparison, Difference, compare};
pub use programs::{Losses, ProgramGolden, losses, wrong_step};
pub use results::{Case, Results};
pub use sides::{Run, Side, families, programs};
