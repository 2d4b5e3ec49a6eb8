"""New arrays: of data, by a rule, of bytes."""

import itertools
import operator

import torch
from torch._numbers import create

from ._bytes import of_bytes
from ._ndarray import ndarray, number_for, of_tensor, stored, wrapped
from ._scalars import bare, generic
from ._types import bool_d, float64_d, int64_d, limits, named, plain, promoted, type_of_plain


def shape_of(shape):
    """A shape as a list: of one number or several."""
    if isinstance(shape, ndarray):
        shape = shape.tolist()
    if hasattr(shape, "__index__"):
        shape = [shape]
    extents = [operator.index(extent) for extent in shape]
    if any(extent < 0 for extent in extents):
        raise ValueError("negative dimensions are not allowed")
    return extents


def _sequence(value):
    return isinstance(value, (list, tuple, range)) or (
        hasattr(
    value, "__len__") and hasattr(
        value, "__getitem__") and not isinstance(
            value, (str, bytes, dict, generic))
        and not (hasattr(value, "shape") and len(value.shape) == 0))


def _walk(data, depth, shape, flat):
    """Collects the elements of nested sequences, and their extents."""
    if isinstance(data, (ndarray, torch.Tensor)):
        inner = asarray(data)
        for extent in inner.shape:
            _note(shape, depth, extent)
            depth += 1
        if depth != len(shape):
            raise _ragged(shape, depth)
        flat.extend(_Typed(value, inner._d) for value in _flat_values(inner))
        return
    if _sequence(data):
        _note(shape, depth, len(data))
        if data and all(map(plain, data)):
            if depth + 1 != len(shape):
                raise _ragged(shape, depth)
            flat.extend(data)
            return
        for item in data:
            _walk(item, depth + 1, shape, flat)
        return
    if depth != len(shape):
        raise _ragged(shape, depth)
    flat.append(_element(data))


def _ragged(shape, depth):
    return ValueError(
        "setting an array element with a sequence. The requested array has an inhomogeneous shape after "
        f"{depth} dimensions. The detected shape was {tuple(shape[:depth])} + inhomogeneous part."
    )


class _Typed:
    """A number with an element type."""

    __slots__ = ("value", "kind")

    def __init__(self, value, kind):
        self.value = value
        self.kind = kind


def _flat_values(a):
    return a._t.reshape([-1]).tolist() if a.ndim else [a._t.item()]


def _note(shape, depth, extent):
    if depth == len(shape):
        shape.append(extent)
    elif shape[depth] != extent:
        raise _ragged(shape, depth)


def _element(value):
    if plain(value):
        return value
    if isinstance(value, generic):
        return _Typed(bare(value), value._kind)
    if hasattr(value, "__array__"):
        inner = value.__array__()
        return _Typed(inner._t.item(), inner._d)
    if isinstance(value, bool) or isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if hasattr(value, "__index__"):
        return value.__index__()
    if hasattr(value, "__float__"):
        return float(value)
    raise NotImplementedError(
        f"arrays of {type(value).__name__} are not available in this sandbox: arrays hold numbers; the nearest is a "
        f"list"
    )


def _kind_of(flat):
    kinds = {value.kind if value.__class__ is _Typed else type_of_plain(value) for value in flat}
    kind = None
    for own in kinds:
        kind = own if kind is None else promoted(kind, own)
    return kind or float64_d


def from_values(flat, shape, kind):
    """An array of Python numbers, row-major."""
    if kind.kind in "iu":
        low, high = limits(kind)
        for value in flat:
            if value.__class__ is int and not low <= value <= high:
                raise OverflowError(f"Python integer {value} out of bounds for {kind.name}")
            if value != value:
                raise ValueError("cannot convert float NaN to integer")
    if kind.name == "uint64":
        if any(value >= 1 << 63 for value in flat):
            raise NotImplementedError("uint64 beyond 2**63 is not available in this sandbox; the nearest is int64")
    if kind.kind in "iuf":
        flat = [number_for(value, kind) if value.__class__ is not int and value.__class__ is not float
                or kind.kind != "f" else value for value in flat]
    if kind.kind == "c":
        part = kind.held.to_real()
        real, imag = (torch.tensor([getattr(complex(value), name)
                      for value in flat], dtype=part) for name in ("real", "imag"))
        return wrapped(torch.complex(real, imag).reshape(*shape)
                       if shape else torch.complex(real, imag).reshape([]), kind)
    return wrapped(create(flat, list(shape), kind.held), kind)


