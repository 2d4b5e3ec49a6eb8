use std::f64::consts::TAU;

use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::philox::philox;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;

/// Counter-based random numbers (Philox4x32-10): the same seed gives the same stream on every device. Every call
/// begins at a fresh counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator {
    key: [u32; 2],
    counter: u128,
}

/// 2⁻³²
const UNIT: f64 = 1.0 / 4_294_967_296.0;
/// 2⁻²⁴
const UNIT24: f64 = 1.0 / 16_777_216.0;

impl Generator {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Generator {
        Generator { key: [seed as u32, (seed >> 32) as u32], counter: 0 }
    }

    fn block(&mut self) -> [u32; 4] {
        let c = self.counter;
        self.counter = self.counter.wrapping_add(1);
        philox([c as u32, (c >> 32) as u32, (c >> 64) as u32, (c >> 96) as u32], self.key)
    }

    /// `n` numbers, four from each block.
    fn by_fours<T>(&mut self, n: usize, make: impl Fn([u32; 4]) -> [T; 4]) -> Vec<T> {
        let mut out = Vec::with_capacity(n);
        while out.len() < n {
            let left = n - out.len();
            out.extend(make(self.block()).into_iter().take(left));
        }
        out
    }

    /// `n` numbers, two from each block.
    fn by_twos<T>(&mut self, n: usize, make: impl Fn(u64) -> T) -> Vec<T> {
        let mut out = Vec::with_capacity(n);
        while out.len() < n {
            let [a, b, c, d] = self.block();
            let words = [u64::from(a) | u64::from(b) << 32, u64::from(c) | u64::from(d) << 32];
            let left = n - out.len();
            out.extend(words.into_iter().map(&make).take(left));
        }
        out
    }
}

/// Two independent normal numbers from two random words (Box and Muller).
fn box_muller(a: u32, b: u32) -> (f64, f64) {
    let radius = (-2.0 * ((f64::from(a) + 0.5) * UNIT).ln()).sqrt();
    let (sin, cos) = (TAU * f64::from(b) * UNIT).sin_cos();
    (radius * cos, radius * sin)
}

/// A whole number below `span` from 64 random bits; the bias is below 2⁻⁶⁴ · span.
fn below(span: u128, word: u64) -> u128 {
    (u128::from(word) * span) >> 64
}

impl Session {
    /// Normal numbers, `f32`.
    ///
    /// # Errors
    /// `argument` for a negative deviation.
    pub fn normal(
        &mut self,
        generator: &mut Generator,
        shape: &[u64],
        mean: f64,
        deviation: f64,
    ) -> Result<Tensor> {
        if deviation.is_nan() || deviation < 0.0 {
            return Err(Error::argument(format!("normal expects std >= 0.0, but found std {deviation}")));
        }
        let meta = Meta::new(Dtype::F32, Shape::checked(shape)?);
        let n = meta.elements();
        self.produce("normal", &meta, 20.0 * n as f64, || {
            Ok(generator.by_fours(n, |[a, b, c, d]| {
                let ((w, x), (y, z)) = (box_muller(a, b), box_muller(c, d));
                [w, x, y, z].map(|normal| (mean + deviation * normal) as f32)
            }))
        })
    }

    /// Uniform numbers, `f32`; `low` included, `high` excluded.
    ///
    /// # Errors
    /// `argument` where `low` is above `high`, or either is not finite.
    pub fn uniform(
        &mut self,
        generator: &mut Generator,
        shape: &[u64],
        low: f64,
        high: f64,
    ) -> Result<Tensor> {
        if !(low.is_finite() && high.is_finite() && low <= high) {
            return Err(Error::argument(format!(
                "uniform_ expects to return a [from, to) range, but found from={low} > to={high}"
            )));
        }
        let meta = Meta::new(Dtype::F32, Shape::checked(shape)?);
        let n = meta.elements();
        let top = (high as f32).next_down();
        let number = move |word: u32| {
            let x = (low + f64::from(word >> 8) * UNIT24 * (high - low)) as f32;
            // Rounding to f32 may reach the bound.
            if f64::from(x) >= high && high > low { top } else { x }
        };
        self.produce(
            "uniform",
            &meta,
            4.0 * n as f64,
            || Ok(generator.by_fours(n, |words| words.map(number))),
        )
    }

    /// Whole numbers, `i64`; `low` included, `high` excluded.
    ///
    /// # Errors
    /// `argument` where there is none.
    pub fn integers(
        &mut self,
        generator: &mut Generator,
        shape: &[u64],
        low: i64,
        high: i64,
    ) -> Result<Tensor> {
        if low >= high {
            return Err(Error::argument(format!(
                "random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
            )));
        }
        let meta = Meta::new(Dtype::I64, Shape::checked(shape)?);
        let n = meta.elements();
        let span = (i128::from(high) - i128::from(low)) as u128;
        self.produce("integers", &meta, 4.0 * n as f64, || {
            Ok(generator.by_twos(n, |word| (i128::from(low) + below(span, word) as i128) as i64))
        })
    }

    /// 0 … n - 1 in random order, `i64`.
    ///
    /// # Errors
    /// Quotas only.
    pub fn permutation(&mut self, generator: &mut Generator, n: u64) -> Result<Tensor> {
        let meta = Meta::new(Dtype::I64, Shape::checked(&[n])?);
        let n = meta.elements();
        self.produce("permutation", &meta, 4.0 * n as f64, || {
            let mut order: Vec<i64> = (0..n as i64).collect();
            // Fisher and Yates, from the end.
            for (i, word) in (1..n).rev().zip(generator.by_twos(n.saturating_sub(1), |word| word)) {
                order.swap(i, below(i as u128 + 1, word) as usize);
            }
            Ok(order)
        })
    }

    /// One draw for each row of `logits` (…, classes): shape (…), `i64`.
    ///
    /// # Errors
    /// `shape` for a scalar or no classes, `argument` for rows without finite weights, `dtype` for integers.
    pub fn categorical(&mut self, generator: &mut Generator, logits: &Tensor) -> Result<Tensor> {
        self.own(logits)?;
        let value = logits.value();
        crate::operation::needs_float("categorical", &value.meta())?;
        let shape = *value.shape();
        let Some((&classes, rows)) = shape.dims().split_last() else {
            return Err(Error::shape("categorical: the logits have no dimensions"));
        };
        if classes == 0 {
            return Err(Error::shape("categorical: there are no classes to draw from"));
        }
        let meta = Meta::new(Dtype::I64, Shape::of(rows)?);
        let _scratch = self.charge(4 * shape.elements() as u64)?;
        self.produce("categorical", &meta, 8.0 * shape.elements() as f64, || {
            let logits = value.floats()?;
            let draws =
                generator.by_twos(meta.elements(), |word| (word >> 11) as f64 / 9_007_199_254_740_992.0);
            logits.chunks_exact(classes).zip(draws).map(|(row, draw)| pick(row, draw)).collect()
        })
    }
}

/// The class at which the running sum of weights passes `draw` (in [0, 1)) of their total.
fn pick(row: &[f32], draw: f64) -> Result<i64> {
    let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weight = |x: f32| f64::from(x - top).exp();
    let total: f64 = row.iter().map(|&x| weight(x)).sum();
    if !(total.is_finite() && total > 0.0) {
        return Err(Error::argument("categorical: the logits of a row are all -inf, or contain inf or nan"));
    }
    let mut left = draw * total;
    let mut last = 0;
    for (i, &x) in row.iter().enumerate() {
        let w = weight(x);
        if w > 0.0 {
            last = i;
            if left < w {
                break;
            }
            left -= w;
        }
    }
    Ok(last as i64)
}
