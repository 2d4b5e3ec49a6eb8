use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::dense::Precision;
use crate::shape::{Meta, Shape};

/// A batch of matrices, as a shape has it.
#[derive(Clone, Copy)]
pub(super) struct Matrices {
    pub(super) dtype: Dtype,
    /// The leading dimensions.
    pub(super) batch: Shape,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl Matrices {
    /// The last two dimensions of `x`, whose elements must be fractions wide enough.
    pub(super) fn of(name: &str, x: &Meta) -> Result<Matrices> {
        let dims = x.shape.dims();
        let Some((batch, &[rows, columns])) = dims.split_last_chunk() else {
            return Err(Error::shape(format!("{name}: The input tensor A must have at least 2 dimensions.")));
        };
        match x.dtype {
            Dtype::F32 | Dtype::F64 => {
                Ok(Matrices { dtype: x.dtype, batch: Shape::of(batch)?, rows, columns })
            }
            other if other.is_float() => {
                Err(Error::dtype(format!("{name}: Low precision dtypes not supported. Got {other}")))
            }
            other => Err(Error::dtype(format!(
                "{name}: Expected a floating point or complex tensor as input. Got {other}"
            ))),
        }
    }

    /// As [`Matrices::of`], with as many rows as columns.
    pub(super) fn square(name: &str, x: &Meta) -> Result<Matrices> {
        let found = Matrices::of(name, x)?;
        if found.rows == found.columns {
            return Ok(found);
        }
        Err(Error::shape(format!(
            "{name}: A must be batches of square matrices, but they are {} by {} matrices",
            found.rows, found.columns
        )))
    }

    /// The smaller extent.
    pub(super) fn least(&self) -> usize {
        self.rows.min(self.columns)
    }

    /// Rows, columns and the smaller of them, for costs.
    pub(super) fn sizes(&self) -> (f64, f64, f64) {
        (self.rows as f64, self.columns as f64, self.least() as f64)
    }

    /// How the elements' own arithmetic rounds.
    pub(super) fn precision(&self) -> Precision {
        if self.dtype == Dtype::F64 { Precision::Double } else { Precision::Single }
    }

    /// A result of the given extents for each matrix.
    pub(super) fn result(&self, dtype: Dtype, extents: &[usize]) -> Result<Meta> {
        let all: Vec<usize> = self.batch.dims().iter().chain(extents).copied().collect();
        Ok(Meta::new(dtype, Shape::of(&all)?))
    }
}
