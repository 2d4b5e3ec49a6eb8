use super::float::Float;
use crate::layout::{Axes, Layout};

/// Side of the square tiles in which a transpose reads and writes, in elements: both stay in the first-level cache.
const TILE: usize = 32;

/// The elements of `layout` in row-major order. `data` begins at the layout's offset.
pub(crate) fn gather<T: Copy + Default>(data: &[T], layout: &Layout) -> Vec<T> {
    let mut out = vec![T::default(); layout.shape.elements()];
    gather_into(&mut out, data, layout);
    out
}

/// As [`gather`], into `out`, which has as many elements.
pub(crate) fn gather_into<T: Copy>(out: &mut [T], data: &[T], layout: &Layout) {
    let contiguous = layout.shape.strides();
    let axes = Axes::collapse(&layout.shape, [&layout.strides, &contiguous]);
    if out.is_empty() {
        return;
    }
    let (row, stride) = (axes.row(), axes.row_stride(0));
    match stride {
        1 => axes.for_each_row(|[from, to]| out[to..to + row].copy_from_slice(&data[from..from + row])),
        0 => axes.for_each_row(|[from, to]| out[to..to + row].fill(data[from])),
        _ => match (0..axes.len).rev().find(|&d| axes.strides[0][d] == 1) {
            Some(d) => transpose(out, data, &axes, d),
            None => axes.for_each_row(|[from, to]| {
                for (i, to) in out[to..to + row].iter_mut().enumerate() {
                    *to = data[from + i * stride];
                }
            }),
        },
    }
}

/// Copies where axis `near` lies without gaps in the source and the last axis does in the target.
fn transpose<T: Copy>(out: &mut [T], data: &[T], axes: &Axes<2>, near: usize) {
    let last = axes.len - 1;
    let (columns, rows) = (axes.extents[last], axes.extents[near]);
    let (from_step, to_step) = (axes.strides[0][last], axes.strides[1][near]);
    let mut outer = *axes;
    outer.extents[near] = 1;
    outer.extents[last] = 1;
    outer.for_each_row(|[from, to]| {
        for r0 in (0..rows).step_by(TILE) {
            for c0 in (0..columns).step_by(TILE) {
                for r in r0..rows.min(r0 + TILE) {
                    let target = &mut out[to + r * to_step + c0..][..TILE.min(columns - c0)];
                    for (c, target) in target.iter_mut().enumerate() {
                        *target = data[from + r + (c0 + c) * from_step];
                    }
                }
            }
        }
    });
}

/// Adds `part`, row-major, to the elements of `layout` in `data`, which begins at the layout's offset and meets
/// no element twice.
pub(crate) fn add_into<F: Float>(data: &mut [F], layout: &Layout, part: &[F]) {
    let contiguous = layout.shape.strides();
    let axes = Axes::collapse(&layout.shape, [&layout.strides, &contiguous]);
    let (row, stride) = (axes.row(), axes.row_stride(0));
    if part.is_empty() {
        return;
    }
    axes.for_each_row(|[to, from]| {
        if stride == 1 {
            super::elementwise::add_assign(&mut data[to..to + row], &part[from..from + row]);
        } else {
            for (i, part) in part[from..from + row].iter().enumerate() {
                data[to + i * stride] += *part;
            }
        }
    });
}

/// As [`add_into`], but sets.
pub(crate) fn scatter_into<T: Copy>(data: &mut [T], layout: &Layout, part: &[T]) {
    let contiguous = layout.shape.strides();
    let axes = Axes::collapse(&layout.shape, [&layout.strides, &contiguous]);
    let (row, stride) = (axes.row(), axes.row_stride(0));
    if part.is_empty() {
        return;
    }
    axes.for_each_row(|[to, from]| {
        if stride == 1 {
            data[to..to + row].copy_from_slice(&part[from..from + row]);
        } else {
            for (i, part) in part[from..from + row].iter().enumerate() {
                data[to + i * stride] = *part;
            }
        }
    });
}
