"""Methods of tensors that only name something else, and what sparse and foreign tensors would answer."""

from . import _plain_names
from .nn import functional as F


def _strided(name):
    def method(self, *arguments, **options):
        raise RuntimeError(f"{name} expected sparse tensor layout but got Strided")

    method.__name__ = method.__qualname__ = name
    return method


def _coalesce(self):
    raise RuntimeError("coalesce expected sparse coordinate tensor layout but got Strided")


def new_empty_strided(self, size, stride, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """Zeros of this shape; the host decides how they lie in memory."""
    return self.new_empty(size, dtype=dtype, device=device, requires_grad=requires_grad)


def _xpu(self, device=None, non_blocking=False, memory_format=None):
    raise AssertionError("Torch not compiled with XPU enabled")


def map2_(self, x, y, callable):
    """In-place: `callable` of each element and those of `x` and `y`."""
    flat = zip(*(t.expand(self.shape).reshape(-1).tolist() for t in (self, x, y)))
    return self.copy_(self.new_tensor([callable(*values) for values in flat]).reshape(self.shape))


def module_load(self, other, assign=False):
    """What `load_state_dict` makes of a parameter and the value for it."""
    return other.detach() if assign else self.detach().copy_(other).detach()


def install(cls):
    """Gives the class `Tensor` these attributes."""
    methods = {
        "prelu": F.prelu, "hardshrink": F.hardshrink, "narrow_copy": _plain_names.NAMES["narrow_copy"],
        "nonzero_static": _plain_names.nonzero_static, "new_empty_strided": new_empty_strided, "map2_": map2_,
        "module_load": module_load, "coalesce": _coalesce, "xpu": _xpu, "const_data_ptr": cls.data_ptr,
        "is_nonzero": lambda self: bool(self), "is_distributed": lambda self: False,
        "to_dense": lambda self, dtype=None, *, masked_grad=None: self if dtype is None else self.to(dtype),
        "dense_dim": lambda self: self.dim(), "sparse_dim": lambda self: 0,
        **{name: _strided(name) for name in ("indices", "values", "crow_indices", "col_indices")},
        **{name: False for name in ("is_sparse_csr", "is_xla", "is_ipu", "is_vulkan", "is_mtia", "is_maia")},
        "name": None, "volatile": False,
    }
    for name, value in methods.items():
        setattr(cls, name, value)
