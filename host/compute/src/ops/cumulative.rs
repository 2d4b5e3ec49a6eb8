use crate::dtype::Dtype;
use crate::error::Result;
use crate::operation::{Contribution, Operation, Produced, Step, one};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Value;

/// Running sums along `dim`, from either end.
struct CumulativeSum {
    dim: usize,
    reverse: bool,
}

impl Operation for CumulativeSum {
    fn name(&self) -> &'static str {
        "cumsum"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Meta> {
        let x = one(inputs);
        Ok(Meta::new(if x.dtype.is_float() { x.dtype } else { Dtype::I64 }, x.shape))
    }

    fn forward(&self, inputs: &[&Value], output: &Meta) -> Result<Produced> {
        let x = inputs[0];
        Ok(if output.dtype.is_float() {
            by_float!(x.dtype(), F => {
                let mut sums = x.numbers::<F>()?.into_owned();
                self.run(&mut sums, &output.shape, |a, b| a + b);
                Produced::numbers(sums, output)
            })
        } else {
            let mut sums = x.integers()?.into_owned();
            self.run(&mut sums, &output.shape, i64::wrapping_add);
            Produced::numbers(sums, output)
        })
    }

    fn saves_input(&self, _i: usize) -> bool {
        false
    }

    fn backward(&self, step: &mut Step<'_>) -> Result<Vec<Contribution>> {
        let grad = step.grad.clone();
        let back = CumulativeSum { dim: self.dim, reverse: !self.reverse };
        Ok(vec![step.session.apply(back, &[&grad])?.into()])
    }
}

impl CumulativeSum {
    fn run<T: Copy>(&self, x: &mut [T], shape: &Shape, add: impl Fn(T, T) -> T) {
        let Some(&n) = shape.dims().get(self.dim) else { return };
        let behind: usize = shape.dims()[self.dim + 1..].iter().product();
        if n * behind == 0 {
            return;
        }
        for block in x.chunks_exact_mut(n * behind) {
            for i in 1..n {
                let (from, to) = if self.reverse { (n - i, n - i - 1) } else { (i - 1, i) };
                for j in 0..behind {
                    block[to * behind + j] = add(block[to * behind + j], block[from * behind + j]);
                }
            }
        }
    }
}

impl Session {
    /// Sums of all elements up to each along `dim`; integers give `i64`.
    ///
    /// # Errors
    /// `index` for a dimension that is not there.
    pub fn cumulative_sum(&mut self, x: &Tensor, dim: i32) -> Result<Tensor> {
        let dim = x.meta().shape.dim(dim)?;
        self.apply(CumulativeSum { dim, reverse: false }, &[x])
    }
}
