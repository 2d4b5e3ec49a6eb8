"""The functions of one tensor that the host has; those of two come from `_arithmetic`."""

from ._arithmetic import (  # noqa: F401
    add, add_plain, arctan2, atan2, bitwise_and, bitwise_left_shift, bitwise_not, bitwise_or, bitwise_right_shift,
    bitwise_xor, div, div_plain, divide, eq, floor_divide, fmax, fmin, fmod, ge, greater, greater_equal, gt, le, less,
    less_equal, logical_and, logical_not, logical_or, logical_xor, lt, maximum, minimum, mul, multiply, ne, not_equal,
    pow, remainder, rsub, sub, sub_plain, subtract, true_divide,
)
from ._base import Tensor, wrap
from ._dtype import bool_, float32, int64
from ._host import Err, raised, tensors
from ._in_place import in_place  # noqa: F401
from ._promotion import cast, default_dtype

_U = tensors.UnaryOp
_unary = tensors.unary

# On integers these give integers; all others give floating-point results.
_KEEPS_INTEGERS = frozenset(
    (_U.NEG, _U.ABS, _U.SQUARE, _U.SIGN, _U.RELU, _U.FLOOR, _U.CEIL, _U.ROUND, _U.TRUNC)
)
_WHOLE_ALREADY = frozenset((_U.FLOOR, _U.CEIL, _U.ROUND, _U.TRUNC))
# What these say of booleans.
_NOT_ON_BOOL = {
    _U.NEG: "Negation, the `-` operator, on a bool tensor is not supported. "
            "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.",
    _U.RELU: "Boolean inputs not supported for relu",
    _U.ABS: "\"abs_cpu\" not implemented for 'Bool'",
    _U.FLOOR: "\"floor_vml_cpu\" not implemented for 'Bool'",
    _U.CEIL: "\"ceil_vml_cpu\" not implemented for 'Bool'",
    _U.ROUND: "\"round_vml_cpu\" not implemented for 'Bool'",
    _U.TRUNC: "\"trunc_vml_cpu\" not implemented for 'Bool'",
}


def _of_other_types(op, name, input):
    """What `op` does to a tensor that is not float32: the operand, or the result where there is nothing to compute."""
    if not isinstance(input, Tensor):
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
    kind = input.dtype
    if kind.is_floating_point:
        return input, None
    if op not in _KEEPS_INTEGERS:
        return cast(input, default_dtype()), None
    if kind is bool_:
        if op in _NOT_ON_BOOL:
            raise NotImplementedError(_NOT_ON_BOOL[op])
        # A boolean is its own sign; its square counts as a power with an integer.
        return input, cast(input, int64) if op is _U.SQUARE else input.clone()
    return input, input.clone() if op in _WHOLE_ALREADY else None


def _function(op, name, doc="", node=None):
    node = node or "".join(part.capitalize() for part in name.split("_")) + "Backward0"

    def operation(input):
        try:
            kind = input._dtype
        except AttributeError:
            kind = None
        if kind is not float32:
            input, result = _of_other_types(op, name, input)
            if result is not None:
                return result
            kind = input.dtype
        try:
            result = _unary(op, input)
        except Err as err:
            raise raised(err) from None
        result.__class__ = Tensor
        result._dtype = kind
        result._shape = input._shape
        result._made = node
        return result

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = doc or f"Elementwise {name}."
    return operation


