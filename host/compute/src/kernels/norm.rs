//! Layer norm and RMS norm over rows.

use super::float::Float;
use super::rows::{dot_by, sum_by};

/// Does the norm take the mean away first? Layer norm does, RMS norm does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Centre {
    Mean,
    Zero,
}

/// The row's centre, and one over its deviation from it.
#[inline(always)]
fn statistics<F: Float>(x: &[F], centre: Centre, eps: F) -> (F, F) {
    let n = F::of(x.len() as f64);
    let m = if centre == Centre::Mean { sum_by(x, |x| x) / n } else { F::ZERO };
    let squares = sum_by(x, |x| (x - m) * (x - m));
    (m, F::ONE / (squares / n + eps).sqrt())
}

vectorized! {
    /// `(x - centre) / deviation · weight + bias` of every row of `n`; an empty weight is 1, an empty bias 0.
    pub(crate) fn forward [F: Float] (
        x: &[F], n: usize, weight: &[F], bias: &[F], centre: Centre, eps: F
    ) -> Vec<F> {
        let mut out = vec![F::ZERO; x.len()];
        for (out, x) in out.chunks_exact_mut(n).zip(x.chunks_exact(n)) {
            let (m, r) = statistics(x, centre, eps);
            for (out, &x) in out.iter_mut().zip(x) {
                *out = (x - m) * r;
            }
            for (out, &w) in out.iter_mut().zip(weight) {
                *out *= w;
            }
            for (out, &b) in out.iter_mut().zip(bias) {
                *out += b;
            }
        }
        out
    }
}

vectorized! {
    /// The gradients of [`forward`]: that of x into `dx`, and those of weight and bias added to `dw` and `db`,
    /// which are empty where nobody wants them.
    pub(crate) fn backward [F: Float] (
        x: &[F], g: &[F], n: usize, weight: &[F], centre: Centre, eps: F,
        dx: &mut [F], dw: &mut [F], db: &mut [F]
    ) {
        // A row's x̂ and its gradient times weight.
        let (mut hat, mut down) = (vec![F::ZERO; n], vec![F::ZERO; n]);
        let rows = dx.chunks_exact_mut(n).zip(x.chunks_exact(n)).zip(g.chunks_exact(n));
        for ((dx, x), g) in rows {
            let (m, r) = statistics(x, centre, eps);
            for ((hat, &x), (down, &g)) in hat.iter_mut().zip(x).zip(down.iter_mut().zip(g)) {
                *hat = (x - m) * r;
                *down = g;
            }
            for (down, &w) in down.iter_mut().zip(weight) {
                *down *= w;
            }
            for ((dw, &g), &hat) in dw.iter_mut().zip(g).zip(&hat) {
                *dw += g * hat;
            }
            for (db, &g) in db.iter_mut().zip(g) {
                *db += g;
            }
            let share = F::ONE / F::of(n as f64);
            let shift = if centre == Centre::Mean { sum_by(&down, |x| x) * share } else { F::ZERO };
            let slope = dot_by(&down, &hat, |a, b| a * b) * share;
            for ((dx, &down), &hat) in dx.iter_mut().zip(&down).zip(&hat) {
                *dx = r * (down - shift - hat * slope);
            }
        }
    }
}
