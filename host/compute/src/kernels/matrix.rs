use gemm::Parallelism;

use super::float::Float;

/// A matrix inside a slice: element (i, j) at `offset + i · row + j · column`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) offset: usize,
    pub(crate) row: usize,
    pub(crate) column: usize,
}

impl Place {
    /// Row-major without gaps.
    pub(crate) fn rows(offset: usize, columns: usize) -> Place {
        Place { offset, row: columns, column: 1 }
    }

    /// The transpose of this matrix.
    pub(crate) fn transposed(self) -> Place {
        Place { offset: self.offset, row: self.column, column: self.row }
    }

    /// Does every element of an (m, n) matrix lie in a slice of `len`?
    fn fits(self, m: usize, n: usize, len: usize) -> bool {
        let reach = |count: usize, stride: usize| (count - 1).checked_mul(stride);
        let last = reach(m, self.row)
            .and_then(|r| reach(n, self.column)?.checked_add(r))
            .and_then(|l| l.checked_add(self.offset));
        last.is_some_and(|last| last < len)
            && isize::try_from(self.row).is_ok()
            && isize::try_from(self.column).is_ok()
    }
}

/// `c = factor · a · b`, or `c += factor · a · b`, for a (m, k) and b (k, n), on this thread. Operands are read where they lie: a
/// transpose is a change of strides.
///
/// # Panics
/// Where a matrix does not fit its slice: a fault of the caller, never of a guest.
#[allow(clippy::too_many_arguments)]
pub(crate) fn multiply<F: Float>(
    (m, k, n): (usize, usize, usize),
    c: &mut [F],
    c_at: Place,
    a: &[F],
    a_at: Place,
    b: &[F],
    b_at: Place,
    (factor, add): (F, bool),
) {
    if m == 0 || n == 0 {
        return;
    }
    assert!(c_at.fits(m, n, c.len()), "the product does not fit its buffer");
    if k == 0 {
        if !add {
            for i in 0..m {
                for j in 0..n {
                    c[c_at.offset + i * c_at.row + j * c_at.column] = F::ZERO;
                }
            }
        }
        return;
    }
    assert!(a_at.fits(m, k, a.len()) && b_at.fits(k, n, b.len()), "a factor does not fit its buffer");
    // SAFETY: `fits` has shown that every element addressed through these pointers and strides lies in the slice
    // the pointer was made from; `c` is borrowed mutably, so it overlaps neither `a` nor `b`.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr().add(c_at.offset),
            c_at.column as isize,
            c_at.row as isize,
            add,
            a.as_ptr().add(a_at.offset),
            a_at.column as isize,
            a_at.row as isize,
            b.as_ptr().add(b_at.offset),
            b_at.column as isize,
            b_at.row as isize,
            F::ONE,
            factor,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// `c += a · b` for row-major a (m, k) and b (k, n); what does not fit wraps.
pub(crate) fn multiply_integers((m, k, n): (usize, usize, usize), c: &mut [i64], a: &[i64], b: &[i64]) {
    for i in 0..m {
        let c = &mut c[i * n..][..n];
        for (j, &a) in a[i * k..][..k].iter().enumerate() {
            for (c, &b) in c.iter_mut().zip(&b[j * n..][..n]) {
                *c = c.wrapping_add(a.wrapping_mul(b));
            }
        }
    }
}
