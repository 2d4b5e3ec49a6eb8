use crate::shape::{MAX_RANK, Shape};

/// Where the elements of a shape lie in a buffer: element `i` at `offset + Σ i_d · strides_d`. A stride of 0 repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) shape: Shape,
    pub(crate) strides: [usize; MAX_RANK],
    pub(crate) offset: usize,
}

impl Layout {
    /// Row-major, without gaps, from the buffer's beginning.
    pub(crate) fn contiguous(shape: Shape) -> Layout {
        Layout { shape, strides: shape.strides(), offset: 0 }
    }

    pub(crate) fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        for d in (0..self.shape.rank()).rev() {
            let extent = self.shape.dims()[d];
            if extent != 1 {
                if self.strides[d] != expected {
                    return false;
                }
                expected *= extent.max(1);
            }
        }
        true
    }

    /// The same elements in another order of dimensions; `order` is a permutation.
    pub(crate) fn permute(&self, order: &[usize], shape: Shape) -> Layout {
        let mut strides = [0; MAX_RANK];
        for (to, &from) in strides.iter_mut().zip(order) {
            *to = self.strides[from];
        }
        Layout { shape, strides, offset: self.offset }
    }

    /// Repeats extents of 1 until they are as `shape` says; `shape` is what this broadcasts to.
    pub(crate) fn broadcast(&self, shape: Shape) -> Layout {
        let lead = shape.rank() - self.shape.rank();
        let mut strides = [0; MAX_RANK];
        for d in 0..self.shape.rank() {
            if self.shape.dims()[d] == shape.dims()[lead + d] {
                strides[lead + d] = self.strides[d];
            }
        }
        Layout { shape, strides, offset: self.offset }
    }

    /// Every `step`th element along `dim` from `start`; `shape` has their number there.
    pub(crate) fn slice(&self, dim: usize, start: usize, step: usize, shape: Shape) -> Layout {
        let mut strides = self.strides;
        let offset = if shape.elements() == 0 { self.offset } else { self.offset + start * strides[dim] };
        // One element or none has no stride; a step beyond the end must not overflow it.
        strides[dim] = if shape.dims()[dim] > 1 { strides[dim] * step } else { 1 };
        Layout { shape, strides, offset }
    }

    /// The layout of `shape` (as many elements) over the same elements in the same order, where there is one.
    pub(crate) fn reshape(&self, shape: Shape) -> Option<Layout> {
        if self.is_contiguous() {
            return Some(Layout { offset: self.offset, ..Layout::contiguous(shape) });
        }
        if shape.elements() == 0 {
            return Some(Layout::contiguous(shape));
        }
        // Each run of dimensions that lies without gaps splits into new dimensions freely.
        let runs = Axes::collapse(&self.shape, [&self.strides]);
        let mut strides = [1; MAX_RANK];
        let mut d = shape.rank();
        for run in (0..runs.len).rev() {
            let (mut rest, mut stride) = (runs.extents[run], runs.strides[0][run]);
            while rest > 1 {
                d = d.checked_sub(1)?;
                let extent = shape.dims()[d];
                if rest % extent != 0 {
                    return None;
                }
                strides[d] = stride;
                stride *= extent;
                rest /= extent;
            }
        }
        Some(Layout { shape, strides, offset: self.offset })
    }
}

/// The dimensions of one shape with the strides of `N` layouts, merged where all layouts allow it: what a loop
/// nest over the elements needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axes<const N: usize> {
    pub(crate) len: usize,
    pub(crate) extents: [usize; MAX_RANK],
    pub(crate) strides: [[usize; MAX_RANK]; N],
}

impl<const N: usize> Axes<N> {
    pub(crate) fn collapse(shape: &Shape, strides: [&[usize; MAX_RANK]; N]) -> Axes<N> {
        let mut axes = Axes { len: 0, extents: [1; MAX_RANK], strides: [[0; MAX_RANK]; N] };
        for (d, &extent) in shape.dims().iter().enumerate() {
            if extent == 1 {
                continue;
            }
            let merges = axes.len > 0
                && (0..N).all(|n| axes.strides[n][axes.len - 1] == strides[n][d].wrapping_mul(extent));
            let at = if merges { axes.len - 1 } else { axes.len };
            axes.extents[at] = if merges { axes.extents[at] * extent } else { extent };
            for (to, from) in axes.strides.iter_mut().zip(strides) {
                to[at] = from[d];
            }
            axes.len = at + 1;
        }
        axes
    }

    /// Extent of the innermost axis.
    pub(crate) fn row(&self) -> usize {
        if self.len == 0 { 1 } else { self.extents[self.len - 1] }
    }

    /// Stride of layout `n` along the innermost axis.
    pub(crate) fn row_stride(&self, n: usize) -> usize {
        if self.len == 0 { 1 } else { self.strides[n][self.len - 1] }
    }

    /// Calls `visit` with the offset of each row in every layout, in row-major order.
    pub(crate) fn for_each_row(&self, mut visit: impl FnMut([usize; N])) {
        if self.extents[..self.len].contains(&0) {
            return;
        }
        let outer = self.len.saturating_sub(1);
        let mut at = [0; MAX_RANK];
        let mut offsets = [0; N];
        loop {
            visit(offsets);
            let mut d = outer;
            loop {
                if d == 0 {
                    return;
                }
                d -= 1;
                at[d] += 1;
                for (offset, strides) in offsets.iter_mut().zip(&self.strides) {
                    *offset += strides[d];
                }
                if at[d] < self.extents[d] {
                    break;
                }
                for (offset, strides) in offsets.iter_mut().zip(&self.strides) {
                    *offset -= strides[d] * self.extents[d];
                }
                at[d] = 0;
            }
        }
    }
}
