"""The methods of `Tensor`."""

import struct
from array import array

from . import _pointwise as P
from ._attributes import install as install_attributes
from ._autograd import attach as attach_autograd
from ._assignment import setitem
from ._base import Tensor, _host_shape, wrap
from ._copying import install as install_copying
from ._creation import full, rand, randn, tensor
from ._dtype import CPU, Size, bfloat16, bool_, check_device, dtype, float32, uint8
from ._host import Err, autograd, host, raised, tensors
from ._functions import install as install_functions
from ._indexing import getitem
from ._missing import absent_method
from ._printing import represent
from ._promotion import cast
from ._shaping import no_dimensions, reshape
from ._views import check_writable, duplicate, is_plain, surely_plain_base, write

_read = tensors.Tensor.read


def _numbers(self):
    """All elements as a flat Python list."""
    kind = self.dtype
    x = host(tensors.cast, self, float32.host) if kind is bfloat16 else self
    data = host(_read, x)
    if kind is bool_:
        return [byte != 0 for byte in data]
    if kind is uint8:
        return list(data)
    return array("f" if kind is bfloat16 else kind.code, data).tolist()


def item(self):
    """The only element, as a Python number."""
    if self._dtype is float32:
        try:
            data = _read(self)
        except Err as err:
            raise raised(err) from None
        if len(data) == 4:
            return struct.unpack("<f", data)[0]
    if self.numel() != 1:
        raise RuntimeError(f"a Tensor with {self.numel()} elements cannot be converted to Scalar")
    return _numbers(self)[0]


def tolist(self):
    """The elements as nested lists; a number for a tensor without dimensions."""
    values = _numbers(self)
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


def to(self, *arguments, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None):
    """In another element type."""
    for value in arguments:
        if isinstance(value, Tensor):
            dtype = value.dtype
        elif isinstance(value, _dtype_class):
            dtype = value
        elif not isinstance(value, bool):
            device = value
    check_device(device)
    if dtype is None or dtype is self.dtype:
        return clone(self) if copy else self
    return cast(self, dtype)


_dtype_class = dtype


def type_(self, dtype=None):
    """The name of the tensor's type, or the tensor in another."""
    if dtype is None:
        return {"float32": "torch.FloatTensor", "int64": "torch.LongTensor", "bool": "torch.BoolTensor",
                "bfloat16": "torch.BFloat16Tensor", "uint8": "torch.ByteTensor"}[self.dtype.name]
    return to(self, dtype)


def _conversion(name):
    from . import _dtype

    kind = _dtype.bool_ if name == "bool" else getattr(_dtype, name)
    return lambda self: cast(self, kind)


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
    value = cast(src, self.dtype)
    if value.shape != self.shape:
        value = value.expand(self.shape)
    return write(self, clone(value))


def fill_(self, value):
    """In-place: all elements become `value`."""
    return write(self, full(self.shape, value, dtype=self.dtype))


def zero_(self):
    """In-place: all elements become 0."""
    return write(self, full(self.shape, 0, dtype=self.dtype))


def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """In-place: normal numbers."""
    check_writable(self)
    x = randn(self.shape, generator=generator, dtype=self.dtype)
    if std != 1.0:
        x = x * std
    return write(self, x if mean == 0 else x + mean)


def uniform_(self, from_=0.0, to=1.0, *, generator=None, **bounds):
    """In-place: uniform numbers from `from` (included) to `to` (excluded)."""
    check_writable(self)
    from_ = bounds.pop("from", from_)
    x = rand(self.shape, generator=generator, dtype=self.dtype)
    return write(self, x * (to - from_) + from_)


def bernoulli_(self, p=0.5, *, generator=None):
    """In-place: 1 with probability `p`, else 0."""
    check_writable(self)
    return write(self, cast(rand(self.shape, generator=generator) < p, self.dtype))


def exponential_(self, lambd=1.0, *, generator=None):
    """In-place: exponentially distributed numbers."""
    check_writable(self)
    return write(self, (1.0 - rand(self.shape, generator=generator, dtype=self.dtype)).log() / -lambd)


def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False):
    return tensor(data, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)


def _new(value):
    def create(self, *shape, dtype=None, device=None, requires_grad=False):
        from ._shaping import sizes

        return full(sizes(shape), value, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)

    return create


def new_full(self, size, fill_value, *, dtype=None, device=None, requires_grad=False):
    return full(size, fill_value, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad)


def _iterate(self):
    if not self.shape:
        raise TypeError("iteration over a 0-d tensor")
    return iter(self.unbind(0))


def _length(self):
    if not self.shape:
        raise TypeError("len() of a 0-d tensor")
    return self.shape[0]


def _truth(self):
    count = self.numel()
    if count != 1:
        raise RuntimeError(
            "Boolean value of Tensor with no values is ambiguous" if count == 0
            else "Boolean value of Tensor with more than one value is ambiguous"
        )
    return bool(item(self))


def _index(self):
    if self.dtype.is_floating_point or self.numel() != 1:
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return int(item(self))


