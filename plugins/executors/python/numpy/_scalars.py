"""NumPy's scalars: `float32(0.1)`, `int64(3)`, `bool_(True)`, and the classes they belong to.

They are Python's numbers as well, so that everything that takes a number takes them.
"""

import math
import struct

from ._types import BY_NAME, limits, named, plain, promoted, weakly


class generic:
    """What all scalars are."""

    shape, ndim, size, strides = (), 0, 1, ()
    _kind = None
    __array_priority__ = -1000000.0

    @property
    def dtype(self):
        return self._kind

    @property
    def itemsize(self):
        return self._kind.itemsize

    nbytes = itemsize

    @property
    def T(self):
        return self

    @property
    def real(self):
        return self

    @property
    def imag(self):
        return type(self)(0)

    def item(self, *args):
        return _bare(self)

    tolist = item

    def astype(self, dtype, *arguments, **options):
        return named(dtype).type(_bare(self))

    def copy(self):
        return self

    def __array__(self, dtype=None, copy=None):
        from ._making import array

        return array(self, dtype=dtype)

    def __getattr__(self, name):
        # What an array without dimensions does.
        if name.startswith("_"):
            raise AttributeError(f"'numpy.{type(self).__name__}' object has no attribute '{name}'")
        from ._making import array

        return getattr(array(self), name)

    def __getitem__(self, key):
        if key == () or key is Ellipsis:
            return self
        if key is None or isinstance(key, tuple) and all(part is None or part is Ellipsis for part in key):
            return self.__array__()[key]
        raise IndexError("invalid index to scalar variable.")

    def __reduce__(self):
        return type(self), (_bare(self),)

    def __deepcopy__(self, memo):
        return self

    __copy__ = copy

    def __repr__(self):
        return f"np.{self._kind.name}({self})"

    def __str__(self):
        return text(_bare(self), self._kind)

    def __format__(self, spec):
        return str(self) if not spec else _bare(self).__format__(spec)


class number(generic):
    """Scalars that are numbers."""


class integer(number):
    """Integers."""


class signedinteger(integer):
    """Integers with a sign."""


class unsignedinteger(integer):
    """Integers without a sign."""


class inexact(number):
    """Numbers that are rounded."""


class floating(inexact):
    """Floating-point numbers."""


class complexfloating(inexact):
    """Complex numbers."""


class bool_(generic):
    """True or false."""

    __slots__ = ("_value",)

    def __new__(cls, value=False):
        return _TRUE if value else _FALSE

    def __bool__(self):
        return self._value

    def __index__(self):
        raise TypeError("'numpy.bool' object cannot be interpreted as an integer")

    def __int__(self):
        return int(self._value)

    def __float__(self):
        return float(self._value)

    def __hash__(self):
        return hash(self._value)

    def __repr__(self):
        return f"np.{self._value}_"

    def __invert__(self):
        return bool_(not self._value)


def _bare(value):
    """The plain Python number of a scalar; what is none, as it is."""
    if isinstance(value, bool_):
        return value._value
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, complex):
        return complex.__add__(value, 0j)
    if isinstance(value, generic):
        return int.__int__(value)
    return value


