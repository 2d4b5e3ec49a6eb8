use std::f64::consts::TAU;

use super::names::unsupported;
use super::{Generator, unit64};
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::random;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::storage::Element;
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
        if !dtype.is_float() {
            return unsupported("normal_kernel_cpu", dtype);
        }
        let (mean32, deviation32) = (mean as f32, deviation as f32);
        by_dtype!(dtype, T => self.produce::<T>("normal", &meta, flops, || Ok(match dtype {
            _ if n < BLOCK => generator.few_normals(n, mean, deviation),
            Dtype::F64 => generator.normals64(n, mean, deviation, <T as Element>::from_f64),
            Dtype::F32 => generator.normals(n, mean32, deviation32, T::from_f32),
            _ => generator.narrow_normals(n, mean32, deviation32, T::from_f32),
        })))
    }
}

impl Generator {
    /// Each by itself, in double precision.
    fn few_normals<T: Element>(&mut self, n: usize, mean: f64, deviation: f64) -> Vec<T> {
        (0..n).map(|_| T::from_f64(self.standard_normal().mul_add(deviation, mean))).collect()
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
    fn normals<T>(&mut self, n: usize, mean: f32, deviation: f32, store: impl Fn(f32) -> T) -> Vec<T> {
        let mut x = vec![0.0; n];
        self.fill_units(&mut x);
        random::normal(&mut x, mean, deviation);
        if !n.is_multiple_of(BLOCK) {
            let last = &mut x[n - BLOCK..];
            self.fill_units(last);
            random::normal(last, mean, deviation);
        }
        x.into_iter().map(store).collect()
    }

    /// As [`Generator::normals`], in double precision throughout.
    fn normals64<T>(&mut self, n: usize, mean: f64, deviation: f64, store: impl Fn(f64) -> T) -> Vec<T> {
        let mut x = self.wide_words(n, unit64);
        for block in x.as_chunks_mut().0 {
            box_muller(block, mean, deviation);
        }
        if let (false, Some(last)) = (n.is_multiple_of(BLOCK), x.last_chunk_mut()) {
            last.copy_from_slice(&self.wide_words(BLOCK, unit64));
            box_muller(last, mean, deviation);
        }
        x.into_iter().map(store).collect()
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

/// Sixteen uniform numbers in [0, 1) become normal ones.
fn box_muller(block: &mut [f64; BLOCK], mean: f64, deviation: f64) {
    let (front, back) = block.split_at_mut(BLOCK / 2);
    for (a, b) in front.iter_mut().zip(back) {
        let radius = (-2.0 * (1.0 - *a).ln()).sqrt();
        let (sin, cos) = (TAU * *b).sin_cos();
        *a = (radius * cos).mul_add(deviation, mean);
        *b = (radius * sin).mul_add(deviation, mean);
    }
}
