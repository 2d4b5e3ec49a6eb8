"""What a tensor says of itself: layout, storage, device; and the methods that only look like work in a sandbox."""

from ._arranging import own_copy
from ._dtype import CPU
from ._shaping import adjoint, no_dimensions, permuted, reshape, transpose, view, whole_dim
from ._views import become, check_writable, is_plain, layout, leave, write

_ALIGNMENT = 64


def stride(self, dim=None):
    """How far apart neighbours along each dimension lie."""
    strides = tuple(layout(self)[0])
    if dim is None:
        return strides
    if not strides:
        raise no_dimensions(dim)
    return strides[whole_dim(dim, len(strides))]


def storage_offset(self):
    """Where in its storage the first element lies."""
    return layout(self)[1]


def is_contiguous(self, memory_format=None):
    """Do the elements lie without gaps, row-major?"""
    return is_plain(self)


def contiguous(self, memory_format=None):
    """The tensor itself where its elements lie without gaps, else a copy."""
    return self if is_plain(self) else own_copy(self)


def _base_of(x):
    origin = x._view
    root = None if origin is None else origin()
    return x if root is None else _base_of(root)


def data_ptr(self):
    """A number that two tensors share if they begin at one element of one storage."""
    if not self.numel():
        return 0
    return id(_base_of(self)) * _ALIGNMENT + storage_offset(self) * self.element_size()


class UntypedStorage:
    """What a tensor and its views share."""

    def __init__(self, base):
        self._base = base
        self.device = CPU

    def data_ptr(self):
        return data_ptr(self._base)

    def nbytes(self):
        return self._base.numel() * self._base.element_size()

    size = __len__ = nbytes

    def __eq__(self, other):
        return isinstance(other, UntypedStorage) and self._base is other._base

    def __hash__(self):
        return id(self._base)

    def tolist(self):
        return list(self._base.read())


class TypedStorage(UntypedStorage):
    """The same, counted in elements."""

    @property
    def dtype(self):
        return self._base.dtype

    def size(self):
        return self._base.numel()

    __len__ = size

    def __getitem__(self, at):
        return reshape(self._base, [self._base.numel()])[at].tolist()

    def __iter__(self):
        return iter(self.tolist())

    def tolist(self):
        return reshape(self._base, [self._base.numel()]).tolist()

    def untyped(self):
        return UntypedStorage(self._base)

    def element_size(self):
        return self._base.element_size()


def untyped_storage(self):
    """What this tensor and its views share."""
    return UntypedStorage(_base_of(self))


def storage(self):
    """The same, as the older kind of storage, which counts elements."""
    return TypedStorage(_base_of(self))


def is_set_to(self, tensor):
    """Do both show the same elements in the same way?"""
    return _base_of(self) is _base_of(tensor) and self.shape == tensor.shape and layout(self) == layout(tensor)


def _base(self):
    """The tensor this one is a view of, if any."""
    origin = self._view
    return None if origin is None or origin.held is None else origin()


def resize_(self, *sizes, memory_format=None):
    """In-place: another shape; elements are cut off, or 0 is added, at the end."""
    if self.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    check_writable(self)
    sizes = list(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else list(sizes)
    count = 1
    for extent in sizes:
        count *= extent
    flat = reshape(self, [self.numel()])
    if count <= self.numel():
        return become(self, view(flat[:count], sizes))
    from ._joining import cat

    larger = own_copy(reshape(cat((flat, self.new_zeros(count - self.numel()))), sizes))
    leave(self)
    return become(self, larger)


def _apply(self, callable):
    """In-place: `callable` of each element."""
    if self.requires_grad:
        raise RuntimeError("Can't call apply_() on Variable that requires grad. Use var.detach().apply_() instead.")
    values = [callable(value) for value in reshape(self, [self.numel()]).tolist()]
    return write(self, self.new_tensor(values).reshape(self.shape))


def _map(self, tensor, callable):
    """In-place: `callable` of each element and that of `tensor`."""
    if self.requires_grad or tensor.requires_grad:
        raise RuntimeError("Can't call map_() on Variable that requires grad. Use var.detach().map_() instead.")
    pairs = zip(reshape(self, [self.numel()]).tolist(), tensor.expand(self.shape).reshape(-1).tolist())
    return write(self, self.new_tensor([callable(a, b) for a, b in pairs]).reshape(self.shape))


def _reversed_(self):
    return self if not self.dim() else self.flip(0)


def _matrix_transpose(name):
    def get(self):
        if self.dim() == 1:
            raise RuntimeError(f"tensor.{name} is only supported on matrices or batches of matrices. Got 1-D tensor.")
        return adjoint(self)

    return property(get)


def _h(self):
    if self.dim() not in (0, 2):
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {self.dim()}-D tensor."
            + (" For batches of matrices, consider using tensor.mH" if self.dim() > 2 else "")
        )
    return transpose(self, 0, 1) if self.dim() else self


