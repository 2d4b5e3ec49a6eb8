"""Order, and sets."""

import math

import torch

from ._choosing import take
from ._elementwise import UFUNCS
from ._joining import concatenate, moveaxis
from ._making import asarray, common_kind
from ._ndarray import ndarray, result, stored, whole_axes, whole_axis, wrapped
from ._reducing import given_out
from ._types import bool_d, float64_d


def _sortable(a):
    return a._t.to(torch.uint8) if a.dtype is bool_d else a._t


def sort(a, axis=-1, kind=None, order=None, *, stable=None):
    """In ascending order along `axis`; None: all elements as a vector."""
    a = asarray(a)
    if axis is None:
        a, axis = a.ravel(), 0
    made = torch.sort(_sortable(a), whole_axis(axis, a.ndim), stable=True)[0]
    return wrapped(stored(made, a.dtype), a.dtype)


def argsort(a, axis=-1, kind=None, order=None, *, stable=None):
    """The places of the elements in ascending order."""
    a = asarray(a)
    if axis is None:
        a, axis = a.ravel(), 0
    return wrapped(torch.sort(_sortable(a), whole_axis(axis, a.ndim), stable=True)[1])


def _sort_in_place(self, axis=-1, kind=None, order=None):
    self[...] = sort(self, axis)


def partition(a, kth, axis=-1, kind="introselect", order=None):
    """The elements with the `kth` in its place: all of them are."""
    return sort(a, axis)


def argpartition(a, kth, axis=-1, kind="introselect", order=None):
    """The places of the elements with the `kth` in its place."""
    return argsort(a, axis)


def lexsort(keys, axis=-1):
    """The places in the order of the last key, then of the one before it."""
    keys = [asarray(key) for key in keys]
    order = argsort(keys[0])
    for key in keys[1:]:
        order = take(order, argsort(take(key, order)))
    return order


def unique(ar, return_index=False, return_inverse=False,
           return_counts=False, axis=None, *, equal_nan=True, sorted=True):
    """The elements without repetitions, ascending; and where they are, where each went, how often each is."""
    a = asarray(ar)
    if axis is not None:
        return _unique_parts(moveaxis(a, axis, 0), axis, return_index, return_inverse, return_counts)
    flat = a.ravel()
    order = torch.sort(_sortable(flat), 0, stable=True)[1]
    values = flat._t.index_select(0, order)
    if flat.size:
        same = values[1:] == values[:-1]
        if flat.dtype.kind == "f" and equal_nan:
            same = same | (values[1:].isnan() & values[:-1].isnan())
        first = torch.cat([torch.ones(1, dtype=torch.bool), ~same])
    else:
        first = torch.zeros(0, dtype=torch.bool)
    starts = torch.nonzero(first).reshape([-1])
    made = [wrapped(values.index_select(0, starts), flat.dtype)]
    if return_index:
        made.append(wrapped(order.index_select(0, starts)))
    if return_inverse:
        group = first.to(torch.int64).cumsum(0) - 1
        inverse = torch.empty_like(group).scatter(0, order, group)
        made.append(wrapped(inverse.reshape(list(a.shape))))
    if return_counts:
        ends = torch.cat([starts[1:], torch.tensor([flat.size])]) if flat.size else starts
        made.append(wrapped(ends - starts))
    return made[0] if len(made) == 1 else tuple(made)


def _unique_parts(a, axis, return_index, return_inverse, return_counts):
    rows = [tuple(row) for row in a.reshape([a.shape[0], -1]).tolist()]
    found = {}
    for place, row in enumerate(rows):
        found.setdefault(row, []).append(place)
    ordered = sorted(found)
    firsts = [found[row][0] for row in ordered]
    made = [moveaxis(take(a, firsts, 0), 0, axis)]
    if return_index:
        made.append(asarray(firsts))
    if return_inverse:
        number = {row: n for n, row in enumerate(ordered)}
        made.append(asarray([number[row] for row in rows]))
    if return_counts:
        made.append(asarray([len(found[row]) for row in ordered]))
    return made[0] if len(made) == 1 else tuple(made)


def unique_values(x, /):
    """The elements without repetitions."""
    return unique(x)


def unique_counts(x, /):
    """The elements without repetitions, and how often each is."""
    return unique(x, return_counts=True)


def isin(element, test_elements, assume_unique=False, invert=False, *, kind=None):
    """Which elements are among the others."""
    a, others = asarray(element), asarray(list(test_elements) if isinstance(test_elements, set) else test_elements)
    common = common_kind([a, others])
    found = torch.isin(stored(a._t, common), stored(others._t, common))
    return result(~found if invert else found)


in1d = isin


def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    """What both have."""
    first, one, _ = _uniques(ar1)
    second, two, _ = _uniques(ar2)
    shared = first[isin(first, second)]
    if not return_indices:
        return shared.astype(common_kind([first, second]))
    return shared, one[isin(first, second)], two[isin(second, first)]


def _uniques(a):
    return *unique(a, return_index=True), None


def union1d(ar1, ar2):
    """What one or the other has."""
    return unique(concatenate([asarray(ar1).ravel(), asarray(ar2).ravel()]))


def setdiff1d(ar1, ar2, assume_unique=False):
    """What the first has and the second has not."""
    first = asarray(ar1).ravel() if assume_unique else unique(ar1)
    return first[~asarray(isin(first, ar2))]


def setxor1d(ar1, ar2, assume_unique=False):
    """What only one of the two has."""
    return union1d(setdiff1d(ar1, ar2), setdiff1d(ar2, ar1))


