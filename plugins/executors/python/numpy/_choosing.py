"""Elements by condition and by place; diagonals and triangles."""

import operator

import torch

from ._making import array, asarray, common_kind
from ._ndarray import ndarray, result, stored, whole_axis, wrapped
from ._types import bool_d, named
from ._ufuncs import broadcast_error, operand, operands_kind, prepared


def where(condition, x=None, y=None, /):
    """`x` where `condition` holds, `y` elsewhere; with neither, the places where it holds."""
    if x is None and y is None:
        return nonzero(condition)
    values = [operand(x), operand(y)]
    kind = operands_kind(values)
    condition = asarray(condition)
    a, b = prepared(values, kind, False)
    try:
        made = torch.where(condition._t.to(torch.bool), a, b)
    except RuntimeError:
        raise broadcast_error([condition, *values]) from None
    return wrapped(made, kind)


def nonzero(a):
    """The places of what is not 0: one vector for each axis."""
    a = asarray(a)
    if not a.ndim:
        raise ValueError("Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() instead.")
    return tuple(wrapped(places) for places in torch.nonzero(a._t, as_tuple=True))


def flatnonzero(a):
    """The places of what is not 0, counted through."""
    return nonzero(asarray(a).ravel())[0]


def argwhere(a):
    """The places of what is not 0: one row for each."""
    return wrapped(torch.nonzero(asarray(a)._t))


def _whole_indices(indices, extent, mode):
    index = indices._t.to(torch.int64)
    if mode == "wrap":
        return index % extent
    if mode == "clip":
        return index.clamp(0, extent - 1)
    if index.numel():
        low, high = int(index.min()), int(index.max())
        if low < -extent or high >= extent:
            wrong = low if low < -extent else high
            raise IndexError(f"index {wrong} is out of bounds for axis 0 with size {extent}")
        if low < 0:
            index = torch.where(index < 0, index + extent, index)
    return index


def take(a, indices, axis=None, out=None, mode="raise"):
    """The parts at `indices` along `axis`."""
    a, indices = asarray(a), asarray(indices)
    if axis is None:
        a, axis = a.ravel(), 0
    axis = whole_axis(axis, a.ndim)
    index = _whole_indices(indices, a.shape[axis], mode)
    made = a._t.index_select(axis, index.reshape([-1]))
    value = result(made.reshape([*a.shape[:axis], *indices.shape, *a.shape[axis + 1 :]]), a.dtype)
    if out is not None:
        out[...] = value
        return out
    return value


def take_along_axis(arr, indices, axis=-1):
    """For each place, the element that `indices` names along `axis`."""
    a, indices = asarray(arr), asarray(indices)
    if axis is None:
        a, axis = a.ravel(), 0
    axis = whole_axis(axis, a.ndim)
    return wrapped(torch.take_along_dim(a._t, _whole_indices(indices, a.shape[axis], "raise"), axis), a.dtype)


def put_along_axis(arr, indices, values, axis):
    """In-place: `values` where `indices` names along `axis`."""
    axis = whole_axis(axis, arr.ndim)
    index = _whole_indices(asarray(indices), arr.shape[axis], "raise")
    values = stored(asarray(values)._t, arr.dtype).expand(index.shape)
    arr[...] = wrapped(arr._t.scatter(axis, index, values.contiguous()), arr.dtype)


def put(a, ind, v, mode="raise"):
    """In-place: `v` at the places `ind`, counted through."""
    a.flat[asarray(ind).ravel()] = v


def place(arr, mask, vals):
    """In-place: `vals`, again and again, where `mask` holds."""
    arr.flat[flatnonzero(mask)] = vals


def putmask(a, mask, values):
    """In-place: the elements of `values` where `mask` holds."""
    values = asarray(values)
    a[...] = where(mask, values if values.shape in (a.shape, ()) else tile_to(values, a), a)


