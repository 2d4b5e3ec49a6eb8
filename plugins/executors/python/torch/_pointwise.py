"""Arithmetic, comparisons and the functions of one tensor."""

from ._base import Tensor, wrap
from ._dtype import bool_, float32, int64
from ._host import Err, raised, tensors
from ._promotion import cast, default_dtype, result_of, with_number
from ._views import check_writable, write

_B = tensors.BinaryOp
_U = tensors.UnaryOp
_binary = tensors.binary
_binary_scalar = tensors.binary_scalar
_scalar_binary = tensors.scalar_binary
_unary = tensors.unary

_NUMBERS = (float, int)


def _operand_error(name, other):
    return TypeError(f"{name}(): argument 'other' must be Tensor or Number, not {type(other).__name__}")


def _prepare(op, kind):
    """The type the operands are brought to, and that of the result, from their common type `kind`."""
    if op is _B.DIV:
        kind = kind if kind.is_floating_point else default_dtype()
    elif kind is bool_:
        if op is _B.SUB:
            raise RuntimeError(
                "Subtraction, the `-` operator, with two bool tensors is not supported. "
                "Use the `^` or `logical_xor()` operator instead."
            )
        if op is _B.POW or op is _B.FLOOR_DIVIDE or op is _B.REMAINDER:
            kind = int64
    return kind


_ON_BOOL = {_B.ADD: _B.LOGICAL_OR, _B.MUL: _B.LOGICAL_AND, _B.MAXIMUM: _B.LOGICAL_OR, _B.MINIMUM: _B.LOGICAL_AND}


def _arithmetic(op, name, doc):
    def slow(a, b):
        if isinstance(a, Tensor):
            if isinstance(b, Tensor):
                common = result_of(a, b)
            elif isinstance(b, _NUMBERS):
                common = with_number(a, b)
            else:
                raise _operand_error(name, b)
        elif isinstance(a, _NUMBERS) and isinstance(b, Tensor):
            common = with_number(b, a)
        else:
            raise _operand_error(name, a)
        kind = _prepare(op, common)
        use = _ON_BOOL.get(op, op) if kind is bool_ else op
        try:
            if not isinstance(b, Tensor):
                result = _binary_scalar(use, cast(a, kind), float(b))
            elif not isinstance(a, Tensor):
                result = _scalar_binary(use, float(a), cast(b, kind))
            else:
                result = _binary(use, cast(a, kind), cast(b, kind))
        except Err as err:
            raise raised(err) from None
        return wrap(result, kind)

    def operation(input, other):
        # The common case first: both float32, or float32 and a number.
        if other.__class__ is float or other.__class__ is int:
            try:
                if input._dtype is float32:
                    result = _binary_scalar(op, input, other)
                    result.__class__ = Tensor
                    result._dtype = float32
                    result._shape = input._shape
                    return result
            except Err as err:
                raise raised(err) from None
            except AttributeError:
                pass
            return slow(input, other)
        try:
            if input._dtype is float32 and other._dtype is float32:
                result = _binary(op, input, other)
                result.__class__ = Tensor
                result._dtype = float32
                return result
        except Err as err:
            raise raised(err) from None
        except AttributeError:
            pass
        return slow(input, other)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = doc
    return operation


add_plain = _arithmetic(_B.ADD, "add", "Elementwise sum.")
sub_plain = _arithmetic(_B.SUB, "sub", "Elementwise difference.")
mul = _arithmetic(_B.MUL, "mul", "Elementwise product.")
div_plain = _arithmetic(_B.DIV, "div", "Elementwise quotient; a floating-point result.")
pow = _arithmetic(_B.POW, "pow", "Elementwise power.")
remainder = _arithmetic(_B.REMAINDER, "remainder", "Remainder with the divisor's sign.")
floor_divide = _arithmetic(_B.FLOOR_DIVIDE, "floor_divide", "Quotient rounded down.")
_maximum = _arithmetic(_B.MAXIMUM, "maximum", "")
_minimum = _arithmetic(_B.MINIMUM, "minimum", "")
multiply = mul


def add(input, other, *, alpha=1):
    """`input + alpha * other`."""
    return add_plain(input, other if alpha == 1 else mul(other, alpha) if isinstance(other, Tensor) else alpha * other)


def sub(input, other, *, alpha=1):
    """`input - alpha * other`."""
    return sub_plain(input, other if alpha == 1 else mul(other, alpha) if isinstance(other, Tensor) else alpha * other)