def _along_last(a, axis):
    """The array with the axes to reduce as the last one, the others in front; and the shape with extents of 1."""
    axes = whole_axes(axis, a.ndim)
    kept = [dim for dim in range(a.ndim) if dim not in axes]
    shape = [1 if dim in axes else n for dim, n in enumerate(a.shape)]
    tensor = a._t.permute([*kept, *axes]) if a.ndim else a._t
    return tensor.reshape([a.shape[dim] for dim in kept] + [math.prod(a.shape[dim] for dim in axes)]), shape


_METHODS = {
    "linear": (1, 1), "hazen": (0.5, 0.5), "weibull": (0, 0), "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8), "interpolated_inverted_cdf": (0, 1),
}


def _quantile_of(row, q, method):
    """One quantile along the last dimension, which is sorted."""
    count = row.shape[-1]
    if method in ("lower", "higher", "nearest", "midpoint"):
        at = q * (count - 1)
        near = int(at + 0.5) if (at % 1) != 0.5 else 2 * round(at / 2)
        low, high = {"lower": (math.floor(at),) * 2, "higher": (math.ceil(at),) * 2, "nearest": (near, near),
                     "midpoint": (math.floor(at), math.ceil(at))}[method]
        return row[..., low] if low == high else (row[..., low] + row[..., high]) / 2
    if method not in _METHODS:
        raise NotImplementedError(f"method {method!r} is not available; the nearest is 'linear'")
    alpha, beta = _METHODS[method]
    at = q * (count - 1) if method == "linear" else count * q + alpha + q * (1 - alpha - beta) - 1
    at = min(max(at, 0), count - 1)
    low = math.floor(at)
    high, part = min(low + 1, count - 1), at - low
    below, above = row[..., low], row[..., high]
    apart = above - below
    return above - apart * (1 - part) if part >= 0.5 else below + apart * part


def quantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None,
             interpolation=None):
    """The elements below which the parts `q` of all lie."""
    a, wanted = asarray(a), asarray(q)
    if weights is not None:
        raise NotImplementedError("quantile(weights=…) is not available; the nearest is quantile without weights")
    values = wanted.ravel().tolist()
    if any(not 0 <= value <= 1 for value in values):
        raise ValueError("Quantiles must be in the range [0, 1]")
    a = a if a.dtype.kind == "f" else a.astype(float64_d)
    rows, shape = _along_last(a, axis)
    if not rows.shape[-1]:
        return result(torch.full([*wanted.shape, *rows.shape[:-1]], math.nan, dtype=torch.float64))
    ordered = torch.sort(rows, -1)[0]
    wrong = torch.isnan(rows).any(-1)
    parts = [torch.where(wrong, torch.full([], math.nan, dtype=rows.dtype),
                         _quantile_of(ordered, value, interpolation or method)) for value in values]
    parts = [part.reshape(shape) if keepdims else part for part in parts]
    made = torch.stack(parts).reshape([*wanted.shape, *parts[0].shape]) if wanted.ndim else parts[0]
    return given_out(result(made, a.dtype), out)


def percentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None,
               interpolation=None):
    """As `quantile`, the parts in hundredths."""
    values = asarray(q)
    if bool(asarray((values < 0) | (values > 100)).any()):
        raise ValueError("Percentiles must be in the range [0, 100]")
    return quantile(a, UFUNCS["divide"](values, 100), axis, out, overwrite_input, method, keepdims, weights=weights,
                    interpolation=interpolation)


def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    """The element in the middle, or the mean of the two."""
    a = asarray(a)
    a = a if a.dtype.kind == "f" else a.astype(float64_d)
    rows, shape = _along_last(a, axis)
    count = rows.shape[-1]
    if not count:
        return result(torch.full(rows.shape[:-1], math.nan, dtype=rows.dtype), a.dtype)
    ordered = torch.sort(rows, -1)[0]
    middle = ordered[..., count // 2] if count % 2 else (ordered[..., count // 2 - 1] + ordered[..., count // 2]) / 2
    middle = torch.where(torch.isnan(rows).any(-1), torch.full([], math.nan, dtype=rows.dtype), middle)
    return given_out(result(middle.reshape(shape) if keepdims else middle, a.dtype), out)


def _sans_nan(a):
    return asarray(a)[~asarray(UFUNCS["isnan"](a))]


def _along(function, a, axis, keepdims):
    """`function` of the numbers in each row, leaving out what is none."""
    a = asarray(a)
    rows, shape = _along_last(a, axis)
    flat = rows.reshape([-1, rows.shape[-1]])
    made = asarray([function(_sans_nan(wrapped(row, a.dtype))) for row in flat.unbind(0)])
    return result(made._t.reshape(shape if keepdims else rows.shape[:-1]), made.dtype)


def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    """The median of the numbers."""
    return given_out(_along(median, a, axis, keepdims), out)


def nanquantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False):
    """The quantiles of the numbers."""
    if asarray(q).ndim:
        return asarray([nanquantile(a, part, axis, None, False, method, keepdims) for part in asarray(q)])
    return given_out(_along(lambda row: quantile(row, q, method=method), a, axis, keepdims), out)


def nanpercentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False):
    """The percentiles of the numbers."""
    return nanquantile(a, UFUNCS["divide"](asarray(q), 100), axis, out, False, method, keepdims)


for _name, _function in {"sort": _sort_in_place, "argsort": argsort, "argpartition": argpartition,
                         "partition": lambda self, kth, axis=-1: _sort_in_place(self, axis)}.items():
    setattr(ndarray, _name, _function)
