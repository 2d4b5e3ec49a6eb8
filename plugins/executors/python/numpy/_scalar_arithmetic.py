"""Python's operators on NumPy's scalars: IEEE's answers where Python would raise, and results of NumPy's types."""

import math
import operator

from ._scalars import bare, bool_, common, fitted, known, scalar
from ._types import BY_NAME, bool_d, float64_d, limits

_NAMES = "add sub mul truediv floordiv mod pow and or xor lshift rshift".split()


def _quotient(a, b):
    try:
        return a / b
    except ZeroDivisionError:
        if isinstance(a, complex) or isinstance(b, complex) or a != a or a == 0:
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _whole_quotient(a, b):
    if b == 0:
        return 0 if isinstance(a, int) and isinstance(b, int) else _quotient(a, b)
    if math.isinf(a) if isinstance(a, float) else False:
        return math.nan
    return a // b


def _remainder(a, b):
    if b == 0:
        return 0 if isinstance(a, int) and isinstance(b, int) else math.nan
    return math.nan if isinstance(a, float) and math.isinf(a) else a % b


def _power(a, b):
    if isinstance(a, int) and isinstance(b, int):
        if b < 0:
            raise ValueError("Integers to negative integer powers are not allowed.")
        return pow(a, b, 1 << 64) if a >= 0 or b % 2 == 0 else -pow(-a, b, 1 << 64)
    try:
        result = a**b
        return math.nan if isinstance(result, complex) and not isinstance(
            a, complex) and not isinstance(b, complex) else result
    except ZeroDivisionError:
        return math.copysign(math.inf, a) if float(b).is_integer() and b % 2 else math.inf
    except OverflowError:
        return -math.inf if a < 0 and float(b).is_integer() and b % 2 else math.inf


_COMPUTE = {"truediv": _quotient, "floordiv": _whole_quotient, "mod": _remainder, "pow": _power, "add": operator.add,
            "sub": operator.sub, "mul": operator.mul, "and": operator.and_, "or": operator.or_, "xor": operator.xor,
            "lshift": lambda a, b: a << b if 0 <= b < 64 else 0,
            "rshift": lambda a, b: a >> b if 0 <= b < 64 else -(a < 0)}


def _check_bounds(number, kind):
    if number.__class__ is int and kind.kind in "iu" and not limits(kind)[0] <= number <= limits(kind)[1]:
        raise OverflowError(f"Python integer {number} out of bounds for {kind.name}")


def _operation(name):
    compute = _COMPUTE[name]

    def operate(a, b):
        kind = common(a, b)
        if kind is bool_d:
            kind = _of_booleans(name)
        elif kind.kind not in "biu" and name in ("and", "or", "xor", "lshift", "rshift"):
            own = {"lshift": "left_shift", "rshift": "right_shift"}.get(name, f"bitwise_{name}")
            raise TypeError(f"ufunc '{own}' not supported for the input types, and the inputs could not be safely "
                            f"coerced to "
                            "any supported types according to the casting rule ''safe''")
        if name == "truediv" and kind.kind in "biu":
            kind = float64_d
        _check_bounds(a, kind)
        _check_bounds(b, kind)
        a, b = bare(a), bare(b)
        if kind.kind == "f" or kind.kind in "iu" and not isinstance(a, int):
            a, b = fitted(a, kind), fitted(b, kind)
        elif kind is bool_d:
            return bool_(a or b if name == "add" else a and b if name == "mul" else compute(a, b))
        return scalar(fitted(compute(a, b), kind), kind)

    return operate


def _of_booleans(name):
    if name == "sub":
        raise TypeError("numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` "
                        "operator, or the logical_xor function instead.")
    return bool_d if name in ("add", "mul", "and", "or", "xor") else BY_NAME["int8"]


def _installed(name):
    operate = _operation(name)

    def forward(self, other):
        return operate(self, other) if known(other) else NotImplemented

    def reflected(self, other):
        return operate(other, self) if known(other) else NotImplemented

    return forward, reflected


def _comparison(function):
    def compare(self, other):
        return bool_(function(bare(self), bare(other))) if known(other) else NotImplemented

    return compare


def _negative(self):
    if self._kind is bool_d:
        raise TypeError("The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the "
                        "logical_not function instead.")
    return scalar(fitted(-bare(self), self._kind), self._kind)


def _inverted(self):
    if self._kind.kind not in "iu":
        raise TypeError("ufunc 'invert' not supported for the input types")
    return scalar(fitted(~bare(self), self._kind), self._kind)


def _absolute(self):
    if self._kind.kind == "c":
        return BY_NAME["float64" if self.itemsize == 16 else "float32"].type(abs(bare(self)))
    return scalar(fitted(abs(bare(self)), self._kind), self._kind)


def _round(self, ndigits=None):
    value = bare(self)
    return round(value) if ndigits is None else scalar(fitted(round(value, ndigits), self._kind), self._kind)


def _divmod(self, other):
    return (self // other, self % other) if known(other) else NotImplemented


def _install():
    members = {}
    for name in _NAMES:
        members[f"__{name}__"], members[f"__r{name}__"] = _installed(name)
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        members[f"__{name}__"] = _comparison(getattr(operator, name))
    members |= {"__neg__": _negative, "__pos__": lambda self: self, "__abs__": _absolute, "__divmod__": _divmod,
                "__round__": _round}
    for cls in [bool_, *(kind.type for kind in BY_NAME.values() if kind is not bool_d)]:
        for name, member in members.items():
            setattr(cls, name, member)
        if cls is not bool_:
            cls.__invert__ = _inverted
        cls.__hash__ = bool_.__hash__ if cls is bool_ else cls.__mro__[-2].__hash__


_install()
