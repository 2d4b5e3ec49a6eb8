use half::bf16;

use super::element::{Drawn, unsupported};
use super::{Generator, unit32, unit64};
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;

impl Session {
    /// 1 with `probability`, else 0, of any dtype.
    ///
    /// # Errors
    /// `argument` for a probability outside of [0, 1]; quotas.
    pub fn bernoulli(
        &mut self,
        generator: &mut Generator,
        dtype: Dtype,
        shape: &[u64],
        probability: f64,
    ) -> Result<Tensor> {
        if !(0.0..=1.0).contains(&probability) {
            return Err(Error::argument(format!(
                "bernoulli_ expects p to be in [0, 1], but got p={probability}"
            )));
        }
        let meta = Meta::new(dtype, Shape::checked(shape)?);
        match dtype {
            Dtype::F32 => self.coins::<f32>(generator, &meta, probability),
            Dtype::Bf16 => self.coins::<bf16>(generator, &meta, probability),
            Dtype::I64 => self.coins::<i64>(generator, &meta, probability),
            Dtype::U32 => self.coins::<u32>(generator, &meta, probability),
            Dtype::U8 => self.coins::<u8>(generator, &meta, probability),
            _ => unsupported("bernoulli_scalar_cpu_", dtype),
        }
    }

    fn coins<T: Drawn>(
        &mut self,
        generator: &mut Generator,
        meta: &Meta,
        probability: f64,
    ) -> Result<Tensor> {
        let n = meta.elements();
        let (no, yes) = (T::nearest(0.0), T::nearest(1.0));
        self.produce("bernoulli", meta, 4.0 * n as f64, || {
            Ok(generator.wide_words(n, |word| if unit64(word) < probability { yes } else { no }))
        })
    }

    /// 1 with the probability that `probabilities` has there, else 0; shape and dtype are its own.
    ///
    /// # Errors
    /// `argument` for a probability outside of [0, 1], `dtype` for integers; quotas.
    pub fn bernoulli_each(&mut self, generator: &mut Generator, probabilities: &Tensor) -> Result<Tensor> {
        self.own(probabilities)?;
        let meta = Meta::new(probabilities.meta().dtype, probabilities.meta().shape);
        match meta.dtype {
            Dtype::F32 => self.coin_each::<f32>(generator, probabilities, &meta),
            Dtype::Bf16 => self.coin_each::<bf16>(generator, probabilities, &meta),
            _ => unsupported("bernoulli_tensor_cpu_p_", meta.dtype),
        }
    }

    /// With probabilities of at most 24 bits.
    fn coin_each<T: Drawn>(
        &mut self,
        generator: &mut Generator,
        probabilities: &Tensor,
        meta: &Meta,
    ) -> Result<Tensor> {
        let value = probabilities.value();
        let n = meta.elements();
        let _scratch = self.charge(8 * n as u64)?;
        let (no, yes) = (T::nearest(0.0), T::nearest(1.0));
        self.produce("bernoulli", meta, 4.0 * n as f64, || {
            let probabilities = value.floats()?;
            if !probabilities.iter().all(|p| (0.0..=1.0).contains(p)) {
                return Err(Error::argument("Expected p_in >= 0 && p_in <= 1 to be true, but got false."));
            }
            let draws = generator.words(n, unit32);
            Ok(draws
                .into_iter()
                .zip(probabilities.iter())
                .map(|(u, &p)| if u < p { yes } else { no })
                .collect())
        })
    }
}
