"""Tensors that a module learns."""

from .._autograd import make_leaf
from .._base import Tensor, wrap
from .._creation import zeros
from .._host import autograd
from .._views import note_loosely


class Parameter(Tensor):
    """A leaf that requires a gradient, and that a module counts among its parameters."""

    def __new__(cls, data=None, requires_grad=True):
        source = zeros(0) if data is None else data
        x = wrap(autograd.detach(source), source.dtype)
        if requires_grad:
            make_leaf(x)
        x.__class__ = cls
        return x if data is None else note_loosely(x, data)

    def __init__(self, data=None, requires_grad=True):
        pass


class Buffer:
    """Absent; `register_buffer` is there."""

    def __new__(cls, *arguments, **options):
        raise NotImplementedError("torch.nn.Buffer is not available; Module.register_buffer is")
