"""Elementwise functions made of several host operations."""

import math

from . import _arithmetic as A
from . import _pointwise as P
from ._arithmetic import common
from ._base import Tensor
from ._dtype import bool_, float32, float64, int32
from ._grad_mode import grad_mode
from ._in_place import in_place
from ._numbers import as_tensor_operand
from ._promotion import cast, default_dtype
from ._selecting import choose


def _number(value, like):
    """A tensor without dimensions of the type of `like`."""
    return as_tensor_operand(value, like.dtype)


def _floating(x):
    return x if x.dtype.is_floating_point else cast(x, default_dtype())


def _pair(name, a, b):
    """Two operands as tensors of one floating-point type that is exact enough to compute in, and the result's type."""
    kind = common(name, a, b)
    if not kind.is_floating_point:
        kind = default_dtype()
    wide = _wide(kind)
    return as_tensor_operand(a, wide), as_tensor_operand(b, wide), kind


def _wide(kind):
    return float32 if kind.itemsize == 2 else kind


def _in_one_piece(function):
    """`function` of one floating-point tensor, with the 16-bit types computed in float32 and rounded once."""

    def operation(input, *arguments, **options):
        x = _floating(input)
        if x.dtype.itemsize != 2:
            return function(x, *arguments, **options)
        return cast(function(cast(x, float32), *arguments, **options), x.dtype)

    operation.__name__ = operation.__qualname__ = function.__name__
    operation.__doc__ = function.__doc__
    return operation


def instead(x, where, value):
    """`x`, but a number where `where` holds: so that what is not wanted there has a finite gradient."""
    return choose(where, _number(value, x), x)


def _nothing(x, y, pole):
    """Where `x` is 0 and the logarithm of `y`, whose pole is at `pole`, is infinite or not defined."""
    defined = A.logical_and(A.gt(y, pole), A.lt(y, math.inf))
    return A.logical_and(A.eq(x, 0), A.logical_not(A.logical_or(defined, P.isnan(y))))


def xlogy(input, other):
    """`input * log(other)`; 0 where `input` is 0, unless `other` is not a number."""
    x, y, kind = _pair("xlogy", input, other)
    none = _nothing(x, y, 0)
    return cast(instead(A.mul(x, P.log(instead(y, none, 1))), none, 0), kind)


def xlog1py(input, other):
    """`input * log1p(other)`; 0 where `input` is 0, unless `other` is not a number."""
    x, y, kind = _pair("xlog1py", input, other)
    none = _nothing(x, y, -1)
    return cast(instead(A.mul(x, P.log1p(instead(y, none, 0))), none, 0), kind)


def _log_add(name, log_of_sum):
    def operation(input, other):
        if not common(name, input, other).is_floating_point:
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{common(name, input, other).title}'")
        a, b, kind = _pair(name, input, other)
        same = A.logical_and(P.isinf(a), A.eq(a, b))
        far = instead(P.abs(A.sub_plain(a, b)), same, 0)
        top = A.larger(a, b)
        return cast(choose(same, top, A.add_plain(top, log_of_sum(P.neg(far)))), kind)

    operation.__doc__ = "The logarithm of a sum, from the logarithms of its parts."
    return A.of_tensors(operation, name)


logaddexp = _log_add("logaddexp", lambda far: P.log1p(P.exp(far)))
logaddexp2 = _log_add("logaddexp2", lambda far: A.mul(P.log1p(P.exp2(far)), 1 / math.log(2)))


def _hypot(input, other):
    """`sqrt(input**2 + other**2)`, computed in float64, where it does not overflow."""
    kind = common("hypot", input, other)
    if not kind.is_floating_point:
        raise NotImplementedError(f"\"hypot_cpu\" not implemented for '{kind.title}'")
    a, b = as_tensor_operand(input, float64), as_tensor_operand(other, float64)
    return cast(P.sqrt(A.add_plain(P.square(a), P.square(b))), kind)


