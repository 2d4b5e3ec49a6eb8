//! Singular values of a bidiagonal matrix by implicit QR steps, without a shift where that would cost accuracy
//! (Demmel and Kahan, LAPACK working note 3), with the choices of LAPACK's `dbdsqr`.

use super::planes::{forward, least_singular, singular};
use super::{Failure, Pulse, rotate, two_rows};

/// Steps for each singular value; two are usual.
const STEPS: usize = 60;

/// A bidiagonal matrix, and the bases in which it is the one that was given.
pub(super) struct Bidiagonal {
    pub(super) diagonal: Vec<f64>,
    /// Above the diagonal: one fewer.
    pub(super) beside: Vec<f64>,
    /// The left basis, a vector a row.
    pub(super) left: Vec<f64>,
    /// The right basis, a vector a row.
    pub(super) right: Vec<f64>,
    /// The rounding of the elements' own type: how long a step is worth it decides the vectors' signs.
    pub(super) unit: f64,
}

/// Where an unreduced block lies, and which of its ends is chased to.
#[derive(Clone, Copy, PartialEq)]
struct Block {
    start: usize,
    end: usize,
    down: bool,
}

impl Bidiagonal {
    /// Makes lower bidiagonal numbers upper bidiagonal.
    pub(super) fn raise(&mut self) {
        for i in 0..self.beside.len() {
            let (c, s, r) = forward(self.diagonal[i], self.beside[i]);
            self.diagonal[i] = r;
            self.beside[i] = s * self.diagonal[i + 1];
            self.diagonal[i + 1] *= c;
            self.turn_left(i, c, s);
        }
    }

    /// Makes the matrix diagonal, with no negative number on it.
    pub(super) fn iterate(&mut self, pulse: Pulse<'_>) -> Result<(), Failure> {
        let n = self.diagonal.len();
        let tolerance = self.unit.powf(-0.125).clamp(10.0, 100.0) * self.unit;
        let least = self.least(tolerance);
        let mut left = STEPS * n;
        let mut before: Option<Block> = None;
        let mut end = n.saturating_sub(1);
        while end > 0 {
            if self.diagonal[end].abs() <= least {
                self.diagonal[end] = 0.0;
            }
            let (start, largest) = self.block(end, least);
            if start == end {
                end -= 1;
                continue;
            }
            if start + 1 == end {
                self.pair(start);
                end = end.saturating_sub(2);
                continue;
            }
            let down = match before {
                Some(before) if start <= before.end && end >= before.start => before.down,
                _ => self.diagonal[start].abs() >= self.diagonal[end].abs(),
            };
            let block = Block { start, end, down };
            let Some(smallest) = self.settle(block, tolerance) else {
                before = Some(Block { down, ..before.unwrap_or(Block { start: end + 1, end: 0, down }) });
                continue;
            };
            before = Some(block);
            if !pulse() {
                return Err(Failure::Cancelled);
            }
            left = left.checked_sub(1).ok_or(Failure::NotConverged(n))?;
            let accurate = n as f64 * tolerance * (smallest / largest) > self.unit.max(0.01 * tolerance);
            self.step(block, if accurate { self.shift(block) } else { 0.0 });
            let last = if down { end - 1 } else { start };
            if self.beside[last].abs() <= least {
                self.beside[last] = 0.0;
            }
        }
        // A single number's sign goes to the left, as in `dbdsdc`.
        let signed = if n == 1 { &mut self.left } else { &mut self.right };
        for (d, vector) in self.diagonal.iter_mut().zip(signed.chunks_exact_mut(n)) {
            if *d < 0.0 {
                *d = -*d;
                vector.iter_mut().for_each(|x| *x = -*x);
            }
        }
        Ok(())
    }

    /// Below which a number is nothing: a part of an estimate of the smallest singular value.
    fn least(&self, tolerance: f64) -> f64 {
        let n = self.diagonal.len() as f64;
        let mut smallest = self.diagonal[0].abs();
        let mut mu = smallest;
        for (d, e) in self.diagonal[1..].iter().zip(&self.beside) {
            if smallest == 0.0 {
                break;
            }
            mu = d.abs() * (mu / (mu + e.abs()));
            smallest = smallest.min(mu);
        }
        (tolerance * smallest / n.sqrt()).max(6.0 * n * n * f64::MIN_POSITIVE)
    }

    /// Where the unreduced block that ends at `end` begins, and its largest number.
    fn block(&mut self, end: usize, least: f64) -> (usize, f64) {
        let mut largest = self.diagonal[end].abs();
        for i in (0..end).rev() {
            let (d, e) = (self.diagonal[i].abs(), self.beside[i].abs());
            if d <= least {
                self.diagonal[i] = 0.0;
            }
            if e <= least {
                self.beside[i] = 0.0;
                return (i + 1, largest);
            }
            largest = largest.max(d).max(e);
        }
        (0, largest)
    }

    /// Makes two rows diagonal.
    fn pair(&mut self, i: usize) {
        let found = singular(self.diagonal[i], self.beside[i], self.diagonal[i + 1], self.unit);
        (self.diagonal[i], self.diagonal[i + 1], self.beside[i]) = (found.large, found.small, 0.0);
        self.turn_right(i, found.right.0, found.right.1);
        self.turn_left(i, found.left.0, found.left.1);
    }

