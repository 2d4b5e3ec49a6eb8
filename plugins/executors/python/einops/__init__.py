"""einops: readable operations on axes, for tensors and arrays."""

from . import layers  # noqa: F401
from ._more import asnumpy, einsum, pack, parse_shape, unpack
from ._pattern import EinopsError
from ._transforms import rearrange, reduce, repeat

__version__ = "0.8.2+proofhouse"
__all__ = ["EinopsError", "asnumpy", "einsum", "pack", "parse_shape", "rearrange", "reduce", "repeat", "unpack"]