hypot = A.of_tensors(_hypot, "hypot")


def signbit(input):
    """Where `input` is negative, the negative 0 included."""
    if not input.dtype.is_floating_point:
        return A.lt(input, 0) if input.dtype is not bool_ else A.ne(input, input)
    return A.logical_or(A.lt(input, 0), A.logical_and(A.eq(input, 0), A.lt(P.reciprocal(input), 0)))


def copysign(input, other):
    """The size of `input` with the sign of `other`."""
    size, of, kind = _pair("copysign", input, other)
    same = A.eq(signbit(size), signbit(of))
    result = cast(A.mul(size, choose(same, _number(1, size), _number(-1, size))), kind)
    if isinstance(other, Tensor) and other.requires_grad and grad_mode.recording:
        from ._no_gradients import zero_gradient

        zero = zero_gradient(P.positive(A.mul(result.detach(), 0.0)), other)
        return A.add_plain(result, zero) if size.requires_grad else zero_gradient(result, other)
    return result


def heaviside(input, values):
    """0 below 0, 1 above, `values` at 0."""
    for place, value in (("input", input), ("values", values)):
        if not isinstance(value, Tensor):
            raise A.operand_error("heaviside", value, place)
    if input.dtype is not values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    from ._no_gradients import refused

    return refused("heaviside", choose(A.eq(input, 0), values, cast(A.gt(input, 0), input.dtype)), input, values)


@_in_one_piece
def sinc(input):
    """`sin(pi x) / (pi x)`, 1 at 0."""
    x = input
    none = A.eq(x, 0)
    turned = A.mul(instead(x, none, 1), math.pi)
    return instead(A.div_plain(P.sin(turned), turned), none, 1)


@_in_one_piece
def logit(input, eps=None):
    """`log(x / (1 - x))`; `x` is kept `eps` away from 0 and 1."""
    x = input
    if eps is not None:
        x = A.smaller(A.larger(x, eps), 1 - eps)
    return A.sub_plain(P.log(x), P.log1p(P.neg(x)))


def deg2rad(input):
    """Degrees in radians."""
    return A.mul(input, math.pi / 180)


def rad2deg(input):
    """Radians in degrees."""
    return A.mul(input, 180 / math.pi)


def float_power(input, exponent):
    """Power in float64."""
    common("float_power", input, exponent)
    return A.pow(as_tensor_operand(input, float64), as_tensor_operand(exponent, float64))


def float_power_(self, exponent):
    """In-place `float_power`, of a float64 tensor."""
    if self.dtype is not float64:
        raise RuntimeError(f"the base given to float_power_ has dtype {self.dtype.title} but the operation's result "
                           "requires dtype Double")
    return in_place(float_power, "float_power_")(self, exponent)


def _ldexp(input, other):
    """`input * 2**other`."""
    kind = input.dtype
    if other.dtype.is_floating_point or not kind.is_floating_point:
        return A.mul(input, A.pow(2.0, other))
    if other.dtype is bool_:
        raise NotImplementedError("\"ldexp_cpu_exp\" not implemented for 'Bool'")
    wide = _wide(kind)
    return cast(A.mul(cast(input, wide), P.exp2(cast(other, wide))), kind)


ldexp = A.of_tensors(_ldexp, "ldexp")


