"""One number for all elements, or for those along an axis."""

import math

import torch

from ._elementwise import UFUNCS
from ._making import asarray, full
from ._ndarray import ndarray, result, stored, whole_axes, whole_axis, wrapped
from ._scalars import scalar
from ._types import BY_NAME, bool_d, float64_d, int64_d, named


def given_out(value, out):
    """`value`, or `out` with its elements."""
    if out is None:
        return value
    out[...] = value
    return out


def _masked(a, where, neutral):
    """`a` with `neutral` where it is left out."""
    if where is True:
        return a
    mask = asarray(where)._t.to(torch.bool)
    return wrapped(torch.where(mask, a._t, torch.full([], neutral, dtype=a._t.dtype)), a.dtype)


def _sum_kind(kind, dtype):
    if dtype is not None:
        return named(dtype)
    if kind.kind in "bi":
        return int64_d
    return BY_NAME["uint64"] if kind.kind == "u" else kind


def _wide(tensor):
    """float16 is summed in float32."""
    return tensor.to(torch.float32) if tensor.dtype is torch.float16 else tensor


def _summed(tensor, axes, keepdims):
    if not axes:
        return tensor.clone()
    return _wide(tensor).sum(axes, keepdim=keepdims)


def sum(a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
    """The sum along `axis`, which may be several, or None for all."""
    a = _masked(asarray(a), where, 0)
    kind = _sum_kind(a.dtype, dtype)
    made = stored(_summed(stored(a._t, kind), whole_axes(axis, a.ndim), keepdims), kind)
    value = result(made, kind)
    return given_out(value + initial if initial else value, out)


def prod(a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    """The product along `axis`."""
    a = _masked(asarray(a), where, 1)
    kind = _sum_kind(a.dtype, dtype)
    tensor = stored(a._t, kind)
    axes = whole_axes(axis, a.ndim)
    for dim in sorted(axes, reverse=True):
        tensor = tensor.prod(dim, keepdim=bool(keepdims))
    value = result(stored(tensor, kind), kind)
    return given_out(value * initial if initial != 1 else value, out)


def _mean_kind(a, dtype):
    return named(dtype) if dtype is not None else a.dtype if a.dtype.kind in "fc" else float64_d


def _count(a, axes):
    return math.prod(a.shape[dim] for dim in axes)


def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    """The mean along `axis`; of integers as float64."""
    a = asarray(a)
    kind = _mean_kind(a, dtype)
    axes = whole_axes(axis, a.ndim)
    if where is not True:
        mask = asarray(where) + full(a.shape, 0)
        return given_out(sum(a, axis, kind, None, keepdims, where=where) / sum(mask.astype(bool), axis,
                                                                               keepdims=keepdims),
                         out)
    total = _summed(stored(a._t, kind), axes, keepdims)
    made = torch.full_like(total, math.nan) if not _count(a, axes) else total / _count(a, axes)
    return given_out(result(stored(made, kind), kind), out)


def average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    """The mean, weighted."""
    a = asarray(a)
    if weights is None:
        value = mean(a, axis, keepdims=keepdims)
        weight = value * 0 + a.size / asarray(value).size
    else:
        weights = asarray(weights)
        if weights.shape != a.shape and axis is not None:
            weights = weights.reshape([-1 if dim == whole_axis(axis, a.ndim) else 1 for dim in range(a.ndim)])
        weight = sum(weights * (a * 0 + 1), axis, keepdims=keepdims)
        if bool((asarray(weight) == 0).any()):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        value = sum(a * weights, axis, keepdims=keepdims) / weight
    return (value, weight) if returned else value


def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None):
    """The variance along `axis`, with the divisor n - `ddof`."""
    a = asarray(a)
    ddof = ddof if correction is None else correction
    kind = _mean_kind(a, dtype)
    axes = whole_axes(axis, a.ndim)
    if where is not True:
        a = a.astype(kind)
        counted = sum(asarray(where) & full(a.shape, True), axis, keepdims=True)
        middle = sum(a, axis, keepdims=True, where=where) / counted
        squares = sum(UFUNCS["square"](a - middle), axis, keepdims=keepdims, where=where)
        return given_out(squares / (asarray(counted).reshape(asarray(squares).shape) - ddof), out)
    tensor = _wide(stored(a._t, kind))
    if mean is None:
        middle = (
    _summed(
        tensor,
        axes,
        True) /
        _count(
            a,
            axes)) if _count(
                a,
                axes) else torch.full(
                    [1] *
                    a.ndim,
                     math.nan)
    else:
        middle = asarray(mean)._t.reshape([1 if dim in axes else n for dim, n in enumerate(a.shape)])
    apart = tensor - middle
    squares = _summed((apart * apart.conj()).real if kind.kind == "c" else apart * apart, axes, keepdims)
    rest = _count(a, axes) - ddof
    made = squares / rest if rest > 0 else squares / 0.0
    kind = {"complex64": BY_NAME["float32"], "complex128": float64_d}.get(kind.name, kind)
    return given_out(result(stored(made, kind), kind), out)


def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None):
    """The standard deviation along `axis`, with the divisor n - `ddof`."""
    value = var(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction)
    return given_out(UFUNCS["sqrt"](value), out)


