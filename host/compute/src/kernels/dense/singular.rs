//! Singular values by rotations of pairs of rows (one-sided Jacobi) after a pivoted QR, as LAPACK's `dgejsv`
//! (Drmač and Veselić, LAPACK working note 169): accurate also for small values, and nearly orthogonal to begin with.

use super::householder::Reflections;
use super::{Failure, Pulse, dot, norm, rotate, transposed, two_rows};

/// Passes over all pairs; five to ten are usual.
const SWEEPS: usize = 60;

/// A part of the largest value below which a value has no direction of its own.
const NOTHING: f64 = 1e-140;

/// u (m, full ? m : k), s (k) and vh (full ? n : k, n) of an (m, n) matrix, with k the smaller extent.
pub(crate) struct Singular {
    pub(crate) u: Vec<f64>,
    pub(crate) s: Vec<f64>,
    pub(crate) vh: Vec<f64>,
}

/// Decomposes an (m, n) matrix.
pub(crate) fn decompose(
    a: &[f64],
    (m, n): (usize, usize),
    full: bool,
    pulse: Pulse<'_>,
) -> Result<Singular, Failure> {
    if a.iter().any(|x| x.is_nan()) {
        return Err(Failure::NotFinite);
    }
    if a.iter().any(|x| x.is_infinite()) {
        // As LAPACK, which looks for NaN only.
        let k = m.min(n);
        let (left, right) = if full { (m, n) } else { (k, k) };
        let nan = |n: usize| vec![f64::NAN; n];
        return Ok(Singular { u: nan(m * left), s: nan(k), vh: nan(right * n) });
    }
    if m == 0 || n == 0 {
        let square = |n: usize| if full { identity(n) } else { Vec::new() };
        return Ok(Singular { u: square(m), s: Vec::new(), vh: square(n) });
    }
    if m >= n {
        return tall(a, (m, n), full, pulse);
    }
    let turned = tall(&transposed(a, m, n), (n, m), full, pulse)?;
    let long = if full { n } else { m };
    Ok(Singular { u: transposed(&turned.vh, m, m), s: turned.s, vh: transposed(&turned.u, n, long) })
}

/// Of a matrix with m ≥ n: a p = q r, w r = diag(s) z for rotations w, so a = (q wᵀ) diag(s) (z pᵀ).
fn tall(a: &[f64], (m, n): (usize, usize), full: bool, pulse: Pulse<'_>) -> Result<Singular, Failure> {
    let largest = a.iter().fold(0f64, |a, b| a.max(b.abs()));
    let scale = if largest == 0.0 { 1.0 } else { largest };
    let scaled: Vec<f64> = a.iter().map(|x| x / scale).collect();
    let (q, order) = Reflections::pivoted(&scaled, m, n, pulse)?;
    let mut rows = q.triangle(n);
    let mut w = identity(n);
    orthogonalise(&mut rows, &mut w, n, pulse)?;
    let lengths: Vec<f64> = rows.chunks_exact(n).map(norm).collect();
    let mut by_length: Vec<usize> = (0..n).collect();
    by_length.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
    let z = directions(&rows, &lengths, &by_length, n, pulse)?;
    let mut vh = vec![0.0; n * n];
    let columns = if full { m } else { n };
    let mut u = vec![0.0; m * columns];
    for (i, &from) in by_length.iter().enumerate() {
        for (j, &to) in order.iter().enumerate() {
            vh[i * n + to] = z[i * n + j];
            u[j * columns + i] = w[from * n + j];
        }
    }
    (n..columns).for_each(|i| u[i * columns + i] = 1.0);
    q.apply(&mut u, columns, pulse)?;
    Ok(Singular { u, s: by_length.iter().map(|&i| lengths[i] * scale).collect(), vh })
}

/// Rotates pairs of `rows`, and of `w` alike, until all rows are orthogonal to each other.
fn orthogonalise(rows: &mut [f64], w: &mut [f64], n: usize, pulse: Pulse<'_>) -> Result<(), Failure> {
    let enough = f64::EPSILON * (n as f64).sqrt().max(4.0);
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for i in 0..n {
            if !pulse() {
                return Err(Failure::Cancelled);
            }
            for j in i + 1..n {
                let (a, b) = two_rows(rows, n, i, j);
                let Some((c, s)) = rotation(a, b, enough) else { continue };
                rotated = true;
                rotate(a, b, c, s);
                let (a, b) = two_rows(w, n, i, j);
                rotate(a, b, c, s);
            }
        }
        if !rotated {
            return Ok(());
        }
    }
    Err(Failure::NotConverged(n))
}

/// The rotation that makes two rows orthogonal, where they are not.
fn rotation(a: &[f64], b: &[f64], enough: f64) -> Option<(f64, f64)> {
    let (aa, bb, ab) = (dot(a, a), dot(b, b), dot(a, b));
    if ab.abs() <= enough * aa.sqrt() * bb.sqrt() || aa.min(bb) < NOTHING * NOTHING {
        return None;
    }
    let zeta = (bb - aa) / (2.0 * ab);
    let t = 1f64.copysign(zeta) / (zeta.abs() + zeta.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    Some((c, c * t))
}

/// The rows in the given order, each of length 1; those of no length complete the others to a basis.
fn directions(
    rows: &[f64],
    lengths: &[f64],
    order: &[usize],
    n: usize,
    pulse: Pulse<'_>,
) -> Result<Vec<f64>, Failure> {
    let least = lengths[order[0]] * NOTHING;
    let known = order.iter().take_while(|&&i| lengths[i] > least).count();
    let mut z = Vec::with_capacity(n * n);
    for &i in &order[..known] {
        z.extend(rows[i * n..][..n].iter().map(|x| x / lengths[i]));
    }
    if known < n {
        let basis = Reflections::of(&transposed(&z, known, n), n, known, pulse)?.orthogonal(n, pulse)?;
        z.extend_from_slice(&transposed(&basis, n, n)[known * n..]);
    }
    Ok(z)
}

fn identity(n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * n];
    (0..n).for_each(|i| out[i * n + i] = 1.0);
    out
}
