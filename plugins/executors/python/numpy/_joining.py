"""Shapes: the same elements arranged in another way; arrays joined, split, repeated."""

import operator

import torch

from ._indexing import flip, reversed_view
from ._making import asarray, common_kind, shape_of
from ._ndarray import ndarray, stored, whole_axes, whole_axis, wrapped
from ._types import named


def reshape(a, /, shape=None, order="C", *, newshape=None, copy=None):
    """The same elements in another shape: a view where their places allow it."""
    a = asarray(a)
    shape = newshape if shape is None else shape
    extents = [shape] if hasattr(shape, "__index__") else list(shape)
    extents = [operator.index(extent) for extent in extents]
    if order == "F":
        return reshape(a.T, extents[::-1]).T
    try:
        return wrapped(a._t.reshape(extents), a.dtype)
    except RuntimeError as error:
        if "only one dimension" in str(error):
            raise ValueError("can only specify one unknown dimension") from None
        shown = str(tuple(extents)).replace(" ", "")
        raise ValueError(f"cannot reshape array of size {a.size} into shape {shown}") from None


def _reshape_method(self, *shape, order="C", copy=None):
    return reshape(self, shape[0] if len(shape) == 1 else shape, order)


def ravel(a, order="C"):
    """All elements as one axis: a view where that is possible."""
    a = asarray(a)
    a = a.T if order == "F" else a
    return wrapped(a._t.reshape([a.size]), a.dtype)


def _flatten(self, order="C"):
    return ravel(self, order).copy()


def transpose(a, axes=None):
    """The axes in another order: reversed, unless `axes` says which."""
    a = asarray(a)
    order = list(range(a.ndim))[::-1] if axes is None else [whole_axis(axis, a.ndim) for axis in axes]
    if len(order) != a.ndim:
        raise ValueError("axes don't match array")
    if len(set(order)) != a.ndim:
        raise ValueError("repeated axis in transpose")
    return wrapped(a._t.permute(order) if order else a._t, a.dtype)


permute_dims = transpose


def _transpose_method(self, *axes):
    if len(axes) == 1 and not hasattr(axes[0], "__index__"):
        axes = axes[0]
    return transpose(self, axes or None)


def swapaxes(a, axis1, axis2):
    """Two axes change places."""
    a = asarray(a)
    return wrapped(a._t.transpose(whole_axis(axis1, a.ndim), whole_axis(axis2, a.ndim)), a.dtype)


def moveaxis(a, source, destination):
    """Axes at other places; the others keep their order."""
    a = asarray(a)
    return wrapped(a._t.movedim(whole_axes(source, a.ndim), whole_axes(destination, a.ndim)), a.dtype)


def rollaxis(a, axis, start=0):
    """One axis before another."""
    axis = whole_axis(axis, asarray(a).ndim)
    start = start + asarray(a).ndim if start < 0 else start
    return moveaxis(a, axis, start - (axis < start))


def matrix_transpose(x, /):
    """The last two axes exchanged."""
    return swapaxes(x, -1, -2)


def expand_dims(a, axis):
    """With new axes of extent 1."""
    a = asarray(a)
    axes = [axis] if hasattr(axis, "__index__") else list(axis)
    rank = a.ndim + len(axes)
    tensor = a._t
    for at in sorted(whole_axis(one, rank) for one in axes):
        tensor = tensor.unsqueeze(at)
    return wrapped(tensor, a.dtype)


def squeeze(a, axis=None):
    """Without axes of extent 1."""
    a = asarray(a)
    axes = [dim for dim, n in enumerate(a.shape) if n == 1] if axis is None else whole_axes(axis, a.ndim)
    if any(a.shape[dim] != 1 for dim in axes):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return wrapped(a._t.reshape([n for dim, n in enumerate(a.shape) if dim not in axes]), a.dtype)


def broadcast_to(array, shape, subok=False):
    """The array as often as `shape` needs: a view."""
    a = asarray(array)
    try:
        return wrapped(a._t.expand(shape_of(shape)), a.dtype)
    except RuntimeError:
        raise ValueError(f"operands could not be broadcast together with remapped shapes [original->remapped]: "
                         f"{a.shape}  "
                         f"and requested shape {tuple(shape_of(shape))}".replace(", ", ",")) from None


def broadcast_shapes(*args):
    """The shape that arrays of these shapes have together."""
    try:
        return tuple(torch.broadcast_shapes(*[tuple(shape_of(shape)) for shape in args]))
    except RuntimeError:
        raise ValueError("shape mismatch: objects cannot be broadcast to a single shape") from None


