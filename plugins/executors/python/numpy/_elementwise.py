"""NumPy's universal functions by name."""

import math

import torch

from ._making import asarray
from ._ndarray import ndarray, result, stored, wrapped
from ._scalars import generic
from ._types import float64_d, plain
from ._ufuncs import operands_kind, ufunc

_REAL = "biuf"


def _add(a, b):
    return torch.add(a, b) if isinstance(a, torch.Tensor) else torch.add(b, a)


def _safely(function):
    """Of integers: 0 where the divisor is 0."""

    def compute(a, b):
        a, b = (x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=y.dtype) for x, y in ((a, b), (b, a)))
        if b.dtype.is_floating_point:
            return function(a, b)
        zero = b == 0
        if not bool(zero.any()):
            return function(a, b)
        whole = function(a, torch.where(zero, torch.ones_like(b), b))
        return torch.where(zero, torch.zeros_like(whole), whole)

    return compute


def _power(a, b):
    if isinstance(b, torch.Tensor):
        if not b.dtype.is_floating_point and not b.dtype.is_complex and b.numel() and bool((b < 0).any()):
            raise ValueError("Integers to negative integer powers are not allowed.")
    elif isinstance(b, int) and b < 0 and not a.dtype.is_floating_point:
        raise ValueError("Integers to negative integer powers are not allowed.")
    if isinstance(b, float) and b == 2.0:
        return a * a
    return torch.pow(a, b)


def _subtract(a, b):
    if (a if isinstance(a, torch.Tensor) else b).dtype is torch.bool:
        raise TypeError("numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` "
                        "operator, or the logical_xor function instead.")
    return torch.sub(a, b)


def _negative(a):
    if a.dtype is torch.bool:
        raise TypeError("The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the "
                        "logical_not function instead.")
    return torch.neg(a)


def _divide(a, b):
    return torch.div(a, b)


def _unless_whole(function):
    return lambda a: function(a) if a.dtype.is_floating_point else a.clone()


def _sign(a):
    return torch.where(a.isnan(), a, torch.sign(a)) if a.dtype.is_floating_point else torch.sign(a)


def _cbrt(a):
    root = torch.sign(a) * torch.abs(a) ** (1.0 / 3.0)
    # One step of Newton's: the power is off by a few units in the last place.
    better = root - (root * root * root - a) / (3 * root * root)
    return torch.where((root == 0) | ~torch.isfinite(root), root, better)


def _signbit(a):
    return torch.signbit(a) if a.dtype.is_floating_point else a < 0


def _heaviside(a, b):
    return torch.where(a == 0, b, (a > 0).to(a.dtype))


def _never(a):
    return torch.zeros(a.shape, dtype=torch.bool)


def _of_floats(function, otherwise):
    return lambda a: function(a) if a.dtype.is_floating_point or a.dtype.is_complex else otherwise(a)


def _both(name):
    function = getattr(torch, name)
    return lambda a, b: function(a, b)


