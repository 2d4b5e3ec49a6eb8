"""`Variable`: what a tensor with a gradient was called before PyTorch 0.4."""

from .._base import Tensor


class _VariableMeta(type):
    def __instancecheck__(cls, instance):
        return isinstance(instance, Tensor)


class Variable(metaclass=_VariableMeta):
    """`Variable(x, requires_grad)` is a tensor with the values of `x`."""

    def __new__(cls, data=None, requires_grad=False, volatile=None):
        if data is None:
            data = Tensor()
        elif not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        return data.detach().requires_grad_(bool(requires_grad) and not volatile)


__all__ = ["Variable"]
