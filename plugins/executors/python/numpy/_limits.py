"""`finfo` and `iinfo`."""

import torch

from ._scalars import scalar
from ._types import limits, named


class finfo:
    """What a floating-point type holds."""

    def __init__(self, dtype):
        kind = named(dtype)
        if kind.kind not in "fc":
            raise ValueError(f"data type {dtype!r} not inexact")
        if kind.kind == "c":
            kind = named("float32" if kind.itemsize == 8 else "float64")
        own = torch.finfo(kind.held)
        self.dtype, self.bits = kind, own.bits
        self.precision = {2: 3, 4: 6, 8: 15}[kind.itemsize]
        self.nmant = {2: 10, 4: 23, 8: 52}[kind.itemsize]
        for name in ("max", "min", "eps", "tiny", "smallest_normal", "smallest_subnormal"):
            setattr(self, name, scalar(getattr(own, name), kind))
        self.resolution = scalar(10.0**-self.precision, kind)
        self.epsneg = scalar(float(self.eps) / 2, kind)

    def __repr__(self):
        return f"finfo(resolution={self.resolution}, min={self.min}, max={self.max}, dtype={self.dtype})"


class iinfo:
    """What an integer type holds."""

    def __init__(self, type):
        kind = named(type) if not isinstance(type, int) else named(int)
        if kind.kind not in "iu":
            raise ValueError(f"Invalid integer data type {kind.kind!r}.")
        self.dtype, self.bits, self.kind = kind, 8 * kind.itemsize, kind.kind
        self.min, self.max = limits(kind)

    def __repr__(self):
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
