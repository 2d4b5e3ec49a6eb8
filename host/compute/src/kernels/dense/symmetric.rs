//! Eigenvalues of symmetric matrices: reflections to a tridiagonal matrix (`dsytd2`), then implicit QL or QR steps
//! (`dsteqr`), with LAPACK's choices.

use super::householder::reflect;
use super::planes::{eigenvalues, upward};
use super::{Failure, Precision, Pulse, add_scaled, dot, identity, rotate, two_rows};

/// Steps for each eigenvalue; two are usual.
const STEPS: usize = 30;

/// Eigenvalues, ascending, and eigenvectors as rows, of the (n, n) matrix whose lower triangle is that of `a`.
pub(crate) fn decompose(
    a: &[f64],
    n: usize,
    precision: Precision,
    pulse: Pulse<'_>,
) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    if n == 0 {
        return Ok((Vec::new(), Vec::new()));
    }
    let lower = (0..n).flat_map(|i| &a[i * n..=i * n + i]);
    if lower.clone().any(|x| !x.is_finite()) {
        return Ok((vec![f64::NAN; n], vec![f64::NAN; n * n]));
    }
    let largest = lower.fold(0f64, |a, b| a.max(b.abs()));
    let scale = if largest == 0.0 { 1.0 } else { largest };
    let mut whole = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            whole[i * n + j] = a[i * n + j] / scale;
            whole[j * n + i] = whole[i * n + j];
        }
    }
    let mut tridiagonal = reduce(whole, n, precision.unit(), pulse)?;
    tridiagonal.iterate(pulse)?;
    tridiagonal.sort();
    tridiagonal.diagonal.iter_mut().for_each(|x| *x *= scale);
    Ok((tridiagonal.diagonal, tridiagonal.vectors))
}

/// A symmetric tridiagonal matrix, and the basis in which it is the one that was given.
struct Tridiagonal {
    diagonal: Vec<f64>,
    /// Beside the diagonal: one fewer.
    beside: Vec<f64>,
    /// The basis, a vector a row.
    vectors: Vec<f64>,
    /// The part of its neighbours below which a number beside the diagonal is nothing. That of the tensor's own type:
    /// how often a block is turned decides the vectors' signs.
    unit: f64,
}

/// Reflects rows and columns of a symmetric matrix, first to last.
fn reduce(mut a: Vec<f64>, n: usize, unit: f64, pulse: Pulse<'_>) -> Result<Tridiagonal, Failure> {
    let mut reflections: Vec<(Vec<f64>, f64)> = Vec::with_capacity(n);
    let mut beside = Vec::with_capacity(n);
    for k in 0..n - 1 {
        if !pulse() {
            return Err(Failure::Cancelled);
        }
        let mut v = a[k * n + k + 1..][..n - k - 1].to_vec();
        let scale = reflect(&mut v);
        beside.push(v[0]);
        v[0] = 1.0;
        if scale != 0.0 {
            let inner = |i: usize| (k + 1 + i) * n + k + 1;
            let mut w: Vec<f64> = (0..v.len()).map(|i| scale * dot(&a[inner(i)..][..v.len()], &v)).collect();
            let along = -0.5 * scale * dot(&w, &v);
            add_scaled(&mut w, along, &v);
            for i in 0..v.len() {
                let row = &mut a[inner(i)..][..v.len()];
                add_scaled(row, -v[i], &w);
                add_scaled(row, -w[i], &v);
            }
        }
        reflections.push((v, scale));
    }
    let diagonal = (0..n).map(|i| a[i * n + i]).collect();
    let mut vectors = identity(n, n);
    // The rows are those of the transpose: reflections act on each from the right.
    for (k, (v, scale)) in reflections.iter().enumerate().rev() {
        if !pulse() {
            return Err(Failure::Cancelled);
        }
        for row in vectors.chunks_exact_mut(n).skip(k + 1) {
            let along = dot(&row[k + 1..], v);
            add_scaled(&mut row[k + 1..], -scale * along, v);
        }
    }
    Ok(Tridiagonal { diagonal, beside, vectors, unit })
}

impl Tridiagonal {
    /// Makes the matrix diagonal, one unreduced block after another.
    fn iterate(&mut self, pulse: Pulse<'_>) -> Result<(), Failure> {
        let n = self.diagonal.len();
        let mut left = n * STEPS;
        let mut start = 0;
        while start < n {
            let mut end = start;
            while end + 1 < n && !self.splits(end) {
                end += 1;
            }
            if end + 1 < n {
                self.beside[end] = 0.0;
            }
            if self.diagonal[end].abs() < self.diagonal[start].abs() {
                self.settle_end(start, end, &mut left, pulse)?;
            } else {
                self.settle_beginning(start, end, &mut left, pulse)?;
            }
            start = end + 1;
        }
        Ok(())
    }

    /// Is what is beside places `i` and `i + 1` nothing next to them?
    fn splits(&self, i: usize) -> bool {
        let (a, b) = (self.diagonal[i].abs(), self.diagonal[i + 1].abs());
        self.beside[i].abs() <= a.sqrt() * b.sqrt() * self.unit
    }

