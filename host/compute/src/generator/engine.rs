use crate::kernels::random::{WORDS, next_words, temper, tempered};

/// MT19937, with the counters that PyTorch keeps beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Engine {
    pub(super) seed: u64,
    /// How many words, plus one, are left before all are made anew: 1 … 624.
    pub(super) left: u32,
    /// The word that is given out next, unless all are made anew first: 0 … 624. While words are left, it and
    /// `left` add up to 625.
    pub(super) next: u32,
    pub(super) words: Box<[u32; WORDS]>,
}

impl Engine {
    pub(super) fn new(seed: u64) -> Engine {
        let mut words = Box::new([seed as u32; WORDS]);
        for i in 1..WORDS {
            let last = words[i - 1];
            words[i] = 1_812_433_253u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(i as u32);
        }
        Engine { seed, left: 1, next: 0, words }
    }

    /// Makes all words anew where none are left.
    fn refill(&mut self) {
        if self.left == 1 {
            next_words(&mut self.words);
            self.left = WORDS as u32 + 1;
            self.next = 0;
        }
    }

    /// The next word of the stream.
    pub(super) fn word(&mut self) -> u32 {
        self.refill();
        let word = tempered(self.words[self.next as usize]);
        self.left -= 1;
        self.next += 1;
        word
    }

    /// Fills `out` with the next words of the stream.
    pub(super) fn take(&mut self, mut out: &mut [u32]) {
        while !out.is_empty() {
            self.refill();
            let n = out.len().min(self.left as usize - 1);
            let (now, later) = out.split_at_mut(n);
            let next = self.next as usize;
            temper(&self.words[next..next + n], now);
            self.left -= n as u32;
            self.next += n as u32;
            out = later;
        }
    }
}
