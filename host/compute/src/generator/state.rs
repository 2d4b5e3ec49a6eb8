use super::Generator;
use super::engine::Engine;
use crate::error::{Error, Result};
use crate::kernels::random::WORDS;

// The layout of PyTorch's `CPUGeneratorImplState` on x86-64, little-endian.
const SIZE: usize = 5056;
const LEFT: usize = 8;
const SEEDED: usize = 12;
const NEXT: usize = 16;
const STATE: usize = 24;
/// After the words: an unused double, the other normal number, another unused double, and whether there is one.
const NORMAL: usize = STATE + 8 * WORDS + 8;
const HAS_NORMAL: usize = NORMAL + 16;

impl Generator {
    /// Where the stream is: the 5056 bytes of `torch.get_rng_state()`.
    pub fn state(&self) -> Vec<u8> {
        let mut bytes = vec![0; SIZE];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(0, &self.engine.seed.to_le_bytes());
        put(LEFT, &self.engine.left.to_le_bytes());
        put(SEEDED, &1u32.to_le_bytes());
        put(NEXT, &u64::from(self.engine.next).to_le_bytes());
        for (i, &word) in self.engine.words.iter().enumerate() {
            put(STATE + 8 * i, &u64::from(word).to_le_bytes());
        }
        put(NORMAL, &self.normal.unwrap_or(0.0).to_le_bytes());
        put(HAS_NORMAL, &u32::from(self.normal.is_some()).to_le_bytes());
        bytes
    }

    /// Goes on from where a stream was, here or in PyTorch.
    ///
    /// # Errors
    /// `argument` for bytes that are no state; then nothing has changed.
    pub fn set_state(&mut self, state: &[u8]) -> Result<()> {
        if state.len() != SIZE {
            return Err(Error::argument(format!(
                "Expected a CPUGeneratorImplState of size {SIZE} but found the input RNG state size to be {}",
                state.len()
            )));
        }
        let invalid = || Error::argument("Invalid mt19937 state");
        let left = u32::try_from(word(state, LEFT) & 0xffff_ffff).map_err(|_| invalid())?;
        let next = u32::try_from(word(state, NEXT)).map_err(|_| invalid())?;
        let seeded = word(state, SEEDED) as u32;
        let all = WORDS as u32;
        // Words are read from `next` on while `left` says that there are any.
        let fits = next <= all && (left == 1 || (2..=all).contains(&left) && left + next == all + 1);
        if seeded == 0 || !fits {
            return Err(invalid());
        }
        let mut words = Box::new([0; WORDS]);
        for (i, place) in words.iter_mut().enumerate() {
            *place = u32::try_from(word(state, STATE + 8 * i)).map_err(|_| invalid())?;
        }
        let has_normal = word(state, HAS_NORMAL) as u32 != 0;
        self.normal = has_normal.then(|| f64::from_bits(word(state, NORMAL)));
        self.engine = Engine { seed: word(state, 0), left, next, words };
        Ok(())
    }
}

/// The eight bytes at `at`; 0 where there are none.
fn word(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
}
