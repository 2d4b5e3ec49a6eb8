"""Tensors in other element types, and PyTorch's old names for tensors of a type."""

from . import _dtype
from ._base import Tensor, wrap
from ._data import tensor
from ._dtype import Size, as_dtype, check_device, dtype
from ._filling import zeros
from ._promotion import cast, default_dtype, set_default_dtype
from ._views import duplicate

_METHODS = {
    "float": _dtype.float32, "double": _dtype.float64, "half": _dtype.float16, "bfloat16": _dtype.bfloat16,
    "long": _dtype.int64, "int": _dtype.int32, "short": _dtype.int16, "char": _dtype.int8, "byte": _dtype.uint8,
    "bool": _dtype.bool_, "cfloat": _dtype.complex64, "cdouble": _dtype.complex128, "chalf": _dtype.complex32,
}
_TITLED = {
    kind.title: kind
    for kind in (_dtype.float32, _dtype.float64, _dtype.float16, _dtype.bfloat16, _dtype.int64, _dtype.int32,
                 _dtype.int16, _dtype.int8, _dtype.uint8, _dtype.bool_)
}


def to(self, *arguments, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None, other=None):
    """In another element type."""
    flags = []
    for value in (*arguments, other):
        if isinstance(value, Tensor):
            dtype = value.dtype
        elif isinstance(value, (_dtype_class, type)):
            dtype = value
        elif isinstance(value, bool):
            flags.append(value)
        elif value is not None:
            device = value
    check_device(device)
    dtype = as_dtype(dtype, "to")
    if dtype is None or dtype is self.dtype:
        # The second of the flags is `copy`.
        if copy or len(flags) > 1 and flags[1]:
            return wrap(duplicate(self), self._dtype)
        return self
    return cast(self, dtype)


_dtype_class = dtype


def _by_title(name):
    """The dtype of `torch.FloatTensor` and its like; None for other names."""
    return _TITLED.get(name.removeprefix("torch.").removesuffix("Tensor"))


def type_(self, dtype=None, non_blocking=False):
    """The name of the tensor's type, or the tensor in another."""
    if dtype is None:
        return f"torch.{self.dtype.title}Tensor"
    if isinstance(dtype, str):
        kind = _by_title(dtype)
        if kind is None:
            raise ValueError(f"invalid type: '{dtype}'")
        return cast(self, kind)
    if isinstance(dtype, _TypedTensor):
        return cast(self, dtype.kind)
    if not isinstance(dtype, _dtype_class):
        raise ValueError(f"invalid type: '{getattr(dtype, '__name__', dtype)}'")
    return cast(self, dtype)


def _conversion(name, kind):
    def method(self, memory_format=None):
        return cast(self, kind)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"As {kind}."
    return method


def from_legacy_arguments(arguments, kind):
    """What `torch.Tensor(…)` makes: zeros of the given size, or a tensor of a sequence's numbers."""
    if len(arguments) == 1 and isinstance(arguments[0], Size):
        return zeros(arguments[0], dtype=kind)
    if len(arguments) == 1 and not isinstance(arguments[0], int):
        data = arguments[0]
        if isinstance(data, Tensor):
            if data.dtype is not kind:
                raise TypeError(f"expected {kind.title} (got {data.dtype.title})")
            return data.detach()
        if isinstance(data, float):
            raise TypeError("new(): data must be a sequence (got float)")
        return tensor(data, dtype=kind)
    return zeros(*(arguments or (0,)), dtype=kind)


class _TypedTensor(type):
    """The class of `torch.FloatTensor` and its like, whose instances are the tensors of that type."""

    def __instancecheck__(cls, x):
        return isinstance(x, Tensor) and x.dtype is cls.kind

    def __call__(cls, *arguments):
        return from_legacy_arguments(arguments, cls.kind)


LEGACY = {
    f"{title}Tensor": _TypedTensor(f"{title}Tensor", (), {"kind": kind, "dtype": kind, "__module__": "torch"})
    for title, kind in _TITLED.items()
}


def set_default_tensor_type(t):
    """Python floats become tensors of the type of `t`, such as `torch.DoubleTensor`, from here on."""
    kind = _by_title(t) if isinstance(t, str) else getattr(t, "kind", None)
    if kind is None:
        raise TypeError(f"invalid type object: {t}")
    set_default_dtype(kind)


def _new(cls, *arguments, **options):
    """`torch.Tensor(…)`: of the default type."""
    x = from_legacy_arguments(arguments, default_dtype())
    x.__class__ = cls
    return x


def install(cls):
    """Gives the class `Tensor` its conversions."""
    for name, kind in _METHODS.items():
        setattr(cls, name, _conversion(name, kind))
    cls.to, cls.type = to, type_
    cls.type_as = lambda self, other: cast(self, other.dtype)
    cls.__new__ = _new
    # The host's handles are made without it.
    cls.__init__ = lambda self, *arguments, **options: None
