"""`repr` and `str` of arrays, as NumPy writes them."""

import contextlib
import math

from ._making import asarray
from ._ndarray import ndarray
from ._scalars import generic, shortest, positional, text
from ._types import BY_NAME

_IMPLIED = ("bool", "int64", "float64", "complex128")
_DIGITS = {"float16": 3, "float32": 6, "float64": 15}
OPTIONS = {"precision": 8, "threshold": 1000, "edgeitems": 3, "linewidth": 75, "suppress": False, "nanstr": "nan",
           "infstr": "inf", "formatter": None, "sign": "-", "floatmode": "maxprec", "legacy": False,
           "override_repr": None}


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, suppress=None, nanstr=None,
                     infstr=None, formatter=None, sign=None, floatmode=None, *, legacy=None, override_repr=None):
    """How arrays are written from here on."""
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth,
             "suppress": suppress, "nanstr": nanstr, "infstr": infstr, "sign": sign, "floatmode": floatmode}
    OPTIONS.update({name: value for name, value in given.items() if value is not None})
    OPTIONS["formatter"] = formatter


def get_printoptions():
    """How arrays are written."""
    return dict(OPTIONS)


@contextlib.contextmanager
def printoptions(*arguments, **options):
    """Other options for a while."""
    before = dict(OPTIONS)
    set_printoptions(*arguments, **options)
    try:
        yield dict(OPTIONS)
    finally:
        OPTIONS.update(before)


class _Floats:
    """Writes the floating-point numbers of one array, all in one width."""

    def __init__(self, values, kind, options):
        self.kind, self.options = kind, options
        self.fixed = options["floatmode"] in ("fixed",)
        self.precision = None if options["floatmode"] == "unique" else options["precision"]
        finite = [value for value in values if math.isfinite(value)]
        sizes = [abs(value) for value in finite if value]
        self.scientific = bool(sizes) and (
            max(sizes) >= 10.0 ** min(8, _DIGITS[kind.name]) or not options["suppress"]
            and (min(sizes) < 0.0001 or max(sizes) / min(sizes) > 1000.0))
        self.left = self.right = 0
        self.exponent = 2
        if finite:
            self._measure(finite)
        if options["sign"] == " " and not any(math.copysign(1, value) < 0 for value in finite):
            self.left += 1
        if len(finite) != len(values):
            offset = self.right + 1
            negative = options["sign"] != "-" or any(value == -math.inf for value in values)
            self.left = max(self.left, len(options["nanstr"]) - offset, len(options["infstr"]) + negative - offset)

    def _measure(self, finite):
        write = self._scientific if self.scientific else self._positional
        shown = [write(value, self.precision) for value in finite]
        if self.scientific:
            self.exponent = max(len(part.partition("e")[2]) for part in shown) - 1
            shown = [part.partition("e")[0] for part in shown]
        self.left = max(len(part.partition(".")[0]) for part in shown)
        self.places = max(len(part.partition(".")[2]) for part in shown)
        self.right = self.exponent + 2 + self.places if self.scientific else self.places

    def _scientific(self, value, precision):
        digits = shortest(value, self.kind)
        if precision is not None and (self.fixed or len(digits.partition("e")[0].partition(".")[2]) > precision):
            digits = f"{value:.{precision}e}"
        mantissa, _, exponent = digits.partition("e")
        whole, _, places = mantissa.partition(".")
        places = places if self.fixed else places.rstrip("0")
        return self._signed(f"{whole}.{places}e{exponent}", value)

    def _positional(self, value, precision):
        if value == 0:
            shown = "-0." if math.copysign(1, value) < 0 else "0."
            return self._signed(shown + "0" * precision if self.fixed else shown, value)
        mantissa, _, exponent = shortest(value, self.kind).partition("e")
        shown = positional(mantissa.replace(".", "").lstrip("-"), int(exponent), value < 0)
        if precision is not None and (self.fixed or len(shown.partition(".")[2]) > precision):
            shown = f"{value:.{precision}f}"
            shown = shown if "." in shown else shown + "."
        return self._signed(shown if self.fixed else shown.rstrip("0"), value)

    def _signed(self, shown, value):
        return "+" + shown if self.options["sign"] == "+" and not shown.startswith("-") else shown

    def __call__(self, value):
        if not math.isfinite(value):
            shown = self.options["nanstr"] if value != value else self.options["infstr"]
            shown = "-" + shown if value == -math.inf else "+" + shown if self.options["sign"] == "+" else shown
            return shown.rjust(self.left + self.right + 1)
        if self.scientific:
            mantissa, _, exponent = self._scientific(value, self.places).partition("e")
            whole, _, places = mantissa.partition(".")
            exponent = exponent[0] + exponent[1:].rjust(self.exponent, "0")
            return f"{whole.rjust(self.left)}.{places.ljust(self.places, '0')}e{exponent}"
        whole, _, places = self._positional(value, self.precision).partition(".")
        filler = "0" if self.fixed or self.options["floatmode"] == "maxprec_equal" else " "
        return f"{whole.rjust(self.left)}.{places.ljust(self.right, filler)}"


class _Complexes:
    """Writes complex numbers: two floats each."""

    def __init__(self, values, kind, options):
        part = BY_NAME["float32" if kind.itemsize == 8 else "float64"]
        self.real = _Floats([value.real for value in values], part, options)
        self.imag = _Floats([value.imag for value in values], part, options | {"sign": "+"})

    def __call__(self, value):
        imag = self.imag(value.imag)
        bare = imag.rstrip()
        return self.real(value.real) + bare + "j" + " " * (len(imag) - len(bare))


