"""How a tensor reads: as PyTorch prints it."""

import math

_EDGE = 3
_THRESHOLD = 1000


def represent(self):
    """`tensor([...])`, long ones shortened."""
    kind = self.dtype
    prefix = "Parameter containing:\n" if type(self).__name__ == "Parameter" else ""
    suffix = ""
    if self.numel() == 0:
        if len(self.shape) != 1:
            suffix += f", size={tuple(self.shape)}"
        suffix += "" if kind.name == "float32" else f", dtype={kind}"
        return f"{prefix}tensor([]{suffix})"
    if kind.name not in ("float32", "int64", "bool"):
        suffix += f", dtype={kind}"
    if self._leaf is not None:
        suffix += ", requires_grad=True"
    elif self.requires_grad:
        suffix += ", grad_fn=<RecordedOperation>"
    short = self.numel() > _THRESHOLD
    values = _shortened(self) if short else self.tolist()
    width, write = _writer(list(_leaves(values)), kind)
    return f"{prefix}tensor({_lines(values, 7, width, write, list(self.shape), short)}{suffix})"


def _shortened(x):
    """The first and last of each dimension, as nested lists."""
    for dim, extent in enumerate(x.shape):
        if extent > 2 * _EDGE:
            from ._joining import cat

            x = cat((x.narrow(dim, 0, _EDGE), x.narrow(dim, extent - _EDGE, _EDGE)), dim)
    return x.tolist()


def _leaves(values):
    if isinstance(values, list):
        for value in values:
            yield from _leaves(value)
    else:
        yield values


def _writer(values, kind):
    """The width of a column, and how one number is written."""
    if not kind.is_floating_point:
        texts = [str(value) for value in values]
        return max(map(len, texts)), str
    finite = [abs(value) for value in values if math.isfinite(value) and value != 0]
    whole = all(value == math.floor(value) for value in finite)
    large = bool(finite) and max(finite) >= 1e8 or not whole and bool(finite) and (
        max(finite) / min(finite) > 1000 or max(finite) > 1e8 or min(finite) < 1e-4
    )

    def write(value):
        if not math.isfinite(value):
            return str(value)
        if large:
            return f"{value:.4e}"
        return f"{value:.0f}." if whole else f"{value:.4f}"

    return max(len(write(value)) for value in values), write


def _lines(values, indent, width, write, shape, short):
    if not isinstance(values, list):
        return write(values)
    if not any(isinstance(value, list) for value in values):
        cells = [write(value).rjust(width) for value in values]
        if short and shape and shape[0] > 2 * _EDGE:
            cells.insert(_EDGE, " ...")
        per_line = max(1, (80 - indent) // (width + 2))
        rows = [", ".join(cells[at : at + per_line]) for at in range(0, len(cells), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(rows) + "]"
    parts = [_lines(value, indent + 1, width, write, shape[1:], short) for value in values]
    if short and shape[0] > 2 * _EDGE:
        parts.insert(_EDGE, "...")
    gap = ",\n" * max(1, len(shape) - 1) + " " * (indent + 1)
    return "[" + gap.join(parts) + "]"
