use super::batch::{Job, take};
use super::shapes::Matrices;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::dense::triangular;
use crate::layout::Layout;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// Two operands of an equation, broadcast to one batch.
struct Equation {
    matrices: Matrices,
    /// Columns of the right side.
    columns: usize,
    operands: [Value; 2],
    solution: Meta,
}

impl Equation {
    fn of(name: &str, a: &Value, b: &Value) -> Result<Equation> {
        let mut matrices = Matrices::square(name, &a.meta())?;
        if b.dtype() != a.dtype() {
            return Err(Error::dtype(format!(
                "{name}: Expected A and B to have the same dtype, but found A of type {} and B of type {} instead",
                a.dtype(),
                b.dtype()
            )));
        }
        let right = Matrices::of(name, &b.meta())?;
        let n = matrices.rows;
        if right.rows != n {
            return Err(Error::shape(format!(
                "{name}: Incompatible shapes of A and B for the equation AX = B ({n}x{n} and {}x{})",
                right.rows, right.columns
            )));
        }
        matrices.batch = Shape::broadcast(&matrices.batch, &right.batch)?;
        let columns = right.columns;
        let (left, solution) =
            (matrices.result(a.dtype(), &[n, n])?, matrices.result(a.dtype(), &[n, columns])?);
        let spread = |x: &Value, meta: &Meta| x.view(x.layout().broadcast(meta.shape));
        Ok(Equation { matrices, columns, operands: [spread(a, &left), spread(b, &solution)], solution })
    }

    fn job<'a>(&'a self, name: &'static str, flops: f64) -> Job<'a> {
        Job {
            name,
            batch: self.matrices.batch,
            inputs: &self.operands,
            outputs: std::slice::from_ref(&self.solution),
            flops,
            scratch: self.columns.saturating_add(self.matrices.rows),
        }
    }
}

impl Session {
    /// The lower triangular l with `a` = l lᵀ, of the lower triangle of `a`.
    ///
    /// # Errors
    /// As [`Session::eigh`]; `argument` where a matrix is not positive-definite.
    pub fn cholesky(&mut self, a: &Tensor) -> Result<Tensor> {
        self.own(a)?;
        let all = Matrices::square("linalg.cholesky", &a.meta())?;
        let n = all.rows;
        let job = Job {
            name: "linalg.cholesky",
            batch: all.batch,
            inputs: &[a.value()],
            outputs: &[a.meta()],
            flops: (n as f64).powi(3) / 3.0,
            scratch: 0,
        };
        let precision = all.precision();
        let results = self.each_matrix(&job, |inputs, outputs, pulse| {
            outputs[0].clone_from(&inputs[0]);
            triangular::cholesky(&mut outputs[0], n, precision, pulse)
        })?;
        let [l] = take(results)?;
        Ok(l)
    }

    /// l, with 1 on its diagonal, and u in one matrix (…, m, n), and the row exchanges (…, k), `i64`, with k the
    /// smaller extent: row i was exchanged with row `pivots[i]`, in order. A singular matrix has a 0 on u's diagonal.
    ///
    /// # Errors
    /// As [`Session::qr`].
    pub fn lu(&mut self, a: &Tensor) -> Result<(Tensor, Tensor)> {
        self.own(a)?;
        let all = Matrices::of("linalg.lu_factor", &a.meta())?;
        let (rows, columns) = (all.rows, all.columns);
        let outputs = [a.meta(), all.result(Dtype::I64, &[all.least()])?];
        let (m, n, k) = all.sizes();
        let job = Job {
            name: "linalg.lu_factor",
            batch: all.batch,
            inputs: &[a.value()],
            outputs: &outputs,
            flops: 2.0 * m * n * k,
            scratch: all.least(),
        };
        let precision = all.precision();
        let results = self.each_matrix(&job, |inputs, outputs, pulse| {
            outputs[0].clone_from(&inputs[0]);
            let exchanges = triangular::lu(&mut outputs[0], (rows, columns), precision, pulse)?;
            outputs[1] = exchanges.into_iter().map(|row| row as f64).collect();
            Ok(())
        })?;
        let [both, pivots] = take(results)?;
        Ok((both, pivots))
    }

    /// The solution x of `a` x = `b`, batch dimensions broadcast. `b` is a vector for each matrix where it has one
    /// dimension, or the extents of `a` but the last.
    ///
    /// # Errors
    /// As [`Session::eigh`]; `shape` where `b` has another number of rows, `argument` where a matrix is singular.
    pub fn solve(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        self.own(a)?;
        self.own(b)?;
        let (a, b) = (a.value(), b.value());
        Matrices::square("linalg.solve", &a.meta())?;
        let dims = b.shape().dims();
        let vector = dims.len() == 1 || a.shape().dims().split_last().is_some_and(|(_, rest)| rest == dims);
        let b = if vector { column(&b)? } else { b };
        let equation = Equation::of("linalg.solve", &a, &b)?;
        let (n, columns) = (equation.matrices.rows, equation.columns);
        let (size, width) = (n as f64, columns as f64);
        let job = equation.job("torch.linalg.solve", 2.0 / 3.0 * size.powi(3) + 2.0 * size * size * width);
        let precision = equation.matrices.precision();
        let results = self.each_matrix(&job, |inputs, outputs, pulse| {
            outputs[0].clone_from(&inputs[1]);
            triangular::solve(&mut inputs[0], n, &mut outputs[0], columns, precision, pulse)
        })?;
        let [x] = take(results)?;
        if !vector {
            return Ok(x);
        }
        let value = x.value();
        let extents = &value.shape().dims()[..value.shape().rank() - 1];
        let layout = Layout::contiguous(Shape::of(extents)?);
        self.wrap(value.view(layout))
    }

    /// As [`Session::solve`] for (…, n, k) `b` and triangular `a`, whose other triangle is not read; with `unit`, nor
    /// its diagonal, which is 1. A 0 on the diagonal makes infinities.
    ///
    /// # Errors
    /// As [`Session::eigh`]; `shape` where `b` has another number of rows.
    pub fn solve_triangular(&mut self, a: &Tensor, b: &Tensor, upper: bool, unit: bool) -> Result<Tensor> {
        self.own(a)?;
        self.own(b)?;
        let name = "linalg.solve_triangular";
        let equation = Equation::of(name, &a.value(), &b.value())?;
        let (n, columns) = (equation.matrices.rows, equation.columns);
        let job = equation.job(name, n as f64 * n as f64 * columns as f64);
        let precision = equation.matrices.precision();
        let results = self.each_matrix(&job, |inputs, outputs, pulse| {
            outputs[0].clone_from(&inputs[1]);
            triangular::substitute(&inputs[0], n, &mut outputs[0], columns, (upper, unit), precision, pulse)
        })?;
        let [x] = take(results)?;
        Ok(x)
    }
}

/// Vectors as matrices of one column.
fn column(b: &Value) -> Result<Value> {
    let extents: Vec<usize> = b.shape().dims().iter().copied().chain([1]).collect();
    let layout = Layout { shape: Shape::of(&extents)?, ..*b.layout() };
    Ok(b.view(layout))
}