    /// An estimate of the block's smallest singular value; none where a number beside the diagonal is nothing next to
    /// it, and is made 0.
    fn settle(&mut self, block: Block, tolerance: f64) -> Option<f64> {
        let Block { start, end, down } = block;
        let (last, at_last) = if down { (end - 1, end) } else { (start, start) };
        if self.beside[last].abs() <= tolerance * self.diagonal[at_last].abs() {
            self.beside[last] = 0.0;
            return None;
        }
        let mut mu = self.diagonal[if down { start } else { end }].abs();
        let mut smallest = mu;
        for step in 0..end - start {
            let i = if down { start + step } else { end - 1 - step };
            let e = self.beside[i].abs();
            if e <= tolerance * mu {
                self.beside[i] = 0.0;
                return None;
            }
            mu = self.diagonal[if down { i + 1 } else { i }].abs() * (mu / (mu + e));
            smallest = smallest.min(mu);
        }
        Some(smallest)
    }

    /// The smaller singular value of the last two rows, or 0 where it is too small to count.
    fn shift(&self, block: Block) -> f64 {
        let Block { start, end, down } = block;
        let (first, i) = if down { (start, end - 1) } else { (end, start) };
        let shift = least_singular(self.diagonal[i], self.beside[i], self.diagonal[i + 1]);
        let part = shift / self.diagonal[first].abs();
        if part * part < self.unit { 0.0 } else { shift }
    }

    fn step(&mut self, block: Block, shift: f64) {
        match (shift == 0.0, block.down) {
            (true, true) => self.plain_down(block),
            (true, false) => self.plain_up(block),
            (false, true) => self.shifted_down(block, shift),
            (false, false) => self.shifted_up(block, shift),
        }
    }

    fn plain_down(&mut self, Block { start, end, .. }: Block) {
        let (mut c, mut old_c, mut old_s) = (1.0, 1.0, 0.0);
        for i in start..end {
            let (s, r);
            (c, s, r) = forward(self.diagonal[i] * c, self.beside[i]);
            if i > start {
                self.beside[i - 1] = old_s * r;
            }
            (old_c, old_s, self.diagonal[i]) = forward(old_c * r, self.diagonal[i + 1] * s);
            self.turn_right(i, c, s);
            self.turn_left(i, old_c, old_s);
        }
        let h = self.diagonal[end] * c;
        (self.diagonal[end], self.beside[end - 1]) = (h * old_c, h * old_s);
    }

    fn plain_up(&mut self, Block { start, end, .. }: Block) {
        let (mut c, mut old_c, mut old_s) = (1.0, 1.0, 0.0);
        for i in (start + 1..=end).rev() {
            let (s, r);
            (c, s, r) = forward(self.diagonal[i] * c, self.beside[i - 1]);
            if i < end {
                self.beside[i] = old_s * r;
            }
            (old_c, old_s, self.diagonal[i]) = forward(old_c * r, self.diagonal[i - 1] * s);
            self.turn_right(i - 1, old_c, -old_s);
            self.turn_left(i - 1, c, -s);
        }
        let h = self.diagonal[start] * c;
        (self.diagonal[start], self.beside[start]) = (h * old_c, h * old_s);
    }

    fn shifted_down(&mut self, Block { start, end, .. }: Block, shift: f64) {
        let first = self.diagonal[start];
        let mut f = (first.abs() - shift) * (1f64.copysign(first) + shift / first);
        let mut g = self.beside[start];
        for i in start..end {
            let (c, s, r) = forward(f, g);
            if i > start {
                self.beside[i - 1] = r;
            }
            let (d, e) = (self.diagonal[i], self.beside[i]);
            f = c * d + s * e;
            self.beside[i] = c * e - s * d;
            g = s * self.diagonal[i + 1];
            self.diagonal[i + 1] *= c;
            self.turn_right(i, c, s);
            let (c, s, r) = forward(f, g);
            self.diagonal[i] = r;
            let (e, d) = (self.beside[i], self.diagonal[i + 1]);
            f = c * e + s * d;
            self.diagonal[i + 1] = c * d - s * e;
            if i + 1 < end {
                g = s * self.beside[i + 1];
                self.beside[i + 1] *= c;
            }
            self.turn_left(i, c, s);
        }
        self.beside[end - 1] = f;
    }

    fn shifted_up(&mut self, Block { start, end, .. }: Block, shift: f64) {
        let first = self.diagonal[end];
        let mut f = (first.abs() - shift) * (1f64.copysign(first) + shift / first);
        let mut g = self.beside[end - 1];
        for i in (start + 1..=end).rev() {
            let (c, s, r) = forward(f, g);
            if i < end {
                self.beside[i] = r;
            }
            let (d, e) = (self.diagonal[i], self.beside[i - 1]);
            f = c * d + s * e;
            self.beside[i - 1] = c * e - s * d;
            g = s * self.diagonal[i - 1];
            self.diagonal[i - 1] *= c;
            self.turn_left(i - 1, c, -s);
            let (c, s, r) = forward(f, g);
            self.diagonal[i] = r;
            let (e, d) = (self.beside[i - 1], self.diagonal[i - 1]);
            f = c * e + s * d;
            self.diagonal[i - 1] = c * d - s * e;
            if i > start + 1 {
                g = s * self.beside[i - 2];
                self.beside[i - 2] *= c;
            }
            self.turn_right(i - 1, c, -s);
        }
        self.beside[start] = f;
    }

    /// Turns the plane of left vectors `i` and `i + 1`.
    fn turn_left(&mut self, i: usize, c: f64, s: f64) {
        let (a, b) = two_rows(&mut self.left, self.diagonal.len(), i, i + 1);
        rotate(a, b, c, -s);
    }

    fn turn_right(&mut self, i: usize, c: f64, s: f64) {
        let (a, b) = two_rows(&mut self.right, self.diagonal.len(), i, i + 1);
        rotate(a, b, c, -s);
    }
}
