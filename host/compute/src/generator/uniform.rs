use half::{bf16, f16};

use super::names::{self, unsupported};
use super::{Generator, unit64};
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::random::affine;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::storage::Element;
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
        let (most, scalar) = match dtype {
            Dtype::F32 => (f64::from(f32::MAX), "float"),
            Dtype::Bf16 => (bf16::MAX.to_f64(), "c10::BFloat16"),
            Dtype::F64 => (f64::MAX, "double"),
            Dtype::F16 => (f16::MAX.to_f64(), "c10::Half"),
            _ => return unsupported("check_uniform_bounds", dtype),
        };
        check_bounds(low, high, most, scalar, names::scalar(dtype))?;
        if dtype == Dtype::F64 {
            return self.produce("uniform", &meta, flops, || Ok(generator.uniform64(n, low, high)));
        }
        by_dtype!(dtype, T => self.produce("uniform", &meta, flops, || {
            Ok(generator.uniform(n, low as f32, high as f32, T::from_f32))
        }))
    }
}

impl Generator {
    /// `n` numbers computed in `f32`, stored as `T`. What is rounded up to the bound becomes the other bound.
    fn uniform<T: Copy + PartialEq>(
        &mut self,
        n: usize,
        low: f32,
        high: f32,
        store: impl Fn(f32) -> T,
    ) -> Vec<T> {
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

    fn uniform64(&mut self, n: usize, low: f64, high: f64) -> Vec<f64> {
        self.wide_words(n, |word| {
            let x = unit64(word).mul_add(high - low, low);
            if x == high { low } else { x }
        })
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
