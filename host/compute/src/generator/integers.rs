use super::Generator;
use crate::dtype::Dtype;
use crate::error::{Error, Result};
use crate::session::Session;
use crate::shape::{Meta, Shape};
use crate::tensor::Tensor;

/// From so many values on, PyTorch draws two words for an integer.
const WIDE: u64 = 1 << 28;
/// From so many elements on, PyTorch draws two words for each step of a permutation.
const LONG: u64 = u32::MAX as u64 / 20;

impl Session {
    /// Whole numbers, `i64`; `low` included, `high` excluded.
    ///
    /// # Errors
    /// `argument` where there is none; quotas.
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
        let range = high.wrapping_sub(low) as u64;
        let number = |word: u64| low.wrapping_add((word % range) as i64);
        self.produce("integers", &meta, 4.0 * n as f64, || {
            if range >= WIDE {
                return Ok(generator.wide_words(n, number));
            }
            Ok(generator.words(n, |word| number(u64::from(word))))
        })
    }

    /// 0 … n - 1 in random order, `i64`.
    ///
    /// # Errors
    /// Quotas only.
    pub fn permutation(&mut self, generator: &mut Generator, n: u64) -> Result<Tensor> {
        let meta = Meta::new(Dtype::I64, Shape::checked(&[n])?);
        let elements = meta.elements();
        self.produce("permutation", &meta, 4.0 * elements as f64, || {
            let mut order: Vec<i64> = (0..elements as i64).collect();
            // Fisher and Yates, from the front.
            for i in 0..elements.saturating_sub(1) {
                let left = n - i as u64;
                // Both fit in 32 bits where it is short, and a narrow division takes half the time.
                let ahead = if n < LONG {
                    u64::from(generator.random() % left as u32)
                } else {
                    generator.random64() % left
                };
                order.swap(i, i + ahead as usize);
            }
            Ok(order)
        })
    }
}
