"""How a tensor reads: as PyTorch prints it."""

import contextlib
import math

from . import _promotion
from ._dtype import bool_, int64


class _Options:
    """What `set_printoptions` sets."""

    def __init__(self):
        self.precision, self.threshold, self.edgeitems, self.linewidth, self.sci_mode = 4, 1000, 3, 80, None


OPTIONS = _Options()
_PROFILES = {"default": (4, 1000, 3, 80), "short": (2, 1000, 2, 80), "full": (4, math.inf, 3, 80)}


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None):
    """How numbers print: digits, from how many elements on they are shortened, how many remain at the edges."""
    if profile in _PROFILES:
        OPTIONS.precision, OPTIONS.threshold, OPTIONS.edgeitems, OPTIONS.linewidth = _PROFILES[profile]
    for name, value in (("precision", precision), ("threshold", threshold), ("edgeitems", edgeitems),
                        ("linewidth", linewidth)):
        if value is not None:
            setattr(OPTIONS, name, value)
    OPTIONS.sci_mode = sci_mode


def get_printoptions():
    """The options, as keywords of `set_printoptions`."""
    return dict(vars(OPTIONS))


@contextlib.contextmanager
def printoptions(**options):
    """Options for what is printed inside."""
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


class _Format:
    """How one number of a tensor is written, and how wide the widest is."""

    def __init__(self, values, is_floating_point):
        self.is_floating_point = is_floating_point
        self.whole, self.scientific, self.width = True, False, 1
        if not is_floating_point:
            self.width = max([1, *(len(str(value)) for value in values)])
            return
        values = [value for value in values if math.isfinite(value) and value != 0]
        if not values:
            return
        sizes = [abs(value) for value in values]
        smallest, largest = min(sizes), max(sizes)
        self.whole = all(value == math.ceil(value) for value in values)
        self.scientific = OPTIONS.sci_mode
        if self.scientific is None:
            self.scientific = largest / smallest > 1000.0 or largest > 1.0e8 or smallest < 1.0e-4
        self.width = max([1, *(len(self._bare(value)) for value in values)])

    def _bare(self, value):
        if self.scientific:
            return f"{value:.{OPTIONS.precision}e}"
        if self.whole:
            return f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"
        return f"{value:.{OPTIONS.precision}f}"

    def __call__(self, value):
        return (self._bare(value) if self.is_floating_point else str(value)).rjust(self.width)


class _ComplexFormat:
    """How a pair of numbers is written as a complex one."""

    def __init__(self, values):
        self._real, self._imag = _Format(values[::2], True), _Format(values[1::2], True)
        self.width = self._real.width + self._imag.width + 1

    def __call__(self, pair):
        imag = (self._imag(pair[1]) + "j").lstrip()
        return self._real(pair[0]) + ("" if imag[0] in "+-" else "+") + imag


def _shortened(x):
    """The first and last of each dimension."""
    from ._joining import cat

    edge = OPTIONS.edgeitems
    for dim, extent in enumerate(x.shape):
        if not edge and len(x.shape) > 1:
            return x.new_empty([0] * len(x.shape))
        if extent > 2 * edge:
            x = cat((x.narrow(dim, 0, edge), x.narrow(dim, extent - edge, edge)), dim)
    return x


def _flat(values):
    if isinstance(values, list):
        for value in values:
            yield from _flat(value)
    else:
        yield values


def _cells(values, shape, write, indent, short):
    if short and not OPTIONS.edgeitems:
        cells = ["..."]
    else:
        cells = [write(value) for value in values]
        if short and shape[0] > 2 * OPTIONS.edgeitems:
            cells.insert(OPTIONS.edgeitems, " ...")
    per_line = max(1, (OPTIONS.linewidth - indent) // (write.width + 2))
    lines = [", ".join(cells[at : at + per_line]) for at in range(0, len(cells), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _nested(values, shape, write, indent, short):
    if not shape:
        return write(values)
    if len(shape) == 1:
        return _cells(values, shape, write, indent, short)
    parts = [_nested(value, shape[1:], write, indent + 1, short) for value in values]
    if short and shape[0] > 2 * OPTIONS.edgeitems:
        parts.insert(OPTIONS.edgeitems, "...")
    return "[" + ("," + "\n" * (len(shape) - 1) + " " * (indent + 1)).join(parts) + "]"


def _contents(self, indent):
    short = self.shape.numel() > OPTIONS.threshold
    kind = self.dtype
    # A complex tensor is one of pairs.
    held = self._pair if kind.is_complex else self
    values = (_shortened(held.detach()) if short else held).tolist()
    numbers = list(_flat(values))
    write = _ComplexFormat(numbers) if kind.is_complex else _Format(numbers, kind.is_floating_point)
    return _nested(values, list(self.shape), write, indent, short)


def _with_suffixes(text, suffixes, indent):
    """`text`, and after it what else is to say, on a line of its own where it would be too long."""
    line = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if line + len(suffix) + 2 > OPTIONS.linewidth:
            text += ",\n" + " " * indent + suffix
            line = indent + len(suffix)
        else:
            text += ", " + suffix
            line += len(suffix) + 2
    return text + ")"


def represent(self, *, tensor_contents=None):
    """`tensor([...])`, long ones shortened."""
    kind, name = self.dtype, type(self).__name__
    prefix = "tensor(" if name in ("Tensor", "Parameter", "ComplexTensor") else name + "("
    indent, suffixes = len(prefix), []
    empty = 0 in self.shape
    if empty and len(self.shape) != 1 or not empty and not OPTIONS.edgeitems:
        suffixes.append(f"size={tuple(self.shape)}")
    usual = _promotion.get_default_dtype()
    usual = usual.to_complex() if kind.is_complex and not empty else usual
    if kind is not usual and (empty or kind is not int64 and kind is not bool_):
        suffixes.append(f"dtype={kind}")
    made_by = self.grad_fn
    if made_by is not None:
        suffixes.append(f"grad_fn=<{type(made_by).__name__}>")
    elif self.requires_grad:
        suffixes.append("requires_grad=True")
    contents = "[]" if empty else _contents(self, indent) if tensor_contents is None else tensor_contents
    return _with_suffixes(prefix + contents, suffixes, indent)
