use super::batch::{Job, take};
use super::shapes::Matrices;
use crate::error::Result;
use crate::kernels::dense::householder::Reflections;
use crate::kernels::dense::{singular, symmetric, transposed};
use crate::session::Session;
use crate::tensor::Tensor;

impl Session {
    /// q, with orthonormal columns, and the upper triangular r of `a` = q r, with LAPACK's signs: (…, m, k) and
    /// (…, k, n) with k the smaller extent, or m where `complete`.
    ///
    /// # Errors
    /// `shape` for fewer than two dimensions, `dtype` for anything but `f32`; quotas.
    pub fn qr(&mut self, a: &Tensor, complete: bool) -> Result<(Tensor, Tensor)> {
        self.own(a)?;
        let all = Matrices::of("linalg.qr", &a.meta())?;
        let (rows, columns) = (all.rows, all.columns);
        let kept = if complete { rows } else { all.least() };
        let outputs = [all.result(all.dtype, &[rows, kept])?, all.result(all.dtype, &[kept, columns])?];
        let (m, n, k) = all.sizes();
        let job = Job {
            name: "linalg.qr",
            batch: all.batch,
            inputs: &[a.value()],
            outputs: &outputs,
            flops: 4.0 * m * n * k + 4.0 * m * kept as f64 * k,
            scratch: if all.least() == 0 { 0 } else { rows * columns + 2 * rows.max(columns) },
        };
        let results = self.each_matrix(&job, |inputs, outputs, pulse| {
            let reflections = Reflections::of(&inputs[0], rows, columns, pulse)?;
            outputs[0] = reflections.orthogonal(kept, pulse)?;
            outputs[1] = reflections.triangle(kept);
            Ok(())
        })?;
        let [q, r] = take(results)?;
        Ok((q, r))
    }

    /// u, s and vh of `a` = u diag(s) vh, singular values descending: (…, m, k), (…, k) and (…, k, n) with k the
    /// smaller extent; u and vh are square where `full`.
    ///
    /// # Errors
    /// As [`Session::qr`]; `argument` where an element is NaN. Infinity makes all results NaN, as in PyTorch.
    pub fn svd(&mut self, a: &Tensor, full: bool) -> Result<(Tensor, Tensor, Tensor)> {
        self.own(a)?;
        let all = Matrices::of("linalg.svd", &a.meta())?;
        let (rows, columns, least) = (all.rows, all.columns, all.least());
        let (left, right) = if full { (rows, columns) } else { (least, least) };
        let outputs = [
            all.result(all.dtype, &[rows, left])?,
            all.result(all.dtype, &[least])?,
            all.result(all.dtype, &[right, columns])?,
        ];
        let (m, n, k) = all.sizes();
        let job = Job {
            name: "linalg.svd",
            batch: all.batch,
            inputs: &[a.value()],
            outputs: &outputs,
            // Reflections to a bidiagonal matrix and back, and about two steps for each value.
            flops: 8.0 * m * n * k + 4.0 * k * (m * left as f64 + n * right as f64) + 12.0 * k * k * k,
            scratch: if least == 0 {
                0
            } else {
                // The matrix scaled, transposed, reduced and as reflections; six squares; the longer factor twice.
                let matrix = 4 * rows * columns + 6 * least * least;
                matrix.saturating_add(2 * (rows * left).max(right * columns))
            },
        };
        let precision = all.precision();
        let results = self.each_matrix(&job, |inputs, outputs, pulse| {
            let found = singular::decompose(&inputs[0], (rows, columns), full, precision, pulse)?;
            (outputs[0], outputs[1], outputs[2]) = (found.u, found.s, found.vh);
            Ok(())
        })?;
        let [u, s, vh] = take(results)?;
        Ok((u, s, vh))
    }

    /// Eigenvalues, ascending, and eigenvectors (columns) of symmetric matrices: (…, n) and (…, n, n). The lower
    /// triangle is read; NaN or infinity there makes all results NaN.
    ///
    /// # Errors
    /// As [`Session::qr`]; `shape` for matrices that are not square.
    pub fn eigh(&mut self, a: &Tensor) -> Result<(Tensor, Tensor)> {
        self.own(a)?;
        let all = Matrices::square("linalg.eigh", &a.meta())?;
        let n = all.rows;
        let outputs = [all.result(all.dtype, &[n])?, all.result(all.dtype, &[n, n])?];
        let job = Job {
            name: "linalg.eigh",
            batch: all.batch,
            inputs: &[a.value()],
            outputs: &outputs,
            flops: 12.0 * (n as f64).powi(3),
            scratch: (3 * n).saturating_mul(n.saturating_add(2)),
        };
        let precision = all.precision();
        let results = self.each_matrix(&job, |inputs, outputs, pulse| {
            let (eigenvalues, rows) = symmetric::decompose(&inputs[0], n, precision, pulse)?;
            outputs[0] = eigenvalues;
            outputs[1] = transposed(&rows, n, n);
            Ok(())
        })?;
        let [eigenvalues, eigenvectors] = take(results)?;
        Ok((eigenvalues, eigenvectors))
    }
}
