use std::cmp::Ordering;

use half::{bf16, f16};

use super::Generator;
use super::names::scalar;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::kernels::float::Float;
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;

impl Session {
    /// `count` draws from each row of weights (…, classes) of a float dtype: shape (…, count), `i64`. One row, or
    /// one dimension of rows.
    ///
    /// # Errors
    /// `shape` for other dimensions; `argument` for a weight that is negative or not finite, for a row without any,
    /// for no draws, for more draws than classes without replacement; `dtype` for integers; quotas.
    pub fn multinomial(
        &mut self,
        generator: &mut Generator,
        weights: &Tensor,
        count: u64,
        replacement: bool,
    ) -> Result<Tensor> {
        self.own(weights)?;
        let value = weights.value();
        let input = value.meta();
        let (meta, classes) = infer(&input, count, replacement)?;
        // The weights as numbers, their quotients or running sums, and what orders them.
        let _scratch = self.charge(40 * input.elements() as u64)?;
        let flops = 20.0 * (input.elements() + meta.elements()) as f64;
        by_float!(input.dtype, F => self.produce("multinomial", &meta, flops, || {
            let weights = value.numbers::<F>()?;
            check(&weights, classes)?;
            let mut out = Vec::with_capacity(meta.elements());
            if replacement {
                for row in weights.chunks_exact(classes) {
                    generator.with_replacement(row, count as usize, &mut out);
                }
                return Ok(out);
            }
            let quotients = generator.quotients(&weights, rounding(input.dtype));
            for row in quotients.chunks_exact(classes) {
                largest(row, count as usize, &mut out);
            }
            Ok(out)
        }))
    }
}

/// The result's meta and the number of classes.
fn infer(weights: &Meta, count: u64, replacement: bool) -> Result<(Meta, usize)> {
    let (rows, classes) = match *weights.shape.dims() {
        [classes] => (None, classes),
        [rows, classes] => (Some(rows as u64), classes),
        _ => return Err(Error::shape("prob_dist must be 1 or 2 dim")),
    };
    if !weights.dtype.is_float() {
        return Err(Error::dtype(format!(
            "multinomial only supports floating-point dtypes for input, got: {}",
            scalar(weights.dtype)
        )));
    }
    if count == 0 {
        return Err(Error::argument("cannot sample n_sample <= 0 samples"));
    }
    if !replacement && count > classes as u64 {
        return Err(Error::argument(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
        ));
    }
    if classes > 1 << 24 {
        return Err(Error::argument("number of categories cannot exceed 2^24"));
    }
    let shape = match rows {
        Some(rows) => Shape::checked(&[rows, count])?,
        None => Shape::checked(&[count])?,
    };
    Ok((Meta::new(Dtype::I64, shape), classes))
}

fn check<F: Float>(weights: &[F], classes: usize) -> Result<()> {
    if !weights.iter().all(|w| (F::ZERO..F::INFINITY).contains(w)) {
        return Err(Error::argument("probability tensor contains either `inf`, `nan` or element < 0"));
    }
    let empty = |row: &[F]| row.iter().all(|&w| w == F::ZERO);
    if classes == 0 || weights.chunks_exact(classes).any(empty) {
        return Err(Error::argument("invalid multinomial distribution (sum of probabilities <= 0)"));
    }
    Ok(())
}

/// To the nearest number of a float dtype; to a half by way of `f32`, as in PyTorch.
fn rounding(dtype: Dtype) -> fn(f64) -> f64 {
    match dtype {
        Dtype::Bf16 => |x| bf16::from_f32(x as f32).to_f64(),
        Dtype::F16 => |x| f16::from_f32(x as f32).to_f64(),
        Dtype::F32 => |x| f64::from(x as f32),
        _ => |x| x,
    }
}

impl Generator {
    /// Appends `count` classes, each by a search in the running sums of the weights.
    fn with_replacement<F: Float>(&mut self, row: &[F], count: usize, out: &mut Vec<i64>) {
        let mut total = F::ZERO;
        let running = |&w: &F| {
            total += w;
            total
        };
        let mut sums: Vec<F> = row.iter().map(running).collect();
        for sum in &mut sums {
            *sum = *sum / total;
        }
        if let Some(last) = sums.last_mut() {
            *last = F::ONE;
        }
        for _ in 0..count {
            let draw = self.unit64();
            out.push(sums.partition_point(|&sum| sum.to_f64() < draw) as i64);
        }
    }

    /// Each weight divided by an exponential number, both rounded: the largest are a draw without replacement
    /// (Efraimidis and Spirakis, 2006).
    fn quotients<F: Float>(&mut self, weights: &[F], round: fn(f64) -> f64) -> Vec<F> {
        let draws = self.exponentials(weights.len(), 1.0, |x| F::of(round(x)));
        let quotient = |(&w, q): (&F, F)| F::of(round((w / q).to_f64()));
        weights.iter().zip(draws).map(quotient).collect()
    }
}

/// Appends the places of the `count` largest numbers, from the largest on.
fn largest<F: Float>(row: &[F], count: usize, out: &mut Vec<i64>) {
    let mut order: Vec<usize> = (0..row.len()).collect();
    let descending =
        |&a: &usize, &b: &usize| -> Ordering { row[b].to_f64().total_cmp(&row[a].to_f64()).then(a.cmp(&b)) };
    if count < order.len() {
        order.select_nth_unstable_by(count, descending);
        order.truncate(count);
    }
    order.sort_unstable_by(descending);
    out.extend(order.into_iter().map(|i| i as i64));
}
