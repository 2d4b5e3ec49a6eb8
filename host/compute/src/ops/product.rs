//! The derivative of a product: by one kernel, and made of operations that have derivatives themselves.

use crate::arithmetic::Number;
use crate::device::Cost;
use crate::error::Result;
use crate::kernels::float::Float;
use crate::layout::Layout;
use crate::operation::{Contribution, Operation, Produced, Step, not_recorded, one};
use crate::ops::BinaryOp;
use crate::ops::reduce::Reduce;
use crate::session::Session;
use crate::shape::{MAX_RANK, Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// For each element, the product of the others of its row: the derivative of a product, also where factors are 0.
pub(super) struct ProductOfOthers(pub(super) Reduce);

impl Operation for ProductOfOthers {
    fn name(&self) -> &'static str {
        "prod"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(one(inputs))
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let mut cost = Cost::of(3.0 * output.elements() as f64, 3.0 * one(inputs).bytes() as f64);
        cost.workspace = 8 * output.elements() as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        by_float!(output.dtype, F => self.run::<F>(inputs[0], output))
    }

    fn backward(&self, _step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        Err(not_recorded(self.name()))
    }
}

impl ProductOfOthers {
    fn run<F: Float + Number>(&self, x: &Value, output: &Meta) -> Result<Produced> {
        let rows = self.0.rows::<F>(x)?;
        let n: usize =
            (0..output.shape.rank()).filter(|&d| self.0.reduced[d]).map(|d| output.shape.dims()[d]).product();
        let mut others = vec![F::ONE; rows.len()];
        for (others, row) in others.chunks_mut(n.max(1)).zip(rows.chunks(n.max(1))) {
            let (mut before, mut after) = (F::ONE, F::ONE);
            for i in 0..row.len() {
                others[i] *= before;
                before *= row[i];
            }
            for i in (0..row.len()).rev() {
                others[i] *= after;
                after *= row[i];
            }
        }
        // Rows are in permuted order: the result is a view that permutes them back.
        let order = self.0.order(output.shape.rank());
        let extents: Vec<usize> = order.iter().map(|&d| output.shape.dims()[d]).collect();
        let arranged = Layout::contiguous(Shape::of(&extents)?);
        let mut inverse = [0; MAX_RANK];
        for (to, &from) in order.iter().enumerate() {
            inverse[from] = to;
        }
        let produced = Produced::numbers(others, output);
        Ok(Produced { layout: arranged.permute(&inverse[..order.len()], output.shape), ..produced })
    }
}

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
