//! Factors that are triangular, and what they solve. Arithmetic is in `f64`, each result rounded to a [`Precision`]:
//! exactly that of the tensor's own type, which decides whether a pivot is 0.

use super::{Failure, Precision, Pulse};

/// Calls a function with how to round as its last argument.
macro_rules! rounded {
    ($precision:expr, $call:ident($($argument:expr),*)) => {
        match $precision {
            Precision::Single => $call($($argument),*, |x| f64::from(x as f32)),
            Precision::Double => $call($($argument),*, |x| x),
        }
    };
}

/// The lower triangular l with a = l lᵀ, from the lower triangle of an (n, n) matrix, in place.
pub(crate) fn cholesky(
    a: &mut [f64],
    n: usize,
    precision: Precision,
    pulse: Pulse<'_>,
) -> Result<(), Failure> {
    rounded!(precision, cholesky_by(a, n, pulse))
}

fn cholesky_by(
    a: &mut [f64],
    n: usize,
    pulse: Pulse<'_>,
    round: impl Fn(f64) -> f64 + Copy,
) -> Result<(), Failure> {
    for i in 0..n {
        if !pulse() {
            return Err(Failure::Cancelled);
        }
        for j in 0..=i {
            let (before, row) = a.split_at_mut(i * n);
            let mut sum = row[j];
            for k in 0..j {
                let factor = if j == i { row[k] } else { before[j * n + k] };
                sum = round(sum - round(row[k] * factor));
            }
            if j < i {
                row[j] = round(sum / before[j * n + j]);
            } else if sum > 0.0 {
                row[i] = round(sum.sqrt());
            } else {
                // Also where it is NaN.
                return Err(Failure::NotPositive(i + 1));
            }
        }
        a[i * n + i + 1..][..n - i - 1].fill(0.0);
    }
    Ok(())
}

/// l and u in the place of an (m, n) matrix, by elimination with the largest pivot of each column; returns with
/// which row each was exchanged.
pub(crate) fn lu(
    a: &mut [f64],
    extents: (usize, usize),
    precision: Precision,
    pulse: Pulse<'_>,
) -> Result<Vec<usize>, Failure> {
    rounded!(precision, lu_by(a, extents, pulse))
}

fn lu_by(
    a: &mut [f64],
    (m, n): (usize, usize),
    pulse: Pulse<'_>,
    round: impl Fn(f64) -> f64 + Copy,
) -> Result<Vec<usize>, Failure> {
    let mut exchanges = Vec::with_capacity(m.min(n));
    for k in 0..m.min(n) {
        if !pulse() {
            return Err(Failure::Cancelled);
        }
        let pivot =
            (k..m).fold(k, |best, i| if a[i * n + k].abs() > a[best * n + k].abs() { i } else { best });
        exchanges.push(pivot);
        if pivot != k {
            let (upper, lower) = super::two_rows(a, n, k, pivot);
            upper.swap_with_slice(lower);
        }
        let (above, below) = a.split_at_mut((k + 1) * n);
        let row = &above[k * n..];
        if row[k] == 0.0 {
            continue;
        }
        for other in below.chunks_exact_mut(n) {
            let factor = round(other[k] / row[k]);
            other[k] = factor;
            for (x, y) in other[k + 1..].iter_mut().zip(&row[k + 1..]) {
                *x = round(*x - round(factor * y));
            }
        }
    }
    Ok(exchanges)
}

/// Solves a x = b for (n, k) `b` in place, with the triangle of an (n, n) matrix that `upper` says, and 1 on its
/// diagonal where `unit`.
pub(crate) fn substitute(
    a: &[f64],
    n: usize,
    b: &mut [f64],
    columns: usize,
    triangle: (bool, bool),
    precision: Precision,
    pulse: Pulse<'_>,
) -> Result<(), Failure> {
    rounded!(precision, substitute_by(a, n, b, columns, triangle, pulse))
}

fn substitute_by(
    a: &[f64],
    n: usize,
    b: &mut [f64],
    columns: usize,
    (upper, unit): (bool, bool),
    pulse: Pulse<'_>,
    round: impl Fn(f64) -> f64 + Copy,
) -> Result<(), Failure> {
    for step in 0..n {
        if !pulse() {
            return Err(Failure::Cancelled);
        }
        let i = if upper { n - 1 - step } else { step };
        let known = if upper { i + 1..n } else { 0..i };
        let mut row = b[i * columns..][..columns].to_vec();
        for j in known {
            let factor = a[i * n + j];
            for (x, y) in row.iter_mut().zip(&b[j * columns..][..columns]) {
                *x = round(*x - round(factor * y));
            }
        }
        if !unit {
            row.iter_mut().for_each(|x| *x = round(*x / a[i * n + i]));
        }
        b[i * columns..][..columns].copy_from_slice(&row);
    }
    Ok(())
}

/// Solves a x = b for (n, k) `b` in place; `a` is overwritten.
pub(crate) fn solve(
    a: &mut [f64],
    n: usize,
    b: &mut [f64],
    columns: usize,
    precision: Precision,
    pulse: Pulse<'_>,
) -> Result<(), Failure> {
    let exchanges = lu(a, (n, n), precision, pulse)?;
    if (0..n).any(|i| a[i * n + i] == 0.0) {
        return Err(Failure::Singular);
    }
    for (i, &j) in exchanges.iter().enumerate() {
        if i != j {
            let (upper, lower) = super::two_rows(b, columns, i, j);
            upper.swap_with_slice(lower);
        }
    }
    substitute(a, n, b, columns, (false, true), precision, pulse)?;
    substitute(a, n, b, columns, (true, false), precision, pulse)
}
