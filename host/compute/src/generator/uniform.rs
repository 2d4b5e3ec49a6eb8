use half::bf16;

use super::Generator;
use super::element::unsupported;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::random::affine;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;

impl Session {
    /// Uniform numbers of a float dtype; `low` included, `high` excluded.
    ///
    /// # Errors
    /// `argument` where `low` is above `high`, or either or their difference is beyond the dtype; `dtype` for
    /// integers; quotas.
    pub fn uniform(
        &mut self,
        generator: &mut Generator,
        dtype: Dtype,
        shape: &[u64],
        low: f64,
        high: f64,
    ) -> Result<Tensor> {
        let meta = Meta::new(dtype, Shape::checked(shape)?);
        let n = meta.elements();
        let flops = 4.0 * n as f64;
        match dtype {
            Dtype::F32 => {
                check_bounds(low, high, f64::from(f32::MAX), "float", "Float")?;
                self.produce("uniform", &meta, flops, || Ok(generator.uniform(n, low, high, |x| x)))
            }
            Dtype::Bf16 => {
                check_bounds(low, high, bf16::MAX.to_f64(), "c10::BFloat16", "BFloat16")?;
                self.produce("uniform", &meta, flops, || Ok(generator.uniform(n, low, high, bf16::from_f32)))
            }
            _ => unsupported("check_uniform_bounds", dtype),
        }
    }
}

impl Generator {
    /// `n` numbers computed in `f32`, stored as `T`. What is rounded up to the bound becomes the other bound.
    fn uniform<T: Copy + PartialEq>(
        &mut self,
        n: usize,
        low: f64,
        high: f64,
        store: impl Fn(f32) -> T,
    ) -> Vec<T> {
        let (low, high) = (low as f32, high as f32);
        let mut units = vec![0.0; n];
        self.fill_units(&mut units);
        affine(&mut units, high - low, low);
        let (bottom, top) = (store(low), store(high));
        let number = |x| {
            let x = store(x);
            if x == top { bottom } else { x }
        };
        units.into_iter().map(number).collect()
    }
}

/// PyTorch's `check_uniform_bounds`.
fn check_bounds(low: f64, high: f64, most: f64, scalar: &str, name: &str) -> Result<()> {
    for (bound, value) in [("from", low), ("to", high)] {
        if !(-most..=most).contains(&value) {
            return Err(Error::argument(format!("{bound} is out of bounds for {scalar}")));
        }
    }
    if low > high {
        return Err(Error::argument(format!(
            "uniform_ expects to return a [from, to) range, but found from={low} > to={high}"
        )));
    }
    if high - low > most {
        return Err(Error::argument(format!(
            "uniform_ expects to-from <= std::numeric_limits<{name}>::max(), but found to={high} and from={low} \
             which result in to-from to exceed the limit"
        )));
    }
    Ok(())
}
