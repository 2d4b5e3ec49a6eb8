use std::cmp::Ordering;

use crate::device::Cost;
use crate::dtype::Dtype;
use crate::error::Result;
use crate::layout::Layout;
use crate::operation::{Contribution, Operation, Produced, Step, one};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// Where each element of the sorted rows comes from: rows are along `dim`.
struct Order {
    dim: usize,
    descending: bool,
}

impl Operation for Order {
    fn name(&self) -> &'static str {
        "sort"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(Meta::new(Dtype::I64, one(inputs).shape))
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let x = one(inputs);
        let n = x.shape.dims().get(self.dim).copied().unwrap_or(1).max(2) as f64;
        let mut cost = Cost::of(x.elements() as f64 * n.log2(), (x.bytes() + output.bytes()) as f64);
        cost.workspace = 16 * x.elements() as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let x = inputs[0];
        let rank = x.shape().rank();
        if rank == 0 {
            return Ok(Produced::new(vec![0i64], output));
        }
        // Rows along `dim` last; the same exchange of dimensions brings the result back.
        let mut order = [0, 1, 2, 3, 4, 5, 6, 7];
        order.swap(self.dim, rank - 1);
        let extents: Vec<usize> = order[..rank].iter().map(|&d| x.shape().dims()[d]).collect();
        let shape = Shape::of(&extents)?;
        let rows = x.view(x.layout().permute(&order[..rank], shape));
        let n = shape.last();
        let places = if x.dtype().is_float() {
            // NaN counts as larger than every number, as in PyTorch.
            by_float!(x.dtype(), F => self.places(&rows.numbers::<F>()?, n, |a, b| {
                a.partial_cmp(b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
            }))
        } else {
            self.places(&rows.integers()?, n, i64::cmp)
        };
        let produced = Produced::new(places, output);
        Ok(Produced { layout: Layout::contiguous(shape).permute(&order[..rank], output.shape), ..produced })
    }

    fn differentiable(&self) -> bool {
        false
    }

    fn backward(&self, _step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        Ok(vec![Contribution::None])
    }
}

impl Order {
    fn places<T>(&self, x: &[T], n: usize, compare: impl Fn(&T, &T) -> Ordering) -> Vec<i64> {
        let mut places = Vec::with_capacity(x.len());
        for row in x.chunks_exact(n.max(1)) {
            let from = places.len();
            places.extend(0..n as i64);
            places[from..].sort_by(|&a, &b| {
                let order = compare(&row[a as usize], &row[b as usize]);
                if self.descending { order.reverse() } else { order }
            });
        }
        places
    }
}

impl Session {
    /// The values in order along `dim`, and where each came from (`i64`). Stable; NaN is larger than any number.
    ///
    /// # Errors
    /// `index` for a dimension that is not there.
    pub fn sort(&mut self, x: &Tensor, dim: i32, descending: bool) -> Result<(Tensor, Tensor)> {
        let at = x.meta().shape.dim(dim)?;
        let places = self.apply(Order { dim: at, descending }, &[x])?;
        let values = self.gather(x, &places, dim)?;
        Ok((values, places))
    }
}
