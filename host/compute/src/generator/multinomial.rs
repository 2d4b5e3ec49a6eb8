use std::cmp::Ordering;

use half::bf16;

use super::Generator;
use super::element::Drawn;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
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
        // The weights in f32, their quotients or running sums, and what orders them.
        let _scratch = self.charge(24 * input.elements() as u64)?;
        let flops = 20.0 * (input.elements() + meta.elements()) as f64;
        self.produce("multinomial", &meta, flops, || {
            let weights = value.floats()?;
            check(&weights, classes)?;
            let count = count as usize;
            let mut out = Vec::with_capacity(meta.elements());
            if replacement {
                for row in weights.chunks_exact(classes.max(1)) {
                    generator.with_replacement(row, count, &mut out);
                }
                return Ok(out);
            }
            let quotients = match input.dtype {
                Dtype::Bf16 => generator.quotients(&weights, bf16::to_f32),
                _ => generator.quotients(&weights, |x: f32| x),
            };
            for row in quotients.chunks_exact(classes.max(1)) {
                largest(row, count, &mut out);
            }
            Ok(out)
        })
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
            weights.dtype
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

fn check(weights: &[f32], classes: usize) -> Result<()> {
    if !weights.iter().all(|w| (0.0..f32::INFINITY).contains(w)) {
        return Err(Error::argument("probability tensor contains either `inf`, `nan` or element < 0"));
    }
    let empty = |row: &[f32]| row.iter().all(|&w| w == 0.0);
    if classes == 0 || weights.chunks_exact(classes).any(empty) {
        return Err(Error::argument("invalid multinomial distribution (sum of probabilities <= 0)"));
    }
    Ok(())
}

impl Generator {
    /// Appends `count` classes, each by a search in the running sums of the weights.
    fn with_replacement(&mut self, row: &[f32], count: usize, out: &mut Vec<i64>) {
        let mut total = 0.0;
        let mut sums: Vec<f32> = row
            .iter()
            .map(|&w| {
                total += w;
                total
            })
            .collect();
        for sum in &mut sums {
            *sum /= total;
        }
        if let Some(last) = sums.last_mut() {
            *last = 1.0;
        }
        for _ in 0..count {
            let draw = self.unit64();
            out.push(sums.partition_point(|&sum| f64::from(sum) < draw) as i64);
        }
    }

    /// Each weight divided by an exponential number, computed in T's precision: the largest are a draw without
    /// replacement (Efraimidis and Spirakis, 2006).
    fn quotients<T: Drawn>(&mut self, weights: &[f32], widen: impl Fn(T) -> f32) -> Vec<f32> {
        let draws = self.exponentials::<T>(weights.len(), 1.0);
        let quotient = |(&w, q): (&f32, T)| widen(T::nearest(f64::from(w / widen(q))));
        weights.iter().zip(draws).map(quotient).collect()
    }
}

/// Appends the places of the `count` largest numbers, from the largest on.
fn largest(row: &[f32], count: usize, out: &mut Vec<i64>) {
    let mut order: Vec<usize> = (0..row.len()).collect();
    let descending = |&a: &usize, &b: &usize| -> Ordering { row[b].total_cmp(&row[a]).then(a.cmp(&b)) };
    if count < order.len() {
        order.select_nth_unstable_by(count, descending);
        order.truncate(count);
    }
    order.sort_unstable_by(descending);
    out.extend(order.into_iter().map(|i| i as i64));
}
