use super::names::scalar;
use super::{Generator, unit64};
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::storage::Element;
use crate::tensor::Tensor;

impl Session {
    /// Exponential numbers of a float dtype; their mean is 1 / `rate`.
    ///
    /// # Errors
    /// `argument` for a rate that is not positive, `dtype` for integers; quotas.
    pub fn exponential(
        &mut self,
        generator: &mut Generator,
        dtype: Dtype,
        shape: &[u64],
        rate: f64,
    ) -> Result<Tensor> {
        if rate.is_nan() || rate <= 0.0 {
            return Err(Error::argument(format!(
                "exponential_ expects lambda > 0.0, but found lambda={rate}"
            )));
        }
        let meta = Meta::new(dtype, Shape::checked(shape)?);
        let n = meta.elements();
        let flops = 10.0 * n as f64;
        if !dtype.is_float() {
            return Err(Error::dtype(format!(
                "Exponential distribution is a continuous probability distribution. dtype must be a floating \
                 point but you specified {}",
                scalar(dtype)
            )));
        }
        // Not the inherent `from_f64` of the halves, which looks at the upper 32 bits only.
        by_dtype!(dtype, T => self.produce("exponential", &meta, flops, || {
            Ok(generator.exponentials(n, rate, <T as Element>::from_f64))
        }))
    }
}

impl Generator {
    pub(super) fn exponentials<T>(&mut self, n: usize, rate: f64, store: impl Fn(f64) -> T) -> Vec<T> {
        let scale = -1.0 / rate;
        self.wide_words(n, |word| store(scale * (-unit64(word)).ln_1p()))
    }
}
