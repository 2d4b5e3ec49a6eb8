use crate::device::Cost;
use crate::dtype::Dtype;
use crate::error::Result;
use crate::operation::{Contribution, Operation, Produced, Step, one};
use crate::ops::cumulative::along;
use crate::ops::index::around;
use crate::session::Session;
use crate::shape::Meta;
use crate::tensor::Tensor;
use crate::value::Value;

/// Where the largest or smallest so far is along `dim`.
struct Extreme {
    dim: usize,
    largest: bool,
}

impl Operation for Extreme {
    fn name(&self) -> &'static str {
        if self.largest { "cummax" } else { "cummin" }
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        Ok(Meta::new(Dtype::I64, one(inputs).shape))
    }

    fn cost(&self, inputs: &[Meta], output: &Meta) -> Cost {
        let mut cost = Cost::of(output.elements() as f64, (one(inputs).bytes() + output.bytes()) as f64);
        // Each element beside its place, and a state for each line.
        cost.workspace = 16 * output.elements() as u64 + 24 * around(&output.shape, self.dim).2 as u64;
        cost
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let x = inputs[0];
        let places = if x.dtype().is_float() {
            by_float!(x.dtype(), F => self.places(&x.numbers::<F>()?, output))
        } else {
            self.places(&x.integers()?, output)
        };
        Ok(Produced::new(places, output))
    }

    fn differentiable(&self) -> bool {
        false
    }

    fn backward(&self, _step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        Ok(vec![Contribution::None])
    }
}

impl Extreme {
    /// Of equal elements the last wins, and a NaN over any number, as in PyTorch.
    fn places<T: PartialOrd + Copy>(&self, x: &[T], output: &Meta) -> Vec<i64> {
        let mut places: Vec<(T, i64)> = x.iter().map(|&x| (x, 0)).collect();
        let start: (i64, Option<(T, i64)>) = (0, None);
        along(&mut places, &output.shape, self.dim, false, start, |(at, best), (x, place)| {
            *best = match *best {
                Some((value, found)) if !self.wins(*x, value) => Some((value, found)),
                _ => Some((*x, *at)),
            };
            *place = best.map_or(0, |(_, found)| found);
            *at += 1;
        });
        places.into_iter().map(|(_, place)| place).collect()
    }

    fn wins<T: PartialOrd + Copy>(&self, x: T, best: T) -> bool {
        #[allow(clippy::eq_op)]
        let (x_nan, best_nan) = (x != x, best != best);
        x_nan || (!best_nan && if self.largest { x >= best } else { x <= best })
    }
}

impl Session {
    /// For each element along `dim`, where the largest (`largest`) or smallest so far is: `i64`; of equal ones, the
    /// last.
    ///
    /// # Errors
    /// `index` for a dimension that is not there.
    pub fn cumulative_extreme(&mut self, x: &Tensor, dim: i32, largest: bool) -> Result<Tensor> {
        let dim = x.meta().shape.dim(dim)?;
        self.apply(Extreme { dim, largest }, &[x])
    }
}