def _extreme(name, largest):
    def function(a, axis=None, out=None, keepdims=False, initial=None, where=True):
        a = asarray(a)
        if where is not True:
            if initial is None:
                raise ValueError(f"reduction operation '{name}' does not have an identity, so to use a where mask "
                                 f"one has "
                                 "to specify 'initial'")
            a = _masked(a, where, initial)
        axes = whole_axes(axis, a.ndim)
        if not _count(a, axes):
            if initial is not None:
                return full([n for dim, n in enumerate(a.shape) if dim not in axes], initial, a.dtype)
            raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
        tensor = a._t.to(torch.uint8) if a.dtype is bool_d else a._t
        made = (torch.amax if largest else torch.amin)(tensor, axes, keepdim=bool(keepdims)) if axes else tensor.clone()
        value = result(stored(made, a.dtype), a.dtype)
        if initial is not None:
            value = UFUNCS[name](value, initial)
        return given_out(value, out)

    return function


max = amax = _extreme("maximum", True)
min = amin = _extreme("minimum", False)
max.__doc__, min.__doc__ = "The largest element along `axis`.", "The smallest element along `axis`."
max.__name__, min.__name__ = "max", "min"


def ptp(a, axis=None, out=None, keepdims=False):
    """The largest less the smallest element."""
    return given_out(max(a, axis, keepdims=keepdims) - min(a, axis, keepdims=keepdims), out)


def _whether(every):
    def function(a, axis=None, out=None, keepdims=False, *, where=True):
        tensor = _masked(asarray(asarray(a)._t.to(torch.bool)), where, every)._t
        for dim in sorted(whole_axes(axis, len(tensor.shape)), reverse=True):
            tensor = (tensor.all if every else tensor.any)(dim, keepdim=bool(keepdims))
        return given_out(result(tensor), out)

    return function


all, any = _whether(True), _whether(False)
all.__doc__, any.__doc__ = "Are all elements true?", "Is any element true?"


def _place_of(name, largest):
    def function(a, axis=None, out=None, *, keepdims=False):
        a = asarray(a)
        a = a if a.ndim or axis is None else a.reshape([1])
        if not (a.size if axis is None else a.shape[whole_axis(axis, a.ndim)]):
            raise ValueError(f"attempt to get {name} of an empty sequence")
        tensor = a._t.to(torch.uint8) if a.dtype is bool_d else a._t
        dim = None if axis is None else whole_axis(axis, a.ndim)
        if dim is None:
            tensor = tensor.reshape([-1])
        found = (torch.argmax if largest else torch.argmin)(
            tensor, dim or 0, keepdim=bool(keepdims) and dim is not None)
        if keepdims and dim is None:
            found = found.reshape([1] * a.ndim)
        return given_out(result(found), out)

    function.__name__ = name
    function.__doc__ = f"Where the {'largest' if largest else 'smallest'} element is: the first of equal ones."
    return function


argmax, argmin = _place_of("argmax", True), _place_of("argmin", False)


def _running(name, neutral):
    def function(a, axis=None, dtype=None, out=None):
        a = asarray(a)
        a = a if a.ndim or axis is None else a.reshape([1])
        kind = _sum_kind(a.dtype, dtype)
        tensor = stored(a._t if axis is not None else a._t.reshape([-1]), kind)
        made = getattr(torch, name)(tensor, whole_axis(axis, a.ndim) if axis is not None else 0)
        return given_out(wrapped(stored(made, kind), kind), out)

    function.__name__ = name
    return function


