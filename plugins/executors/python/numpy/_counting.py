"""Counts: of values, in bins; and what several variables have to do with each other."""

import math

import torch

from ._choosing import digitize, searchsorted
from ._elementwise import UFUNCS
from ._grids import linspace
from ._joining import atleast_2d, concatenate
from ._making import asarray
from ._ndarray import wrapped
from ._products import dot


def bincount(x, /, weights=None, minlength=0):
    """How often each whole number occurs."""
    x = asarray(x)
    if x.size and x.dtype.kind == "f":
        raise TypeError("Cannot cast array data from dtype('float64') to dtype('int64') according to the rule 'safe'")
    if x.ndim != 1:
        raise ValueError("object too deep for desired array" if x.ndim else "object of too small depth for desired "
                         "array")
    if x.size and int(x.min()) < 0:
        raise ValueError("'list' argument must have no negative elements")
    index = x._t.to(torch.int64)
    if weights is None:
        return wrapped(torch.bincount(index, minlength=minlength))
    return wrapped(torch.bincount(index, asarray(weights)._t.to(torch.float64), minlength))


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """The edges of the bins of `histogram`."""
    a = asarray(a)
    if isinstance(bins, str):
        bins = _estimated(a, bins, range)
    if not hasattr(bins, "__index__"):
        return asarray(bins)
    low, high = range if range is not None else (float(a.min()), float(a.max())) if a.size else (0.0, 1.0)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError(f"autodetected range of [{low}, {high}] is not finite")
    if low > high:
        raise ValueError("max must be larger than min in range parameter.")
    if low == high:
        low, high = low - 0.5, high + 0.5
    return linspace(low, high, int(bins) + 1)


def _estimated(a, rule, range):
    spread = float(a.max() - a.min()) if a.size else 0.0
    if not spread:
        return 1
    sturges = spread / (math.log2(a.size) + 1.0)
    if rule == "sturges":
        width = sturges
    elif rule == "sqrt":
        width = spread / math.sqrt(a.size)
    elif rule == "rice":
        width = spread / (2.0 * a.size ** (1.0 / 3))
    else:
        raise NotImplementedError(f"bins={rule!r} is not available; the nearest is 'sturges'")
    return int(math.ceil(spread / width))


def histogram(a, bins=10, range=None, density=None, weights=None):
    """How many elements are in each bin, and the bins' edges."""
    a = asarray(a).ravel()
    edges = histogram_bin_edges(a, bins, range)
    count = edges.size - 1
    places = asarray(digitize(a, edges))._t - 1
    last = a._t.to(torch.float64) == float(edges[-1])
    places = torch.where(last, torch.full([], count - 1, dtype=torch.int64), places)
    inside = (places >= 0) & (places < count)
    chosen = places[inside]
    if weights is None:
        made = wrapped(torch.bincount(chosen, minlength=count))
    else:
        weight = asarray(weights).ravel()
        made = wrapped(torch.bincount(chosen, weight._t[inside].to(torch.float64), count))
        made = made.astype(weight.dtype)
    if density:
        made = made / (edges[1:] - edges[:-1]) / made.sum()
    return made, edges


def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    """How many points are in each cell, and the cells' edges."""
    two = bins if isinstance(bins, (list, tuple)) and len(bins) == 2 else (bins, bins)
    limits = range or (None, None)
    axes = [(asarray(v).ravel(), histogram_bin_edges(v, b, r)) for v, b, r in zip((x, y), two, limits)]
    places, inside = [], None
    for values, edges in axes:
        place = searchsorted(edges, values, "right") - 1
        place[values == edges[-1]] = edges.size - 2
        good = (place >= 0) & (place < edges.size - 1)
        inside = good if inside is None else inside & good
        places.append(place)
    rows, columns = (edges.size - 1 for _, edges in axes)
    weight = None if weights is None else asarray(weights).ravel()[inside]
    made = bincount((places[0] * columns + places[1])[inside], weight, rows * columns).reshape(rows, columns) * 1.0
    if density:
        made = made / made.sum() / (axes[0][1][1:] - axes[0][1][:-1]).reshape(-1, 1) / \
                               (axes[1][1][1:] - axes[1][1][:-1])
    return made, axes[0][1], axes[1][1]


def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    """How variables vary together."""
    if fweights is not None or aweights is not None:
        raise NotImplementedError("numpy.cov with weights is not available; the nearest is torch.cov")
    x = atleast_2d(m) * 1.0
    x = x.T if not rowvar and x.shape[0] != 1 else x
    if y is not None:
        other = atleast_2d(y) * 1.0
        x = concatenate([x, other.T if not rowvar and other.shape[0] != 1 else other], 0)
    ddof = (0 if bias else 1) if ddof is None else ddof
    x = x - x.mean(1, keepdims=True)
    made = dot(x, x.T) / (x.shape[1] - ddof)
    return made.squeeze() if made.size > 1 else made.reshape([])[()]


def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    """The correlation of variables."""
    made = asarray(cov(x, y, rowvar))
    if not made.ndim:
        return made / made
    deviation = UFUNCS["sqrt"](made.diagonal())
    return UFUNCS["minimum"](UFUNCS["maximum"](made / deviation.reshape(-1, 1) / deviation.reshape(1, -1), -1.0), 1.0)


