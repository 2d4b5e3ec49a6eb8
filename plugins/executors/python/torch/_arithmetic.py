"""Operations on two operands: arithmetic, comparisons, logic, bits."""

from ._base import Tensor, wrap
from ._dtype import bool_, float32
from ._grad_mode import grad_mode
from ._host import Err, raised, tensors
from ._numbers import limits, scalar
from ._promotion import cast, default_dtype, result_of, type_of_number, with_number

_B = tensors.BinaryOp
_binary = tensors.binary
_binary_scalar = tensors.binary_scalar
_scalar_binary = tensors.scalar_binary

_NUMBERS = (float, int)


def operand_error(name, other, place="other", position=2):
    """The TypeError for an operand that is neither a tensor nor a number."""
    return TypeError(
        f"{name}(): argument '{place}' (position {position}) must be Tensor, not {type(other).__name__}"
    )


def common(name, a, b):
    """The type two operands are brought to, at least one of which is a tensor."""
    if isinstance(a, Tensor):
        if isinstance(b, Tensor):
            return result_of(a, b)
        if isinstance(b, (float, int, complex)):
            return with_number(a, b)
        raise operand_error(name, b)
    if isinstance(a, (float, int, complex)):
        if isinstance(b, Tensor):
            return with_number(b, a)
        if isinstance(b, _NUMBERS):
            return None
    raise operand_error(name, a, "input", 1)


def run(op, a, b, kind, result):
    """The host's operation on operands brought to `kind`; its result has the type `result`."""
    left, right = isinstance(a, Tensor), isinstance(b, Tensor)
    a = cast(a, kind) if left else scalar(a, kind)
    b = cast(b, kind) if right else scalar(b, kind)
    try:
        if b.__class__ is float:
            return wrap(_binary_scalar(op, a, b), result)
        if a.__class__ is float:
            return wrap(_scalar_binary(op, a, b), result)
        return wrap(_binary(op, a, b), result)
    except Err as err:
        raise _explained(err, op, a, b) from None


def _explained(err, op, a, b):
    """PyTorch's words for two shapes that do not go together; the host's for all else."""
    if err.value.code == "shape" and isinstance(a, Tensor) and isinstance(b, Tensor):
        mismatch = shape_mismatch(a.shape, b.shape)
        if mismatch:
            return RuntimeError(mismatch)
    if err.value.code == "argument" and op in (_B.FLOOR_DIVIDE, _B.REMAINDER, _B.FMOD, _B.DIV):
        return RuntimeError("ZeroDivisionError")
    return raised(err)


def shape_mismatch(a, b):
    """What PyTorch says of two shapes that do not broadcast; None of two that do."""
    rank = max(len(a), len(b))
    for back in range(1, rank + 1):
        x = a[-back] if back <= len(a) else 1
        y = b[-back] if back <= len(b) else 1
        if x != y and x != 1 and y != 1:
            return (
                f"The size of tensor a ({x}) must match the size of tensor b ({y}) at non-singleton dimension "
                f"{rank - back}"
            )
    return None


# On booleans.
_ON_BOOL = {_B.ADD: _B.LOGICAL_OR, _B.MUL: _B.LOGICAL_AND, _B.MAXIMUM: _B.LOGICAL_OR, _B.MINIMUM: _B.LOGICAL_AND}
_NOT_ON_BOOL = {_B.FLOOR_DIVIDE: "div_floor_cpu", _B.REMAINDER: "remainder_cpu", _B.FMOD: "fmod_cpu"}
_ALWAYS_FLOATS = frozenset((_B.DIV, _B.ATAN2))


def _is_bool(x):
    return x.dtype is bool_ if isinstance(x, Tensor) else isinstance(x, bool)


def _check_no_bool(a, b):
    """Booleans cannot be subtracted, nor subtracted from."""
    if _is_bool(a) and _is_bool(b):
        raise NotImplementedError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. "
            "Use the `^` or `logical_xor()` operator instead."
        )
    if _is_bool(a) or _is_bool(b):
        raise NotImplementedError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. "
            "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
        )


def _for_bool(op):
    if op in _NOT_ON_BOOL:
        raise NotImplementedError(f"\"{_NOT_ON_BOOL[op]}\" not implemented for 'Bool'")
    return _ON_BOOL.get(op, op)


def _bool_power(a, b):
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        raise NotImplementedError("\"pow\" not implemented for 'Bool'")
    if isinstance(a, Tensor):
        return a.clone() if b else run(_B.LOGICAL_OR, a, True, bool_, bool_)
    return run(_B.LOGICAL_OR, logical_not(b), a, bool_, bool_)


def _check_exponent(exponent, kind):
    if exponent < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    if exponent > limits(kind)[1]:
        raise RuntimeError(f"value cannot be converted to type {kind.name}_t without overflow")


