//! Sums and maxima over rows. A sum keeps sixteen partial sums and adds them in order at the end: that vectorises,
//! and gives the same bits on every processor.

use super::float::Float;

const LANES: usize = 16;

#[inline(always)]
pub(crate) fn sum_by<F: Float>(x: &[F], f: impl Fn(F) -> F) -> F {
    let mut lanes = [F::ZERO; LANES];
    let chunks = x.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for i in 0..LANES {
            lanes[i] += f(chunk[i]);
        }
    }
    let mut sum = F::ZERO;
    for &x in rest {
        sum += f(x);
    }
    for lane in lanes {
        sum += lane;
    }
    sum
}

#[inline(always)]
pub(crate) fn dot_by<F: Float>(a: &[F], b: &[F], f: impl Fn(F, F) -> F) -> F {
    let mut lanes = [F::ZERO; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let mut sum = F::ZERO;
    for (&a, &b) in a_chunks.remainder().iter().zip(b_chunks.remainder()) {
        sum += f(a, b);
    }
    for (a, b) in a_chunks.zip(b_chunks) {
        for i in 0..LANES {
            lanes[i] += f(a[i], b[i]);
        }
    }
    for lane in lanes {
        sum += lane;
    }
    sum
}

/// The largest element; NaN where there is one; -∞ for none.
#[inline(always)]
pub(crate) fn max<F: Float>(x: &[F]) -> F {
    let pick = |a: F, b: F| if b > a || b.is_nan() { b } else { a };
    let mut lanes = [-F::INFINITY; LANES];
    let chunks = x.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for i in 0..LANES {
            lanes[i] = pick(lanes[i], chunk[i]);
        }
    }
    let mut best = -F::INFINITY;
    for lane in lanes {
        best = pick(best, lane);
    }
    for &x in rest {
        best = pick(best, x);
    }
    best
}

/// Where a row is shifted to before it is exponentiated: its largest element, or 0 where that is infinite.
#[inline(always)]
fn shift<F: Float>(x: &[F]) -> F {
    let m = max(x);
    if m.is_infinite() && m < F::ZERO { F::ZERO } else { m }
}

/// log Σ eˣ.
#[inline(always)]
pub(crate) fn logsumexp<F: Float>(x: &[F]) -> F {
    let m = shift(x);
    if m.is_infinite() { m } else { m + sum_by(x, |x| (x - m).exp()).ln() }
}

/// The sum of squares in `f64`, by blocks: gradients of millions of elements keep their digits.
pub(crate) fn sum_of_squares<F: Float>(x: &[F]) -> f64 {
    x.chunks(4096).map(|block| block_of_squares(block).to_f64()).sum()
}

vectorized! {
    fn block_of_squares [F: Float] (x: &[F]) -> F { sum_by(x, |x| x * x) }
}

vectorized! {
    /// Softmax in place; what is beyond `seen` elements is masked.
    pub(crate) fn softmax_in_place [F: Float] (x: &mut [F], seen: usize) {
        let (row, masked) = x.split_at_mut(seen);
        let m = max(row);
        for x in row.iter_mut() {
            *x = (*x - m).exp();
        }
        let r = F::ONE / sum_by(row, |x| x);
        for x in row.iter_mut() {
            *x *= r;
        }
        masked.fill(F::ZERO);
    }
}

vectorized! {
    /// Softmax of every row of `n` elements.
    pub(crate) fn softmax [F: Float] (x: &[F], n: usize) -> Vec<F> {
        let mut out = vec![F::ZERO; x.len()];
        for (out, x) in out.chunks_exact_mut(n).zip(x.chunks_exact(n)) {
            let m = max(x);
            for (out, &x) in out.iter_mut().zip(x) {
                *out = (x - m).exp();
            }
            let r = F::ONE / sum_by(out, |x| x);
            for out in out.iter_mut() {
                *out *= r;
            }
        }
        out
    }
}

vectorized! {
    /// The logarithm of [`softmax`].
    pub(crate) fn log_softmax [F: Float] (x: &[F], n: usize) -> Vec<F> {
        let mut out = vec![F::ZERO; x.len()];
        for (out, x) in out.chunks_exact_mut(n).zip(x.chunks_exact(n)) {
            let lse = logsumexp(x);
            for (out, &x) in out.iter_mut().zip(x) {
                *out = x - lse;
            }
        }
        out
    }
}

vectorized! {
    /// From softmax's output `y` and its gradient: `y (g - Σ g y)`.
    pub(crate) fn softmax_backward [F: Float] (y: &[F], g: &[F], n: usize) -> Vec<F> {
        let mut out = vec![F::ZERO; y.len()];
        for ((out, y), g) in out.chunks_exact_mut(n).zip(y.chunks_exact(n)).zip(g.chunks_exact(n)) {
            let dot = dot_by(y, g, |y, g| y * g);
            for ((out, &y), &g) in out.iter_mut().zip(y).zip(g) {
                *out = y * (g - dot);
            }
        }
        out
    }
}

vectorized! {
    /// From log-softmax's output `y` and its gradient: `g - eʸ Σ g`.
    pub(crate) fn log_softmax_backward [F: Float] (y: &[F], g: &[F], n: usize) -> Vec<F> {
        let mut out = vec![F::ZERO; y.len()];
        for ((out, y), g) in out.chunks_exact_mut(n).zip(y.chunks_exact(n)).zip(g.chunks_exact(n)) {
            let sum = sum_by(g, |g| g);
            for ((out, &y), &g) in out.iter_mut().zip(y).zip(g) {
                *out = g - y.exp() * sum;
            }
        }
        out
    }
}

vectorized! {
    /// One number from each row of `n` elements.
    pub(crate) fn reduce [F: Float, R: Fn(&[F]) -> F + Copy] (x: &[F], n: usize, f: R) -> Vec<F> {
        let mut out = Vec::with_capacity(x.len() / n);
        for row in x.chunks_exact(n) {
            out.push(f(row));
        }
        out
    }
}

vectorized! {
    /// Sums over the middle of (outer, n, inner): shape (outer, inner).
    pub(crate) fn sum_columns [F: Float] (x: &[F], n: usize, inner: usize) -> Vec<F> {
        let mut out = vec![F::ZERO; x.len() / n];
        for (out, block) in out.chunks_exact_mut(inner).zip(x.chunks_exact(n * inner)) {
            for row in block.chunks_exact(inner) {
                for (out, &x) in out.iter_mut().zip(row) {
                    *out += x;
                }
            }
        }
        out
    }
}