_ = [
    # name, inputs, compute, rule, identity, does it take plain numbers, kinds
    ("add", 2, _add, "same", 0, True), ("subtract", 2, _subtract, "same", None, True),
    ("multiply", 2, lambda a, b: torch.mul(a, b), "same", 1, True),
    ("divide", 2, _divide, "quotient", None, True),
    ("floor_divide", 2, _safely(torch.floor_divide), "numeric", None, True, _REAL),
    ("remainder", 2, _safely(torch.remainder), "numeric", None, True, _REAL),
    ("fmod", 2, _safely(torch.fmod), "numeric", None, True, _REAL),
    ("power", 2, _power, "numeric", None, True),
    ("float_power", 2, _power, "double", None, True),
    ("maximum", 2, torch.maximum, "same", None, False, _REAL), ("minimum", 2, torch.minimum, "same", None, False,
                                                                _REAL),
    ("fmax", 2, torch.fmax, "same", None, False, _REAL), ("fmin", 2, torch.fmin, "same", None, False, _REAL),
    ("arctan2", 2, torch.atan2, "float", None, False, _REAL), ("hypot", 2, torch.hypot, "float", 0, False, _REAL),
    ("logaddexp", 2, torch.logaddexp, "float", -math.inf, False, _REAL),
    ("logaddexp2", 2, torch.logaddexp2, "float", -math.inf, False, _REAL),
    ("copysign", 2, torch.copysign, "float", None, False, _REAL),
    ("heaviside", 2, _heaviside, "float", None, False, _REAL),
    ("gcd", 2, torch.gcd, "same", 0, False, "iu"), ("lcm", 2, torch.lcm, "same", None, False, "iu"),
    ("equal", 2, _both("eq"), "test", None, False), ("not_equal", 2, _both("ne"), "test", None, False),
    ("less", 2, _both("lt"), "test", None, False, _REAL), ("less_equal", 2, _both("le"), "test", None, False, _REAL),
    ("greater", 2, _both("gt"), "test", None, False, _REAL),
    ("greater_equal", 2, _both("ge"), "test", None, False, _REAL),
    ("logical_and", 2, torch.logical_and, "truth", True, False), ("logical_or", 2, torch.logical_or, "truth",
                                                                  False, False),
    ("logical_xor", 2, torch.logical_xor, "truth", False, False),
    ("bitwise_and", 2, torch.bitwise_and, "bits", -1, False, "biu"),
    ("bitwise_or", 2, torch.bitwise_or, "bits", 0, False, "biu"),
    ("bitwise_xor", 2, torch.bitwise_xor, "bits", 0, False, "biu"),
    ("left_shift", 2, torch.bitwise_left_shift, "numeric", None, False, "biu"),
    ("right_shift", 2, torch.bitwise_right_shift, "numeric", None, False, "biu"),
    ("logical_not", 1, torch.logical_not, "truth"), ("invert", 1, torch.bitwise_not, "bits", None, False, "biu"),
    ("negative", 1, _negative, "same"), ("positive", 1, lambda a: a.clone(), "same"),
    ("absolute", 1, lambda a: a.clone() if a.dtype is torch.bool else torch.abs(a), "same"),
    ("fabs", 1, torch.abs, "float", None, False, _REAL), ("square", 1, lambda a: a * a, "numeric"),
    ("sign", 1, _sign, "numeric", None, False, _REAL), ("reciprocal", 1, torch.reciprocal, "same"),
    ("floor", 1, _unless_whole(torch.floor), "same", None, False, _REAL),
    ("ceil", 1, _unless_whole(torch.ceil), "same", None, False, _REAL),
    ("trunc", 1, _unless_whole(torch.trunc), "same", None, False,
     _REAL), ("rint", 1, torch.round, "float", None, False, _REAL),
    ("conjugate", 1, lambda a: a.conj() if a.dtype.is_complex else a.clone(),
     "same"), ("cbrt", 1, _cbrt, "float", None, False, _REAL),
    ("degrees", 1, lambda a: a * (180.0 / math.pi), "float", None, False, _REAL),
    ("radians", 1, lambda a: a * (math.pi / 180.0), "float", None, False, _REAL),
    ("isnan", 1, _of_floats(torch.isnan, _never), "test"), ("isinf", 1, _of_floats(torch.isinf, _never), "test"),
    ("isfinite", 1, _of_floats(torch.isfinite, lambda a: ~_never(a)),
     "test"), ("signbit", 1, _signbit, "test", None, False, _REAL),
]
_OF_FLOATS = """exp exp2 expm1 log log2 log10 log1p sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh
    arctanh"""
for _name in _OF_FLOATS.split():
    _.append((_name, 1, getattr(torch, _name), "float"))
UFUNCS = {row[0]: ufunc(*row) for row in _}
for _other, _name in {
    "true_divide": "divide", "mod": "remainder", "pow": "power", "abs": "absolute", "conj": "conjugate",
    "rad2deg": "degrees", "deg2rad": "radians", "bitwise_not": "invert", "bitwise_invert": "invert", "asin": "arcsin",
    "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh", "atan2": "arctan2",
    "bitwise_left_shift": "left_shift", "bitwise_right_shift": "right_shift",
}.items():
    UFUNCS[_other] = UFUNCS[_name]
globals().update(UFUNCS)


def divmod(x1, x2):
    """Quotient rounded down, and remainder."""
    return UFUNCS["floor_divide"](x1, x2), UFUNCS["remainder"](x1, x2)


def modf(x):
    """What is behind the point, and what is before it."""
    x = asarray(x)
    whole = UFUNCS["trunc"](x) * 1.0
    return x - whole, whole


def _operator(name):
    function = UFUNCS[name]
    known = (ndarray, generic, list, tuple, range)

    def forward(self, other):
        if plain(other) or isinstance(other, known):
            return function(self, other)
        return NotImplemented

    def reflected(self, other):
        if isinstance(other, torch.Tensor):
            return function(asarray(other.detach()), self)._t if not other.requires_grad else _refused(other)
        if plain(other) or isinstance(other, known):
            return function(other, self)
        return NotImplemented

    def in_place(self, other):
        return function(self, other, out=self)

    return forward, reflected, in_place