def _arithmetic(op, name, doc, by_number=None, by_tensor=None, reflected=None):
    # What `grad_fn` calls it: with a number, with a tensor, and of a number and a tensor.
    by_number = by_number or name.capitalize() + "Backward0"
    by_tensor = by_tensor or by_number
    reflected = reflected or by_tensor

    def slow(a, b):
        result = of_any(a, b)
        result._made = reflected if not isinstance(a, Tensor) else by_tensor if isinstance(b, Tensor) else by_number
        return result

    def of_any(a, b):
        kind = common(name, a, b)
        if kind is None:
            kind = type_of_number(a + b)
            a = wrap(tensors.full(kind.host, [], float(a)), kind)
        if op is _B.SUB:
            _check_no_bool(a, b)
        if op in _ALWAYS_FLOATS:
            if not kind.is_floating_point:
                kind = default_dtype()
        elif kind is bool_:
            if op is _B.POW:
                return _bool_power(a, b)
            return run(_for_bool(op), a, b, kind, kind)
        elif op is _B.POW and not kind.is_floating_point and b.__class__ is int:
            _check_exponent(b, kind)
        return run(op, a, b, kind, kind)

    def operation(input, other):
        # The common case first: both float32, or float32 and a number.
        if other.__class__ is float or other.__class__ is int:
            try:
                if input._dtype is float32:
                    result = _binary_scalar(op, input, other)
                    result.__class__ = Tensor
                    result._dtype = float32
                    result._shape = input._shape
                    result._made = by_number
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
                result._made = by_tensor
                return result
        except Err as err:
            raise _explained(err, op, input, other) from None
        except AttributeError:
            pass
        return slow(input, other)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = doc
    return operation


add_plain = _arithmetic(_B.ADD, "add", "Elementwise sum.")
sub_plain = _arithmetic(_B.SUB, "sub", "Elementwise difference.", reflected="RsubBackward1")
mul = multiply = _arithmetic(_B.MUL, "mul", "Elementwise product.")
div_plain = _arithmetic(_B.DIV, "div", "Elementwise quotient; a floating-point result.", reflected="MulBackward0")
pow = _arithmetic(
    _B.POW, "pow", "Elementwise power.", by_tensor="PowBackward1", reflected="PowBackward2")
remainder = _arithmetic(
    _B.REMAINDER, "remainder", "Remainder with the divisor's sign.", by_tensor="RemainderBackward1")
_floor_divided = _arithmetic(_B.FLOOR_DIVIDE, "floor_divide", "Quotient rounded down.")


def _rounded(refusing, result, input, other):
    """A rounded quotient, of gradient 0; or of none, where `refusing` names the function that refuses it."""
    if not grad_mode.recording or not result.dtype.is_floating_point:
        return result
    from ._no_gradients import refused, zero_gradient

    return refused(refusing, result, input, other) if refusing else zero_gradient(result, input, other)


def floor_divide(input, other):
    """Quotient rounded down."""
    return _rounded("floor_divide", _floor_divided(input, other), input, other)


fmod = _arithmetic(
    _B.FMOD, "fmod", "Remainder with the dividend's sign.", by_tensor="FmodBackward1")
angle_of = _arithmetic(_B.ATAN2, "atan2", "The angle of the point (other, input).")
larger = _arithmetic(_B.MAXIMUM, "maximum", "Elementwise larger of two operands.")
smaller = _arithmetic(_B.MINIMUM, "minimum", "Elementwise smaller of two operands.")


def _scaled(name, other, alpha):
    if alpha == 1:
        return other
    if not isinstance(other, Tensor):
        return alpha * other
    if isinstance(alpha, float) and not other.dtype.is_floating_point:
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    scaled = mul(other, alpha)
    return cast(scaled, bool_) if other.dtype is bool_ else scaled


def add(input, other, third=None, *, alpha=1):
    """`input + alpha * other`; with three operands, by PyTorch's old order, `input + other * third`."""
    if third is not None:
        other, alpha = third, other
    return add_plain(input, _scaled("add", other, alpha))


def sub(input, other, third=None, *, alpha=1):
    """`input - alpha * other`; with three operands, by PyTorch's old order, `input - other * third`."""
    if third is not None:
        other, alpha = third, other
    return sub_plain(input, _scaled("sub", other, alpha))


def rsub(input, other, alpha=1):
    """`other - alpha * input`."""
    return sub_plain(other, _scaled("rsub", input, alpha))


def div(input, other, *, rounding_mode=None):
    """`input / other`, rounded as asked: None, 'trunc' or 'floor'."""
    if rounding_mode is None:
        return div_plain(input, other)
    if rounding_mode == "floor":
        return _rounded(None, _floor_divided(input, other), input, other)
    if rounding_mode != "trunc":
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '" + str(rounding_mode) + "'"
        )
    kind = common("div", input, other)
    if kind.is_floating_point:
        from ._pointwise import trunc

        return _rounded(None, trunc(div_plain(input, other)), input, other)
    input = cast(input, kind) if isinstance(input, Tensor) else input
    # Exact where a float32 is not: what the dividend exceeds a multiple of the divisor by has the dividend's sign.
    return floor_divide(sub_plain(input, fmod(input, other)), other)