    fn vanishes(&self, i: usize) -> bool {
        let (a, b) = (self.diagonal[i].abs(), self.diagonal[i + 1].abs());
        self.beside[i] * self.beside[i] <= self.unit * self.unit * a * b + f64::MIN_POSITIVE
    }

    fn spend(left: &mut usize, n: usize, pulse: Pulse<'_>) -> Result<(), Failure> {
        if !pulse() {
            return Err(Failure::Cancelled);
        }
        *left = left.checked_sub(1).ok_or(Failure::NotConverged(n))?;
        Ok(())
    }

    /// QL steps: eigenvalues settle at the block's beginning.
    fn settle_beginning(
        &mut self,
        mut at: usize,
        end: usize,
        left: &mut usize,
        pulse: Pulse<'_>,
    ) -> Result<(), Failure> {
        while at <= end {
            let m = (at..end).find(|&i| self.vanishes(i)).unwrap_or(end);
            if m < end {
                self.beside[m] = 0.0;
            }
            if m == at {
                at += 1;
                continue;
            }
            if m == at + 1 {
                let (first, second, c, s) =
                    eigenvalues(self.diagonal[at], self.beside[at], self.diagonal[at + 1]);
                self.turn(at, c, s);
                (self.diagonal[at], self.diagonal[at + 1], self.beside[at]) = (first, second, 0.0);
                at += 2;
                continue;
            }
            Tridiagonal::spend(left, self.diagonal.len(), pulse)?;
            let p = self.diagonal[at];
            let mut g = self.shift(p, self.diagonal[at + 1], self.diagonal[m], self.beside[at]);
            let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
            for i in (at..m).rev() {
                let (f, b) = (s * self.beside[i], c * self.beside[i]);
                let r;
                (c, s, r) = upward(g, f);
                if i + 1 != m {
                    self.beside[i + 1] = r;
                }
                g = self.diagonal[i + 1] - p;
                let r = (self.diagonal[i] - g) * s + 2.0 * c * b;
                p = s * r;
                self.diagonal[i + 1] = g + p;
                g = c * r - b;
                self.turn(i, c, -s);
            }
            self.diagonal[at] -= p;
            self.beside[at] = g;
        }
        Ok(())
    }

    /// QR steps: eigenvalues settle at the block's end.
    fn settle_end(
        &mut self,
        start: usize,
        mut at: usize,
        left: &mut usize,
        pulse: Pulse<'_>,
    ) -> Result<(), Failure> {
        loop {
            let m = (start..at).rfind(|&i| self.vanishes(i)).map_or(start, |i| i + 1);
            if m > start {
                self.beside[m - 1] = 0.0;
            }
            let settled = at - m;
            if settled <= 1 {
                if settled == 1 {
                    let (first, second, c, s) =
                        eigenvalues(self.diagonal[m], self.beside[m], self.diagonal[at]);
                    self.turn(m, c, s);
                    (self.diagonal[m], self.diagonal[at], self.beside[m]) = (first, second, 0.0);
                }
                match m.checked_sub(1) {
                    Some(next) if next >= start => at = next,
                    _ => return Ok(()),
                }
                continue;
            }
            Tridiagonal::spend(left, self.diagonal.len(), pulse)?;
            let p = self.diagonal[at];
            let mut g = self.shift(p, self.diagonal[at - 1], self.diagonal[m], self.beside[at - 1]);
            let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
            for i in m..at {
                let (f, b) = (s * self.beside[i], c * self.beside[i]);
                let r;
                (c, s, r) = upward(g, f);
                if i != m {
                    self.beside[i - 1] = r;
                }
                g = self.diagonal[i] - p;
                let r = (self.diagonal[i + 1] - g) * s + 2.0 * c * b;
                p = s * r;
                self.diagonal[i] = g + p;
                g = c * r - b;
                self.turn(i, c, s);
            }
            self.diagonal[at] -= p;
            self.beside[at - 1] = g;
        }
    }

    /// Where a step begins: Wilkinson's shift by the eigenvalue of the two places at one end, seen from the other.
    fn shift(&self, p: f64, next: f64, far: f64, beside: f64) -> f64 {
        let g = (next - p) / (2.0 * beside);
        far - p + beside / (g + g.hypot(1.0).copysign(g))
    }

    /// Turns the plane of vectors `i` and `i + 1`.
    fn turn(&mut self, i: usize, c: f64, s: f64) {
        let n = self.diagonal.len();
        let (a, b) = two_rows(&mut self.vectors, n, i, i + 1);
        rotate(a, b, c, -s);
    }

    /// Ascending, with as few exchanges as there can be.
    fn sort(&mut self) {
        let n = self.diagonal.len();
        for i in 0..n {
            let least = (i..n).fold(i, |a, b| if self.diagonal[b] < self.diagonal[a] { b } else { a });
            if least != i {
                self.diagonal.swap(i, least);
                let (a, b) = two_rows(&mut self.vectors, n, i, least);
                a.swap_with_slice(b);
            }
        }
    }
}
