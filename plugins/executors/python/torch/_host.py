"""The host's functions, and its errors as Python's exceptions."""

from componentize_py_types import Err
from wit_world.imports import autograd, generator, layers, linear_algebra, optimizers, tensors

__all__ = ["Err", "autograd", "generator", "host", "layers", "linear_algebra", "optimizers", "raised", "tensors"]


class OutOfMemoryError(RuntimeError):
    """The tensors of this sandbox would outgrow its policy."""


class BudgetExceeded(RuntimeError):
    """A budget of this sandbox is spent. A program that goes on after this is stopped."""


class DataError(FileNotFoundError, ValueError):
    """No such data is granted to this sandbox."""

    def __str__(self):
        return self.args[0] if self.args else ""


def raised(err):
    """The exception that says what the host's error `err` says."""
    error = err.value
    code = error.code
    message = error.message
    if code == "index":
        return IndexError(message)
    if code == "data":
        return DataError(message)
    if code == "quota.tensor-memory" or code == "quota.tensors":
        return OutOfMemoryError(message)
    if code.startswith("quota."):
        return BudgetExceeded(message)
    return RuntimeError(message)


def host(function, *arguments):
    """`function(*arguments)`, for calls that need not be fast."""
    try:
        return function(*arguments)
    except Err as err:
        raise raised(err) from None
