"""Padding as modules."""

from .. import functional as F
from .module import Module
from .utils import _ntuple


class _ConstantPadNd(Module):
    """One value around."""

    def __init__(self, padding, value):
        super().__init__()
        self.padding, self.value = _ntuple(2 * self._dimensions)(padding), value

    def forward(self, input):
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}"


class _ModePadNd(Module):
    """Elements of the input around, as the mode says."""

    def __init__(self, padding):
        super().__init__()
        self.padding = _ntuple(2 * self._dimensions)(padding)

    def forward(self, input):
        rank = self._dimensions
        if self._mode == "circular" and input.dim() not in (rank + 1, rank + 2):
            raise ValueError(f"expected {rank + 1}D or {rank + 2}D input (got {input.dim()}D input)")
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self):
        return f"{self.padding}"


class _ZeroPadNd(_ConstantPadNd):
    """Zeros around."""

    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self):
        return f"{self.padding}"


def _kinds(base, name, mode):
    return [type(f"{name}{n}d", (base,), {"_dimensions": n, "_mode": mode, "__doc__": base.__doc__,
                                          "__module__": __name__}) for n in (1, 2, 3)]


ConstantPad1d, ConstantPad2d, ConstantPad3d = _kinds(_ConstantPadNd, "ConstantPad", "constant")
ZeroPad1d, ZeroPad2d, ZeroPad3d = _kinds(_ZeroPadNd, "ZeroPad", "constant")
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = _kinds(_ModePadNd, "ReflectionPad", "reflect")
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = _kinds(_ModePadNd, "ReplicationPad", "replicate")
CircularPad1d, CircularPad2d, CircularPad3d = _kinds(_ModePadNd, "CircularPad", "circular")

__all__ = [f"{name}{n}d" for name in ("CircularPad", "ConstantPad", "ReflectionPad", "ReplicationPad", "ZeroPad")
           for n in (1, 2, 3)]
