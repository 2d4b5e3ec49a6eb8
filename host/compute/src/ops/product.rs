//! The derivative of a product, made of operations that have derivatives themselves.

use crate::error::Result;
use crate::ops::BinaryOp;
use crate::session::Session;
use crate::shape::Shape;
use crate::tensor::Tensor;

impl Session {
    /// For each element of the rows of `x` (rows, n), the product of the others of its row, also where factors are
    /// 0: that of those before it times that of those behind it.
    pub(super) fn product_of_others(&mut self, x: &Tensor) -> Result<Tensor> {
        let before = self.product_beside(x, true)?;
        let behind = self.product_beside(x, false)?;
        self.binary(BinaryOp::Mul, &before, &behind)
    }

    /// The product of all elements before each of its row, or behind it: in steps that double what is covered.
    fn product_beside(&mut self, x: &Tensor, before: bool) -> Result<Tensor> {
        let n = x.meta().shape.last();
        let mut product = self.moved(x, 1, before)?;
        let mut covered = 1;
        while covered < n {
            let further = self.moved(&product, covered, before)?;
            product = self.binary(BinaryOp::Mul, &product, &further)?;
            covered *= 2;
        }
        Ok(product)
    }

    /// The rows moved on by `by` places, or back, with ones in the places that come free.
    fn moved(&mut self, x: &Tensor, by: usize, on: bool) -> Result<Tensor> {
        let shape = x.meta().shape;
        let n = shape.last();
        let by = by.min(n);
        let ones = self.full(x.dtype(), &shape.with(1, by)?.to_u64(), 1.0)?;
        let kept = self.narrow(x, 1, if on { 0 } else { by }, n - by)?;
        if on { self.concat(&[&ones, &kept], 1) } else { self.concat(&[&kept, &ones], 1) }
    }

    /// `x` as rows of the dimensions behind the first `kept` in `order`, and back again.
    pub(super) fn by_rows(
        &mut self,
        x: &Tensor,
        order: &[usize],
        kept: usize,
        compute: impl FnOnce(&mut Session, &Tensor) -> Result<Tensor>,
    ) -> Result<Tensor> {
        let to: Vec<u32> = order.iter().map(|&d| d as u32).collect();
        let mut from = to.clone();
        for (i, &d) in order.iter().enumerate() {
            from[d] = i as u32;
        }
        let turned = self.permute(x, &to)?;
        let shape = turned.meta().shape;
        let rows: usize = shape.dims()[..kept].iter().product();
        let n: usize = shape.dims()[kept..].iter().product();
        let rows = self.reshape_to(&turned, Shape::of(&[rows, n])?)?;
        let computed = compute(self, &rows)?;
        let back = self.reshape_to(&computed, shape)?;
        self.permute(&back, &from)
    }
}
