"""`torch.overrides`: there are no overrides in a sandbox, where `__torch_function__` is refused."""

import contextlib

from ._base import Tensor
from ._missing import absent


def has_torch_function(relevant_args):
    """Never: a class with `__torch_function__` cannot be made."""
    return False


def has_torch_function_unary(tensor):
    """Never."""
    return False


def has_torch_function_variadic(*tensors):
    """Never."""
    return False


def handle_torch_function(public_api, relevant_args, *args, **kwargs):
    """What PyTorch does where nothing overrides the function."""
    name = f"{public_api.__module__}.{public_api.__name__}"
    kinds = [type(x) for x in relevant_args]
    raise TypeError(f"no implementation found for '{name}' on types that implement __torch_function__: {kinds}")


def is_tensor_like(inp):
    """Is it a tensor?"""
    return type(inp) is Tensor or hasattr(inp, "__torch_function__")


def is_tensor_method_or_property(func):
    """Is it an attribute of `torch.Tensor`?"""
    return any(value is func for value in vars(Tensor).values()) or getattr(func, "__name__", None) == "__get__"


def get_default_nowrap_functions():
    """None."""
    return set()


def wrap_torch_function(dispatcher):
    """Gives back the function: nothing overrides it."""
    return lambda function: function


class TorchFunctionMode:
    """Absent: a call does not go through a mode."""

    def __init__(self, *arguments, **options):
        raise NotImplementedError(
            "torch.overrides.TorchFunctionMode is not available; the nearest is a function of the program's own")


class BaseTorchFunctionMode(TorchFunctionMode):
    """Absent."""


@contextlib.contextmanager
def enable_reentrant_dispatch():
    """Accepted."""
    yield


def __getattr__(name):
    return absent("torch.overrides", name, globals())