def array(object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0, like=None):
    """An array of the numbers in `object`, which may be nested."""
    kind = None if dtype is None else named(dtype)
    if isinstance(object, ndarray):
        made = object.astype(kind or object._d, copy=bool(copy))
    elif isinstance(object, torch.Tensor):
        made = of_tensor(object.detach() if not object.requires_grad else _refuse_gradient(object))
        made = made.astype(kind or made._d, copy=bool(copy))
    elif plain(object) or isinstance(object, generic):
        own = type_of_plain(object) if plain(object) else object._kind
        value = bare(object)
        made = from_values([value], [], kind or own) if kind is None or plain(object) else from_values(
            [number_for(value, kind)], [], kind)
    elif hasattr(object, "__array__") and not isinstance(object, type):
        made = array(object.__array__(), dtype=kind)
    else:
        made = _of_sequence(object, kind)
    while made.ndim < ndmin:
        made = wrapped(made._t.unsqueeze(0), made._d)
    return made


def _refuse_gradient(tensor):
    raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")


def _of_sequence(object, kind):
    shape, flat = [], []
    if hasattr(object, "typecode"):
        object = object.tolist()
    if isinstance(object, (bytearray, memoryview)):
        object = list(object)
    if isinstance(object, (list, tuple)) and object and all(
            isinstance(part, (ndarray, torch.Tensor)) and part.shape == object[0].shape and len(part.shape)
            for part in object):
        parts = [asarray(part) for part in object]
        common = kind or _kind_of([_Typed(0, part._d) for part in parts])
        return wrapped(torch.stack([stored(part._t, common) for part in parts]), common)
    _walk(object, 0, shape, flat)
    return from_values([v.value if v.__class__ is _Typed else v for v in flat], shape, kind or _kind_of(flat))


def asarray(a, dtype=None, order=None, *, device=None, copy=None, like=None):
    """`a` as an array; itself if it is one of that type."""
    if isinstance(a, ndarray) and not copy and (dtype is None or named(dtype) is a._d):
        return a
    return array(a, dtype, copy=bool(copy))


asanyarray = asarray


def ascontiguousarray(a, dtype=None, *, like=None):
    """`a` as an array whose elements lie in order; with at least one axis."""
    made = asarray(a, dtype)
    made = made if made.ndim else wrapped(made._t.reshape([1]), made._d)
    return made if made.flags.c_contiguous else wrapped(made._t.contiguous(), made._d)


def asfortranarray(a, dtype=None, *, like=None):
    """`a` as an array whose elements lie in the order of columns."""
    made = asarray(a, dtype)
    order = list(range(made.ndim))[::-1]
    return made if made.ndim < 2 else wrapped(made._t.permute(order).contiguous().permute(order), made._d)


def asarray_chkfinite(a, dtype=None, order=None):
    """`a` as an array; refuses what is not finite."""
    made = asarray(a, dtype)
    if made._d.kind == "f" and not bool(made._t.isfinite().all()):
        raise ValueError("array must not contain infs or NaNs")
    return made


def full(shape, fill_value, dtype=None, order="C", *, device=None, like=None):
    """All elements the same."""
    value = asarray(fill_value, dtype)
    extents = shape_of(shape)
    if not value.ndim:
        return wrapped(torch.full(extents, value._t.item(), dtype=value._d.held), value._d)
    return wrapped(value._t.expand(extents).clone(), value._d)


def zeros(shape, dtype=float, order="C", *, device=None, like=None):
    """All elements 0."""
    kind = named(dtype)
    return wrapped(torch.zeros(shape_of(shape), dtype=kind.held), kind)


def ones(shape, dtype=None, order="C", *, device=None, like=None):
    """All elements 1."""
    kind = named(dtype)
    return wrapped(torch.ones(shape_of(shape), dtype=kind.held), kind)


