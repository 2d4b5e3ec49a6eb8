"""`torch.utils`: what is beside tensors and modules."""

from .. import _pytree
from .._missing import absent
from . import checkpoint, data


def __getattr__(name):
    return absent("torch.utils", name, globals())


__all__ = ["_pytree", "checkpoint", "data"]
