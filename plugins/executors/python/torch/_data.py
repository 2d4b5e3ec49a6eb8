"""Tensors from Python's numbers and sequences."""

from ._base import Tensor, wrap
from ._dtype import as_dtype, bool_, check_device, int64
from ._numbers import create
from ._promotion import cast, default_dtype, promote_types


# Set by the package named numpy: its arrays, and what makes a tensor of one.
array_types, tensor_of = (), None


def finish(x, requires_grad=False):
    """The fresh tensor `x`, a leaf if it shall require a gradient."""
    x._packed = True
    if requires_grad and not (x.dtype.is_floating_point or x.dtype.is_complex):
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return x.requires_grad_() if requires_grad else x


def _is_sequence(value):
    return hasattr(value, "__len__") and hasattr(value, "__getitem__") and not isinstance(
        value, (str, bytes, dict, Tensor)) and getattr(value, "shape", None) != ()


def _shape_of(data):
    """The extents of nested sequences, judged by the first of each."""
    shape, item = [], data
    while _is_sequence(item):
        shape.append(len(item))
        if len(shape) > 128:
            raise ValueError("too many dimensions 'list'")
        if not len(item):
            break
        item = item[0]
    return shape


def _flatten(data, shape):
    """The numbers of nested sequences, checked against `shape`."""
    level = [data]
    for depth, extent in enumerate(shape):
        below = []
        for item in level:
            if not _is_sequence(item):
                raise TypeError("not a sequence")
            if len(item) != extent:
                raise ValueError(f"expected sequence of length {extent} at dim {depth} (got {len(item)})")
            below.extend(item)
        level = below
    return level


def _number(value):
    """One element of the data."""
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, Tensor):
        if value.numel() != 1:
            if value.dtype.is_floating_point:
                raise ValueError("only one element tensors can be converted to Python scalars")
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return value.item()
    if isinstance(value, (list, tuple)):
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(value).__name__}'")
    if hasattr(value, "__index__"):
        return value.__index__()
    if hasattr(value, "__float__"):
        return float(value)
    raise RuntimeError(f"Could not infer dtype of {type(value).__name__}")


def _inferred(flat):
    """The type of a tensor of these elements: that of the tensors among them, and of Python's numbers."""
    kind = None
    kinds = set(map(type, flat))
    if kinds <= {int, float, bool}:
        return default_dtype() if float in kinds or not kinds else int64 if int in kinds else bool_
    for value in flat:
        if isinstance(value, Tensor):
            own = value.dtype
        elif isinstance(value, complex):
            own = default_dtype().to_complex()
        elif isinstance(getattr(value, "dtype", None), type(bool_)):
            own = value.dtype
        elif isinstance(getattr(getattr(value, "dtype", None), "held", None), type(bool_)):
            # NumPy's scalars and arrays have a type of their own.
            own = value.dtype.held
        else:
            value = _number(value)
            own = bool_ if isinstance(value, bool) else int64 if isinstance(value, int) else default_dtype()
        kind = own if kind is None else promote_types(kind, own)
    return kind


def _complex(flat, shape, dtype):
    """A complex tensor of these elements."""
    from ._complex import complex_

    flat = [complex(value if isinstance(value, complex) else _number(value)) for value in flat]
    kind = dtype.to_real()
    return complex_(create([value.real for value in flat], shape, kind),
                    create([value.imag for value in flat], shape, kind))


def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """A tensor of the numbers in `data`, which may be nested."""
    check_device(device)
    dtype = as_dtype(dtype, "tensor")
    if isinstance(data, array_types):
        data = tensor_of(data)
    if isinstance(data, Tensor):
        copy = data.detach().clone()
        return finish(_plain(copy if dtype is None else cast(copy, dtype)), requires_grad)
    if hasattr(data, "typecode"):
        data = data.tolist()
    shape = _shape_of(data)
    flat = _flatten(data, shape)
    if shape and flat and isinstance(flat[0], str):
        raise ValueError("too many dimensions 'str'")
    if dtype is None:
        dtype = _inferred(flat)
    if dtype.is_complex:
        return finish(_complex(flat, shape, dtype), requires_grad)
    if not set(map(type, flat)) <= {int, float, bool}:
        flat = [_number(value) for value in flat]
    return finish(create(flat, shape, dtype), requires_grad)


def _plain(x):
    """`x` as a tensor of its own, no view."""
    x._view = None
    return x


def as_tensor(data, dtype=None, device=None):
    """`data` as a tensor; itself if it is one of that type."""
    check_device(device)
    if isinstance(data, array_types):
        data = tensor_of(data)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype=dtype)
    return tensor(data, dtype=dtype)


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    """`obj` as a tensor; a copy of it if that is asked for."""
    x = as_tensor(obj, dtype, device)
    if copy and x is obj:
        x = x.detach().clone()
    if requires_grad and not x.requires_grad:
        x = x.detach().requires_grad_()
    return x


def from_host(handle, kind, requires_grad=False):
    """The host's `handle` as a tensor."""
    return finish(wrap(handle, kind), requires_grad)
