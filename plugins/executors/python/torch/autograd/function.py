"""`torch.autograd.function`: operations with a gradient of the program's own."""

from .._custom import BackwardCFunction, Function, FunctionCtx, once_differentiable

InplaceFunction = NestedIOFunction = Function

__all__ = ["BackwardCFunction", "Function", "FunctionCtx", "InplaceFunction", "NestedIOFunction",
           "once_differentiable"]
