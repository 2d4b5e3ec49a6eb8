"""`torch.types`: names for annotations."""

import os
from builtins import bool as _bool, float as _float, int as _int  # noqa: F401
from collections.abc import Sequence
from typing import IO, Union

from ._attributes import UntypedStorage as Storage
from ._base import Tensor
from ._dtype import Size, device as _device, dtype as _dtype  # noqa: F401

_TensorOrTensors = Union[Tensor, Sequence[Tensor]]
_TensorOrTensorsOrGradEdge = _TensorOrTensors
_size = Union[Size, list[int], tuple[int, ...]]
_symsize = _size
Number = Union[int, float, bool]
_Number = (int, float, bool)
IntLikeType, FloatLikeType, BoolLikeType = int, float, bool
py_sym_types = ()
FileLike = Union[str, os.PathLike, IO[bytes]]
Device = Union[_device, str, int, None]

__all__ = ["Device", "FileLike", "Number", "Storage"]
