"""`torch.nn`: modules, their parameters, and functions."""

from .._missing import absent
from . import _reduction  # noqa: F401
from . import attention, common_types, functional, init, modules, parallel, parameter, utils
from .modules import *  # noqa: F403
from .modules.module import Module
from .parallel import DataParallel
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter


def factory_kwargs(kwargs):
    """The arguments of `kwargs` with which tensors are made; refuses others."""
    if kwargs is None:
        return {}
    given = dict(kwargs)
    expected = {"device", "dtype", "memory_format"}
    result = dict(given.pop("factory_kwargs", {}))
    if not given.keys() <= expected:
        raise TypeError(f"unexpected kwargs {given.keys() - expected}")
    for name in given:
        if name in result:
            raise TypeError(f"{name} specified twice, in **kwargs and in factory_kwargs")
    return {**result, **given}


def __getattr__(name):
    return absent("torch.nn", name, globals())


__all__ = sorted(set(modules.__all__) | {
    "Buffer", "DataParallel", "Module", "Parameter", "UninitializedBuffer", "UninitializedParameter", "attention",
    "common_types", "functional", "init", "parallel", "parameter", "utils"})
