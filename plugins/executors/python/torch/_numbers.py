"""Python's numbers as the host's bytes, and back."""

import struct
from array import array
from math import isfinite

from ._base import Tensor, wrap
from ._dtype import bool_, float32, host_dtype, int64
from ._host import Err, host, raised, tensors

_read = tensors.Tensor.read
# What a float64 holds exactly.
_EXACT = 2**53


def pack(values, kind):
    """A flat list of numbers as bytes of `kind`; of float32 for those floating types that Python does not know."""
    code = kind.code or "f"
    try:
        if kind is bool_:
            return bytes([1 if value else 0 for value in values])
        return array(code, values).tobytes()
    except TypeError:
        return pack([_number(value, kind) for value in values], kind)
    except OverflowError:
        if kind.is_floating_point:
            return pack([_float32(value) for value in values], kind)
        return pack([_wrapped(value, kind) for value in values], kind)


def _number(value, kind):
    """What is no int or float, or a float for an integer type, as what `array` takes."""
    if kind.is_floating_point:
        return float(value)
    if isinstance(value, float) and (not isfinite(value) or value < limits(kind)[0]):
        raise RuntimeError(f"value cannot be converted to type {kind.name} without overflow")
    return int(value)


def _float32(value):
    try:
        return struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _wrapped(value, kind):
    """An integer that `kind` does not hold: an error, but for negative ones of an unsigned type."""
    low, high = limits(kind)
    if low <= value <= high:
        return value
    if kind is int64:
        raise ValueError("Overflow when unpacking long long")
    if low == 0 and -high <= value < 0:
        return value % (high + 1)
    raise RuntimeError(f"value cannot be converted to type {kind.name} without overflow")


def limits(kind):
    """The smallest and largest integer of an integer type."""
    bits = 8 * kind.itemsize
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if kind.is_signed else (0, (1 << bits) - 1)


def create(values, shape, kind):
    """A tensor of the flat list `values`."""
    wanted = host_dtype(kind)
    stored = wanted if kind.code else float32.host
    try:
        handle = tensors.create(stored, shape, pack(values, kind))
        return wrap(handle if stored is wanted else tensors.cast(handle, wanted), kind)
    except Err as err:
        raise raised(err) from None


def integers(values):
    """A vector of int64."""
    values = list(values)
    return create(values, [len(values)], int64)


def scalar(value, kind):
    """`value` as the host takes a number beside a tensor of `kind`: a float, or a tensor where a float is not exact."""
    if kind.is_floating_point:
        return float(value)
    if kind is bool_:
        return 1.0 if value else 0.0
    if not -(2**63) <= value < 2**63:
        raise OverflowError("int too big to convert")
    value = int(value)
    if kind is not int64:
        low, high = limits(kind)
        value = (value - low) % (high - low + 1) + low
    return float(value) if -_EXACT <= value <= _EXACT else create([value], [], kind)


def flat_list(self):
    """All elements as a flat Python list."""
    kind = self.dtype
    code = kind.code
    data = host(_read, self if code else host(tensors.cast, self, float32.host))
    if kind is bool_:
        return [byte != 0 for byte in data]
    return array(code or "f", data).tolist()


def item(self):
    """The only element, as a Python number."""
    if self._dtype is float32:
        try:
            data = _read(self)
        except Err as err:
            raise raised(err) from None
        if len(data) == 4:
            return struct.unpack("<f", data)[0]
    count = self.numel()
    if count != 1:
        raise RuntimeError(f"a Tensor with {count} elements cannot be converted to Scalar")
    return flat_list(self)[0]


def tolist(self):
    """The elements as nested lists; a number for a tensor without dimensions."""
    values = flat_list(self)
    shape = self.shape
    if not shape:
        return values[0]
    for extent in reversed(shape[1:]):
        if extent == 0:
            return _empty(shape)
        values = [values[at : at + extent] for at in range(0, len(values), extent)]
    return values


def _empty(shape):
    return [_empty(shape[1:]) for _ in range(shape[0])] if shape else []


def as_tensor_operand(value, kind):
    """A number or tensor as a tensor of `kind`."""
    from ._promotion import cast

    if isinstance(value, Tensor):
        return cast(value, kind)
    return create([value], [], kind)
