"""Elements as bytes, and bytes as elements: little-endian, as NumPy lays them out on common machines."""

from array import array

import torch
from torch._dtype import host_dtype
from torch._host import host, tensors
from torch._base import wrap

from ._ndarray import wrapped
from ._types import BY_NAME

# What the tensor below does not hold as it lies in bytes.
_CODES = {"uint16": "H", "uint32": "I", "uint64": "Q"}


def bytes_of(a):
    """The elements of the array `a`, row-major."""
    name = a.dtype.name
    if name in _CODES:
        return array(_CODES[name], a.ravel().tolist()).tobytes()
    if a.dtype.kind == "c":
        parts = torch.view_as_real(a._t)
        return bytes(host(tensors.Tensor.read, parts))
    return bytes(host(tensors.Tensor.read, a._t))


def of_bytes(data, kind, shape):
    """An array of `kind` of the bytes `data`, as many as `shape` needs."""
    name = kind.name
    if name in _CODES:
        values = array(_CODES[name], bytes(data))
        if name == "uint16":
            tensor = wrap(host(tensors.create, host_dtype(torch.int32), list(shape), array("i", values).tobytes()))
        else:
            values = array("q", bytes(data)) if name == "uint64" else array("q", values)
            tensor = wrap(host(tensors.create, host_dtype(torch.int64), list(shape), values.tobytes()))
        return wrapped(tensor, kind)
    if kind.kind == "c":
        part = BY_NAME["float32" if kind.itemsize == 8 else "float64"]
        return wrapped(torch.view_as_complex(of_bytes(data, part, [*shape, 2])._t), kind)
    if name == "bool":
        data = bytes(data).translate(bytes([0] + [1] * 255))
    held = wrap(host(tensors.create, host_dtype(kind.held), list(shape), bytes(data)), kind.held)
    held._packed = True
    return wrapped(held, kind)