def broadcast_arrays(*args, subok=False):
    """The arrays in their common shape."""
    arrays = [asarray(a) for a in args]
    shape = broadcast_shapes(*[a.shape for a in arrays])
    return tuple(broadcast_to(a, shape) for a in arrays)


def atleast_1d(*arys):
    """Arrays with at least one axis."""
    return _each(arys, lambda a: a.reshape([1]) if not a.ndim else a)


def atleast_2d(*arys):
    """Arrays with at least two axes."""
    return _each(arys, lambda a: a.reshape([1, -1]) if a.ndim < 2 else a)


def atleast_3d(*arys):
    """Arrays with at least three axes."""
    return _each(arys, lambda a: a.reshape([1, -1, 1]) if a.ndim < 2 else expand_dims(a, 2) if a.ndim == 2 else a)


def _each(arrays, function):
    made = [function(asarray(a)) for a in arrays]
    return made[0] if len(made) == 1 else tuple(made)


def concatenate(arrays, /, axis=0, out=None, *, dtype=None, casting="same_kind"):
    """Arrays one after the other along `axis`."""
    arrays = [asarray(a) for a in arrays]
    if not arrays:
        raise ValueError("need at least one array to concatenate")
    if axis is None:
        arrays, axis = [a.ravel() for a in arrays], 0
    if any(not a.ndim for a in arrays):
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    axis = whole_axis(axis, arrays[0].ndim)
    for place, a in enumerate(arrays):
        if a.ndim != arrays[0].ndim:
            raise ValueError(
                "all the input arrays must have same number of dimensions, but the array at index 0 has "
                f"{arrays[0].ndim} dimension(s) and the array at index {place} has {a.ndim} dimension(s)")
        for dim, (n, m) in enumerate(zip(arrays[0].shape, a.shape)):
            if n != m and dim != axis:
                raise ValueError(
                    "all the input array dimensions except for the concatenation axis must match exactly, but along "
                    f"dimension {dim}, the array at index 0 has size {n} and the array at index {place} has size {m}")
    kind = named(dtype) if dtype is not None else common_kind(arrays)
    made = wrapped(torch.cat([stored(a._t, kind) for a in arrays], axis), kind)
    if out is not None:
        out[...] = made
        return out
    return made


concat = concatenate


def stack(arrays, axis=0, out=None, *, dtype=None, casting="same_kind"):
    """Arrays of one shape along a new axis."""
    arrays = [asarray(a) for a in arrays]
    if not arrays:
        raise ValueError("need at least one array to stack")
    if len({a.shape for a in arrays}) != 1:
        raise ValueError("all input arrays must have the same shape")
    return concatenate([expand_dims(a, axis) for a in arrays], whole_axis(axis, arrays[0].ndim + 1), out, dtype=dtype)


def _listed(arrays):
    return [arrays] if not isinstance(arrays, (tuple, list, ndarray)) else list(arrays)


def vstack(tup, *, dtype=None, casting="same_kind"):
    """Rows below each other."""
    return concatenate([atleast_2d(a) for a in _listed(tup)], 0, dtype=dtype)


row_stack = vstack


def hstack(tup, *, dtype=None, casting="same_kind"):
    """Columns beside each other."""
    arrays = [atleast_1d(a) for a in _listed(tup)]
    return concatenate(arrays, 0 if arrays[0].ndim == 1 else 1, dtype=dtype)


def dstack(tup):
    """Arrays behind each other."""
    return concatenate([atleast_3d(a) for a in _listed(tup)], 2)


def column_stack(tup):
    """Vectors as the columns of a matrix."""
    return concatenate([a.reshape([-1, 1]) if a.ndim < 2 else a for a in map(asarray, tup)], 1)


def block(arrays):
    """Arrays joined as the nested lists lie."""
    def depth(part):
        return 1 + depth(part[0]) if isinstance(part, list) else 0

    def joined(part, axis):
        if not isinstance(part, list):
            return atleast_2d(part) if whole > 1 else atleast_1d(part)
        return concatenate([joined(inner, axis + 1) for inner in part], axis)

    whole = depth(arrays)
    return joined(arrays, -whole)