cumsum, cumprod = _running("cumsum", 0), _running("cumprod", 1)
cumsum.__doc__, cumprod.__doc__ = "Sums of the elements so far.", "Products of the elements so far."


def cumulative_sum(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    """Sums of the elements so far."""
    return cumsum(x, axis, dtype, out)


def cumulative_prod(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    """Products of the elements so far."""
    return cumprod(x, axis, dtype, out)


def count_nonzero(a, axis=None, *, keepdims=False):
    """How many elements are not 0."""
    counted = sum(asarray(asarray(a)._t.to(torch.bool)), axis, keepdims=keepdims)
    return counted


_FAST = {"add": sum, "multiply": prod, "maximum": max, "minimum": min}


def reduced_by(function, array, axis, dtype, out, keepdims, initial, where):
    """`ufunc.reduce`."""
    a, name = asarray(array), function.__name__
    if name in ("add", "multiply"):
        options = {} if initial is None else {"initial": initial}
        return _FAST[name](a, axis, dtype, out, keepdims, where=where, **options)
    if name in ("maximum", "minimum"):
        return _FAST[name](a, axis, out, keepdims, initial, where)
    if name in ("logical_and", "logical_or"):
        return (all if name == "logical_and" else any)(a, axis, out, keepdims, where=where)
    if where is not True:
        raise NotImplementedError(f"{name}.reduce(where=…) is not available; the nearest is numpy.where before it")
    for dim in sorted(whole_axes(axis, a.ndim), reverse=True):
        parts = list(a._t.unbind(dim))
        if not parts and function.identity is None and initial is None:
            raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
        total = wrapped(parts.pop(0), a.dtype) if parts else full(a._t.select(dim, 0).shape, function.identity)
        for part in parts:
            total = asarray(function(total, wrapped(part, a.dtype)))
        a = wrapped(total._t.unsqueeze(dim), total.dtype) if keepdims else total
    value = a if a.ndim else scalar(a.item(), a.dtype)
    return given_out(function(value, initial) if initial is not None else value, out)


def accumulated_by(function, array, axis, dtype, out):
    """`ufunc.accumulate`."""
    a, name = asarray(array), function.__name__
    if name in ("add", "multiply"):
        kind = dtype or (a.dtype if a.dtype is not bool_d else int64_d)
        return (cumsum if name == "add" else cumprod)(a, axis, kind, out)
    dim = whole_axis(axis, a.ndim)
    if name in ("maximum", "minimum"):
        made = (torch.cummax if name == "maximum" else torch.cummin)(a._t, dim)[0]
        return given_out(wrapped(made, a.dtype), out)
    total, parts = None, []
    for part in a._t.unbind(dim):
        total = wrapped(part, a.dtype) if total is None else asarray(function(total, wrapped(part, a.dtype)))
        parts.append(total._t)
    return given_out(wrapped(torch.stack(parts, dim), total.dtype), out)


def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Are all elements of both close to each other?"""
    return bool(all(isclose(a, b, rtol, atol, equal_nan)))


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Where |a - b| is at most atol + rtol |b|."""
    a, b = asarray(a), asarray(b)
    a, b = (x.astype(float64_d) if x.dtype.kind not in "fc" else x for x in (a, b))
    near = UFUNCS["absolute"](a - b) <= atol + rtol * UFUNCS["absolute"](b)
    close = (near & UFUNCS["isfinite"](b)) | (a == b)
    return close | (UFUNCS["isnan"](a) & UFUNCS["isnan"](b)) if equal_nan else close


def array_equal(a1, a2, equal_nan=False):
    """Are shapes and elements the same?"""
    a1, a2 = asarray(a1), asarray(a2)
    if a1.shape != a2.shape:
        return False
    same = asarray(a1 == a2)
    if equal_nan and a1.dtype.kind == a2.dtype.kind == "f":
        same = same | asarray(UFUNCS["isnan"](a1) & UFUNCS["isnan"](a2))
    return bool(all(same))


def array_equiv(a1, a2):
    """Are the elements the same where one is broadcast to the other?"""
    try:
        return bool(all(asarray(a1) == asarray(a2)))
    except ValueError:
        return False


METHODS = {name: globals()[name] for name in
           "sum prod mean var std max min all any argmax argmin cumsum cumprod".split()}
for _name, _function in METHODS.items():
    setattr(ndarray, _name, _function)
