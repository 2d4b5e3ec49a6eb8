//! QR by reflections, with LAPACK's signs (`dgeqr2`, `dlarfg`).

use super::{Failure, Pulse, add_scaled, identity, norm};

/// What makes an (m, n) matrix triangular: `vectors` is (m, n) with the reflections' vectors below the diagonal, a
/// leading 1 in each understood, and r on and above it; H = 1 - scale v vᵀ.
pub(crate) struct Reflections {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) vectors: Vec<f64>,
    scales: Vec<f64>,
}

/// The reflection that takes `x` to a multiple of the first axis: leaves that multiple in `x[0]` and the vector
/// behind it, and returns its scale.
pub(super) fn reflect(x: &mut [f64]) -> f64 {
    let rest = norm(&x[1..]);
    if rest == 0.0 {
        return 0.0;
    }
    let first = x[0];
    let length = -first.hypot(rest).copysign(first);
    x[1..].iter_mut().for_each(|x| *x /= first - length);
    x[0] = length;
    (length - first) / length
}

impl Reflections {
    /// Of an (m, n) matrix.
    pub(crate) fn of(
        a: &[f64],
        rows: usize,
        columns: usize,
        pulse: Pulse<'_>,
    ) -> Result<Reflections, Failure> {
        let mut made = Reflections { rows, columns, vectors: a.to_vec(), scales: Vec::new() };
        for k in 0..rows.min(columns) {
            if !pulse() {
                return Err(Failure::Cancelled);
            }
            made.step(k);
        }
        Ok(made)
    }

    /// Makes column `k` triangular and turns those behind it.
    fn step(&mut self, k: usize) {
        let (rows, columns) = (self.rows, self.columns);
        let mut v: Vec<f64> = (k..rows).map(|i| self.vectors[i * columns + k]).collect();
        let scale = reflect(&mut v);
        for (i, &v) in v.iter().enumerate() {
            self.vectors[(k + i) * columns + k] = v;
        }
        self.scales.push(scale);
        v[0] = 1.0;
        turn(&mut self.vectors[k * columns..], columns, k + 1, &v, scale);
    }

    /// The triangular factor: the first `rows` of it.
    pub(crate) fn triangle(&self, rows: usize) -> Vec<f64> {
        let mut r = self.vectors[..rows * self.columns].to_vec();
        for (i, row) in r.chunks_exact_mut(self.columns.max(1)).enumerate() {
            let below = i.min(row.len());
            row[..below].fill(0.0);
        }
        r
    }

    /// The orthogonal factor times `x`, which has as many rows and `columns`, in place.
    pub(crate) fn apply(&self, x: &mut [f64], columns: usize, pulse: Pulse<'_>) -> Result<(), Failure> {
        for k in (0..self.scales.len()).rev() {
            if !pulse() {
                return Err(Failure::Cancelled);
            }
            let mut v: Vec<f64> = (k..self.rows).map(|i| self.vectors[i * self.columns + k]).collect();
            v[0] = 1.0;
            turn(&mut x[k * columns..], columns, 0, &v, self.scales[k]);
        }
        Ok(())
    }

    /// The first `columns` of the orthogonal factor.
    pub(crate) fn orthogonal(&self, columns: usize, pulse: Pulse<'_>) -> Result<Vec<f64>, Failure> {
        let mut q = identity(self.rows, columns);
        self.apply(&mut q, columns, pulse)?;
        Ok(q)
    }
}

/// (1 - scale v vᵀ) times the columns from `from` on of a matrix with as many rows as `v`.
pub(super) fn turn(a: &mut [f64], columns: usize, from: usize, v: &[f64], scale: f64) {
    if scale == 0.0 || from >= columns {
        return;
    }
    let mut along = vec![0.0; columns - from];
    for (row, &v) in a.chunks_exact(columns).zip(v) {
        add_scaled(&mut along, v, &row[from..]);
    }
    for (row, &v) in a.chunks_exact_mut(columns).zip(v) {
        add_scaled(&mut row[from..], -scale * v, &along);
    }
}
