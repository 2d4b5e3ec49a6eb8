"""Sums, means, extremes and what is made of them."""

import collections

from ._base import Tensor, wrap
from ._dtype import bool_, float32, int64
from ._host import Err, raised, tensors
from ._pointwise import abs as abs_
from ._pointwise import add_plain, div_plain, eq, mul, ne, sub_plain
from ._pointwise import pow as pow_
from ._pointwise import sqrt, square
from ._promotion import cast, default_dtype
from ._shaping import flatten, squeeze, whole_dim

_R = tensors.ReduceOp
_reduce = tensors.reduce


def _dims(dim):
    if dim is None:
        return []
    if dim.__class__ is int:
        return [dim]
    return list(dim)


def _reduced(op, input, dim, keepdim, kind):
    dims = _dims(dim)
    if dims:
        rank = len(input.shape)
        dims = [whole_dim(d, rank) for d in dims]
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"dim {dims[0]} appears multiple times in the list of dims")
        if not rank:
            dims = []
    try:
        result = _reduce(op, input, dims, keepdim)
    except Err as err:
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = kind
    return result


def sum(input, dim=None, keepdim=False, *, dtype=None, axis=None):
    """The sum over all or some dimensions; of integers an int64."""
    dim = axis if dim is None else dim
    kind = input._dtype
    if kind is not float32 or dtype is not None:
        kind = dtype or (input.dtype if input.dtype.is_floating_point else int64)
        input = cast(input, kind)
    return _reduced(_R.SUM, input, dim, keepdim, kind)


def mean(input, dim=None, keepdim=False, *, dtype=None, axis=None):
    """The mean over all or some dimensions."""
    dim = axis if dim is None else dim
    kind = input._dtype
    if kind is not float32 or dtype is not None:
        kind = dtype or input.dtype
        if not kind.is_floating_point:
            raise RuntimeError(
                "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
                f"Got: {_title(kind)}"
            )
        input = cast(input, kind)
    return _reduced(_R.MEAN, input, dim, keepdim, kind)


def _title(kind):
    return {"int64": "Long", "uint8": "Byte", "bool": "Bool"}.get(kind.name, kind.name)


def prod(input, dim=None, keepdim=False, *, dtype=None):
    """The product over all elements or one dimension."""
    kind = dtype or (input.dtype if input.dtype.is_floating_point else int64)
    return _reduced(_R.PROD, cast(input, kind), dim, keepdim, kind)


Extreme = collections.namedtuple("max", ["values", "indices"])


def _extreme(op, arg, name):
    from . import _pointwise

    pair = _pointwise.maximum if name == "max" else _pointwise.minimum

    def operation(input, dim=None, keepdim=False):
        if isinstance(dim, Tensor):
            return pair(input, dim)
        if dim is None:
            if input.numel() == 0:
                raise RuntimeError(
                    f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
                    "Specify the reduction dim with the 'dim' argument."
                )
            return _reduced(op, input, None, False, input.dtype)
        return Extreme(
            _reduced(op, input, dim, keepdim, input.dtype), _reduced(arg, input, dim, keepdim, int64)
        )

    operation.__name__ = operation.__qualname__ = name
    return operation


max = _extreme(_R.MAX, _R.ARGMAX, "max")
min = _extreme(_R.MIN, _R.ARGMIN, "min")


def amax(input, dim=(), keepdim=False):
    """The largest over all or some dimensions."""
    return _reduced(_R.MAX, input, dim, keepdim, input.dtype)


def amin(input, dim=(), keepdim=False):
    """The smallest over all or some dimensions."""
    return _reduced(_R.MIN, input, dim, keepdim, input.dtype)


def aminmax(input, *, dim=None, keepdim=False):
    """Smallest and largest."""
    kind = collections.namedtuple("aminmax", ["min", "max"])
    return kind(amin(input, dim, keepdim), amax(input, dim, keepdim))


def argmax(input, dim=None, keepdim=False):
    """Where the largest element is; the first of equals."""
    return _reduced(_R.ARGMAX, input, dim, keepdim, int64)


def argmin(input, dim=None, keepdim=False):
    """Where the smallest element is; the first of equals."""
    return _reduced(_R.ARGMIN, input, dim, keepdim, int64)


def logsumexp(input, dim, keepdim=False):
    """The logarithm of the sum of exponentials, without overflow."""
    return _reduced(_R.LOGSUMEXP, cast(input, default_dtype()) if not input.dtype.is_floating_point else input,
                    dim, keepdim, None)


