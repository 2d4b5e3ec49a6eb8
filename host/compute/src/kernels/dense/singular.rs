//! Singular values: reflections from both sides to a bidiagonal matrix (`dgebrd`), then its own, by the way that
//! LAPACK's `dgesdd` takes for small matrices.

use super::bidiagonal::Bidiagonal;
use super::householder::{Reflections, reflect, turn};
use super::{Failure, Precision, Pulse, add_scaled, dot, identity, transposed};

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
    precision: Precision,
    pulse: Pulse<'_>,
) -> Result<Singular, Failure> {
    if a.iter().any(|x| x.is_nan()) {
        return Err(Failure::NotFinite);
    }
    let k = m.min(n);
    let (left, right) = if full { (m, n) } else { (k, k) };
    if k == 0 {
        return Ok(Singular { u: identity(m, left), s: Vec::new(), vh: identity(right, n) });
    }
    let largest = a.iter().fold(0f64, |a, b| a.max(b.abs()));
    if largest.is_infinite() {
        // As LAPACK, which looks for NaN only.
        let nan = |n: usize| vec![f64::NAN; n];
        return Ok(Singular { u: nan(m * left), s: nan(k), vh: nan(right * n) });
    }
    let scale = if largest == 0.0 { 1.0 } else { largest };
    let a: Vec<f64> = a.iter().map(|x| x / scale).collect();
    let unit = precision.unit();
    let mut found = if m < n {
        // aᵀ = q b pᵀ, so a = p bᵀ qᵀ, where bᵀ is lower bidiagonal.
        let mut reduced = Reduction::of(&transposed(&a, m, n), (n, m), unit, pulse)?;
        let middle = &mut reduced.middle;
        middle.raise();
        middle.iterate(pulse)?;
        std::mem::swap(&mut middle.left, &mut middle.right);
        let found = reduced.finish(right, pulse)?;
        Singular { u: transposed(&found.right, m, m), s: found.s, vh: found.left }
    } else if m > n && m >= n * 11 / 6 {
        let q = Reflections::of(&a, m, n, pulse)?;
        let mut reduced = Reduction::of(&q.triangle(n), (n, n), unit, pulse)?;
        reduced.middle.iterate(pulse)?;
        let inner = reduced.finish(n, pulse)?;
        let mut u = identity(m, left);
        for (to, from) in u.chunks_exact_mut(left).zip(transposed(&inner.left, n, n).chunks_exact(n)) {
            to[..n].copy_from_slice(from);
        }
        q.apply(&mut u, left, pulse)?;
        Singular { u, s: inner.s, vh: inner.right }
    } else {
        let mut reduced = Reduction::of(&a, (m, n), unit, pulse)?;
        reduced.middle.iterate(pulse)?;
        let found = reduced.finish(left, pulse)?;
        Singular { u: transposed(&found.left, left, m), s: found.s, vh: found.right }
    };
    found.s.iter_mut().for_each(|s| *s *= scale);
    Ok(found)
}

/// 1 - scale v vᵀ, where v is `vector` behind `from` zeros.
struct Reflection {
    from: usize,
    vector: Vec<f64>,
    scale: f64,
}

impl Reflection {
    fn new(from: usize, mut vector: Vec<f64>) -> (Reflection, f64) {
        let scale = reflect(&mut vector);
        let length = std::mem::replace(&mut vector[0], 1.0);
        (Reflection { from, vector, scale }, length)
    }

    /// Reflects each row.
    fn apply(&self, rows: &mut [f64], width: usize) {
        for row in rows.chunks_exact_mut(width) {
            let row = &mut row[self.from..];
            let along = dot(row, &self.vector);
            add_scaled(row, -self.scale * along, &self.vector);
        }
    }
}

/// An (m, n) matrix with m ≥ n as reflections, a bidiagonal matrix, and reflections.
struct Reduction {
    rows: usize,
    left: Vec<Reflection>,
    middle: Bidiagonal,
    right: Vec<Reflection>,
}

/// Singular values, and vectors as rows.
struct Found {
    left: Vec<f64>,
    s: Vec<f64>,
    right: Vec<f64>,
}

impl Reduction {
    fn of(a: &[f64], (m, n): (usize, usize), unit: f64, pulse: Pulse<'_>) -> Result<Reduction, Failure> {
        let mut a = a.to_vec();
        let (mut left, mut right) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let (mut diagonal, mut beside) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for k in 0..n {
            if !pulse() {
                return Err(Failure::Cancelled);
            }
            let (reflection, length) = Reflection::new(k, (k..m).map(|i| a[i * n + k]).collect());
            turn(&mut a[k * n..], n, k + 1, &reflection.vector, reflection.scale);
            left.push(reflection);
            diagonal.push(length);
            if k + 1 < n {
                let (reflection, length) = Reflection::new(k + 1, a[k * n + k + 1..][..n - k - 1].to_vec());
                reflection.apply(&mut a[(k + 1) * n..], n);
                right.push(reflection);
                beside.push(length);
            }
        }
        let middle = Bidiagonal { diagonal, beside, left: identity(n, n), right: identity(n, n), unit };
        Ok(Reduction { rows: m, left, middle, right })
    }

    /// The decomposition, once the middle is diagonal, with `count` left vectors.
    fn finish(self, count: usize, pulse: Pulse<'_>) -> Result<Found, Failure> {
        let Reduction { rows, left: outer, middle, right: inner } = self;
        let n = middle.diagonal.len();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| middle.diagonal[j].total_cmp(&middle.diagonal[i]));
        let mut left = identity(count, rows);
        let mut right = Vec::with_capacity(n * n);
        for (row, &from) in left.chunks_exact_mut(rows).zip(&order) {
            row[..n].copy_from_slice(&middle.left[from * n..][..n]);
            right.extend_from_slice(&middle.right[from * n..][..n]);
        }
        for reflection in outer.iter().rev() {
            if !pulse() {
                return Err(Failure::Cancelled);
            }
            reflection.apply(&mut left, rows);
        }
        inner.iter().rev().for_each(|reflection| reflection.apply(&mut right, n));
        Ok(Found { left, s: order.iter().map(|&i| middle.diagonal[i]).collect(), right })
    }
}
