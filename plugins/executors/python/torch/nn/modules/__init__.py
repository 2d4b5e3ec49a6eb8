"""`torch.nn.modules`: every module, and where PyTorch keeps it."""

import sys

from . import absent, activation, adaptive, attention, batchnorm, container, conv, dropout, linear, loss, normalization
from . import padding, pooling, rnn, sparse, transformer, upsampling
from . import instancenorm, lazy, module, utils  # noqa: F401
from .module import Module

# PyTorch keeps parts of `upsampling` under these names.
for _name in ("channelshuffle", "distance", "flatten", "fold", "pixelshuffle"):
    globals()[_name] = sys.modules[f"{__name__}.{_name}"] = upsampling

_PARTS = (absent, activation, adaptive, attention, batchnorm, container, conv, dropout, linear, loss, normalization,
          padding, pooling, rnn, sparse, transformer, upsampling)
for _part in _PARTS:
    globals().update({_name: getattr(_part, _name) for _name in _part.__all__})

__all__ = sorted({name for part in _PARTS for name in part.__all__} | {"Module"})