def rsub(input, other, *, alpha=1):
    """`other - alpha * input`."""
    return sub_plain(other, input if alpha == 1 else mul(input, alpha))


def div(input, other, *, rounding_mode=None):
    """`input / other`, rounded as asked: None, 'trunc' or 'floor'."""
    if rounding_mode is None:
        return div_plain(input, other)
    if rounding_mode == "floor":
        return floor_divide(input, other)
    if rounding_mode == "trunc":
        quotient = trunc(div_plain(input, other))
        kind = result_of(input, other) if isinstance(other, Tensor) else with_number(input, other)
        return cast(quotient, kind)
    raise RuntimeError(
        "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '" + str(rounding_mode) + "'"
    )


subtract, divide, true_divide = sub, div, div_plain


def fmod(input, other):
    """Remainder with the dividend's sign."""
    return sub_plain(input, mul(div(input, other, rounding_mode="trunc"), other))


def maximum(input, other):
    """Elementwise larger of two tensors."""
    _two_tensors("maximum", input, other)
    return _maximum(input, other)


def minimum(input, other):
    """Elementwise smaller of two tensors."""
    _two_tensors("minimum", input, other)
    return _minimum(input, other)


def _two_tensors(name, input, other):
    for place, value in (("input", input), ("other", other)):
        if not isinstance(value, Tensor):
            raise TypeError(f"{name}(): argument '{place}' must be Tensor, not {type(value).__name__}")


def _comparison(op, name):
    def operation(input, other):
        try:
            if not isinstance(other, Tensor):
                if not isinstance(other, _NUMBERS):
                    if name == "eq" or name == "ne":
                        return name == "ne"
                    raise _operand_error(name, other)
                kind = with_number(input, other)
                x = input if kind is input.dtype else cast(input, kind)
                result = _binary_scalar(op, x, float(other))
            elif not isinstance(input, Tensor):
                result = _scalar_binary(op, float(input), other)
            else:
                kind = result_of(input, other)
                result = _binary(op, cast(input, kind), cast(other, kind))
        except Err as err:
            raise raised(err) from None
        return wrap(result, bool_)

    operation.__name__ = operation.__qualname__ = name
    return operation


eq = _comparison(_B.EQ, "eq")
ne = not_equal = _comparison(_B.NE, "ne")
lt = less = _comparison(_B.LT, "lt")
le = less_equal = _comparison(_B.LE, "le")
gt = greater = _comparison(_B.GT, "gt")
ge = greater_equal = _comparison(_B.GE, "ge")


def _logical(op, name):
    def operation(input, other):
        if not isinstance(other, Tensor):
            other = wrap(tensors.full(bool_.host, [], float(bool(other))), bool_)
        try:
            return wrap(_binary(op, cast(input, bool_), cast(other, bool_)), bool_)
        except Err as err:
            raise raised(err) from None

    operation.__name__ = operation.__qualname__ = name
    return operation


logical_and = _logical(_B.LOGICAL_AND, "logical_and")
logical_or = _logical(_B.LOGICAL_OR, "logical_or")
logical_xor = _logical(_B.LOGICAL_XOR, "logical_xor")


def _bitwise(logical, name):
    def operation(input, other):
        for value in (input, other):
            kind = value.dtype if isinstance(value, Tensor) else bool_ if isinstance(value, bool) else None
            if kind is not bool_:
                raise NotImplementedError(f"torch.{name} of integers is not available; of booleans it is")
        return logical(input, other)

    operation.__name__ = operation.__qualname__ = name
    return operation


bitwise_and = _bitwise(logical_and, "bitwise_and")
bitwise_or = _bitwise(logical_or, "bitwise_or")
bitwise_xor = _bitwise(logical_xor, "bitwise_xor")


def logical_not(input):
    """1 where `input` is 0."""
    try:
        return wrap(_unary(_U.LOGICAL_NOT, input), bool_)
    except Err as err:
        raise raised(err) from None


def bitwise_not(input):
    """The negation of a boolean tensor; of an integer, `-x - 1`."""
    if input.dtype is bool_:
        return logical_not(input)
    if input.dtype.is_floating_point:
        raise RuntimeError('"bitwise_not_cpu" not implemented for \'Float\'')
    return sub_plain(neg(input), 1)


