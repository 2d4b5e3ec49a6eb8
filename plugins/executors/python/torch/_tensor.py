"""The methods of `Tensor`."""

from ._arithmetic import shape_mismatch
from ._attributes import install as install_attributes
from ._autograd import attach as attach_autograd
from ._assignment import setitem
from ._base import Tensor, _host_shape, wrap
from ._converting import install as install_conversions
from ._copying import install as install_copying
from ._creation import full, tensor
from ._dtype import CPU, Size, as_dtype
from ._host import host
from ._filling import extents
from ._functions import install as install_functions
from ._indexing import getitem
from ._layouts import strided
from ._missing import absent_method
from ._numbers import item, tolist
from ._operators import install as install_operators
from ._printing import represent
from ._promotion import cast
from ._shaping import no_dimensions, reshape
from ._views import check_writable, duplicate, is_plain, replacing, surely_plain_base, write


def size(self, dim=None):
    """The extents, or one of them."""
    shape = self._shape
    if shape is None:
        shape = self._shape = Size(_host_shape(self))
    if dim is None:
        return shape
    try:
        return shape[dim]
    except IndexError:
        rank = len(shape)
        if not rank:
            raise no_dimensions(dim) from None
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})"
        ) from None


def numel(self):
    """The number of elements."""
    count = 1
    for extent in self.shape:
        count *= extent
    return count


def clone(self, *, memory_format=None):
    """A copy; its gradient flows to the original."""
    x = wrap(host(duplicate, self), self._dtype)
    # PyTorch's copy keeps strides where these leave no gaps.
    x._packed = is_plain(self) and surely_plain_base(self)
    x._shape = self._shape
    return x


def copy_(self, src, non_blocking=False):
    """In-place: takes the values of `src`, broadcast and in this tensor's type."""
    check_writable(self)
    value = cast(src if isinstance(src, Tensor) else tensor(src), self.dtype)
    if value.shape != self.shape:
        mismatch = shape_mismatch(self.shape, value.shape)
        if mismatch:
            raise RuntimeError(mismatch)
        if value.dim() > self.dim():
            raise RuntimeError(f"output with shape {list(self.shape)} doesn't match the broadcast shape "
                               f"{list(value.shape)}")
        value = value.expand(self.shape)
    return write(self, host(replacing, self, value))


def fill_(self, value):
    """In-place: all elements become `value`."""
    return write(self, full(self.shape, value, dtype=self.dtype))


def zero_(self):
    """In-place: all elements become 0."""
    return write(self, full(self.shape, 0, dtype=self.dtype))


def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """A tensor of the numbers in `data`, in this tensor's type."""
    return tensor(data, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)


def _new(value):
    def create(self, *size, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, **named):
        size = (named.pop("size"),) if "size" in named else size
        kind = as_dtype(dtype, "new") or self.dtype
        return full(extents("new", size), value, dtype=kind, device=device, requires_grad=requires_grad)

    return create


def new_full(self, size, fill_value, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """All elements the same, in this tensor's type."""
    kind = as_dtype(dtype, "new_full") or self.dtype
    return full(size, fill_value, dtype=kind, device=device, requires_grad=requires_grad)


def _iterate(self):
    if not self.shape:
        raise TypeError("iteration over a 0-d tensor")
    return iter(self.unbind(0))


def _length(self):
    if not self.shape:
        raise TypeError("len() of a 0-d tensor")
    return self.shape[0]


def install():
    """Gives `Tensor` its methods."""
    own = {
        "__getattr__": absent_method, "__getitem__": getitem, "__setitem__": setitem, "__iter__": _iterate,
        "__len__": _length, "__repr__": represent,
        "item": item, "tolist": tolist, "size": size, "numel": numel, "nelement": numel,
        "clone": clone, "copy_": copy_, "fill_": fill_, "zero_": zero_, "new_tensor": new_tensor,
        "new_zeros": _new(0.0), "new_ones": _new(1.0), "new_empty": _new(0.0), "new_full": new_full,
        "dim": lambda self: len(self.shape), "ndimension": lambda self: len(self.shape),
        "is_floating_point": lambda self: self.dtype.is_floating_point, "is_complex": lambda self: False,
        "element_size": lambda self: self.dtype.itemsize, "cpu": lambda self: self,
        "cuda": lambda self, *_: self.to("cuda"), "get_device": lambda self: -1,
        "reshape_as": lambda self, other: reshape(self, other.shape),
        "ndim": property(lambda self: len(self.shape)),
        "device": property(lambda self: CPU), "is_cuda": False, "is_sparse": False, "is_quantized": False,
        "is_meta": False, "nbytes": property(lambda self: numel(self) * self.dtype.itemsize), "layout": strided,
        "itemsize": property(lambda self: self.dtype.itemsize),
    }
    install_operators(Tensor)
    install_conversions(Tensor)
    install_functions(Tensor)
    for name, value in own.items():
        setattr(Tensor, name, value)
    attach_autograd()
    install_attributes(Tensor)
    install_copying(Tensor)
