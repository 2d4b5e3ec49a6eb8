use half::bf16;

use crate::device::Cost;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::ops::number::is_integer;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;

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
        macro_rules! decode {
            ($type:ty, $from:expr) => {
                self.produce("create", &meta, 0.0, || {
                    Ok(row_major.as_chunks().0.iter().map(|bytes| $from(*bytes)).collect::<Vec<$type>>())
                })
            };
        }
        match dtype {
            Dtype::F32 => decode!(f32, f32::from_le_bytes),
            Dtype::Bf16 => decode!(bf16, bf16::from_le_bytes),
            Dtype::I64 => decode!(i64, i64::from_le_bytes),
            Dtype::U32 => decode!(u32, u32::from_le_bytes),
            Dtype::U8 => self.produce("create", &meta, 0.0, || Ok(row_major.to_vec())),
        }
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
        match dtype {
            Dtype::F32 => self.produce("full", &meta, 0.0, || Ok(vec![value as f32; n])),
            Dtype::Bf16 => self.produce("full", &meta, 0.0, || Ok(vec![bf16::from_f64(value); n])),
            Dtype::I64 => self.produce("full", &meta, 0.0, || Ok(vec![value as i64; n])),
            Dtype::U32 => self.produce("full", &meta, 0.0, || Ok(vec![value as i64 as u32; n])),
            Dtype::U8 => self.produce("full", &meta, 0.0, || Ok(vec![value as i64 as u8; n])),
        }
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
        match dtype {
            Dtype::F32 => self.produce("arange", &meta, 0.0, || Ok((0..n).map(|i| at(i) as f32).collect())),
            Dtype::Bf16 => {
                self.produce("arange", &meta, 0.0, || Ok((0..n).map(|i| bf16::from_f64(at(i))).collect()))
            }
            Dtype::I64 => self.produce("arange", &meta, 0.0, || Ok((0..n).map(|i| at(i) as i64).collect())),
            Dtype::U32 => {
                self.produce("arange", &meta, 0.0, || Ok((0..n).map(|i| at(i) as i64 as u32).collect()))
            }
            Dtype::U8 => {
                self.produce("arange", &meta, 0.0, || Ok((0..n).map(|i| at(i) as i64 as u8).collect()))
            }
        }
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
        Ok(match value.dtype() {
            Dtype::F32 => value.elements::<f32>()?.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Dtype::Bf16 => value.elements::<bf16>()?.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Dtype::I64 => value.elements::<i64>()?.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Dtype::U32 => value.elements::<u32>()?.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Dtype::U8 => value.elements::<u8>()?.into_owned(),
        })
    }
}
