"""`torch.utils`: what is beside tensors and modules."""

from .. import _pytree
from .._missing import absent
from .._settings import Unavailable
from . import checkpoint, data, hooks

_TIMES = "time.perf_counter tells device seconds"
benchmark = Unavailable("torch.utils.benchmark", _TIMES)
bottleneck = Unavailable("torch.utils.bottleneck", _TIMES)
cpp_extension = Unavailable("torch.utils.cpp_extension", "a sandbox has no compiler", CUDA_HOME=None)
tensorboard = Unavailable("torch.utils.tensorboard", "proofhouse.metric and proofhouse.log keep numbers and texts")
model_zoo = Unavailable("torch.utils.model_zoo", "a sandbox has no network")


def set_module(obj, mod):
    """Sets the module that an object says it is of."""
    if not isinstance(mod, str):
        raise TypeError("The mod argument should be a string")
    obj.__module__ = mod


def __getattr__(name):
    return absent("torch.utils", name, globals())


__all__ = ["_pytree", "benchmark", "bottleneck", "checkpoint", "cpp_extension", "data", "hooks", "model_zoo",
           "set_module", "tensorboard"]
