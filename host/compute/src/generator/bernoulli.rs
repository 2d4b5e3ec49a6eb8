use half::{bf16, f16};

use super::names::unsupported;
use super::{Generator, unit32, unit64};
use crate::arithmetic::Number;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::float::Float;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::storage::Element;
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
        by_dtype!(dtype, T => self.coins::<T>(generator, &meta, probability))
    }

    fn coins<T: Element>(
        &mut self,
        generator: &mut Generator,
        meta: &Meta,
        probability: f64,
    ) -> Result<Tensor> {
        let n = meta.elements();
        let (no, yes) = (T::from_f32(0.0), T::from_f32(1.0));
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
            Dtype::F64 => self.coin_each::<f64, f64>(generator, probabilities, &meta),
            Dtype::F32 => self.coin_each::<f32, f32>(generator, probabilities, &meta),
            Dtype::Bf16 => self.coin_each::<f32, bf16>(generator, probabilities, &meta),
            Dtype::F16 => self.coin_each::<f32, f16>(generator, probabilities, &meta),
            _ => unsupported("bernoulli_tensor_cpu_p_", meta.dtype),
        }
    }

    /// With probabilities as numbers of type `P`.
    fn coin_each<P: Probability, T: Element>(
        &mut self,
        generator: &mut Generator,
        probabilities: &Tensor,
        meta: &Meta,
    ) -> Result<Tensor> {
        let value = probabilities.value();
        let n = meta.elements();
        let _scratch = self.charge(16 * n as u64)?;
        let (no, yes) = (T::from_f32(0.0), T::from_f32(1.0));
        self.produce("bernoulli", meta, 4.0 * n as f64, || {
            let probabilities = value.numbers::<P>()?;
            if !probabilities.iter().all(|p| (P::ZERO..=P::ONE).contains(p)) {
                return Err(Error::argument("Expected p_in >= 0 && p_in <= 1 to be true, but got false."));
            }
            let draws = P::units(generator, n);
            let coin = |(u, &p): (P, &P)| if u < p { yes } else { no };
            Ok(draws.into_iter().zip(probabilities.iter()).map(coin).collect())
        })
    }
}

/// What a probability is compared with.
trait Probability: Float + Number {
    fn units(generator: &mut Generator, n: usize) -> Vec<Self>;
}

impl Probability for f32 {
    fn units(generator: &mut Generator, n: usize) -> Vec<f32> {
        generator.words(n, unit32)
    }
}

impl Probability for f64 {
    fn units(generator: &mut Generator, n: usize) -> Vec<f64> {
        generator.wide_words(n, unit64)
    }
}