def _writer(values, kind, options, dimensions):
    own = options["formatter"] or {}
    for name in {"f": ("float", "float_kind", "all"), "b": ("bool", "all"), "i": ("int", "int_kind", "all")}.get(
            "i" if kind.kind == "u" else kind.kind, ("all",)):
        if name in own:
            return own[name]
    if kind.kind == "f":
        return _Floats(values, kind, options)
    if kind.kind == "c":
        return _Complexes(values, kind, options)
    shown = [str(value) for value in values]
    width = max(map(len, shown), default=0)
    if kind.kind == "b":
        width = 5 if dimensions else width
    return lambda value: str(value).rjust(width)


def _edges(a, options):
    """The first and last along each axis, where there are more."""
    from ._joining import concatenate

    edge = options["edgeitems"]
    for axis, extent in enumerate(a.shape):
        if extent > 2 * edge:
            lead = (slice(None),) * axis
            tail = slice(extent - edge, None)
            a = concatenate([a[(*lead, slice(0, edge))], a[(*lead, tail)]], axis)
    return a


def _flat(values):
    if isinstance(values, list):
        for value in values:
            yield from _flat(value)
    else:
        yield values


class _Lines:
    """Lays out nested values in brackets and lines."""

    def __init__(self, write, shape, separator, short, edge):
        self.write, self.shape, self.separator, self.short, self.edge = write, shape, separator, short, edge

    def rows(self, values, axis, indent, width):
        """The text of `values`, which lie along `axis` and behind it."""
        left = len(self.shape) - axis
        if not left:
            return self.write(values)
        parts = [self.rows(value, axis + 1, indent + " ", width - 1) for value in values]
        if self.short and 2 * self.edge < self.shape[axis]:
            parts.insert(self.edge, "...")
        if left == 1:
            body = self._wrapped(parts, indent, width - max(len(self.separator.rstrip()), 1))
        else:
            between = self.separator.rstrip() + "\n" * (left - 1)
            body = between.join(indent + part for part in parts)
        return "[" + body[len(indent) :] + "]"

    def _wrapped(self, words, indent, width):
        done, line = "", indent
        for number, word in enumerate(words):
            if len(line) + len(word) > width and len(line) > len(indent):
                done += line.rstrip() + "\n"
                line = indent
            line += word
            if number < len(words) - 1:
                line += self.separator
        return done + line


def array2string(a, max_line_width=None, precision=None, suppress_small=None, separator=" ", prefix="", *,
                 formatter=None, threshold=None, edgeitems=None, sign=None, floatmode=None, suffix="", legacy=None):
    """The elements of `a` as text."""
    given = {"linewidth": max_line_width, "precision": precision, "suppress": suppress_small, "formatter": formatter,
             "threshold": threshold, "edgeitems": edgeitems, "sign": sign, "floatmode": floatmode}
    options = OPTIONS | {name: value for name, value in given.items() if value is not None}
    a = asarray(a)
    if not a.size:
        return "[]"
    short = a.size > options["threshold"]
    shown = _edges(a, options) if short else a
    values = shown.tolist()
    write = _writer(list(_flat(values)), a.dtype, options, a.ndim)
    lines = _Lines(write, a.shape, separator, short, options["edgeitems"])
    return lines.rows(values, 0, " " + " " * len(prefix), options["linewidth"] - len(suffix))


def array_repr(arr, max_line_width=None, precision=None, suppress_small=None):
    """As `repr` shows an array."""
    if isinstance(arr, generic):
        return repr(arr)
    prefix, width = "array(", max_line_width or OPTIONS["linewidth"]
    shown = array2string(arr, width, precision, suppress_small, ", ", prefix, suffix=")")
    extras = []
    if arr.size == 0 and arr.shape != (0,) or arr.size > OPTIONS["threshold"]:
        extras.append(f"shape={arr.shape}")
    if arr.dtype.name not in _IMPLIED or not arr.size:
        extras.append(f"dtype={arr.dtype.name}")
    if not extras:
        return prefix + shown + ")"
    head, tail = prefix + shown + ",", ", ".join(extras) + ")"
    last = len(head) - (head.rfind("\n") + 1)
    return head + ("\n" + " " * len(prefix) if last + len(tail) + 1 > width else " ") + tail


def array_str(a, max_line_width=None, precision=None, suppress_small=None):
    """As `str` shows an array."""
    if not a.ndim:
        return text(a.item(), a.dtype)
    return array2string(a, max_line_width, precision, suppress_small, " ", "")


def format_float_positional(x, precision=None, unique=True, fractional=True, trim="k", sign=False, pad_left=None,
                            pad_right=None, min_digits=None):
    """A number without an exponent."""
    if precision is not None:
        shown = f"{float(x):.{precision}f}"
        return shown if trim == "k" else shown.rstrip("0").rstrip("." if trim == "-" else "")
    kind = x.dtype if isinstance(x, generic) else BY_NAME["float64"]
    if not float(x):
        return "0." if trim != "-" else "0"
    mantissa, _, exponent = shortest(float(x), kind).partition("e")
    shown = positional(mantissa.replace(".", "").lstrip("-"), int(exponent), float(x) < 0)
    return shown.removesuffix(".0") if trim == "-" else shown


def binary_repr(num, width=None):
    """A number in binary; a negative one in two's complement of `width` digits."""
    if num >= 0 or width is None:
        return f"{int(num):b}".zfill(width or 0)
    return f"{int(num) % (1 << width):b}".zfill(width)


ndarray.__repr__ = lambda self: array_repr(self)
ndarray.__str__ = lambda self: array_str(self)
