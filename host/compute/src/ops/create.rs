use crate::device::Cost;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::ops::number::is_integer;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;
use crate::value::Element;

/// The most elements `arange` counts to: beyond it neighbouring `f64` are no longer distinct.
const COUNTABLE: f64 = 9_007_199_254_740_992.0;

impl Session {
    /// A tensor of the given bytes: row-major, little-endian, exactly as long as dtype and shape say.
    ///
    /// # Errors
    /// `argument` for another number of bytes.
    pub fn create(&mut self, dtype: Dtype, shape: &[u64], row_major: &[u8]) -> Result<Tensor> {
        let meta = Meta::new(dtype, Shape::checked(shape)?);
        if row_major.len() as u64 != meta.bytes() {
            return Err(Error::argument(format!(
                "a tensor of {dtype} with shape {} takes {} bytes, not {}",
                meta.shape,
                meta.bytes(),
                row_major.len()
            )));
        }
        by_dtype!(dtype, T => self.produce("create", &meta, 0.0, || Ok(T::decode(row_major))))
    }

    /// `value` at every place.
    ///
    /// # Errors
    /// `dtype` where the type has no such number.
    pub fn full(&mut self, dtype: Dtype, shape: &[u64], value: f64) -> Result<Tensor> {
        let meta = Meta::new(dtype, Shape::checked(shape)?);
        if !dtype.is_float() && !is_integer(value, dtype) {
            return Err(Error::dtype(format!("the number {value} is no {dtype}")));
        }
        let n = meta.elements();
        by_dtype!(dtype, T => self.produce("full", &meta, 0.0, || Ok(vec![<T as Element>::from_f64(value); n])))
    }

    /// Values from `start` (included) to `end` (excluded).
    ///
    /// # Errors
    /// `argument` for a step of 0, one that leads away from `end`, or numbers that are not finite.
    pub fn arange(&mut self, dtype: Dtype, start: f64, end: f64, step: f64) -> Result<Tensor> {
        if !(start.is_finite() && end.is_finite() && step.is_finite()) {
            return Err(Error::argument(format!("unsupported range: {start} -> {end}, step {step}")));
        }
        if step == 0.0 {
            return Err(Error::argument("step must be nonzero"));
        }
        let steps = ((end - start) / step).ceil();
        if steps < 0.0 {
            return Err(Error::argument("upper bound and lower bound inconsistent with step sign"));
        }
        if steps.is_nan() || steps > COUNTABLE {
            return Err(Error::argument(format!(
                "{steps} values from {start} to {end} are too many to count"
            )));
        }
        let meta = Meta::new(dtype, Shape::checked(&[steps as u64])?);
        let n = meta.elements();
        let at = move |i: usize| start + i as f64 * step;
        by_dtype!(dtype, T => {
            self.produce("arange", &meta, 0.0, || Ok((0..n).map(|i| <T as Element>::from_f64(at(i))).collect::<Vec<T>>()))
        })
    }

    /// All elements, row-major, little-endian.
    ///
    /// # Errors
    /// Quotas: the copy is charged by the byte, as memory while it is made and as device time.
    pub fn read(&mut self, x: &Tensor) -> Result<Vec<u8>> {
        self.own(x)?;
        self.check_cancelled()?;
        let value = x.value();
        let bytes = value.meta().bytes();
        let spent = self.spend("read", &Cost::of(0.0, 2.0 * bytes as f64));
        self.note(spent)?;
        let _copy = self.charge(bytes.saturating_mul(2))?;
        by_dtype!(value.dtype(), T => Ok(T::encode(&value.elements::<T>()?)))
    }
}