def tile_to(values, a):
    """`values`, again and again, in the shape of `a`."""
    return wrapped(values._t.reshape([-1]).repeat(-(-a.size // values.size))
                   [: a.size].reshape(list(a.shape)), values.dtype)


def copyto(dst, src, casting="same_kind", where=True):
    """In-place: `dst` takes the elements of `src`."""
    source = asarray(src)
    dst[...] = source if where is True else globals()["where"](where, source.astype(dst.dtype), dst)


def compress(condition, a, axis=None, out=None):
    """The parts along `axis` where `condition` holds."""
    return take(a, flatnonzero(condition), axis)


def extract(condition, arr):
    """The elements where `condition` holds."""
    return take(asarray(arr).ravel(), flatnonzero(condition))


def choose(a, choices, out=None, mode="raise"):
    """For each place, the element of the choice that `a` names."""
    a, choices = asarray(a), [asarray(c) for c in choices]
    made = choices[0] + a * 0
    for number, choice in enumerate(choices[1:], 1):
        made = where(a == number, choice, made)
    return made


def select(condlist, choicelist, default=0):
    """For each place, the element of the first choice whose condition holds."""
    made = asarray(default)
    kind = common_kind([asarray(choice) for choice in choicelist] + ([made] if not isinstance(default, int) else []))
    made = made.astype(kind)
    for condition, choice in reversed(list(zip(condlist, choicelist))):
        made = where(condition, asarray(choice).astype(kind), made)
    return made


def diagonal(a, offset=0, axis1=0, axis2=1):
    """A diagonal: a view."""
    a = asarray(a)
    return wrapped(torch.diagonal(a._t, offset, axis1, axis2), a.dtype)


def diag(v, k=0):
    """The diagonal of a matrix, or the matrix of a diagonal."""
    v = asarray(v)
    if v.ndim not in (1, 2):
        raise ValueError("Input must be 1- or 2-d.")
    return wrapped(torch.diag(v._t, k), v.dtype)


def diagflat(v, k=0):
    """The matrix with these elements on its diagonal."""
    return diag(asarray(v).ravel(), k)


def fill_diagonal(a, val, wrap=False):
    """In-place: `val` on the diagonal."""
    extent = min(a.shape)
    places = wrapped(torch.arange(extent))
    a[(places,) * a.ndim] = val


def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    """The sum of a diagonal."""
    return diagonal(a, offset, axis1, axis2).sum(-1, dtype)


def tril(m, k=0):
    """The lower triangle, 0 elsewhere."""
    return _triangle(asarray(m), k, torch.tril)


def triu(m, k=0):
    """The upper triangle, 0 elsewhere."""
    return _triangle(asarray(m), k, torch.triu)


def _triangle(m, k, function):
    m = m if m.ndim > 1 else wrapped(m._t.expand([m.size, m.size]), m.dtype)
    tensor = m._t.to(torch.uint8) if m.dtype is bool_d else m._t
    return wrapped(stored(function(tensor, operator.index(k)), m.dtype), m.dtype)


def tri(N, M=None, k=0, dtype=float):
    """Ones at and below a diagonal."""
    kind, columns = named(dtype), N if M is None else M
    below = torch.arange(columns).unsqueeze(0) - torch.arange(N).unsqueeze(1) <= k
    return wrapped(stored(below, kind), kind)


def tril_indices(n, k=0, m=None):
    """The places of the lower triangle."""
    return nonzero(tri(n, m, k, bool))


def triu_indices(n, k=0, m=None):
    """The places of the upper triangle."""
    return nonzero(~tri(n, m, k - 1, bool))


def tril_indices_from(arr, k=0):
    """The places of the lower triangle of `arr`."""
    return tril_indices(arr.shape[-2], k, arr.shape[-1])


def triu_indices_from(arr, k=0):
    """The places of the upper triangle of `arr`."""
    return triu_indices(arr.shape[-2], k, arr.shape[-1])


def diag_indices(n, ndim=2):
    """The places of the diagonal."""
    return (wrapped(torch.arange(n)),) * ndim


def unravel_index(indices, shape, order="C"):
    """Places counted through, as one place along each axis."""
    from ._making import shape_of

    index = asarray(indices)
    extents, found = shape_of(shape), []
    size = 1
    for extent in extents:
        size *= extent
    if index.size and (int(index.max()) >= size or int(index.min()) < 0):
        raise ValueError(f"index {int(index.max())} is out of bounds for array with size {size}")
    for extent in extents if order == "F" else reversed(extents):
        found.append(index % extent)
        index = index // extent
    return tuple(found if order == "F" else reversed(found))


def ravel_multi_index(multi_index, dims, mode="raise", order="C"):
    """One place along each axis, counted through."""
    total = 0
    for index, extent in zip(multi_index, dims):
        index = asarray(index)
        if mode == "raise" and index.size and (int(index.max()) >= extent or int(index.min()) < 0):
            raise ValueError("invalid entry in coordinates array")
        index = index % extent if mode == "wrap" else index.clip(0, extent - 1) if mode == "clip" else index
        total = total * extent + index
    return total if asarray(total).ndim else result(asarray(total)._t)


def piecewise(x, condlist, funclist, *args, **kw):
    """For each place, the function of the condition that holds there."""
    x = asarray(x)
    conditions = [asarray(c).astype(bool) for c in condlist]
    made = array(x) * 0
    if len(funclist) == len(conditions) + 1:
        rest = ~conditions[0]
        for condition in conditions[1:]:
            rest = rest & ~condition
        conditions.append(rest)
    for condition, function in zip(conditions, funclist):
        made[condition] = function(x[condition], *args, **kw) if callable(function) else function
    return made


def searchsorted(a, v, side="left", sorter=None):
    """Where elements would go in the ascending `a`."""
    a, v = asarray(a), asarray(v)
    kind = operands_kind([a, v])
    a = take(a, sorter) if sorter is not None else a
    found = torch.searchsorted(stored(a._t, kind).contiguous(), stored(v._t, kind).reshape([-1]), right=side == "right")
    return result(found.reshape(list(v.shape)))


def digitize(x, bins, right=False):
    """Which of the bins each element is in."""
    bins = asarray(bins)
    if bins.size > 1 and bool(bins[0] > bins[-1]):
        flipped = searchsorted(bins[::-1].copy(), x, "left" if not right else "right")
        return bins.size - flipped
    return searchsorted(bins, x, "left" if right else "right")


for _name, _function in {"nonzero": nonzero, "take": take, "put": put, "compress": compress, "diagonal": diagonal,
                         "trace": trace, "searchsorted": searchsorted, "choose": choose}.items():
    setattr(ndarray, _name, _function)
