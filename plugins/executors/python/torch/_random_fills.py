"""Random numbers written to a tensor that is there: `x.normal_()` and its relatives."""

import math

from ._base import Tensor, wrap
from ._dtype import bool_, float32, float64, host_dtype, int64
from ._generator import of
from ._host import host
from ._joining import cat
from ._numbers import limits
from ._pointwise import add_plain, ceil, div_plain, exp, log, mul, remainder, sub_plain, tan
from ._promotion import cast
from ._random import chances, check_probabilities, normals, uniforms, whole_numbers
from ._views import check_writable, write

# As many float64 normals as PyTorch draws one by one; it fills larger tensors in another order.
_ONE_BY_ONE = 15


def _float_only(self, kernel):
    check_writable(self)
    kind = self.dtype
    if not kind.is_floating_point:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{kind.title}'")
    return kind


def normal_(self, mean=0, std=1, *, generator=None):
    """In-place: normal numbers."""
    kind = _float_only(self, "normal_kernel_cpu")
    if std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    return write(self, normals(list(self.shape), kind, mean, std, generator))


def uniform_(self, from_=0, to=1, *, generator=None, **bounds):
    """In-place: uniform numbers from `from` (included) to `to` (excluded)."""
    kind = _float_only(self, "check_uniform_bounds")
    low = bounds.pop("from", from_)
    if bounds:
        raise TypeError(f"uniform_() got an unexpected keyword argument '{next(iter(bounds))}'")
    if low > to:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={to:g}")
    return write(self, uniforms(list(self.shape), kind, low, to, generator))


def bernoulli_(self, p=0.5, *, generator=None):
    """In-place: 1 with probability `p` (a number, or a tensor of this shape), else 0."""
    check_writable(self)
    if isinstance(p, Tensor):
        check_probabilities(p)
        drawn = chances(p.expand(self.shape) if p.shape != self.shape else p, generator)
        return write(self, cast(drawn, self.dtype) if drawn.dtype is not self.dtype else drawn)
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    kind = self.dtype if self.dtype.is_floating_point else float32
    drawn = wrap(host(of(generator).stream.bernoulli, host_dtype(kind), list(self.shape), float(p)), kind)
    return write(self, cast(drawn, self.dtype))


def exponential_(self, lambd=1, *, generator=None):
    """In-place: exponentially distributed numbers of rate `lambd`."""
    kind = _float_only(self, "exponential_cpu")
    if lambd <= 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    return write(self, wrap(host(of(generator).stream.exponential, host_dtype(kind), list(self.shape),
                                 float(lambd)), kind))


def _low_bits(shape, bits, generator):
    """The last `bits` (up to 32) of one 32-bit draw for each element.

    The host takes 64 bits for a range of 2^28 or more. Two smaller ranges from the same draws say the same: what is
    left after division by 2^27 and by 37 determines a number below 37 * 2^27.
    """
    stream = of(generator).stream
    state = host(stream.state)
    low = whole_numbers(shape, 0, 1 << 27, generator)
    host(stream.set_state, state)
    rest = whole_numbers(shape, 0, 37, generator)
    high = remainder(mul(sub_plain(rest, low), pow(1 << 27, -1, 37)), 37)
    return remainder(add_plain(low, mul(high, 1 << 27)), 1 << bits)


def random_(self, from_=None, to=None, *, generator=None, **bounds):
    """In-place: integers from `from` (0) to `to`, which is excluded; without bounds all that the type holds exactly."""
    check_writable(self)
    kind, shape = self.dtype, list(self.shape)
    low = bounds.pop("from", from_)
    if low is not None and to is None:
        low, to = 0, low
    if to is not None:
        return write(self, cast(whole_numbers(shape, int(low or 0), int(to), generator), kind))
    if kind is bool_:
        drawn = whole_numbers(shape, 0, 2, generator)
    elif kind is int64:
        # 2^63 numbers, whose end is no int64.
        drawn = add_plain(whole_numbers(shape, -1, 2**63 - 1, generator), 1)
    elif kind.is_floating_point:
        exact = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}[kind.name]
        drawn = whole_numbers(shape, 0, 2**exact + 1, generator)
    elif kind.itemsize == 4:
        drawn = _low_bits(shape, 31 if kind.is_signed else 32, generator)
    else:
        drawn = whole_numbers(shape, 0, limits(kind)[1] + 1, generator)
    return write(self, cast(drawn, kind))


def geometric_(self, p, *, generator=None):
    """In-place: how many trials of probability `p` it takes until one succeeds."""
    check_writable(self)
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    drawn = uniforms(list(self.shape), float64, 0, 1, generator)
    return write(self, cast(ceil(div_plain(log(drawn), math.log1p(-p))), self.dtype))


def cauchy_(self, median=0, sigma=1, *, generator=None):
    """In-place: Cauchy-distributed numbers."""
    kind = _float_only(self, "cauchy_cpu")
    if sigma <= 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    turned = tan(mul(sub_plain(uniforms(list(self.shape), float64, 0, 1, generator), 0.5), math.pi))
    return write(self, cast(add_plain(mul(turned, sigma), median), kind))


def log_normal_(self, mean=1, std=2, *, generator=None):
    """In-place: numbers whose logarithms are normal."""
    kind = _float_only(self, "log_normal_cpu")
    if std <= 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    count, parts = self.numel(), []
    while count > 0:
        parts.append(normals([min(count, _ONE_BY_ONE)], float64, mean, std, generator))
        count -= _ONE_BY_ONE
    drawn = cat(parts).reshape(list(self.shape)) if parts else normals(list(self.shape), float64, mean, std, generator)
    return write(self, cast(exp(drawn), kind))