neg = negative = _function(_U.NEG, "neg")
abs = absolute = _function(_U.ABS, "abs")
exp = _function(_U.EXP, "exp")
expm1 = _function(_U.EXPM1, "expm1", "exp(input) - 1, exact near 0.")
exp2 = _function(_U.EXP2, "exp2", "2 to the power of `input`.")
log = _function(_U.LOG, "log")
log1p = _function(_U.LOG1P, "log1p", "log(1 + input), exact near 0.", "Log1PBackward0")
log2 = _function(_U.LOG2, "log2", "Logarithm to base 2.")
log10 = _function(_U.LOG10, "log10", "Logarithm to base 10.")
sqrt = _function(_U.SQRT, "sqrt")
rsqrt = _function(_U.RSQRT, "rsqrt", "1 / sqrt(input).")
sin = _function(_U.SIN, "sin")
cos = _function(_U.COS, "cos")
tan = _function(_U.TAN, "tan")
asin = arcsin = _function(_U.ASIN, "asin")
acos = arccos = _function(_U.ACOS, "acos")
atan = arctan = _function(_U.ATAN, "atan")
sinh = _function(_U.SINH, "sinh")
cosh = _function(_U.COSH, "cosh")
tanh = _function(_U.TANH, "tanh")
asinh = arcsinh = _function(_U.ASINH, "asinh")
acosh = arccosh = _function(_U.ACOSH, "acosh")
atanh = arctanh = _function(_U.ATANH, "atanh")
sigmoid = expit = _function(_U.SIGMOID, "sigmoid")
log_sigmoid = _function(_U.LOG_SIGMOID, "log_sigmoid", "log(sigmoid(input)), without overflow.")
relu = _function(_U.RELU, "relu")
silu = _function(_U.SILU, "silu")
gelu_erf = _function(_U.GELU, "gelu")
gelu_tanh = _function(_U.GELU_TANH, "gelu")
erf = _function(_U.ERF, "erf")
erfc = _function(_U.ERFC, "erfc", "1 - erf(input).")
erfinv = _function(_U.ERFINV, "erfinv", "The inverse of erf.")
lgamma = gammaln = _function(_U.LGAMMA, "lgamma", "log |gamma(input)|.")
digamma = psi = _function(_U.DIGAMMA, "digamma", "The derivative of lgamma.")
floor = _function(_U.FLOOR, "floor")
ceil = _function(_U.CEIL, "ceil")
round_plain = _function(_U.ROUND, "round")
trunc = fix = _function(_U.TRUNC, "trunc")
sign = sgn = _function(_U.SIGN, "sign")
reciprocal = _function(_U.RECIPROCAL, "reciprocal")
square = _function(_U.SQUARE, "square", node="PowBackward0")


def round(input, *, decimals=0):
    """To the nearest integer, halves to even; or to `decimals` places."""
    if decimals == 0:
        return round_plain(input)
    if not input.dtype.is_floating_point:
        raise NotImplementedError(
            f"\"round_vml_cpu\" not implemented for '{input.dtype.title}'")
    if decimals > 0:
        return div_plain(round_plain(mul(input, 10.0**decimals)), 10.0**decimals)
    return mul(round_plain(div_plain(input, 10.0**-decimals)), 10.0**-decimals)


def frac(input):
    """What is left after `trunc`."""
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"\"frac_cpu\" not implemented for '{input.dtype.title}'")
    return sub_plain(input, trunc(input))


def isnan(input):
    """Where `input` is not a number."""
    if not input.dtype.is_floating_point:
        return ne(input, input)
    return wrap(_unary(_U.IS_NAN, input), bool_)


def isfinite(input):
    """Where `input` is neither infinite nor not a number."""
    if not input.dtype.is_floating_point:
        return eq(input, input)
    return wrap(_unary(_U.IS_FINITE, input), bool_)


def isinf(input):
    """Where `input` is infinite."""
    if not input.dtype.is_floating_point:
        return ne(input, input)
    return eq(abs(input), float("inf"))


def isposinf(input):
    """Where `input` is +inf."""
    return eq(input, float("inf"))


def isneginf(input):
    """Where `input` is -inf."""
    return eq(input, float("-inf"))


def isreal(input):
    """Everywhere: there are no complex numbers."""
    return eq(input, input) if not input.dtype.is_floating_point else logical_or(eq(input, input), isnan(input))


def positive(input):
    """`input` itself."""
    if input.dtype is bool_:
        raise RuntimeError(
            "The `+` operator, on a bool tensor is not supported.")
    return input
