"""Functions of parts of arrays; padding; sums that leave out what is no number."""

import torch

from ._elementwise import UFUNCS
from ._joining import broadcast_arrays, concatenate, moveaxis
from ._making import array, asarray, full
from ._ndarray import stored, wrapped
from . import _reducing as R
from ._choosing import where
from ._grids import ndindex


class vectorize:
    """A function of Python's numbers as one of arrays."""

    def __init__(self, pyfunc=None, otypes=None, doc=None, excluded=None, cache=False, signature=None):
        if signature is not None:
            raise NotImplementedError("numpy.vectorize(signature=…) is not available; the nearest is a loop")
        self.pyfunc, self.otypes, self.excluded = pyfunc, otypes, excluded or set()
        self.__doc__ = doc or getattr(pyfunc, "__doc__", None)
        self.__name__ = getattr(pyfunc, "__name__", "vectorize")

    def __call__(self, *args, **kwargs):
        if self.pyfunc is None:
            return vectorize(args[0], self.otypes)
        spread = [place for place in range(len(args)) if place not in self.excluded]
        arrays = broadcast_arrays(*[args[place] for place in spread])
        values = []
        for row in zip(*[a.ravel() for a in arrays]):
            given = list(args)
            for place, value in zip(spread, row):
                given[place] = value
            values.append(self.pyfunc(*given, **kwargs))
        shape = arrays[0].shape if arrays else ()
        if values and isinstance(values[0], tuple):
            return tuple(self._finished(list(column), shape, place) for place, column in enumerate(zip(*values)))
        return self._finished(values, shape, 0)

    def _finished(self, values, shape, place):
        kind = None if self.otypes is None else list(self.otypes)[place]
        made = array(values, dtype=kind).reshape(shape)
        return made if made.ndim else made


def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    """`func1d` of every vector along `axis`."""
    moved = moveaxis(asarray(arr), axis, -1)
    parts = [asarray(func1d(moved[place], *args, **kwargs)) for place in ndindex(moved.shape[:-1])]
    inner = parts[0].shape
    made = wrapped(torch.stack([stored(part._t, parts[0].dtype) for part in parts]), parts[0].dtype)
    made = made.reshape(moved.shape[:-1] + inner)
    return moveaxis(made, -1, axis) if inner else made


def apply_over_axes(func, a, axes):
    """`func` along one axis after the other."""
    for axis in [axes] if isinstance(axes, int) else axes:
        reduced = asarray(func(a, axis))
        a = reduced if reduced.ndim == asarray(a).ndim else array(reduced).reshape(
            [1 if dim == axis else n for dim, n in enumerate(asarray(a).shape)])
    return a


def _widths(pad_width, rank):
    given = asarray(pad_width).tolist() if not isinstance(pad_width, dict) else [
                    pad_width.get(d, (0, 0)) for d in range(rank)]
    if isinstance(given, int):
        return [(given, given)] * rank
    if not isinstance(given[0], (list, tuple)):
        given = [given * 2 if len(given) == 1 else given]
    return [tuple(pair) if len(pair) == 2 else tuple(pair) * 2 for pair in (given * rank if len(given) == 1 else given)]


def _places(extent, before, after, mode):
    """Which of `extent` places each place of a padded axis shows."""
    found = []
    for at in range(-before, extent + after):
        if mode == "edge":
            at = min(max(at, 0), extent - 1)
        elif mode == "wrap":
            at %= extent
        elif mode == "reflect":
            at = abs((at + extent - 1) % max(2 * extent - 2, 1) - extent + 1) if extent > 1 else 0
        else:
            at = at % (2 * extent)
            at = min(at, 2 * extent - 1 - at)
        found.append(at)
    return found


_STATISTICS = {"maximum": R.max, "minimum": R.min, "mean": R.mean}


def pad(array, pad_width, mode="constant", **kwargs):
    """The array with more around it."""
    a = asarray(array)
    values = _widths(kwargs.get("constant_values", 0), a.ndim) if mode == "constant" else None
    for axis, (before, after) in enumerate(_widths(pad_width, a.ndim)):
        if before < 0 or after < 0:
            raise ValueError("index can't contain negative values")
        if mode in ("edge", "wrap", "reflect", "symmetric"):
            index = torch.tensor(_places(a.shape[axis], before, after, mode), dtype=torch.int64)
            a = wrapped(a._t.index_select(axis, index), a.dtype)
            continue
        if mode not in ("constant", *_STATISTICS):
            raise NotImplementedError(f"numpy.pad(mode={mode!r}) is not available; the nearest is 'edge'")
        parts = []
        for place, width in enumerate((before, after)):
            shape = [width if dim == axis else n for dim, n in enumerate(a.shape)]
            value = values[axis][place] if values else _STATISTICS[mode](a, axis, keepdims=True)
            parts.append(full(shape, value).astype(a.dtype))
        a = concatenate([parts[0], a, parts[1]], axis)
    return a


def _without(function, neutral, name):
    def nan_function(a, axis=None, *arguments, **options):
        a = asarray(a)
        if a.dtype.kind == "f":
            a = asarray(where(UFUNCS["isnan"](a), a.dtype.type(neutral), a))
        return function(a, axis, *arguments, **options)

    nan_function.__name__ = nan_function.__qualname__ = name
    nan_function.__doc__ = f"As `{function.__name__}`, without what is no number."
    return nan_function


nansum, nanprod = _without(R.sum, 0.0, "nansum"), _without(R.prod, 1.0, "nanprod")
nancumsum, nancumprod = _without(R.cumsum, 0.0, "nancumsum"), _without(R.cumprod, 1.0, "nancumprod")
nanargmax = _without(R.argmax, -float("inf"), "nanargmax")
nanargmin = _without(R.argmin, float("inf"), "nanargmin")


def _extreme(function, neutral, name):
    plain = _without(function, neutral, name)

    def nan_function(a, axis=None, out=None, keepdims=False):
        made = plain(a, axis, keepdims=keepdims)
        a = asarray(a)
        if a.dtype.kind == "f":
            nothing = R.all(UFUNCS["isnan"](a), axis, keepdims=keepdims)
            made = asarray(where(nothing, a.dtype.type(float("nan")), made))[()]
        return R.given_out(made, out)

    nan_function.__name__ = name
    nan_function.__doc__ = plain.__doc__
    return nan_function


nanmax, nanmin = _extreme(R.max, -float("inf"), "nanmax"), _extreme(R.min, float("inf"), "nanmin")


def _counted(a, axis, keepdims):
    return R.sum(asarray(~asarray(UFUNCS["isnan"](a))), axis, keepdims=keepdims)


def nanmean(a, axis=None, dtype=None, out=None, keepdims=False):
    """The mean of the numbers."""
    a = asarray(a)
    total = nansum(a, axis, dtype, None, keepdims)
    made = total / _counted(a, axis, keepdims)
    return R.given_out(made.astype(a.dtype) if a.dtype.kind == "f" else made, out)


def nanvar(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    """The variance of the numbers."""
    a = asarray(a)
    apart = a - nanmean(a, axis, dtype, None, True)
    made = nansum(apart * apart, axis, dtype, None, keepdims) / (_counted(a, axis, keepdims) - ddof)
    return R.given_out(made.astype(a.dtype) if a.dtype.kind == "f" else made, out)


def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    """The standard deviation of the numbers."""
    return R.given_out(UFUNCS["sqrt"](nanvar(a, axis, dtype, None, ddof, keepdims)), out)


