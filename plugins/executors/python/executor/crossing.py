"""Values on their way between the program and its evaluator."""

from torch._base import Tensor, wrap
from torch._host import autograd
from wit_world.imports.values import (
    Value_Bytes,
    Value_Flag,
    Value_Integer,
    Value_None_,
    Value_Number,
    Value_Tensor,
    Value_Text,
)


def argument(value):
    """A Python object from what crossed."""
    if isinstance(value, Value_Tensor):
        return wrap(value.value)
    if isinstance(value, Value_None_):
        return None
    return value.value


def results(entry, returned):
    """What crosses for what the function `entry` returned: a tuple or list is several values, None is none."""
    if returned is None:
        return []
    several = returned if isinstance(returned, (tuple, list)) else (returned,)
    return [_result(entry, value) for value in several]


def _result(entry, value):
    if isinstance(value, Tensor):
        # A handle of its own: the program may keep the one it has.
        return Value_Tensor(autograd.detach(value))
    if value is None:
        return Value_None_()
    if isinstance(value, bool):
        return Value_Flag(value)
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise OverflowError(f"{entry} returned {value.bit_length()} bits in an integer; 64 can cross")
        return Value_Integer(int(value))
    if isinstance(value, float):
        return Value_Number(float(value))
    if isinstance(value, str):
        return Value_Text(str(value))
    if isinstance(value, (bytes, bytearray)):
        return Value_Bytes(bytes(value))
    raise TypeError(
        f"{entry} returned a {type(value).__name__}; what can cross are tensors, numbers, bool, str, bytes and None"
    )
