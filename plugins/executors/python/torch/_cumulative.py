"""Running sums, products and extremes, and differences."""

from ._base import wrap
from ._dtype import bool_, int64
from ._host import Err, raised, tensors
from ._joining import cat
from ._pointwise import add_plain, div_plain, logical_xor, mul, sub_plain
from ._promotion import cast
from ._reductions import sum as sum_
from ._return_types import return_type
from ._selecting import gather
from ._shaping import narrow, whole_dim

_C = tensors.CumulativeOp


def _running(op, input, dim, kind):
    dim = whole_dim(dim, len(input.shape))
    if not input.shape or not input.numel():
        return cast(input, kind).clone()
    # Integers run in int64 and keep the last of their bits.
    wide = kind if kind.is_floating_point else int64
    try:
        return cast(wrap(tensors.cumulative(op, cast(input, wide), dim), wide), kind)
    except Err as err:
        raise raised(err) from None


def cumsum(input, dim, *, dtype=None):
    """Running sums along `dim`."""
    return _running(_C.SUM, input, dim, dtype or (input.dtype if input.dtype.is_floating_point else int64))


def cumprod(input, dim, *, dtype=None):
    """Running products along `dim`."""
    return _running(_C.PROD, input, dim, dtype or (input.dtype if input.dtype.is_floating_point else int64))


def logcumsumexp(input, dim):
    """The logarithm of running sums of exponentials, without overflow."""
    whole_dim(dim, len(input.shape))
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"\"logcumsumexp_out_cpu\" not implemented for '{input.dtype.title}'")
    return _running(_C.LOGSUMEXP, input, dim, input.dtype)


def _extreme(largest, name):
    def operation(input, dim):
        dim = whole_dim(dim, len(input.shape))
        kind = return_type(name, "values indices")
        if not input.shape or not input.numel():
            return kind(input.clone(), input.new_zeros(input.shape, dtype=int64))
        try:
            indices = wrap(tensors.cumulative_extreme(input, dim, largest), int64)
        except Err as err:
            raise raised(err) from None
        return kind(gather(input, dim, indices), indices)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = "The extreme so far along `dim`, and where it is; the last of equals."
    return operation


cummax = _extreme(True, "cummax")
cummin = _extreme(False, "cummin")


def diff(input, n=1, dim=-1, prepend=None, append=None):
    """Differences of neighbours along `dim`, `n` times."""
    if not input.shape:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    dim = whole_dim(dim, len(input.shape))
    parts = [x for x in (prepend, input, append) if x is not None]
    if len(parts) > 1 and n:
        input = cat(parts, dim)
    minus = logical_xor if input.dtype is bool_ else sub_plain
    for _ in range(n):
        extent = input.shape[dim]
        if extent == 0:
            return input
        input = minus(narrow(input, dim, 1, extent - 1), narrow(input, dim, 0, extent - 1))
    return input if n else input.clone()


def _strips(y, x, dx, dim):
    """The area under each pair of neighbours."""
    if y.dtype is bool_:
        raise NotImplementedError("trapezoid: received a bool input for `y`, but bool is not supported")
    dim = whole_dim(dim, len(y.shape))
    extent = y.shape[dim]
    if extent == 0:
        return None
    pairs = add_plain(narrow(y, dim, 1, extent - 1), narrow(y, dim, 0, extent - 1))
    if x is None:
        return mul(pairs, dx / 2) if dx != 1 else div_plain(pairs, 2.0)
    if x.dim() == 1 and y.dim() > 1:
        if x.shape[0] != extent:
            raise RuntimeError("trapezoid: There must be one `x` value for each sample point")
        x = x.reshape([extent] + [1] * (y.dim() - 1 - dim))
    along = dim if x.dim() == y.dim() else 0
    return div_plain(mul(pairs, diff(x, dim=along)), 2.0)


def trapezoid(y, x=None, *, dx=1, dim=-1):
    """The area under `y`, sampled at `x` or `dx` apart."""
    strips = _strips(y, x, dx, dim)
    if strips is None:
        return sum_(cast(y, y.dtype), dim)
    return sum_(strips, dim)


trapz = trapezoid


def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """The running area under `y`."""
    strips = _strips(y, x, dx, dim)
    return y.clone() if strips is None else cumsum(strips, dim)
