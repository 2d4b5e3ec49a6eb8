"""Diagonals and triangles of matrices."""

from array import array

from ._base import wrap
from ._creation import arange, full, integers
from ._dtype import int64
from ._host import host, tensors
from ._pointwise import add_plain, ge, le
from ._promotion import cast
from ._scattering import put_flat
from ._selecting import as_scalar, choose
from ._shaping import permuted, reshape, unsqueeze, whole_dim
from ._steps import Places, contiguous_strides
from ._views import DETACH, is_plain, layout, note_view
from ._out import store_into


def _triangle(name, input, keep):
    """`input` where `keep(rows, columns)` holds, 0 elsewhere."""
    if input.dim() < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    mask = keep(unsqueeze(arange(input.shape[-2]), 1), unsqueeze(arange(input.shape[-1]), 0))
    return choose(mask, input, full((), 0, dtype=input.dtype))


def tril(input, diagonal=0, *, out=None):
    """What lies on and below a diagonal."""
    result = _triangle("tril", input, lambda rows, columns: le(columns, add_plain(rows, diagonal)))
    return result if out is None else store_into(out, result)


def triu(input, diagonal=0, *, out=None):
    """What lies on and above a diagonal."""
    result = _triangle("triu", input, lambda rows, columns: ge(columns, add_plain(rows, diagonal)))
    return result if out is None else store_into(out, result)


def _indices(rows, columns, keep, dtype):
    places = [(r, c) for r in range(rows) for c in range(columns) if keep(r, c)]
    flat = [r for r, _ in places] + [c for _, c in places]
    return cast(reshape(integers(flat), [2, len(places)]), dtype)


def tril_indices(row, col, offset=0, *, dtype=int64, device="cpu", layout=None):
    """The rows and the columns of what lies on and below a diagonal."""
    return _indices(row, col, lambda r, c: c <= r + offset, dtype)


def triu_indices(row, col, offset=0, *, dtype=int64, device="cpu", layout=None):
    """The rows and the columns of what lies on and above a diagonal."""
    return _indices(row, col, lambda r, c: c >= r + offset, dtype)


def _two_dims(rank, dim1, dim2):
    first, second = whole_dim(dim1, rank), whole_dim(dim2, rank)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return first, second


def diagonal(input, offset=0, dim1=0, dim2=1):
    """The elements whose positions along two dimensions differ by `offset`: a view."""
    shape = list(input.shape)
    dim1, dim2 = _two_dims(len(shape), dim1, dim2)
    rows, columns = shape[dim1], shape[dim2]
    length = max(0, min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns))
    strides = contiguous_strides(shape)
    start = 0 if not length else offset * strides[dim2] if offset >= 0 else -offset * strides[dim1]
    rest = [dim for dim in range(len(shape)) if dim not in (dim1, dim2)]
    return at_strides(input, [shape[dim] for dim in rest] + [length],
                      [strides[dim] for dim in rest] + [strides[dim1] + strides[dim2]], start)


def at_strides(input, shape, strides, start, writable=True):
    """The elements of the flat `input` from `start`, so far apart in each dimension: a view."""
    places = array("q", [start])
    for extent, stride in zip(shape, strides):
        places = array("q", [place + at * stride for place in places for at in range(extent)])
    index = host(tensors.create, int64.host, [len(places)], places.tobytes())
    step = Places(index, list(shape), list(strides), start, writable)
    return note_view(wrap(host(step.forward, input), input._dtype), input, step)


def as_strided(input, size, stride, storage_offset=None):
    """The elements of the flat `input` at the given strides; a view where no element comes twice.

    They count in what `input` is a view of.
    """
    if storage_offset is None:
        storage_offset = layout(input)[1]
    origin = input._view
    root = None if origin is None else origin()
    if input._leaf is not None and is_plain(input):
        # What it is a view of has no gradient.
        storage_offset -= layout(input)[1]
    elif root is not None:
        return as_strided(root.detach() if DETACH in origin.path else root, size, stride, storage_offset)
    if len(size) != len(stride):
        raise RuntimeError(
            f"mismatch in length of strides and shape: got {len(stride)} strides and {len(size)} sizes"
        )
    start = last = storage_offset
    for extent, step in zip(size, stride):
        last += (extent - 1) * step
    if 0 not in size and last >= input.numel():
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {start}, and itemsize "
            f"{input.element_size()} requiring a storage size of {(last + 1) * input.element_size()} are out of bounds "
            f"for storage of size {input.numel() * input.element_size()}"
        )
    ordered = sorted((step, extent) for step, extent in zip(stride, size) if extent > 1)
    reach, distinct = 0, True
    for step, extent in ordered:
        distinct = distinct and step > reach
        reach += (extent - 1) * step
    return at_strides(input, size, stride, start, distinct)


def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """Matrices with the last dimension of `input` on a diagonal."""
    shape = list(input.shape)
    rank = len(shape) + 1
    dim1, dim2 = _two_dims(rank, dim1, dim2)
    length = shape.pop()
    size = length + abs(offset)
    count = 1
    for extent in shape:
        count *= extent
    first = offset if offset >= 0 else -offset * size
    places = [matrix * size * size + first + at * (size + 1) for matrix in range(count) for at in range(length)]
    flat = put_flat(full((count * size * size,), 0, dtype=input.dtype), integers(places), input, False)
    result = reshape(flat, [*shape, size, size])
    order = list(range(rank - 2))
    for dim, place in sorted(((dim1, rank - 2), (dim2, rank - 1))):
        order.insert(dim, place)
    return permuted(result, order).contiguous() if order != list(range(rank)) else result


def diag(input, diagonal=0, *, out=None):
    """The diagonal of a matrix, or a matrix with a vector on its diagonal."""
    rank = input.dim()
    if rank not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {rank}D")
    result = globals()["diagonal"](input, diagonal).clone() if rank == 2 else diag_embed(input, diagonal)
    return result if out is None else store_into(out, result)


def diagflat(input, offset=0):
    """A matrix with all elements of `input` on a diagonal."""
    return diag_embed(reshape(input, [input.numel()]), offset)


def fill_diagonal_(self, fill_value, wrap=False):
    """In-place: `fill_value` on the main diagonal."""
    shape = self.shape
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and any(n != shape[0] for n in shape):
        raise RuntimeError("all dimensions of input must be of equal length")
    step = sum(contiguous_strides(shape))
    count = min(shape)
    places = [at * step for at in range(count)]
    if wrap and len(shape) == 2 and shape[0] > shape[1]:
        places = list(range(0, shape[0] * shape[1], shape[1] + 1))
    from ._views import write

    return write(self, put_flat(self, integers(places), as_scalar(fill_value, self.dtype).expand(len(places)), False))


def diagonal_scatter(input, src, offset=0, dim1=0, dim2=1):
    """A copy of `input` with `src` on a diagonal."""
    copy = input.clone()
    copy_diagonal = diagonal(copy, offset, dim1, dim2)
    if copy_diagonal.shape != src.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(copy_diagonal.shape)}"
        )
    copy_diagonal.copy_(src)
    return copy


def trace(input):
    """The sum of a matrix's diagonal."""
    if input.dim() != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.dim()}")
    return diagonal(input).sum()
