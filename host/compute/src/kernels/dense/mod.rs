//! Decompositions of one dense matrix of `f64`, row-major. Loops are bounded; what can go on for long asks a
//! [`Pulse`] whether it may.

mod bidiagonal;
pub(crate) mod householder;
mod planes;
pub(crate) mod singular;
pub(crate) mod symmetric;
pub(crate) mod triangular;

/// Says whether to go on: no, once the session is cancelled.
pub(crate) type Pulse<'a> = &'a dyn Fn() -> bool;

/// Why a matrix has no such decomposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The pulse said so.
    Cancelled,
    /// An element is NaN.
    NotFinite,
    /// Too many iterations: of so many numbers.
    NotConverged(usize),
    /// A pivot is 0.
    Singular,
    /// The leading minor of this order is not positive-definite.
    NotPositive(usize),
}

/// The type of a tensor's own elements, where it is to be seen in the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// binary32. Rounding each `f64` result to it gives what its own arithmetic gives: `f64` has more than twice its
    /// digits.
    Single,
    /// binary64, in which all is computed.
    Double,
}

impl Precision {
    /// The most by which rounding changes a number, as a part of it.
    pub(crate) fn unit(self) -> f64 {
        match self {
            Precision::Single => f64::from(f32::EPSILON) / 2.0,
            Precision::Double => f64::EPSILON / 2.0,
        }
    }
}

const LANES: usize = 8;

vectorized! {
    /// Σ a b
    pub(crate) fn dot [] (a: &[f64], b: &[f64]) -> f64 {
        let mut lanes = [0f64; LANES];
        let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
        let mut sum = 0.0;
        for (&a, &b) in a_chunks.remainder().iter().zip(b_chunks.remainder()) {
            sum += a * b;
        }
        for (a, b) in a_chunks.zip(b_chunks) {
            for i in 0..LANES {
                lanes[i] += a[i] * b[i];
            }
        }
        for lane in lanes {
            sum += lane;
        }
        sum
    }
}

vectorized! {
    /// `to += factor · from`
    pub(crate) fn add_scaled [] (to: &mut [f64], factor: f64, from: &[f64]) {
        for (to, from) in to.iter_mut().zip(from) {
            *to += factor * from;
        }
    }
}

vectorized! {
    /// Turns the plane of two vectors: `a` becomes c a - s b, and `b` becomes s a + c b.
    pub(crate) fn rotate [] (a: &mut [f64], b: &mut [f64], c: f64, s: f64) {
        for (a, b) in a.iter_mut().zip(b) {
            (*a, *b) = (c * *a - s * *b, s * *a + c * *b);
        }
    }
}

/// The 2-norm, also of numbers whose squares overflow or vanish.
pub(crate) fn norm(x: &[f64]) -> f64 {
    let squares = dot(x, x);
    if squares.is_nan() || (1e-250..1e250).contains(&squares) {
        return squares.sqrt();
    }
    let largest = x.iter().fold(0f64, |a, b| a.max(b.abs()));
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    largest * x.iter().map(|x| (x / largest) * (x / largest)).sum::<f64>().sqrt()
}

/// Rows `i` < `j` of a matrix with `columns`, both to be changed.
pub(crate) fn two_rows(a: &mut [f64], columns: usize, i: usize, j: usize) -> (&mut [f64], &mut [f64]) {
    let (front, back) = a.split_at_mut(j * columns);
    (&mut front[i * columns..][..columns], &mut back[..columns])
}

/// The transpose of an (m, n) matrix.
pub(crate) fn transposed(a: &[f64], m: usize, n: usize) -> Vec<f64> {
    let mut out = Vec::with_capacity(a.len());
    for j in 0..n {
        out.extend((0..m).map(|i| a[i * n + j]));
    }
    out
}

/// Ones on the diagonal of an (m, n) matrix.
pub(crate) fn identity(m: usize, n: usize) -> Vec<f64> {
    let mut out = vec![0.0; m * n];
    (0..m.min(n)).for_each(|i| out[i * n + i] = 1.0);
    out
}
