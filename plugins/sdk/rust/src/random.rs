//! Draws from the host's seeded random numbers.

/// A source of uniform 64-bit numbers, and the draws made of them.
///
/// Inside a sandbox it is the host's `random.next` (any `FnMut() -> u64` is a source); in a native test,
/// [`SplitMix64`].
pub trait Random {
    /// The next 64 bits.
    fn bits(&mut self) -> u64;

    /// Uniform in `0..bound`, without modulo bias: the part of the range that does not divide is drawn again.
    ///
    /// # Panics
    /// Where `bound` is 0.
    fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "a draw from nothing");
        let bound = bound as u64;
        // The largest multiple of `bound` that fits: draws at or above it would favour the small results.
        let fair = u64::MAX - (u64::MAX % bound + 1) % bound;
        loop {
            let bits = self.bits();
            if bits <= fair {
                return (bits % bound) as usize;
            }
        }
    }

    /// Uniform in `[0, 1)`, in steps of 2⁻⁵³.
    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// True with the given probability.
    fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of `items`; none where there is none.
    fn choose<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { items.get(self.below(items.len())) }
    }

    /// An index into `weights`, drawn in proportion to them. None where no weight is positive.
    fn weighted(&mut self, weights: &[f64]) -> Option<usize> {
        let usable = |weight: f64| if weight.is_finite() && weight > 0.0 { weight } else { 0.0 };
        let total: f64 = weights.iter().copied().map(usable).sum();
        let mut left = self.unit() * total;
        let mut last = None;
        for (index, weight) in weights.iter().copied().map(usable).enumerate() {
            if weight > 0.0 {
                last = Some(index);
                if left < weight {
                    break;
                }
            }
            left -= weight;
        }
        last
    }

    /// Puts `items` in random order (Fisher and Yates).
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// At most `count` of `items`, each subset of that size as likely as any other, in their order in `items`.
    fn sample<T: Clone>(&mut self, items: &[T], count: usize) -> Vec<T> {
        let mut indices: Vec<usize> = (0..items.len()).collect();
        let count = count.min(items.len());
        for chosen in 0..count {
            let other = chosen + self.below(items.len() - chosen);
            indices.swap(chosen, other);
        }
        indices.truncate(count);
        indices.sort_unstable();
        indices.into_iter().map(|index| items[index].clone()).collect()
    }
}

impl<F: FnMut() -> u64> Random for F {
    fn bits(&mut self) -> u64 {
        self()
    }
}

/// A small generator for tests (Steele, Lea and Flood, OOPSLA 2014).
#[derive(Debug, Clone)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        SplitMix64(seed)
    }
}

impl Random for SplitMix64 {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_drawn_again_where_the_modulus_would_be_unfair() {
        // 3 divides 2^64 - 1: only u64::MAX itself is left over.
        let mut draws = [u64::MAX, u64::MAX, 7].into_iter();
        let mut source = || draws.next().expect("another draw");
        assert_eq!(source.below(3), 1);
        // A power of two leaves nothing over: u64::MAX is used.
        let mut source = || u64::MAX;
        assert_eq!(source.below(8), 7);
        assert_eq!(source.below(1), 0);
    }

    #[test]
    fn integers_are_uniform() {
        let mut source = SplitMix64::new(1);
        let mut counts = [0u32; 6];
        for _ in 0..60_000 {
            counts[source.below(6)] += 1;
        }
        // Five deviations of a binomial with p = 1/6.
        assert!(counts.iter().all(|&count| count.abs_diff(10_000) < 457), "{counts:?}");
    }

    #[test]
    fn floats_stay_below_one() {
        let mut largest = || u64::MAX;
        assert!(largest.unit() < 1.0);
        let mut smallest = || 0;
        assert_eq!(smallest.unit(), 0.0);
        assert!(!smallest.chance(0.0));
        assert!(largest.chance(1.0));
    }

    #[test]
    fn samples_have_no_repeats_and_reach_every_item() {
        let items: Vec<u32> = (0..10).collect();
        let mut source = SplitMix64::new(2);
        let mut counts = [0u32; 10];
        for _ in 0..10_000 {
            let sample = source.sample(&items, 4);
            assert_eq!(sample.len(), 4);
            assert!(sample.is_sorted_by(|a, b| a < b), "{sample:?}");
            sample.into_iter().for_each(|item| counts[item as usize] += 1);
        }
        assert!(counts.iter().all(|&count| count.abs_diff(4_000) < 245), "{counts:?}");
        assert_eq!(source.sample(&items, 99), items);
        assert!(source.sample(&[] as &[u32], 3).is_empty());
    }

    #[test]
    fn weights_that_are_not_positive_are_never_drawn() {
        let mut source = SplitMix64::new(3);
        for _ in 0..1000 {
            assert_eq!(source.weighted(&[0.0, 2.0, f64::NAN, -1.0]), Some(1));
        }
        assert_eq!(source.weighted(&[0.0, f64::NAN]), None);
        assert_eq!(source.weighted(&[]), None);
        let thirds = (0..30_000).filter(|_| source.weighted(&[1.0, 2.0]) == Some(0)).count();
        assert!(thirds.abs_diff(10_000) < 410, "{thirds}");
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..50).collect();
        SplitMix64::new(4).shuffle(&mut items);
        assert!(!items.is_sorted());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