def _contains(self, element):
    from ._base import Tensor

    if not isinstance(element, (Tensor, int, float)):
        raise RuntimeError(
            f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
        )
    return bool((self == element).any())


def _split(self, split_size, dim=0):
    """As `torch.split`."""
    from ._joining import split

    return split(self, split_size, dim)


# Set by the package named numpy when there is one: a tensor as its array.
to_numpy = None


def _numpy(self, *, force=False):
    """The tensor as an array."""
    if force:
        self = self.detach()
    if self.requires_grad:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    if to_numpy is None:
        raise NotImplementedError("Tensor.numpy is not available without a package named numpy; Tensor.tolist is")
    return to_numpy(self)


def _array(self, dtype=None, copy=None):
    array = _numpy(self)
    return array if dtype is None else array.astype(dtype)


def _same(self, *arguments, **options):
    return self


def _as_subclass(self, cls):
    """The same elements as an instance of a subclass of `torch.Tensor`."""
    x = self.view(self.shape)
    x.__class__ = cls
    return x


def _make_subclass(cls, data, require_grad=False):
    x = data.detach()
    x.__class__ = cls
    return x.requires_grad_() if require_grad else x


def _init_subclass(cls, **options):
    super(_tensor_class(), cls).__init_subclass__(**options)
    for name in ("__torch_function__", "__torch_dispatch__"):
        if name in cls.__dict__:
            raise NotImplementedError(f"{cls.__name__}.{name} is not available; a method or a function of its own is")


def _tensor_class():
    from ._base import Tensor

    return Tensor


def install(cls):
    """Gives the class `Tensor` these attributes."""
    methods = {
        "stride": stride, "storage_offset": storage_offset, "is_contiguous": is_contiguous, "contiguous": contiguous,
        "data_ptr": data_ptr, "untyped_storage": untyped_storage, "storage": storage, "is_set_to": is_set_to,
        "resize_": resize_, "apply_": _apply, "map_": _map, "numpy": _numpy, "split": _split,
        "view_as": lambda self, other: view(self, list(other.shape)),
        "is_same_size": lambda self, other: self.shape == other.shape,
        "is_signed": lambda self: self.dtype.is_signed, "is_inference": lambda self: False,
        "is_shared": lambda self: False, "share_memory_": _same, "pin_memory": _same, "is_pinned": lambda self: False,
        "dim_order": lambda self, *, ambiguity_check=False: tuple(
            sorted(range(self.dim()), key=lambda d: -self.stride(d))),
        "sum_to_size": sum_to_size, "as_subclass": _as_subclass, "is_coalesced": lambda self: False,
        "__array__": _array, "__array_priority__": 1000, "__reversed__": _reversed_, "__contains__": _contains,
        "T": property(lambda self: permuted(self, list(range(len(self.shape) - 1, -1, -1)))),
        "mT": _matrix_transpose("mT"), "H": property(_h), "mH": _matrix_transpose("mH"), "_base": property(_base),
        "is_cpu": True, "is_mps": False, "is_xpu": False, "is_mkldnn": False, "is_nested": False,
        "output_nr": 0, "_make_subclass": classmethod(_make_subclass), "__init_subclass__": classmethod(_init_subclass),
    }
    for name, value in methods.items():
        setattr(cls, name, value)


def sum_to_size(self, *size):
    """The sum over what was broadcast, in the shape `size`."""
    size = list(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else list(size)
    own = list(self.shape)
    lead = len(own) - len(size)
    if lead < 0 or any(n not in (1, have) for n, have in zip(size, own[lead:])):
        raise RuntimeError(
            f"size {{{size}}} is not expandable to size {{{own}}}."
        )
    dims = list(range(lead)) + [lead + at for at, n in enumerate(size) if n == 1 and own[lead + at] != 1]
    return (self.sum(dims) if dims else self).reshape(size)