def _refused(tensor):
    raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")


def _tensor_first(name):
    """`tensor OP array` for the comparisons, which Python reflects onto each other."""
    function = UFUNCS[name]
    equality = name in ("equal", "not_equal")

    def compare(self, other):
        if isinstance(other, torch.Tensor):
            return function(self, asarray(other.detach()))._t
        if plain(other) or isinstance(other, (ndarray, generic, list, tuple, range)):
            if equality and isinstance(other, (ndarray, list)):
                return _equality(function, self, other)
            return function(self, other)
        if equality:
            return wrapped(torch.full(list(self.shape), name != "equal", dtype=torch.bool))
        return NotImplemented

    return compare


def _equality(function, a, b):
    try:
        return function(a, b)
    except NotImplementedError:
        return wrapped(torch.full(list(a.shape), function is UFUNCS["not_equal"], dtype=torch.bool))


def _install():
    pairs = {"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
             "mod": "remainder", "pow": "power", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
             "lshift": "left_shift", "rshift": "right_shift"}
    for short, name in pairs.items():
        forward, reflected, in_place = _operator(name)
        setattr(ndarray, f"__{short}__", forward)
        setattr(ndarray, f"__r{short}__", reflected)
        setattr(ndarray, f"__i{short}__", in_place)
    for short, name in {"eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater",
                        "ge": "greater_equal"}.items():
        setattr(ndarray, f"__{short}__", _tensor_first(name))
    ndarray.__neg__ = lambda self: UFUNCS["negative"](self)
    ndarray.__pos__ = lambda self: self.copy()
    ndarray.__abs__ = lambda self: UFUNCS["absolute"](self)
    ndarray.__invert__ = lambda self: UFUNCS["invert"](self)
    ndarray.__divmod__ = divmod
    ndarray.__rdivmod__ = lambda self, other: divmod(other, self)


_install()


def clip(a, a_min=None, a_max=None, out=None, *, min=None, max=None, dtype=None):
    """`a`, no smaller than `a_min` and no larger than `a_max`."""
    low, high = a_min if min is None else min, a_max if max is None else max
    value = a
    if low is not None:
        value = UFUNCS["maximum"](value, low)
    if high is not None:
        value = UFUNCS["minimum"](value, high)
    value = value if low is not None or high is not None else UFUNCS["positive"](a)
    return value if out is None else _put(value, out)


def _put(value, out):
    out[...] = value
    return out


def round(a, decimals=0, out=None):
    """To `decimals` places, halves to even."""
    a = asarray(a)
    if a.dtype.kind in "iub":
        scale = 10 ** max(-decimals, 0)
        made = a._t.to(torch.int64) if decimals >= 0 else (torch.round(a._t.double() / scale) * scale).to(torch.int64)
        made = stored(made, a.dtype)
    elif decimals == 0:
        made = torch.round(a._t)
    else:
        scale = 10.0 ** abs(decimals)
        made = torch.round(a._t * scale) / scale if decimals > 0 else torch.round(a._t / scale) * scale
    return result(made, a.dtype) if out is None else _put(wrapped(made, a.dtype), out)


around = round


def fix(x, out=None):
    """Towards 0."""
    return UFUNCS["trunc"](x, out=out)


def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    """Numbers in the place of what is none."""
    x = asarray(x)
    if x.dtype.kind != "f":
        return x.copy()
    made = torch.nan_to_num(x._t, nan, posinf, neginf)
    return result(made, x.dtype) if copy or not x.ndim else _put(wrapped(made, x.dtype), x)


def real(val):
    """The real part."""
    return asarray(val).real


def imag(val):
    """The imaginary part."""
    return asarray(val).imag


def angle(z, deg=False):
    """The angle of complex numbers; of real ones 0 or π."""
    z = asarray(z)
    made = result(torch.angle(stored(z._t, operands_kind([z, 1.0]))))
    return made * (180 / math.pi) if deg else made


def sinc(x):
    """sin(πx) / πx."""
    x = asarray(x)
    return result(torch.sinc(stored(x._t, float64_d if x.dtype.kind != "f" else x.dtype)))


def isneginf(x, out=None):
    """Where `x` is -inf."""
    return asarray(x) == -math.inf


def isposinf(x, out=None):
    """Where `x` is inf."""
    return asarray(x) == math.inf


for _name, _function in {"clip": clip, "round": round,
    "conj": UFUNCS["conjugate"], "conjugate": UFUNCS["conjugate"]}.items():
    setattr(ndarray, _name, lambda self, *arguments, _function=_function,
            **options: _function(self, *arguments, **options))