def empty(shape, dtype=float, order="C", *, device=None, like=None):
    """Zeros: nothing uninitialised is to be seen in a sandbox."""
    return zeros(shape, dtype)


def _like(make):
    def function(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
        a = asarray(a)
        return make(a.shape if shape is None else shape, a._d if dtype is None else dtype)

    function.__name__ = function.__qualname__ = make.__name__ + "_like"
    return function


zeros_like, ones_like, empty_like = _like(zeros), _like(ones), _like(empty)


def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """All elements the same, in the shape and type of `a`."""
    a = asarray(a)
    return full(a.shape if shape is None else shape, asarray(fill_value).astype(dtype or a._d))


def arange(start, stop=None, step=1, dtype=None, *, device=None, like=None):
    """Numbers from `start` (included) to `stop` (excluded)."""
    if stop is None:
        start, stop = 0, start
    numbers = [value.item() if hasattr(value, "item") else value for value in (start, stop, step)]
    kind = _kind_of([_element(start), _element(stop), _element(step)]) if dtype is None else named(dtype)
    if kind is bool_d and dtype is None:
        kind = int64_d
    start, stop, step = numbers
    if step == 0:
        raise ZeroDivisionError("division by zero")
    count = max(0, -int(-(stop - start) // step) if isinstance(stop - start, float) or isinstance(step, float)
                else len(range(start, stop, step)))
    if kind.kind == "f":
        steps = torch.arange(count, dtype=torch.float64)
        # As NumPy does: what lies between the first two, times the place.
        delta = (start + step) - start
        return wrapped((steps * float(delta) + float(start)).to(kind.held), kind)
    made = torch.arange(count, dtype=torch.int64) * int(step) + int(start)
    return wrapped(stored(made, kind), kind)


def eye(N, M=None, k=0, dtype=float, order="C", *, device=None, like=None):
    """Ones on a diagonal."""
    kind, columns = named(dtype), N if M is None else M
    rows = torch.arange(N).unsqueeze(1)
    return wrapped((torch.arange(columns).unsqueeze(0) - rows == k).to(kind.held), kind)


def identity(n, dtype=None, *, like=None):
    """A square matrix with ones on the diagonal."""
    return eye(n, dtype=dtype)


def frombuffer(buffer, dtype=float, count=-1, offset=0, *, like=None):
    """The bytes of `buffer` as numbers."""
    kind = named(dtype)
    data = memoryview(buffer).cast("B")[offset:] if not isinstance(buffer, ndarray) else buffer.tobytes()[offset:]
    if count < 0:
        if len(data) % kind.itemsize:
            raise ValueError("buffer size must be a multiple of element size")
        count = len(data) // kind.itemsize
    if len(data) < count * kind.itemsize:
        raise ValueError("buffer is smaller than requested size")
    return of_bytes(data[: count * kind.itemsize], kind, [count])


def fromiter(iter, dtype, count=-1, *, like=None):
    """A vector of what an iterable gives."""
    return array(list(iter if count < 0 else itertools.islice(iter, count)), dtype=dtype)


def fromstring(string, dtype=float, count=-1, *, sep="", like=None):
    """Numbers from a text, separated by `sep`."""
    if not sep:
        raise ValueError("The binary mode of fromstring is removed, use frombuffer instead")
    words = string.split(None if sep.isspace() else sep)
    kind = named(dtype)
    return array([int(word) if kind.kind in "iu" else float(word) for word in words if word.strip()][
        : None if count < 0 else count], dtype=kind)


def fromfunction(function, shape, *, dtype=float, like=None, **kwargs):
    """`function` of the places' coordinates."""
    from ._grids import indices

    return function(*indices(shape, dtype=dtype), **kwargs)


def common_kind(arrays):
    """The type that holds the elements of all `arrays`."""
    kind = None
    for a in arrays:
        kind = a._d if kind is None else promoted(kind, a._d)
    return kind


def astype(x, dtype, /, *, copy=True, device=None):
    """`x` with elements of another type."""
    return asarray(x).astype(dtype, copy=copy)


def copy(a, order="K", subok=False):
    """A copy of `a`."""
    return array(a)