def array_split(ary, indices_or_sections, axis=0):
    """Parts along `axis`: so many, which may differ by one, or cut at these places."""
    a = asarray(ary)
    extent = a.shape[whole_axis(axis, a.ndim)]
    if hasattr(indices_or_sections, "__index__"):
        count = operator.index(indices_or_sections)
        if count <= 0:
            raise ValueError("number sections must be larger than 0.")
        each, extra = divmod(extent, count)
        cuts = [place * each + min(place, extra) for place in range(1, count)]
    else:
        cuts = [operator.index(cut) for cut in indices_or_sections]
    lead = (slice(None),) * whole_axis(axis, a.ndim)
    return [a[(*lead, slice(start, stop))] for start, stop in zip([0, *cuts], [*cuts, extent])]


def split(ary, indices_or_sections, axis=0):
    """Equal parts along `axis`, or cut at these places."""
    a = asarray(ary)
    if hasattr(indices_or_sections, "__index__") and a.shape[axis] % operator.index(indices_or_sections):
        raise ValueError("array split does not result in an equal division")
    return array_split(a, indices_or_sections, axis)


def vsplit(ary, indices_or_sections):
    """Parts along the first axis."""
    return split(ary, indices_or_sections, 0)


def hsplit(ary, indices_or_sections):
    """Parts along the second axis, or the only one."""
    return split(ary, indices_or_sections, 0 if asarray(ary).ndim == 1 else 1)


def dsplit(ary, indices_or_sections):
    """Parts along the third axis."""
    return split(ary, indices_or_sections, 2)


def unstack(x, /, *, axis=0):
    """The parts along `axis`, without it."""
    x = asarray(x)
    return tuple(wrapped(part, x.dtype) for part in x._t.unbind(whole_axis(axis, x.ndim)))


def tile(A, reps):
    """The array as often as `reps` says along each axis."""
    a = asarray(A)
    reps = [reps] if hasattr(reps, "__index__") else [operator.index(n) for n in reps]
    reps = [1] * (a.ndim - len(reps)) + list(reps)
    return wrapped(a._t.repeat(*reps) if reps else a._t.clone(), a.dtype)


def repeat(a, repeats, axis=None):
    """Each element, or each part along `axis`, several times."""
    a = asarray(a)
    if axis is None:
        a, axis = a.ravel(), 0
    axis = whole_axis(axis, a.ndim)
    if not hasattr(repeats, "__index__") or getattr(repeats, "ndim", 0):
        counts = asarray(repeats).ravel()
        if counts.size == 1:
            repeats = int(counts.item())
        elif counts.size != a.shape[axis]:
            raise ValueError(f"operands could not be broadcast together with shape ({a.shape[axis]},) ({counts.size},)")
        else:
            repeats = counts._t.to(torch.int64)
    return wrapped(torch.repeat_interleave(a._t, repeats, axis), a.dtype)


def roll(a, shift, axis=None):
    """The elements moved on, the last ones to the front."""
    a = asarray(a)
    shift = tuple(shift) if isinstance(shift, (list, tuple)) else operator.index(shift)
    if axis is None:
        return wrapped(a._t.reshape([-1]).roll(shift, 0).reshape(list(a.shape)), a.dtype)
    axes = tuple(whole_axes(axis, a.ndim))
    shifts = shift if isinstance(shift, tuple) else (shift,) * len(axes)
    return wrapped(a._t.roll(shifts, axes * (len(shifts) if len(axes) == 1 else 1)), a.dtype)


def fliplr(m):
    """The second axis the other way round."""
    return flip(m, 1)


def flipud(m):
    """The first axis the other way round."""
    return flip(m, 0)


def rot90(m, k=1, axes=(0, 1)):
    """A plane turned by `k` quarters."""
    m = asarray(m)
    first, second = (whole_axis(axis, m.ndim) for axis in axes)
    if k % 4 == 0:
        return m[...]
    if k % 4 == 2:
        return flip(m, (first, second))
    turned = wrapped(m._t.transpose(first, second), m.dtype)
    return flip(turned, first) if k % 4 == 1 else wrapped(reversed_view(turned._t, second), m.dtype)


def ndim(a):
    """How many axes there are."""
    return asarray(a).ndim


def shape(a):
    """The extent of each axis."""
    return asarray(a).shape


def size(a, axis=None):
    """How many elements there are, or parts along `axis`."""
    a = asarray(a)
    return a.size if axis is None else a.shape[whole_axis(axis, a.ndim)]


for _name, _function in {"reshape": _reshape_method, "transpose": _transpose_method, "flatten": _flatten,
                         "ravel": ravel,
                         "swapaxes": swapaxes, "squeeze": squeeze, "repeat": repeat}.items():
    setattr(ndarray, _name, _function)
