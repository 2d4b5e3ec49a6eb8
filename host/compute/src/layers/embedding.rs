use crate::error::{Error, Result};
use crate::session::Session;
use crate::shape::Shape;
use crate::tensor::Tensor;

impl Session {
    /// Rows of `table` (n, d) at `ids` (any shape, `i64`): shape (…, d).
    ///
    /// # Errors
    /// `index` for an id that has no row, `shape` for a table of another rank, `dtype` for other ids.
    pub fn embedding(&mut self, table: &Tensor, ids: &Tensor) -> Result<Tensor> {
        let (rows, places) = (table.meta().shape, ids.meta().shape);
        if rows.rank() != 2 {
            return Err(Error::shape(format!("embedding: 'weight' must be 2-D, but its shape is {rows}")));
        }
        let extents: Vec<usize> = places.dims().iter().copied().chain([rows.last()]).collect();
        let shape = Shape::of(&extents)?;
        let flat = self.reshape_to(ids, Shape::of(&[places.elements()])?)?;
        let found = self.index_select(table, &flat, 0)?;
        self.reshape_to(&found, shape)
    }
}