# On integers these give integers; all others give floating-point results.
_KEEPS_INTEGERS = frozenset((_U.NEG, _U.ABS, _U.SQUARE, _U.SIGN, _U.RELU, _U.FLOOR, _U.CEIL, _U.ROUND, _U.TRUNC))


def _function(op, name, doc=""):
    keeps = op in _KEEPS_INTEGERS

    def operation(input):
        kind = input._dtype
        if kind is not float32:
            kind = input.dtype
            if not kind.is_floating_point:
                if not keeps:
                    kind = default_dtype()
                    input = cast(input, kind)
                elif op in (_U.FLOOR, _U.CEIL, _U.ROUND, _U.TRUNC):
                    return input.clone()
                elif kind is bool_ and op is _U.NEG:
                    raise RuntimeError(
                        "Negation, the `-` operator, on a bool tensor is not supported. "
                        "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
                    )
        try:
            result = _unary(op, input)
        except Err as err:
            raise raised(err) from None
        result.__class__ = Tensor
        result._dtype = kind
        result._shape = input._shape
        return result

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = doc or f"Elementwise {name}."
    return operation


neg = negative = _function(_U.NEG, "neg")
abs = absolute = _function(_U.ABS, "abs")
exp = _function(_U.EXP, "exp")
expm1 = _function(_U.EXPM1, "expm1")
log = _function(_U.LOG, "log")
log1p = _function(_U.LOG1P, "log1p")
sqrt = _function(_U.SQRT, "sqrt")
rsqrt = _function(_U.RSQRT, "rsqrt")
sin = _function(_U.SIN, "sin")
cos = _function(_U.COS, "cos")
tanh = _function(_U.TANH, "tanh")
sigmoid = _function(_U.SIGMOID, "sigmoid")
relu = _function(_U.RELU, "relu")
silu = _function(_U.SILU, "silu")
gelu_erf = _function(_U.GELU, "gelu")
gelu_tanh = _function(_U.GELU_TANH, "gelu")
erf = _function(_U.ERF, "erf")
floor = _function(_U.FLOOR, "floor")
ceil = _function(_U.CEIL, "ceil")
round_plain = _function(_U.ROUND, "round")
trunc = fix = _function(_U.TRUNC, "trunc")
sign = _function(_U.SIGN, "sign")
reciprocal = _function(_U.RECIPROCAL, "reciprocal")
square = _function(_U.SQUARE, "square")


def round(input, *, decimals=0):
    """To the nearest integer, halves to even; or to `decimals` places."""
    if decimals == 0:
        return round_plain(input)
    return div_plain(round_plain(mul(input, 10.0**decimals)), 10.0**decimals)


def frac(input):
    """What is left after `trunc`."""
    return sub_plain(input, trunc(input))


def exp2(input):
    """2 to the power of `input`."""
    return exp(mul(input, 0.6931471805599453))


def log2(input):
    """Logarithm to base 2."""
    return mul(log(input), 1.4426950408889634)


def log10(input):
    """Logarithm to base 10."""
    return mul(log(input), 0.4342944819032518)


def tan(input):
    """Elementwise tangent."""
    return div_plain(sin(input), cos(input))


def sinh(input):
    """Elementwise hyperbolic sine."""
    return mul(sub_plain(exp(input), exp(neg(input))), 0.5)


def cosh(input):
    """Elementwise hyperbolic cosine."""
    return mul(add_plain(exp(input), exp(neg(input))), 0.5)


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
    return logical_not(logical_or(isfinite(input), isnan(input)))


def in_place(function, name):
    """The method `name` that computes `function` and writes the result to its first argument."""

    def method(self, *arguments, **options):
        check_writable(self)
        result = function(self, *arguments, **options)
        kind = self.dtype
        if result.dtype is not kind:
            if result.dtype.is_floating_point and not kind.is_floating_point:
                raise RuntimeError(
                    f"result type {_title(result.dtype)} can't be cast to the desired output type {_title(kind)}"
                )
            result = cast(result, kind)
        if result.shape != self.shape:
            raise RuntimeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape {list(result.shape)}"
            )
        return write(self, result)

    method.__name__ = method.__qualname__ = name
    return method


_TITLES = {"float32": "Float", "bfloat16": "BFloat16", "int64": "Long", "uint8": "Byte", "bool": "Bool",
           "uint32": "UInt32"}


def _title(kind):
    return _TITLES[kind.name]
