//! What random numbers are made with: the Mersenne Twister's recurrence, and uniform numbers turned into others.

/// Words of the twister's state.
pub(crate) const WORDS: usize = 624;
/// How far ahead the recurrence looks.
const AHEAD: usize = 397;
const BEHIND: usize = WORDS - AHEAD;

#[inline(always)]
fn twist(u: u32, v: u32) -> u32 {
    let mixed = (u & 0x8000_0000) | (v & 0x7fff_ffff);
    (mixed >> 1) ^ ((v & 1).wrapping_neg() & 0x9908_b0df)
}

vectorized! {
    /// The next 624 words of MT19937 (Matsumoto and Nishimura, 1998), untempered.
    pub(crate) fn next_words [] (p: &mut [u32; WORDS]) {
        for i in 0..BEHIND {
            p[i] = p[i + AHEAD] ^ twist(p[i], p[i + 1]);
        }
        for i in BEHIND..WORDS - 1 {
            p[i] = p[i - BEHIND] ^ twist(p[i], p[i + 1]);
        }
        p[WORDS - 1] = p[AHEAD - 1] ^ twist(p[WORDS - 1], p[0]);
    }
}

/// A word of the state as it is given out.
#[inline(always)]
pub(crate) fn tempered(mut y: u32) -> u32 {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    y ^ (y >> 18)
}

vectorized! {
    /// Words of the state as they are given out.
    pub(crate) fn temper [] (state: &[u32], out: &mut [u32]) {
        for (&word, out) in state.iter().zip(out) {
            *out = tempered(word);
        }
    }
}

vectorized! {
    /// The low 24 bits of each word as a number in [0, 1).
    pub(crate) fn unit [] (words: &[u32], out: &mut [f32]) {
        for (&word, out) in words.iter().zip(out) {
            *out = (word & 0xff_ffff) as f32 * (1.0 / 16_777_216.0);
        }
    }
}

vectorized! {
    /// x · `scale` + `offset`, rounded once.
    pub(crate) fn affine [] (x: &mut [f32], scale: f32, offset: f32) {
        for x in x {
            *x = x.mul_add(scale, offset);
        }
    }
}

vectorized! {
    /// Sixteen uniform numbers in [0, 1) at a time become sixteen normal ones (Box and Muller); what is left over
    /// after the last whole sixteen stays.
    pub(crate) fn normal [] (x: &mut [f32], mean: f32, deviation: f32) {
        for block in x.as_chunks_mut::<16>().0 {
            let (front, back) = block.split_at_mut(8);
            for (a, b) in front.iter_mut().zip(back) {
                let radius = (-2.0 * log(1.0 - *a)).sqrt();
                let (sin, cos) = sin_cos(std::f32::consts::TAU * *b);
                *a = (radius * cos).mul_add(deviation, mean);
                *b = (radius * sin).mul_add(deviation, mean);
            }
        }
    }
}

/// The natural logarithm of a normal positive number: Cephes `logf`, with the multiplications and additions fused
/// where PyTorch's compiler fuses them, so that the bits are the same.
#[inline(always)]
fn log(x: f32) -> f32 {
    let bits = x.to_bits();
    let mut e = ((bits >> 23) as i32 - 0x7f) as f32 + 1.0;
    let half = f32::from_bits((bits & 0x807f_ffff) | 0.5f32.to_bits());
    let low = half < std::f32::consts::FRAC_1_SQRT_2;
    let x = half - 1.0 + if low { half } else { 0.0 };
    e -= if low { 1.0 } else { 0.0 };
    let z = x * x;
    let mut y = 7.037_683_6e-2f32;
    y = y.mul_add(x, -1.151_461e-1);
    y = y.mul_add(x, 1.167_699_84e-1);
    y = y.mul_add(x, -1.242_014_1e-1);
    y = y.mul_add(x, 1.424_932_3e-1);
    y = y.mul_add(x, -1.666_805_8e-1);
    y = y.mul_add(x, 2.000_071_4e-1);
    y = y.mul_add(x, -2.499_999_4e-1);
    y = y.mul_add(x, 3.333_333e-1);
    y = (y * x).mul_add(z, e * -2.121_944_4e-4);
    y -= z * 0.5;
    e.mul_add(0.693_359_4, x + y)
}

/// Sine and cosine of an angle in [0, 2π]: Cephes `sinf` and `cosf`, fused as [`log`] is.
#[inline(always)]
fn sin_cos(x: f32) -> (f32, f32) {
    let octant = ((x * (4.0 / std::f32::consts::PI)) as i32).wrapping_add(1) & !1;
    let y = octant as f32;
    let x = y.mul_add(-0.785_156_25, x);
    let x = y.mul_add(-2.418_756_5e-4, x);
    let x = y.mul_add(-3.774_895e-8, x);
    let z = x * x;
    let c = 2.443_315_7e-5f32.mul_add(z, -1.388_731_6e-3).mul_add(z, 4.166_664_6e-2);
    let c = (c * z).mul_add(z, -(z * 0.5)) + 1.0;
    let s = (-1.951_529_6e-4f32).mul_add(z, 8.332_161e-3).mul_add(z, -1.666_665_5e-1);
    let s = (s * z).mul_add(x, x);
    // By masks, because branches would keep the loop from being vectorised.
    let swap = ((octant as u32 >> 1) & 1).wrapping_neg() & (s.to_bits() ^ c.to_bits());
    let sin_sign = (octant as u32 & 4) << 29;
    let cos_sign = (!(octant as u32).wrapping_sub(2) & 4) << 29;
    (f32::from_bits(s.to_bits() ^ swap ^ sin_sign), f32::from_bits(c.to_bits() ^ swap ^ cos_sign))
}
