"""Tensors that a module learns, and those it only keeps."""

from .._autograd import make_leaf
from .._base import Tensor, wrap
from .._creation import zeros
from .._dtype import check_device
from .._host import autograd
from .._promotion import default_dtype
from .._views import note_loosely, rebind


def _copied(source):
    return wrap(autograd.detach(source), source.dtype)


class _ParameterMeta(type(Tensor)):
    """A tensor that says it is a parameter is one, whatever its class."""

    def __instancecheck__(cls, instance):
        if type.__instancecheck__(cls, instance):
            return True
        return cls is Parameter and isinstance(instance, Tensor) and instance.__dict__.get("_is_param", False)


class Parameter(Tensor, metaclass=_ParameterMeta):
    """A leaf that requires a gradient, and that a module counts among its parameters."""

    def __new__(cls, data=None, requires_grad=True):
        x = _copied(zeros(0) if data is None else data)
        if requires_grad:
            if not x.dtype.is_floating_point:
                raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
            make_leaf(x)
        x.__class__ = cls
        return x if data is None else note_loosely(x, data)

    def __init__(self, data=None, requires_grad=True):
        pass

    def __repr__(self):
        return "Parameter containing:\n" + Tensor.__repr__(self)

    __str__ = __repr__


class _BufferMeta(type(Tensor)):
    def __instancecheck__(cls, instance):
        return isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that a module registers as a buffer when it is assigned to an attribute."""

    def __new__(cls, data=None, *, persistent=True):
        x = zeros(0) if data is None else data.detach().requires_grad_(data.requires_grad)
        x.persistent = persistent
        x._is_buffer = True
        return x


class _Uninitialized:
    """A place for a tensor whose shape is known only at the first forward."""

    _REFUSED = (
        "Attempted to use an uninitialized parameter in {}. This error happens when you are using a `LazyModule` or "
        "explicitly manipulating `torch.nn.parameter.UninitializedParameter` objects. When using LazyModules Call "
        "`forward` with a dummy batch to initialize the parameters before calling torch functions"
    )

    def _became(self, value):
        raise NotImplementedError

    def materialize(self, shape, device=None, dtype=None):
        """Takes a shape, and with it values that are not set yet."""
        check_device(device)
        self._became(zeros(*shape, dtype=dtype or self._wanted))

    @property
    def shape(self):
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
            "`load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` "
            "to initialize the parameters before accessing their attributes."
        )

    def share_memory_(self):
        raise RuntimeError("Can't share memory on an uninitialized parameter or buffer. Call `forward` to initialize "
                           "the parameters before calling `module.share_memory()`.")

    def to(self, *arguments, dtype=None, device=None, **options):
        """Of another type, once there are values."""
        for value in arguments:
            dtype = value if type(value).__name__ == "dtype" else dtype
        self._wanted = dtype or self._wanted
        return self


class UninitializedParameter(_Uninitialized, Parameter):
    """A parameter without a shape yet."""

    cls_to_become = Parameter

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        check_device(device)
        x = _copied(zeros(0, dtype=dtype))
        x.__class__ = cls
        x._wanted = dtype or default_dtype()
        x._wants_grad = requires_grad
        return x

    def __init__(self, requires_grad=True, device=None, dtype=None):
        pass

    def _became(self, value):
        wanted = self._wants_grad
        del self._wants_grad, self._wanted
        self.__class__ = Parameter
        self._shape, self._dtype = value.shape, value.dtype
        rebind(self, value)
        if wanted:
            make_leaf(self)

    def __deepcopy__(self, memo):
        x = memo[id(self)] = UninitializedParameter(self._wants_grad, dtype=self._wanted)
        return x

    def __repr__(self):
        return "<UninitializedParameter>"

    __str__ = __repr__


class UninitializedBuffer(_Uninitialized, Tensor):
    """A buffer without a shape yet."""

    cls_to_become = Tensor

    def __new__(cls, requires_grad=False, device=None, dtype=None, persistent=True):
        check_device(device)
        x = _copied(zeros(0, dtype=dtype))
        x.__class__ = cls
        x._wanted = dtype or default_dtype()
        x.persistent, x._is_buffer = persistent, True
        return x

    def _became(self, value):
        del self._wanted
        self.__class__ = Tensor
        self._shape, self._dtype = value.shape, value.dtype
        rebind(self, value)

    def __deepcopy__(self, memo):
        x = memo[id(self)] = UninitializedBuffer(dtype=self._wanted)
        return x

    def __repr__(self):
        return "<UninitializedBuffer>"

    __str__ = __repr__


def is_lazy(param):
    """Has `param` no shape yet?"""
    return isinstance(param, _Uninitialized)
