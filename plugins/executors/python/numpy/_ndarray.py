"""`numpy.ndarray`: a tensor with NumPy's type, and what it says of itself.

Slices and reshaped arrays are views, as the tensors below are: what is written to one is seen in the other.
"""

import operator

import torch
from torch._views import layout

from . import _scalar_arithmetic  # noqa: F401
from ._missing import absent_method
from ._scalars import fitted, generic, scalar
from ._types import BY_NAME, bool_d, named, of_torch

_MASKS = {"uint16": 0xFFFF, "uint32": 0xFFFFFFFF}


class ndarray:
    """An array of numbers of one type."""

    __module__ = "numpy"
    __slots__ = ("_t", "_d", "__weakref__")
    __array_priority__ = 0.0
    __hash__ = None
    ctypes = property(lambda self: _no_memory("ctypes"))
    data = property(lambda self: memoryview(self.tobytes()))

    def __new__(cls, shape, dtype=None, buffer=None, offset=0, strides=None, order=None):
        from ._making import empty, frombuffer

        if buffer is None:
            return empty(shape, dtype)
        return frombuffer(buffer, dtype, offset=offset).reshape(shape)

    @property
    def dtype(self):
        return self._d

    @property
    def shape(self):
        return tuple(self._t.shape)

    @shape.setter
    def shape(self, shape):
        self._t = self.reshape(shape)._t

    @property
    def ndim(self):
        return len(self._t.shape)

    @property
    def size(self):
        return self._t.numel()

    @property
    def itemsize(self):
        return self._d.itemsize

    @property
    def nbytes(self):
        return self.size * self._d.itemsize

    @property
    def strides(self):
        return tuple(n * self._d.itemsize for n in layout(self._t)[0])

    @property
    def T(self):
        return self.transpose()

    @property
    def mT(self):
        if self.ndim < 2:
            raise ValueError("matrix transpose with ndim < 2 is undefined")
        return self.swapaxes(-1, -2)

    @property
    def base(self):
        base = self._t._base
        return None if base is None else wrapped(base, self._d if base.dtype is self._t.dtype else None)

    @property
    def flags(self):
        return Flags(self)

    @property
    def real(self):
        return self if self._d.kind != "c" else of_tensor(self._t.real)

    @property
    def imag(self):
        return of_tensor(self._t.imag) if self._d.kind == "c" else self * 0

    @property
    def flat(self):
        return Flat(self)

    @flat.setter
    def flat(self, value):
        self.flat[:] = value

    __getattr__ = absent_method

    def __len__(self):
        if not self._t.shape:
            raise TypeError("len() of unsized object")
        return self._t.shape[0]

    def __iter__(self):
        if not self._t.shape:
            raise TypeError("iteration over a 0-d array")
        if len(self._t.shape) == 1:
            return (scalar(value, self._d) for value in self.tolist())
        return (wrapped(part, self._d) for part in self._t.unbind(0))

    def tolist(self):
        values = self._t.tolist()
        return _unsigned(values) if self._d.name == "uint64" else values

    def item(self, *args):
        """One element as a Python number: the only one, or that at the given place."""
        if args:
            place = args[0] if len(args) == 1 else args
            value = self[place] if isinstance(place, tuple) or self.ndim == 1 else self.ravel()[place]
            return value.item()
        if self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return scalar(self._t.reshape([]).item(), self._d).item()

    def astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
        """A copy with elements of another type."""
        kind = named(dtype)
        if kind is self._d:
            return self.copy() if copy else self
        return wrapped(stored(self._t, kind), kind)

    def copy(self, order="C"):
        return wrapped(self._t.clone(), self._d)

    def fill(self, value):
        self[...] = value

    def view(self, dtype=None, type=None):
        """The same elements, or their bytes read as another type of the same size."""
        if dtype is None or dtype is ndarray:
            return wrapped(self._t.view(self._t.shape), self._d)
        kind = named(dtype)
        held = kind.held.itemsize == kind.itemsize and self._t.dtype.itemsize == self._d.itemsize
        if held and "c" not in (kind.kind, self._d.kind):
            return wrapped(self._t.view(kind.held), kind)
        from ._making import frombuffer

        shape = [*self.shape[:-1], self.shape[-1] * self.itemsize // kind.itemsize]
        return frombuffer(self.tobytes(), kind).reshape(shape)

    def __bool__(self):
        if self.size != 1:
            raise ValueError(
                "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not "
                "empty." if not self.size else
                "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
            )
        return bool(self.item())

    def _only(self, kind):
        if self.size != 1 or self.ndim:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return kind(self.item())

    def __int__(self):
        return self._only(int)

    def __float__(self):
        return self._only(float)

    def __complex__(self):
        return self._only(complex)

    def __index__(self):
        if self.ndim or self._d.kind not in "iu":
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return self.item()

    def __contains__(self, value):
        return bool((self == value).any())

    def __format__(self, spec):
        if not self.ndim:
            return self.item().__format__(spec)
        if spec:
            raise TypeError(f"unsupported format string passed to numpy.{type(self).__name__}.__format__")
        return str(self)

    def __array__(self, dtype=None, copy=None):
        return self if dtype is None else self.astype(dtype)

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce__(self):
        return _rebuilt, (self.tobytes(), self.shape, self._d.name)

    def tobytes(self, order="C"):
        """The elements as bytes, row-major unless `order` is 'F'."""
        from ._bytes import bytes_of

        return bytes_of(self.T if order == "F" else self)

    def tofile(self, fid, sep="", format="%s"):
        from ._files import tofile

        tofile(self, fid, sep, format)

    def __dlpack__(self, *arguments, **options):
        _no_memory("__dlpack__")


def _no_memory(name):
    raise NotImplementedError(
        f"ndarray.{name} is not available: an array's memory is with the host; tobytes() copies it")


def _unsigned(value):
    return [_unsigned(part) for part in value] if isinstance(value, list) else value % (1 << 64)


def _rebuilt(data, shape, name):
    from ._making import frombuffer

    return frombuffer(data, name).reshape(shape)


class Flags:
    """How an array's elements lie."""

    def __init__(self, array):
        self.c_contiguous = array._t.is_contiguous() and all(n >= 0 for n in array.strides)
        turned = array._t.permute(*range(array.ndim - 1, -1, -1)) if array.ndim else array._t
        self.f_contiguous = turned.is_contiguous()
        self.contiguous = self.c_contiguous
        self.owndata = array._t._view is None
        self.writeable = self.aligned = True

    def __getitem__(self, name):
        return getattr(self, {"C": "c_contiguous", "F": "f_contiguous"}.get(name, name.lower()))


class Flat:
    """The elements of an array in order, as `flat` gives them."""

    def __init__(self, array):
        self._array = array
        self._at = 0
        self.base = array

    def __iter__(self):
        return iter(self._array.ravel())

    def __next__(self):
        if self._at >= self._array.size:
            raise StopIteration
        self._at += 1
        return self[self._at - 1]

    def __len__(self):
        return self._array.size

    def __getitem__(self, key):
        value = self._array.ravel()[key]
        return value.copy() if isinstance(value, ndarray) else value

    def __setitem__(self, key, value):
        flat = self._array.flatten()
        if not isinstance(key, (int, generic)):
            from ._making import asarray

            value = asarray(value).ravel()
            count = flat[key].size
            if value.size != count and value.size:
                value = wrapped(value._t.repeat(-(-count // value.size))[:count], value._d)
        flat[key] = value
        self._array[...] = flat.reshape(self._array.shape)

    def copy(self):
        return self._array.flatten()


def wrapped(tensor, kind=None):
    """The array over `tensor`, which is held as `kind` is held."""
    array = object.__new__(ndarray)
    array._t = tensor
    array._d = of_torch(tensor.dtype) if kind is None else kind
    return array


def of_tensor(tensor):
    """The array over the program's `tensor`, of which it shows the values; a type without a name here is refused."""
    if tensor.dtype is torch.uint32:
        return wrapped(tensor.to(torch.int64), BY_NAME["uint32"])
    return wrapped(tensor)


def result(tensor, kind=None):
    """The array over `tensor`; a scalar where it has no dimensions."""
    array = wrapped(tensor, kind)
    return array if len(tensor.shape) else scalar(tensor.item(), array._d)


def stored(tensor, kind):
    """`tensor` in the type that holds `kind`, its values brought into the range of `kind`."""
    held = kind.held
    mask = _MASKS.get(kind.name)
    if mask is None:
        if tensor.dtype.is_complex and not held.is_complex:
            tensor = tensor.real
        elif held.is_complex and not tensor.dtype.is_complex:
            return torch.complex(tensor.to(held.to_real()), torch.zeros_like(tensor, dtype=held.to_real())).to(held)
        return tensor if tensor.dtype is held else tensor.to(held)
    if tensor.dtype is not torch.int64 and tensor.dtype is not torch.int32:
        tensor = tensor.to(torch.int64)
    return (tensor & mask).to(held) if tensor.dtype is not torch.bool else tensor.to(held)


def number_for(value, kind):
    """The Python number `value` as the tensors of `kind` take it."""
    return fitted(value, kind)


def whole_axis(axis, ndim):
    """`axis` counted from the front."""
    at = operator.index(axis)
    if not -ndim <= at < ndim:
        raise AxisError(f"axis {at} is out of bounds for array of dimension {ndim}")
    return at % ndim


def whole_axes(axis, ndim):
    """One axis or several, counted from the front; None is all of them."""
    if axis is None:
        return list(range(ndim))
    if isinstance(axis, (tuple, list)):
        axes = [whole_axis(at, ndim) for at in axis]
        if len(set(axes)) != len(axes):
            raise ValueError("duplicate value in 'axis'")
        return axes
    if not ndim and axis in (0, -1):
        return []
    return [whole_axis(axis, ndim)]


class AxisError(ValueError, IndexError):
    """An axis that an array does not have."""


def is_bool(array):
    """Does the array hold truth values?"""
    return array._d is bool_d