subtract, divide, true_divide = sub, div, div_plain


def of_tensors(function, name):
    """`function` of two operands, neither of which may be a number."""

    def operation(input, other):
        for position, (place, value) in enumerate((("input", input), ("other", other)), 1):
            if not isinstance(value, Tensor):
                raise operand_error(name, value, place, position)
        return function(input, other)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = function.__doc__
    return operation


def _of_numbers(extreme, name, doc):
    def operation(input, other):
        kind = result_of(input, other)
        a, b = cast(input, kind), cast(other, kind)
        if kind.is_floating_point:
            # Each takes the other's place where it is no number.
            wrong = [run(_B.NE, x, x, kind, bool_) for x in (a, b)]
            try:
                a, b = wrap(tensors.select(wrong[0], b, a), kind), wrap(tensors.select(wrong[1], a, b), kind)
            except Err as err:
                raise _explained(err, None, input, other) from None
        return extreme(a, b)

    operation.__doc__ = doc
    return of_tensors(operation, name)


atan2 = arctan2 = of_tensors(angle_of, "atan2")
fmax = _of_numbers(larger, "fmax", "Elementwise larger of two tensors; of a number and what is none, the number.")
fmin = _of_numbers(smaller, "fmin", "Elementwise smaller of two tensors; of a number and what is none, the number.")
maximum = of_tensors(larger, "maximum")
minimum = of_tensors(smaller, "minimum")


def _comparison(op, name):
    def operation(input, other):
        kind = common(name, input, other)
        return run(op, input, other, kind, bool_)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"Elementwise {name}."
    return operation


eq = _comparison(_B.EQ, "eq")
ne = not_equal = _comparison(_B.NE, "ne")
lt = less = _comparison(_B.LT, "lt")
le = less_equal = _comparison(_B.LE, "le")
gt = greater = _comparison(_B.GT, "gt")
ge = greater_equal = _comparison(_B.GE, "ge")


def _logical(op, name):
    def operation(input, other):
        return run(op, input, other, bool_, bool_)

    operation.__doc__ = f"Elementwise {name}; what is not 0 is true."
    return of_tensors(operation, name)


logical_and = _logical(_B.LOGICAL_AND, "logical_and")
logical_or = _logical(_B.LOGICAL_OR, "logical_or")
logical_xor = _logical(_B.LOGICAL_XOR, "logical_xor")


def logical_not(input):
    """1 where `input` is 0."""
    try:
        return wrap(tensors.unary(tensors.UnaryOp.LOGICAL_NOT, input), bool_)
    except Err as err:
        raise raised(err) from None


def _bitwise(op, on_bool, name, kernel):
    def operation(input, other):
        kind = common(name, input, other)
        if kind.is_floating_point:
            raise NotImplementedError(f"\"{kernel}\" not implemented for '{kind.title}'")
        return run(on_bool if kind is bool_ else op, input, other, kind, kind)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"Elementwise {name} of integers or booleans."
    return operation


bitwise_and = _bitwise(_B.BITWISE_AND, _B.LOGICAL_AND, "bitwise_and", "bitwise_and_cpu")
bitwise_or = _bitwise(_B.BITWISE_OR, _B.LOGICAL_OR, "bitwise_or", "bitwise_or_cpu")
bitwise_xor = _bitwise(_B.BITWISE_XOR, _B.LOGICAL_XOR, "bitwise_xor", "bitwise_xor_cpu")


def _shift(op, name, kernel):
    def operation(input, other):
        kind = common(name, input, other)
        if kind.is_floating_point or kind is bool_:
            raise NotImplementedError(f"\"{kernel}\" not implemented for '{kind.title}'")
        return run(op, input, other, kind, kind)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"Elementwise {name} of integers."
    return operation


bitwise_left_shift = _shift(_B.SHIFT_LEFT, "bitwise_left_shift", "lshift_cpu")
bitwise_right_shift = _shift(_B.SHIFT_RIGHT, "bitwise_right_shift", "rshift_cpu")


def bitwise_not(input):
    """Every bit the other way: of a boolean its negation, of an integer `-x - 1`."""
    if input.dtype is bool_:
        return logical_not(input)
    if input.dtype.is_floating_point:
        raise NotImplementedError(f"\"bitwise_not_cpu\" not implemented for '{input.dtype.title}'")
    try:
        return wrap(tensors.unary(tensors.UnaryOp.BITWISE_NOT, input), input.dtype)
    except Err as err:
        raise raised(err) from None


def invert(input):
    """The `~` operator."""
    if input.dtype.is_floating_point:
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return bitwise_not(input)
