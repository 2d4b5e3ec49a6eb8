"""`torch.special`: the incomplete gamma functions, orthogonal polynomials, and Bessel functions of the first kind."""

import math

from . import _arithmetic as A
from . import _bessel as B
from . import _pointwise as P
from ._base import Tensor
from ._creation import full
from ._custom import Function
from ._dtype import float64
from ._no_gradients import zero_gradient
from ._numbers import as_tensor_operand
from ._promotion import cast, default_dtype, result_of
from ._selecting import choose
from ._out import store_into

# The highest degree: every one costs a pass over the tensor.
_MOST = 4096


class _LowerGamma(Function):
    """P(a, x); for a it has no gradient, as in PyTorch."""

    @staticmethod
    def forward(ctx, a, x, sign):
        from .distributions._incomplete_gamma import lower_gamma

        ctx.save_for_backward(a, x)
        ctx.sign = sign
        value = lower_gamma(a, x)
        value = value.masked_fill(x.double() == 0, 0.0).masked_fill(x.double() == math.inf, 1.0)
        value = value.masked_fill((a.double() < 0) | (x.double() < 0), math.nan)
        return (value if sign > 0 else 1 - value).to(result_of(a, x))

    @staticmethod
    def backward(ctx, gradient):
        a, x = ctx.saved_tensors
        if ctx.needs_input_grad[0]:
            raise NotImplementedError("the derivative for 'igamma: input' is not implemented.")
        slope = ((a - 1) * x.log() - x - a.lgamma()).exp()
        return None, (gradient * slope * ctx.sign).sum_to_size(x.shape), None


def gammainc(input, other, *, out=None):
    """The regularized lower incomplete gamma function."""
    result = _LowerGamma.apply(input, other, 1)
    return result if out is None else store_into(out, result)


def gammaincc(input, other, *, out=None):
    """The regularized upper incomplete gamma function."""
    result = _LowerGamma.apply(input, other, -1)
    return result if out is None else store_into(out, result)


def _polynomial(name, second, step):
    """The polynomial with p(0) = 1, p(1) = `second(x)` and p(k + 1) = `step(k, x, p(k), p(k - 1))`."""
    def function(input, n, *, out=None):
        first = input if isinstance(input, Tensor) else n
        kind = first.dtype if first.dtype.is_floating_point else default_dtype()
        x = as_tensor_operand(input, kind)
        degrees = as_tensor_operand(n, float64).trunc() if isinstance(n, Tensor) else None
        top = int(degrees.max().item()) if degrees is not None and degrees.numel() else int(n)
        if top > _MOST:
            raise RuntimeError(f"torch.special.{name}: a degree of {top} is more than {_MOST}")
        none = full(x.shape, 0.0, dtype=kind)
        before, now = zero_gradient(none + 1, x), second(x)
        values = [before, now]
        for k in range(1, top):
            before, now = now, step(k, x, now, before)
            values.append(now)
        if degrees is None:
            result = values[top] if top >= 0 else none
        else:
            result = none + degrees.to(kind) * 0
            for degree in range(top + 1):
                result = choose(A.eq(degrees, degree), values[degree].expand(result.shape), result)
        return result if out is None else store_into(out, result)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{name.replace('_', ' ').capitalize()} of degree `n`."
    return function


def _chebyshev(k, x, now, before):
    return 2 * x * now - before


def _shifted(k, x, now, before):
    return 2 * (2 * x - 1) * now - before


_PARTS = {
    "chebyshev_polynomial_t": (lambda x: x, _chebyshev),
    "chebyshev_polynomial_u": (lambda x: 2 * x, _chebyshev),
    "chebyshev_polynomial_v": (lambda x: 2 * x - 1, _chebyshev),
    "chebyshev_polynomial_w": (lambda x: 2 * x + 1, _chebyshev),
    "shifted_chebyshev_polynomial_t": (lambda x: 2 * x - 1, _shifted),
    "shifted_chebyshev_polynomial_u": (lambda x: 2 * (2 * x - 1), _shifted),
    "shifted_chebyshev_polynomial_v": (lambda x: 2 * (2 * x - 1) - 1, _shifted),
    "shifted_chebyshev_polynomial_w": (lambda x: 2 * (2 * x - 1) + 1, _shifted),
    "hermite_polynomial_h": (lambda x: 2 * x, lambda k, x, now, before: 2 * x * now - 2 * k * before),
    "hermite_polynomial_he": (lambda x: x, lambda k, x, now, before: x * now - k * before),
    "laguerre_polynomial_l": (lambda x: 1 - x, lambda k, x, now, before: (
        ((2 * k + 1 - x) * now - k * before) / (k + 1))),
    "legendre_polynomial_p": (lambda x: x, lambda k, x, now, before: (
        ((2 * k + 1) * x * now - k * before) / (k + 1))),
}


def spherical_bessel_j0(input, *, out=None):
    """`sin(input) / input`, 1 at 0."""
    x = cast(input, default_dtype()) if not input.dtype.is_floating_point else input
    zero = A.eq(x, 0)
    safe = choose(zero, as_tensor_operand(1, x.dtype), x)
    result = choose(zero, as_tensor_operand(1, x.dtype), A.div_plain(P.sin(safe), safe))
    return result if out is None else store_into(out, result)


def _same(name, function):
    def call(input, *, out=None):
        result = function(input)
        return result if out is None else store_into(out, result)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = function.__doc__
    return call


NAMES = {
    "gammainc": gammainc, "gammaincc": gammaincc, "spherical_bessel_j0": spherical_bessel_j0,
    "modified_bessel_i0": _same("modified_bessel_i0", B.i0), "modified_bessel_i1": _same("modified_bessel_i1", B.i1),
    **{name: _polynomial(name, *parts) for name, parts in _PARTS.items()},
}


def install(cls):
    """Gives the class `Tensor` its methods."""
    cls.igamma, cls.igammac = gammainc, gammaincc
    cls.igamma_ = lambda self, other: self.copy_(gammainc(self, other))
    cls.igammac_ = lambda self, other: self.copy_(gammaincc(self, other))