def _contains(self, element):
    return bool((self == element).any())


def _format(self, spec):
    if not self.shape:
        return item(self).__format__(spec)
    return object.__format__(self, spec)


def _reflected(function):
    return lambda self, other: function(other, self)


def _in_place_operator(function, name):
    method = P.in_place(function, name)

    def operator(self, other):
        if not isinstance(other, (Tensor, int, float)):
            return NotImplemented
        return method(self, other)

    return operator


def _pow(self, other):
    if other.__class__ is int and other == 2:
        return P.square(self)
    return P.pow(self, other)


def _operand(function):
    """An operator that lets Python try the other operand, or raise its TypeError."""

    def operator(self, other):
        if isinstance(other, (Tensor, int, float)):
            return function(self, other)
        return NotImplemented

    return operator


def _copy(self, memo):
    if self._leaf is None and self.requires_grad:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001"
        )
    x = clone(autograd_detach(self))
    if self._leaf is not None:
        x.requires_grad_()
        x.__class__ = self.__class__
    if self.grad is not None:
        x.grad = clone(self.grad)
    memo[id(self)] = x
    return x


def autograd_detach(self):
    """The same values, no record, no view."""
    return wrap(autograd.detach(self), self._dtype)


def install():
    """Gives `Tensor` its methods."""
    operators = {
        "add": P.add_plain, "sub": P.sub_plain, "mul": P.mul, "truediv": P.div_plain, "mod": P.remainder,
        "floordiv": P.floor_divide, "pow": _pow,
    }
    for name, function in operators.items():
        setattr(Tensor, f"__{name}__", _operand(function))
        setattr(Tensor, f"__r{name}__", _operand(_reflected(P.pow if name == "pow" else function)))
        setattr(Tensor, f"__i{name}__", _in_place_operator(function, f"__i{name}__"))
    for name, function in {"and": P.bitwise_and, "or": P.bitwise_or, "xor": P.bitwise_xor}.items():
        setattr(Tensor, f"__{name}__", function)
        setattr(Tensor, f"__r{name}__", _reflected(function))
        setattr(Tensor, f"__i{name}__", _in_place_operator(function, f"__i{name}__"))
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        setattr(Tensor, f"__{name}__", getattr(P, name))
    for name in ("float32", "bfloat16", "float16", "float64", "int64", "int32", "uint8", "bool"):
        method = {"float32": "float", "float16": "half", "float64": "double", "int64": "long", "int32": "int",
                  "uint8": "byte"}.get(name, name)
        setattr(Tensor, method, _conversion(name))
    own = {
        "__hash__": object.__hash__, "__getattr__": absent_method, "__neg__": P.neg, "__pos__": lambda self: self, "__abs__": P.abs,
        "__invert__": P.bitwise_not, "__getitem__": getitem, "__setitem__": setitem, "__iter__": _iterate,
        "__len__": _length, "__bool__": _truth, "__float__": lambda self: float(item(self)),
        "__int__": lambda self: int(item(self)), "__index__": _index, "__contains__": _contains,
        "__format__": _format, "__repr__": represent, "__str__": represent, "__deepcopy__": _copy,
        "item": item, "tolist": tolist, "size": size, "numel": numel, "nelement": numel, "to": to, "type": type_,
        "clone": clone, "copy_": copy_, "fill_": fill_, "zero_": zero_, "normal_": normal_, "uniform_": uniform_,
        "bernoulli_": bernoulli_, "exponential_": exponential_, "new_tensor": new_tensor, "new_zeros": _new(0.0),
        "new_ones": _new(1.0), "new_empty": _new(0.0), "new_full": new_full,
        "dim": lambda self: len(self.shape), "ndimension": lambda self: len(self.shape),
        "contiguous": lambda self, memory_format=None: self, "is_contiguous": lambda self, memory_format=None: True,
        "is_floating_point": lambda self: self.dtype.is_floating_point, "is_complex": lambda self: False,
        "element_size": lambda self: self.dtype.itemsize, "cpu": lambda self: self,
        "cuda": lambda self, *_: to(self, "cuda"), "get_device": lambda self: -1,
        "type_as": lambda self, other: to(self, other.dtype), "view_as": lambda self, other: reshape(self, other.shape),
        "reshape_as": lambda self, other: reshape(self, other.shape),
        "T": property(lambda self: self.permute(*range(len(self.shape) - 1, -1, -1))),
        "mT": property(lambda self: self.transpose(-2, -1)), "ndim": property(lambda self: len(self.shape)),
        "device": property(lambda self: CPU), "is_cuda": False, "is_sparse": False, "is_quantized": False,
        "is_meta": False, "nbytes": property(lambda self: numel(self) * self.dtype.itemsize), "layout": "torch.strided",
        "itemsize": property(lambda self: self.dtype.itemsize),
    }
    install_functions(Tensor)
    for name, value in own.items():
        setattr(Tensor, name, value)
    attach_autograd()
    install_attributes(Tensor)
    install_copying(Tensor)