def rounded(value, kind):
    """The float `value` as float32 or float16 holds it."""
    letter = "<f" if kind.itemsize == 4 else "<e"
    try:
        return struct.unpack(letter, struct.pack(letter, value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def fitted(value, kind):
    """`value` as an element of `kind` holds it: rounded, or its last bits."""
    if kind.kind == "f":
        value = float(value)
        return value if kind.itemsize == 8 else rounded(value, kind)
    if kind.kind == "b":
        return bool(value)
    if kind.kind == "c":
        value = complex(value)
        return value if kind.itemsize == 16 else complex(rounded(value.real, BY_NAME["float32"]),
                                                         rounded(value.imag, BY_NAME["float32"]))
    low, high = limits(kind)
    value = int(value)
    return value if low <= value <= high else (value - low) % (high - low + 1) + low


# Up to so many digits before the point a number is written without an exponent.
_POSITIONAL = {2: 3, 4: 6}


def text(value, kind):
    """As `str` of a scalar shows it: the fewest digits that tell it from its neighbours."""
    if kind.kind == "c":
        sign = "+" if math.copysign(1, value.imag) > 0 or value.imag != value.imag else "-"
        part = BY_NAME["float64" if kind.itemsize == 16 else "float32"]
        imag = _short(text(abs(value.imag), part))
        if value.real == 0 and math.copysign(1, value.real) > 0:
            return ("" if sign == "+" else "-") + imag + "j"
        return f"({_short(text(value.real, part))}{sign}{imag}j)"
    if kind.kind != "f" or kind.itemsize == 8 or not math.isfinite(value) or value == 0:
        return str(value)
    mantissa, _, exponent = shortest(value, kind).partition("e")
    digits = mantissa.replace(".", "").lstrip("-")
    if not -4 <= int(exponent) < _POSITIONAL[kind.itemsize]:
        return f"{mantissa}e{exponent}"
    return positional(digits, int(exponent), mantissa[0] == "-")


def _short(shown):
    return shown.removesuffix(".0")


def positional(digits, exponent, negative):
    """The decimal digits d.ddd × 10^exponent without an exponent."""
    if exponent < 0:
        shown = "0." + "0" * (-exponent - 1) + digits
    else:
        digits = digits.ljust(exponent + 1, "0")
        shown = digits[: exponent + 1] + "." + (digits[exponent + 1 :] or "0")
    return "-" + shown if negative else shown


def shortest(value, kind):
    """The fewest digits that `kind` rounds back to `value`, as d.ddde±x."""
    if kind.itemsize == 8:
        digits = repr(value).lstrip("-").partition("e")[0].replace(".", "").strip("0")
        return f"{value:.{max(len(digits) - 1, 0)}e}"
    for precision in range(9):
        shown = f"{value:.{precision}e}"
        if rounded(float(shown), kind) == value:
            return shown
    return shown


def _python(kind):
    def new(cls, value=0, *arguments):
        if isinstance(value, (list, tuple)) or getattr(value, "shape", ()) != ():
            from ._making import array

            return array(value, dtype=cls._kind)
        if hasattr(value, "shape"):
            value = value.item()
        if isinstance(value, str) or cls._kind.kind not in "iu":
            value = int(value) if cls._kind.kind in "iu" else float(value) if cls._kind.kind == "f" else value
        elif value.__class__ is int and not limits(cls._kind)[0] <= value <= limits(cls._kind)[1]:
            raise OverflowError(f"Python integer {value} out of bounds for {cls._kind.name}")
        return base.__new__(cls, fitted(value, cls._kind))

    base = {"i": int, "u": int, "f": float, "c": complex}[kind.kind]
    parent = {"i": signedinteger, "u": unsignedinteger, "f": floating, "c": complexfloating}[kind.kind]
    members = {"__new__": new, "_kind": kind, "__module__": "numpy", "__hash__": base.__hash__}
    if base is complex:
        members |= {"real": property(lambda self: _part(self, complex.real)),
                    "imag": property(lambda self: _part(self, complex.imag))}
    return type(kind.name, (parent, base), members)


def _part(value, which):
    return BY_NAME["float64" if value.itemsize == 16 else "float32"].type(which.__get__(value))


TYPES = {name: _python(kind) for name, kind in BY_NAME.items() if name != "bool"}
bool_._kind = BY_NAME["bool"]
bool_.__name__ = bool_.__qualname__ = "bool"
bool_.__module__ = "numpy"
TYPES["bool"] = bool_
for _name, _type in TYPES.items():
    BY_NAME[_name].type = _type
_TRUE, _FALSE = object.__new__(bool_), object.__new__(bool_)
_TRUE._value, _FALSE._value = True, False


def scalar(value, kind):
    """The Python number `value`, which `kind` holds, as its scalar."""
    cls = kind.type
    if cls is bool_:
        return _TRUE if value else _FALSE
    if kind.name == "uint64" and value < 0:
        value += 1 << 64
    return cls.__mro__[-2].__new__(cls, value)


def known(other):
    """Is `other` a number that scalars compute with?"""
    return plain(other) or isinstance(other, generic)


def common(a, b):
    """The type of an operation on two numbers."""
    if plain(a):
        return weakly(b._kind, a)
    return weakly(a._kind, b) if plain(b) else promoted(a._kind, b._kind)


def bare(value):
    """A number without its NumPy type."""
    return _bare(value)
