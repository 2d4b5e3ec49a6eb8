use std::mem::MaybeUninit;

use super::float::Float;
use crate::layout::{Axes, Layout};

/// A vector of `n` elements that `fill` sets, every one of them: saves a pass of zeros.
fn filled<R: Copy>(n: usize, fill: impl FnOnce(&mut [MaybeUninit<R>])) -> Vec<R> {
    let mut out = Vec::with_capacity(n);
    fill(&mut out.spare_capacity_mut()[..n]);
    // SAFETY: the capacity is at least `n`, and both callers below write each of the first `n` elements: their
    // loops run over all of `out`, whose length is asserted to be that of the inputs.
    unsafe { out.set_len(n) };
    out
}

vectorized! {
    fn map_into [A: Copy, R: Copy, F: Fn(A) -> R + Copy] (out: &mut [MaybeUninit<R>], x: &[A], f: F) {
        for (out, &x) in out.iter_mut().zip(x) {
            out.write(f(x));
        }
    }
}

vectorized! {
    fn map2_into [A: Copy, B: Copy, R: Copy, F: Fn(A, B) -> R + Copy] (
        out: &mut [MaybeUninit<R>], a: &[A], b: &[B], f: F
    ) {
        for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
            out.write(f(a, b));
        }
    }
}

/// `f` of each element.
pub(crate) fn map<A: Copy, R: Copy>(x: &[A], f: impl Fn(A) -> R + Copy) -> Vec<R> {
    filled(x.len(), |out| map_into(out, x, f))
}

/// `f` of the elements of two slices of one length.
pub(crate) fn map2<A: Copy, B: Copy, R: Copy>(a: &[A], b: &[B], f: impl Fn(A, B) -> R + Copy) -> Vec<R> {
    assert_eq!(a.len(), b.len(), "slices of two lengths have no pairs");
    filled(a.len(), |out| map2_into(out, a, b, f))
}

vectorized! {
    /// `to += from`.
    pub(crate) fn add_assign [F: Float] (to: &mut [F], from: &[F]) {
        for (to, &from) in to.iter_mut().zip(from) {
            *to += from;
        }
    }
}

vectorized! {
    fn row_row [A: Copy, B: Copy, R: Copy, F: Fn(A, B) -> R + Copy] (out: &mut [R], a: &[A], b: &[B], f: F) {
        for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
            *out = f(a, b);
        }
    }
}

vectorized! {
    fn row_one [A: Copy, B: Copy, R: Copy, F: Fn(A, B) -> R + Copy] (out: &mut [R], a: &[A], b: B, f: F) {
        for (out, &a) in out.iter_mut().zip(a) {
            *out = f(a, b);
        }
    }
}

vectorized! {
    fn one_row [A: Copy, B: Copy, R: Copy, F: Fn(A, B) -> R + Copy] (out: &mut [R], a: A, b: &[B], f: F) {
        for (out, &b) in out.iter_mut().zip(b) {
            *out = f(a, b);
        }
    }
}

/// `f` of the elements of two layouts of one shape, in row-major order. Each slice begins at its layout's offset.
pub(crate) fn zip<A: Copy, B: Copy, R: Copy + Default>(
    a: &[A],
    a_layout: &Layout,
    b: &[B],
    b_layout: &Layout,
    f: impl Fn(A, B) -> R + Copy,
) -> Vec<R> {
    let shape = &a_layout.shape;
    let axes = Axes::collapse(shape, [&a_layout.strides, &b_layout.strides]);
    let count = shape.elements();
    let (row, a_step, b_step) = (axes.row(), axes.row_stride(0), axes.row_stride(1));
    if axes.len <= 1 && a_step == 1 && b_step == 1 {
        return map2(&a[..count], &b[..count], f);
    }
    let mut out = vec![R::default(); count];
    let mut to = 0;
    axes.for_each_row(|[i, j]| {
        let out = &mut out[to..to + row];
        to += row;
        match (a_step, b_step) {
            (1, 1) => row_row(out, &a[i..i + row], &b[j..j + row], f),
            (1, 0) => row_one(out, &a[i..i + row], b[j], f),
            (0, 1) => one_row(out, a[i], &b[j..j + row], f),
            _ => {
                for (n, out) in out.iter_mut().enumerate() {
                    *out = f(a[i + n * a_step], b[j + n * b_step]);
                }
            }
        }
    });
    out
}