def _count(input, dim):
    shape = input.shape
    count = 1
    for d in _dims(dim) or range(len(shape)):
        count *= shape[d]
    return count


def var(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The variance; its divisor is the count less `correction` (1)."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 0 if unbiased is False else 1
    if not input.dtype.is_floating_point:
        raise RuntimeError("std and var only support floating point and complex dtypes")
    if correction == 1:
        return _reduced(_R.VARIANCE, input, dim, keepdim, input.dtype)
    off = sub_plain(input, mean(input, dim, True))
    total = sum(square(off), dim, keepdim)
    left = _count(input, dim) - correction
    return div_plain(total, left if left > 0 else 0.0)


def std(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The square root of `var`."""
    return sqrt(var(input, dim, unbiased, keepdim, correction=correction))


def var_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Variance and mean."""
    return var(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def std_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Standard deviation and mean."""
    return std(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    """The vector norm of order `p` over all or some dimensions."""
    if dtype is not None:
        input = cast(input, dtype)
    if not input.dtype.is_floating_point:
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got " + _title(input.dtype)
        )
    if p is None or p == "fro" or p == 2:
        return sqrt(sum(square(input), dim, keepdim))
    if p == "nuc":
        raise NotImplementedError("torch.norm with p='nuc' is not available; p='fro' is")
    if p == float("inf"):
        return amax(abs_(input), dim, keepdim)
    if p == float("-inf"):
        return amin(abs_(input), dim, keepdim)
    if p == 0:
        return sum(cast(ne(input, 0), input.dtype), dim, keepdim)
    if p == 1:
        return sum(abs_(input), dim, keepdim)
    return pow_(sum(pow_(abs_(input), p), dim, keepdim), 1.0 / p)


def all(input, dim=None, keepdim=False):
    """Are all elements other than 0?"""
    return _boolean(_R.MIN, input, dim, keepdim, 1)


def any(input, dim=None, keepdim=False):
    """Is any element other than 0?"""
    return _boolean(_R.MAX, input, dim, keepdim, 0)


def _boolean(op, input, dim, keepdim, of_none):
    mask = cast(input, bool_)
    if 0 in input.shape:
        return cast(_reduced(_R.SUM, cast(mask, int64), dim, keepdim, int64), bool_) if not of_none else eq(
            _reduced(_R.SUM, cast(mask, int64), dim, keepdim, int64), 0
        )
    return _reduced(op, mask, dim, keepdim, bool_)


def count_nonzero(input, dim=None):
    """How many elements are not 0."""
    return sum(cast(cast(input, bool_), int64), dim)


def cumsum(input, dim, *, dtype=None):
    """Running sums along `dim`."""
    kind = dtype or (input.dtype if input.dtype.is_floating_point else int64)
    try:
        return wrap(tensors.cumulative_sum(cast(input, kind), whole_dim(dim, len(input.shape))), kind)
    except Err as err:
        raise raised(err) from None


def nansum(input, dim=None, keepdim=False):
    """The sum of what is a number."""
    return sum(input.masked_fill(input.isnan(), 0.0), dim, keepdim)


def median(input, dim=None, keepdim=False):
    """The middle element; of an even count the lower of the two."""
    kind = collections.namedtuple("median", ["values", "indices"])
    if dim is None:
        values = flatten(input).sort().values
        return values[(values.numel() - 1) // 2]
    values, indices = input.sort(dim)
    at = (input.shape[dim] - 1) // 2
    chosen = values.narrow(dim, at, 1), indices.narrow(dim, at, 1)
    return kind(*chosen) if keepdim else kind(*[squeeze(x, dim) for x in chosen])


def quantile(input, q, dim=None, keepdim=False):
    """Linear interpolation between the elements in order."""
    if isinstance(q, Tensor):
        q = q.item()
    if not 0 <= q <= 1:
        raise RuntimeError("quantile() q values must be in the range [0, 1]")
    values = (flatten(input) if dim is None else input).sort(0 if dim is None else dim).values
    along = 0 if dim is None else dim
    place = q * (values.shape[along] - 1)
    low = int(place)
    high = low + 1 if low + 1 < values.shape[along] else low
    below, above = values.narrow(along, low, 1), values.narrow(along, high, 1)
    result = add_plain(below, mul(sub_plain(above, below), place - low))
    return result if keepdim and dim is not None else squeeze(result, along)

