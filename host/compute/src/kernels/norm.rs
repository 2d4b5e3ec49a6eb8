//! Layer norm and RMS norm over rows.

use super::rows::{dot_by, sum_by};

/// Does the norm take the mean away first? Layer norm does, RMS norm does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Centre {
    Mean,
    Zero,
}

/// The row's centre, and one over its deviation from it.
#[inline(always)]
fn statistics(x: &[f32], centre: Centre, eps: f32) -> (f32, f32) {
    let n = x.len() as f32;
    let m = if centre == Centre::Mean { sum_by(x, |x| x) / n } else { 0.0 };
    let squares = sum_by(x, |x| (x - m) * (x - m));
    (m, 1.0 / (squares / n + eps).sqrt())
}

vectorized! {
    /// `(x - centre) / deviation · weight + bias` of every row of `n`; an empty weight is 1, an empty bias 0.
    pub(crate) fn forward [] (
        x: &[f32], n: usize, weight: &[f32], bias: &[f32], centre: Centre, eps: f32
    ) -> Vec<f32> {
        let mut out = vec![0.0; x.len()];
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
    pub(crate) fn backward [] (
        x: &[f32], g: &[f32], n: usize, weight: &[f32], centre: Centre, eps: f32,
        dx: &mut [f32], dw: &mut [f32], db: &mut [f32]
    ) {
        // A row's x̂ and its gradient times weight.
        let (mut hat, mut down) = (vec![0.0f32; n], vec![0.0f32; n]);
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
            let share = 1.0 / n as f32;
            let shift = if centre == Centre::Mean { sum_by(&down, |x| x) * share } else { 0.0 };
            let slope = dot_by(&down, &hat, |a, b| a * b) * share;
            for ((dx, &down), &hat) in dx.iter_mut().zip(&down).zip(&hat) {
                *dx = r * (down - shift - hat * slope);
            }
        }
    }
}
