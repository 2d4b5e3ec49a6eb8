"""Operations that write to a tensor that is there: `x.add_(y)` and `out=`."""

from ._base import Tensor
from ._dtype import as_dtype
from ._grad_mode import grad_mode
from ._promotion import can_cast, cast
from ._views import check_writable, leave, rebind, write


def _fitting(result, kind):
    """`result` in the type `kind` of what it is written to."""
    if result.dtype is kind:
        return result
    if not can_cast(result.dtype, kind):
        raise RuntimeError(
            f"result type {result.dtype.title} can't be cast to the desired output type {kind.title}"
        )
    return cast(result, kind)


def in_place(function, name):
    """The method `name` that computes `function` and writes the result to its first argument."""

    def method(self, *arguments, **options):
        check_writable(self)
        result = _fitting(function(self, *arguments, **options), self.dtype)
        if result.shape != self.shape:
            raise RuntimeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape {list(result.shape)}"
            )
        return write(self, result)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"In-place `{name[:-1]}`."
    return method


def store(name, out, result, arguments=()):
    """`out=`: `out` becomes `result`, in its own type and of the result's shape."""
    if isinstance(result, tuple):
        for place, value in zip(out, result):
            store(name, place, value, arguments)
        return type(result)(*out) if hasattr(result, "_fields") else tuple(out)
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")
    if grad_mode.recording and (out.requires_grad or any(
            isinstance(x, Tensor) and x.requires_grad for x in arguments)):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )
    value = _fitting(result, out.dtype)
    if value.shape == out.shape:
        return write(out, value.clone() if value is result else value)
    value = value.clone()
    shape = value.shape
    leave(out)
    rebind(out, value)
    out._shape = shape
    return out


def with_out(function, name, takes_number=True):
    """`torch.NAME`: `function`, which also takes `out=`; its first operand is a tensor unless it `takes_number`."""

    def call(*arguments, out=None, **options):
        if not takes_number and arguments and not isinstance(arguments[0], Tensor):
            raise TypeError(
                f"{name}(): argument 'input' (position 1) must be Tensor, not {type(arguments[0]).__name__}")
        if "dtype" in options:
            options["dtype"] = as_dtype(options["dtype"], name)
        if out is None:
            return function(*arguments, **options)
        return store(name, out, function(*arguments, **options), arguments)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = function.__doc__
    call.__wrapped__ = function
    return call
