//! The random numbers of PyTorch's CPU generator, number for number.

mod bernoulli;
mod engine;
mod exponential;
mod integers;
mod multinomial;
mod names;
mod normal;
mod state;
mod uniform;

use engine::Engine;

use crate::kernels::random::{WORDS, unit};

/// A stream of random numbers: after the same seed and the same calls, those that PyTorch 2.15 draws on an x86-64
/// CPU with AVX2, bit for bit, on any machine.
///
/// What differs:
/// - PyTorch asks MKL for `bernoulli_` with one probability (thus dropout) and for `exponential_` (thus
///   `multinomial` without replacement) where the processor is Intel's, and draws otherwise. Ours are the numbers of
///   PyTorch on every other processor.
/// - Normal numbers in fewer than 16 elements or in double precision, and exponential ones, use the C library's
///   logarithm and sine, as PyTorch does. Another C library may round their last bit of 53 differently.
/// - Where several weights have the same quotient, [`Session::multinomial`](crate::Session::multinomial) without
///   replacement may name them in another order.
#[derive(Clone, Debug, PartialEq)]
pub struct Generator {
    engine: Engine,
    /// Box and Muller make two normal numbers at a time; this is the other one.
    normal: Option<f64>,
}

impl Generator {
    /// The stream of `seed`, as `torch.manual_seed` begins it: of its low 32 bits.
    pub fn new(seed: u64) -> Generator {
        Generator { engine: Engine::new(seed), normal: None }
    }

    /// Begins the stream of `seed`.
    pub fn seed(&mut self, seed: u64) {
        *self = Generator::new(seed);
    }

    fn random(&mut self) -> u32 {
        self.engine.word()
    }

    fn random64(&mut self) -> u64 {
        wide(self.random(), self.random())
    }

    /// One number in [0, 1) of 53 bits.
    fn unit64(&mut self) -> f64 {
        unit64(self.random64())
    }

    /// Fills `out` with numbers in [0, 1) of 24 bits.
    fn fill_units(&mut self, out: &mut [f32]) {
        let mut words = [0; WORDS];
        for part in out.chunks_mut(WORDS) {
            let words = &mut words[..part.len()];
            self.engine.take(words);
            unit(words, part);
        }
    }

    /// `n` numbers, each from one word.
    fn words<T>(&mut self, n: usize, make: impl Fn(u32) -> T) -> Vec<T> {
        let mut out = Vec::with_capacity(n);
        let mut words = [0; WORDS];
        while out.len() < n {
            let words = &mut words[..WORDS.min(n - out.len())];
            self.engine.take(words);
            out.extend(words.iter().copied().map(&make));
        }
        out
    }

    /// `n` numbers, each from two words.
    fn wide_words<T>(&mut self, n: usize, make: impl Fn(u64) -> T) -> Vec<T> {
        let mut out = Vec::with_capacity(n);
        let mut words = [0; WORDS];
        while out.len() < n {
            let words = &mut words[..WORDS.min(2 * (n - out.len()))];
            self.engine.take(words);
            out.extend(words.as_chunks().0.iter().map(|&[high, low]| make(wide(high, low))));
        }
        out
    }
}

/// The first word drawn is the high one.
fn wide(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The low 24 bits as a number in [0, 1).
fn unit32(word: u32) -> f32 {
    (word & 0xff_ffff) as f32 * (1.0 / 16_777_216.0)
}

/// The low 53 bits as a number in [0, 1).
fn unit64(word: u64) -> f64 {
    (word & ((1 << 53) - 1)) as f64 * (1.0 / 9_007_199_254_740_992.0)
}
