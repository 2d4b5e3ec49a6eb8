"""Numbers evenly apart, coordinates, and walks over places."""

import itertools
import math
import operator

import torch

from ._elementwise import UFUNCS
from ._joining import broadcast_arrays, concatenate, expand_dims, stack
from ._making import arange, asarray, common_kind, empty, shape_of, zeros
from ._ndarray import wrapped
from ._types import float64_d, named


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    """`num` numbers from `start` to `stop`."""
    num = operator.index(num)
    if num < 0:
        raise ValueError(f"Number of samples, {num}, must be non-negative.")
    start, stop = asarray(start) * 1.0, asarray(stop) * 1.0
    divisions = num - 1 if endpoint else num
    apart = stop - start
    kind = float64_d if dtype is None else named(dtype)
    steps = arange(num, dtype=float).reshape((-1,) + (1,) * max(asarray(apart).ndim, 0))
    if divisions > 0:
        step = apart / divisions
        made = steps * step + start
        if endpoint and num > 1:
            made[-1] = stop
    else:
        step = math.nan
        made = steps * apart + start
    if axis:
        made = wrapped(made._t.movedim(0, axis), made.dtype)
    made = UFUNCS["floor"](made) if kind.kind in "iu" else made
    made = made.astype(kind, copy=False)
    return (made, step) if retstep else made


def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    """Powers of `base`, their exponents evenly apart."""
    made = UFUNCS["power"](base, linspace(start, stop, num, endpoint, axis=axis))
    return made if dtype is None else made.astype(dtype)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """Numbers of which each is the same multiple of the one before."""
    if start == 0 or stop == 0:
        raise ValueError("Geometric sequence cannot include zero")
    sign = -1.0 if start < 0 and stop < 0 else 1.0
    made = sign * logspace(math.log10(sign * start), math.log10(sign * stop), num, endpoint, axis=axis)
    if num > 0:
        made[0] = start
        if endpoint and num > 1:
            made[-1] = stop
    return made if dtype is None else made.astype(dtype)


def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    """The coordinates of a grid, one array for each axis."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    count = len(xi)
    arrays = [asarray(x).reshape([-1 if dim == place else 1 for dim in range(count)]) for place, x in enumerate(xi)]
    if indexing == "xy" and count > 1:
        arrays = [a.swapaxes(0, 1) for a in arrays]
    if not sparse:
        arrays = broadcast_arrays(*arrays)
    return tuple(a.copy() for a in arrays) if copy else tuple(arrays)


def indices(dimensions, dtype=int, sparse=False):
    """The place along each axis, for every place."""
    grids = meshgrid(*[arange(n, dtype=dtype) for n in shape_of(dimensions)], sparse=sparse, indexing="ij")
    return grids if sparse else stack(grids) if grids else zeros([0], dtype)


def ix_(*args):
    """Vectors that index a grid."""
    made = []
    for place, part in enumerate(args):
        part = asarray(part)
        if part.dtype.kind == "b":
            part = part.nonzero()[0]
        made.append(part.reshape([-1 if dim == place else 1 for dim in range(len(args))]))
    return tuple(made)


class ndindex:
    """Every place of a shape, in order."""

    def __init__(self, *shape):
        shape = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        self._places = itertools.product(*map(range, shape))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._places)


class ndenumerate:
    """Every place with its element."""

    def __init__(self, arr):
        self._pairs = zip(ndindex(asarray(arr).shape), asarray(arr).ravel())

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._pairs)


def nditer(op, *arguments, **options):
    """Every element."""
    if arguments or options:
        raise NotImplementedError("numpy.nditer with flags is not available; the nearest is numpy.ndenumerate")
    return iter([asarray(value) for value in asarray(op).ravel()])


def _ranged(key):
    start = 0 if key.start is None else key.start
    if isinstance(key.step, complex):
        return linspace(start, key.stop, int(abs(key.step)))
    return arange(start, key.stop, 1 if key.step is None else key.step)


class _Grid:
    """`mgrid` and `ogrid`."""

    def __init__(self, sparse):
        self._sparse = sparse

    def __getitem__(self, key):
        if isinstance(key, slice):
            return _ranged(key)
        grids = meshgrid(*map(_ranged, key), sparse=self._sparse, indexing="ij")
        return grids if self._sparse else stack([g.astype(common_kind(grids)) for g in grids])


class _Joined:
    """`r_` and `c_`."""

    def __init__(self, columns):
        self._columns = columns

    def __getitem__(self, key):
        parts = []
        for part in key if isinstance(key, tuple) else (key,):
            if isinstance(part, str):
                raise NotImplementedError("numpy.r_ with a text is not available; the nearest is numpy.concatenate")
            part = _ranged(part) if isinstance(part, slice) else asarray(part)
            part = part.reshape([1]) if not part.ndim else part
            parts.append(expand_dims(part, 1) if self._columns and part.ndim == 1 else part)
        return concatenate(parts, -1 if self._columns else 0)


class _Slices:
    def __getitem__(self, key):
        return key


mgrid, ogrid, r_, c_ = _Grid(False), _Grid(True), _Joined(False), _Joined(True)
s_ = index_exp = _Slices()


def vander(x, N=None, increasing=False):
    """Powers of `x` as columns."""
    x = asarray(x)
    count = x.size if N is None else N
    powers = arange(count) if increasing else arange(count)[::-1]
    return UFUNCS["power"](expand_dims(x, 1), powers)


def _window(count, function):
    if count < 1:
        return empty([0])
    return wrapped(function(count) if count > 1 else torch.ones(1, dtype=torch.float64))


def _cosines(*weights):
    def function(count):
        at = torch.arange(1 - count, count, 2, dtype=torch.float64) * (math.pi / (count - 1))
        total = torch.full([count], weights[0], dtype=torch.float64)
        for number, weight in enumerate(weights[1:], 1):
            total = total + weight * torch.cos(number * at)
        return total

    return function


def hanning(M):
    """The Hann window."""
    return _window(M, _cosines(0.5, 0.5))


def hamming(M):
    """The Hamming window."""
    return _window(M, _cosines(0.54, 0.46))


def blackman(M):
    """The Blackman window."""
    return _window(M, _cosines(0.42, 0.5, 0.08))
