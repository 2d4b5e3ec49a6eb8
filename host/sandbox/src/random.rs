//! Seeded random numbers for plugins: a counter, so that a run can be replayed.

/// One stream of 64-bit numbers (SplitMix64: Steele, Lea and Flood, OOPSLA 2014).
#[derive(Debug, Clone)]
pub(crate) struct RandomStream(u64);

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl RandomStream {
    /// The stream of `seed` for one purpose: different purposes give unrelated streams.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let mut stream = RandomStream(seed);
        for byte in purpose.bytes() {
            stream.0 = stream.next() ^ u64::from(byte);
        }
        stream
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count.next_multiple_of(8));
        while bytes.len() < count {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_numbers_are_those_of_the_reference() {
        // The published test vector for seed 1234567.
        let mut stream = RandomStream(1_234_567);
        assert_eq!(stream.next(), 6_457_827_717_110_365_317);
        assert_eq!(stream.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn purposes_do_not_share_a_stream() {
        let first = |purpose| RandomStream::new(7, purpose).next();
        assert_ne!(first("candidate"), first("evaluator"));
        assert_eq!(first("candidate"), first("candidate"));
    }
}
