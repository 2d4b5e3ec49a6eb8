//! What each [`ReduceOp`] makes of rows.

use crate::error::{Error, Result};
use crate::kernels::float::Float;
use crate::kernels::rows;
use crate::ops::ReduceOp;

impl ReduceOp {
    /// From rows of `n` fractions, n > 0.
    pub(super) fn floats<F: Float>(self, x: &[F], n: usize) -> Vec<F> {
        match self {
            ReduceOp::Sum => rows::reduce(x, n, sum),
            ReduceOp::Mean => rows::reduce(x, n, |row| F::of(sum64(row) / row.len() as f64)),
            ReduceOp::Prod => rows::reduce(x, n, |row| row.iter().copied().product()),
            ReduceOp::Max => rows::reduce(x, n, rows::max),
            ReduceOp::Min => rows::reduce(x, n, |row| {
                row.iter().fold(F::INFINITY, |a, &b| if b < a || b.is_nan() { b } else { a })
            }),
            ReduceOp::Variance => rows::reduce(x, n, variance),
            _ => rows::reduce(x, n, rows::logsumexp),
        }
    }

    pub(super) fn integers(self, x: &[i64], n: usize) -> Vec<i64> {
        let rows = x.chunks_exact(n);
        match self {
            ReduceOp::Sum => rows.map(|row| row.iter().fold(0, |a: i64, &b| a.wrapping_add(b))).collect(),
            ReduceOp::Prod => rows.map(|row| row.iter().fold(1, |a: i64, &b| a.wrapping_mul(b))).collect(),
            ReduceOp::Min => rows.map(|row| row.iter().copied().min().unwrap_or(0)).collect(),
            _ => rows.map(|row| row.iter().copied().max().unwrap_or(0)).collect(),
        }
    }

    /// What nothing reduces to, for the operations that say.
    pub(super) fn of_nothing(self) -> Result<f64> {
        match self {
            ReduceOp::Sum => Ok(0.0),
            ReduceOp::Prod => Ok(1.0),
            ReduceOp::Mean | ReduceOp::Variance => Ok(f64::NAN),
            ReduceOp::Logsumexp => Ok(f64::NEG_INFINITY),
            _ => Err(Error::argument(format!(
                "{}(): Expected reduction dim to be specified for input.numel() == 0",
                self.name()
            ))),
        }
    }
}

/// Elements whose partial sum may stay in `f32`.
const BLOCK: usize = 4096;

#[inline(always)]
fn sum64<F: Float>(row: &[F]) -> f64 {
    row.chunks(BLOCK).map(|block| rows::sum_by(block, |x| x).to_f64()).sum()
}

#[inline(always)]
fn sum<F: Float>(row: &[F]) -> F {
    if row.len() <= BLOCK { rows::sum_by(row, |x| x) } else { F::of(sum64(row)) }
}

#[inline(always)]
fn variance<F: Float>(row: &[F]) -> F {
    let mean = F::of(sum64(row) / row.len() as f64);
    let squares: f64 =
        row.chunks(BLOCK).map(|block| rows::sum_by(block, |x| (x - mean) * (x - mean)).to_f64()).sum();
    F::of(squares / (row.len() as f64 - 1.0))
}

/// Where the first of the best is; a NaN is better than any number, as in PyTorch.
fn first_best<T: PartialOrd + Copy>(row: &[T], better: impl Fn(T, T) -> bool) -> i64 {
    let mut best = 0;
    for (i, &x) in row.iter().enumerate() {
        #[allow(clippy::eq_op)]
        let (x_nan, best_nan) = (x != x, row[best] != row[best]);
        if !best_nan && (x_nan || better(x, row[best])) {
            best = i;
        }
    }
    best as i64
}

pub(super) fn places<T: PartialOrd + Copy>(op: ReduceOp, x: &[T], n: usize) -> Vec<i64> {
    let rows = x.chunks_exact(n);
    match op {
        ReduceOp::Argmax => rows.map(|row| first_best(row, |a, b| a > b)).collect(),
        _ => rows.map(|row| first_best(row, |a, b| a < b)).collect(),
    }
}
