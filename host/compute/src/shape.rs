use std::fmt;

use crate::dtype::Dtype;
use crate::error::{Error, Result};

/// The most dimensions a tensor has.
pub(crate) const MAX_RANK: usize = 8;

/// The extents of a tensor. Their product, empty extents counted as one, fits `isize`: strides and offsets made
/// from a shape never overflow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    rank: usize,
    extents: [usize; MAX_RANK],
}

impl Shape {
    /// The only way from a guest's numbers to a shape.
    pub(crate) fn checked(extents: &[u64]) -> Result<Shape> {
        let too_large =
            || Error::shape(format!("shape {extents:?} has more elements than any machine can address"));
        let mut small = [0; MAX_RANK];
        if extents.len() > MAX_RANK {
            return Err(Error::shape(format!(
                "a tensor has at most {MAX_RANK} dimensions, not {}",
                extents.len()
            )));
        }
        for (to, &from) in small.iter_mut().zip(extents) {
            *to = usize::try_from(from).map_err(|_| too_large())?;
        }
        Shape::of(&small[..extents.len()]).map_err(|_| too_large())
    }

    /// From extents the host computed, checked all the same.
    pub(crate) fn of(extents: &[usize]) -> Result<Shape> {
        if extents.len() > MAX_RANK {
            return Err(Error::shape(format!(
                "a tensor has at most {MAX_RANK} dimensions, not {}",
                extents.len()
            )));
        }
        let product = extents.iter().try_fold(1usize, |product, &e| product.checked_mul(e.max(1)));
        // Sixteen bytes of head room per element: byte counts and cost formulas stay far from overflow as well.
        if product.is_none_or(|p| p > isize::MAX as usize / 16) {
            return Err(Error::shape(format!(
                "shape {extents:?} has more elements than any machine can address"
            )));
        }
        let mut all = [0; MAX_RANK];
        all[..extents.len()].copy_from_slice(extents);
        Ok(Shape { rank: extents.len(), extents: all })
    }

    /// The shape of a scalar.
    pub(crate) const SCALAR: Shape = Shape { rank: 0, extents: [0; MAX_RANK] };

    pub(crate) fn dims(&self) -> &[usize] {
        &self.extents[..self.rank]
    }

    pub(crate) fn rank(&self) -> usize {
        self.rank
    }

    pub(crate) fn elements(&self) -> usize {
        self.dims().iter().product()
    }

    pub(crate) fn last(&self) -> usize {
        self.dims().last().copied().unwrap_or(1)
    }

    pub(crate) fn to_u64(self) -> Vec<u64> {
        self.dims().iter().map(|&e| e as u64).collect()
    }

    /// The same shape with dimension `dim` of extent `extent`.
    pub(crate) fn with(&self, dim: usize, extent: usize) -> Result<Shape> {
        let mut extents = *self;
        extents.extents[dim] = extent;
        Shape::of(extents.dims())
    }

    /// Strides of row-major elements without gaps.
    pub(crate) fn strides(&self) -> [usize; MAX_RANK] {
        let mut strides = [0; MAX_RANK];
        let mut stride = 1;
        for d in (0..self.rank).rev() {
            strides[d] = stride;
            stride *= self.extents[d].max(1);
        }
        strides
    }

    /// A dimension as a program names it: negative ones count from the end.
    pub(crate) fn dim(&self, dim: i32) -> Result<usize> {
        let rank = self.rank.max(1) as i64;
        let at = if dim < 0 { i64::from(dim) + rank } else { i64::from(dim) };
        if (0..rank).contains(&at) {
            return Ok(at as usize);
        }
        Err(Error::index(format!(
            "Dimension out of range (expected to be in range of [{}, {}], but got {dim})",
            -rank,
            rank - 1
        )))
    }

    /// The shape that two operands broadcast to.
    pub(crate) fn broadcast(a: &Shape, b: &Shape) -> Result<Shape> {
        let rank = a.rank.max(b.rank);
        let mut out = [1; MAX_RANK];
        for i in 1..=rank {
            let (x, y) = (a.counted_back(i), b.counted_back(i));
            out[rank - i] = match (x, y) {
                (x, y) if x == y => x,
                (1, y) => y,
                (x, 1) => x,
                _ => {
                    return Err(Error::shape(format!(
                        "The size of tensor a ({x}) must match the size of tensor b ({y}) at non-singleton \
                         dimension {}",
                        rank - i
                    )));
                }
            };
        }
        Shape::of(&out[..rank])
    }

    fn counted_back(&self, i: usize) -> usize {
        if i <= self.rank { self.extents[self.rank - i] } else { 1 }
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.dims())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.dims())
    }
}

/// What is known of a tensor before it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meta {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Shape,
}

impl Meta {
    pub(crate) fn new(dtype: Dtype, shape: Shape) -> Meta {
        Meta { dtype, shape }
    }

    pub(crate) fn elements(&self) -> usize {
        self.shape.elements()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.elements() as u64 * self.dtype.size_in_bytes() as u64
    }
}
