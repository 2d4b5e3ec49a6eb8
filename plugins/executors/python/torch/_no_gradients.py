"""Results whose gradient is zero, or that PyTorch refuses to differentiate: that they depend on their arguments is
recorded all the same, so that no gradient is missing unsaid."""

from ._base import Tensor
from ._creation import zeros
from ._custom import Function
from ._grad_mode import grad_mode


class _Zero(Function):
    @staticmethod
    def forward(ctx, result, *arguments):
        ctx.kinds = [(x.shape, x.dtype) if isinstance(x, Tensor) else None for x in arguments]
        return result

    @staticmethod
    def backward(ctx, gradient):
        return None, *(None if kind is None else zeros(kind[0], dtype=kind[1]) for kind in ctx.kinds)


class _Refused(Function):
    @staticmethod
    def forward(ctx, result, error, *arguments):
        ctx.error = error
        return result

    @staticmethod
    def backward(ctx, gradient):
        raise ctx.error


def _tracked(result, arguments):
    return grad_mode.recording and result.dtype.is_floating_point and any(
        isinstance(x, Tensor) and x.requires_grad for x in arguments)


def zero_gradient(result, *arguments):
    """`result`, whose gradient for `arguments` is zero."""
    if not _tracked(result, arguments):
        return result
    return _Zero.apply(result.detach(), *arguments)


def refused(name, result, *arguments):
    """`result`; whoever differentiates it is told that PyTorch does not either."""
    if not _tracked(result, arguments):
        return result
    return _Refused.apply(
        result.detach(), RuntimeError(f"derivative for aten::{name} is not implemented"), *arguments)


def refused_unique(result, input):
    """The same for `unique`, with its own error."""
    if not _tracked(result, (input,)):
        return result
    return _Refused.apply(
        result.detach(), NotImplementedError("the derivative for '_unique2' is not implemented."), input)