def frexp(input):
    """A fraction in [1/2, 1) and a power of two (int32) whose product is `input`."""
    from ._return_types import return_type

    if not input.dtype.is_floating_point:
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    x = cast(input, float64)
    plain = A.logical_and(A.ne(x, 0), P.isfinite(x))
    safe = choose(plain, x, _number(1, x)).detach()
    power = A.add_plain(P.floor(P.log2(P.abs(safe))), 1)
    # The logarithm may round across a power of two.
    size = A.div_plain(P.abs(safe), P.exp2(power))
    power = A.add_plain(power, cast(A.ge(size, 1), float64))
    power = A.sub_plain(power, cast(A.lt(size, 0.5), float64))
    power = choose(plain, power, _number(0, x))
    return return_type("frexp", "mantissa exponent")(
        cast(A.div_plain(x, P.exp2(power)), input.dtype), cast(power, int32))


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Where `|input - other| <= atol + rtol * |other|`."""
    if input.dtype is not other.dtype:
        raise RuntimeError(f"{_title(input)} did not match {_title(other)}")
    if rtol < 0 or atol < 0:
        raise RuntimeError(
            f"{'rtol' if rtol < 0 else 'atol'} must be greater than or equal to zero, but got "
            f"{rtol if rtol < 0 else atol}")
    close = A.eq(input, other)
    if equal_nan and input.dtype.is_floating_point:
        close = A.logical_or(close, A.logical_and(P.isnan(input), P.isnan(other)))
    if rtol == 0 and atol == 0:
        return close
    kind = input.dtype if input.dtype.is_floating_point else float64
    a, b = cast(input, kind), cast(other, kind)
    off = P.abs(A.sub_plain(a, b))
    near = A.le(off, A.add_plain(A.mul(P.abs(b), rtol), atol))
    return A.logical_or(close, A.logical_and(near, P.isfinite(off)))


def _title(x):
    return x.dtype.title


def angle(input):
    """pi for negative numbers, 0 for others."""
    x = _floating(input)
    flat = choose(A.lt(x, 0), _number(math.pi, x), _number(0, x))
    return choose(P.isnan(x), x, flat)


def erfcx(input):
    """`exp(x**2) * erfc(x)`, for large numbers by its asymptotic series."""
    kind = _floating(input).dtype
    x = cast(input, float64)
    large = A.gt(x, 20)
    near = instead(x, large, 0)
    direct = A.mul(P.exp(P.square(near)), P.erfc(near))
    far = instead(x, A.logical_not(large), 20)
    below = P.reciprocal(A.mul(P.square(far), 2))
    series = A.add_plain(A.mul(below, A.sub_plain(A.mul(below, A.sub_plain(3, A.mul(below, 15))), 1)), 1)
    return cast(choose(large, A.div_plain(series, A.mul(far, math.sqrt(math.pi))), direct), kind)


def ndtr(input):
    """The area under the standard normal density left of `input`."""
    return A.mul(P.erfc(A.mul(_floating(input), -math.sqrt(0.5))), 0.5)


def ndtri(input):
    """The inverse of `ndtr`."""
    return A.mul(P.erfinv(A.sub_plain(A.mul(_floating(input), 2), 1)), math.sqrt(2))


def log_ndtr(input):
    """The logarithm of `ndtr`, without underflow."""
    x = _floating(input)
    left = A.lt(x, -1)
    t = A.mul(x, math.sqrt(0.5))
    far = A.sub_plain(P.log(A.mul(erfcx(P.neg(instead(t, A.logical_not(left), -1))), 0.5)), P.square(t))
    near = P.log1p(A.mul(P.erfc(instead(t, left, 0)), -0.5))
    return choose(left, far, near)


def entr(input):
    """`-x log x`; 0 at 0 and -inf below."""
    x = _floating(input)
    inside = A.gt(x, 0)
    value = P.neg(A.mul(x, P.log(instead(x, A.logical_not(inside), 1))))
    outside = choose(A.eq(x, 0), _number(0, x), _number(float("-inf"), x))
    return choose(A.logical_or(inside, P.isnan(x)), value, outside)


def mvlgamma(input, p):
    """The logarithm of the multivariate gamma function of dimension `p`."""
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    x = _floating(input)
    total = P.lgamma(x)
    for step in range(1, p):
        total = A.add_plain(total, P.lgamma(A.sub_plain(x, step / 2)))
    return A.add_plain(total, p * (p - 1) / 4 * math.log(math.pi))
