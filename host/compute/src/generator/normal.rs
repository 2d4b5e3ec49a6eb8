use std::f64::consts::TAU;

use half::bf16;

use super::Generator;
use super::element::{Drawn, unsupported};
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::random;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;

/// From so many elements on, PyTorch draws them by the block.
const BLOCK: usize = 16;

impl Session {
    /// Normal numbers of a float dtype.
    ///
    /// # Errors
    /// `argument` for a negative deviation, `dtype` for integers; quotas.
    pub fn normal(
        &mut self,
        generator: &mut Generator,
        dtype: Dtype,
        shape: &[u64],
        mean: f64,
        deviation: f64,
    ) -> Result<Tensor> {
        if deviation.is_nan() || deviation < 0.0 {
            return Err(Error::argument(format!("normal expects std >= 0.0, but found std {deviation}")));
        }
        let meta = Meta::new(dtype, Shape::checked(shape)?);
        let n = meta.elements();
        let flops = 20.0 * n as f64;
        let few = n < BLOCK;
        match dtype {
            Dtype::F32 if few => {
                self.produce("normal", &meta, flops, || Ok(generator.few_normals::<f32>(n, mean, deviation)))
            }
            Dtype::F32 => self
                .produce("normal", &meta, flops, || Ok(generator.normals(n, mean as f32, deviation as f32))),
            Dtype::Bf16 if few => {
                self.produce("normal", &meta, flops, || Ok(generator.few_normals::<bf16>(n, mean, deviation)))
            }
            Dtype::Bf16 => self.produce("normal", &meta, flops, || {
                Ok(generator.narrow_normals(n, mean as f32, deviation as f32, bf16::from_f32))
            }),
            _ => unsupported("normal_kernel_cpu", dtype),
        }
    }
}

impl Generator {
    /// Each by itself, in double precision.
    fn few_normals<T: Drawn>(&mut self, n: usize, mean: f64, deviation: f64) -> Vec<T> {
        (0..n).map(|_| T::nearest(self.standard_normal().mul_add(deviation, mean))).collect()
    }

    fn standard_normal(&mut self) -> f64 {
        if let Some(other) = self.normal.take() {
            return other;
        }
        let (turn, u) = (self.unit64(), self.unit64());
        let radius = (-2.0 * (-u).ln_1p()).sqrt();
        let angle = TAU * turn;
        self.normal = Some(radius * angle.sin());
        radius * angle.cos()
    }

    /// `n` ≥ 16 numbers. The last 16 are drawn once more where `n` is no multiple.
    fn normals(&mut self, n: usize, mean: f32, deviation: f32) -> Vec<f32> {
        let mut x = vec![0.0; n];
        self.fill_units(&mut x);
        random::normal(&mut x, mean, deviation);
        if !n.is_multiple_of(BLOCK) {
            let last = &mut x[n - BLOCK..];
            self.fill_units(last);
            random::normal(last, mean, deviation);
        }
        x
    }

    /// As [`Generator::normals`], stored as a narrower `T`: no words are drawn for the remainder of `n` the first
    /// time.
    fn narrow_normals<T>(&mut self, n: usize, mean: f32, deviation: f32, store: impl Fn(f32) -> T) -> Vec<T> {
        let mut x = vec![0.0; n];
        let rest = n % BLOCK;
        let (whole, _) = x.split_at_mut(n - rest);
        self.fill_units(whole);
        random::normal(whole, mean, deviation);
        if rest != 0 {
            let last = &mut x[n - BLOCK..];
            self.fill_units(last);
            random::normal(last, mean, deviation);
        }
        x.into_iter().map(store).collect()
    }
}
