"""Second names: functions that PyTorch also has under another name or as a function beside the method."""

from . import _joining, _low_rank, linalg
from ._attributes import resize_
from ._shaping import reshape
from ._triangles import as_strided
from ._views import check_writable, become


def _function(name):
    def call(input, *arguments, **options):
        return getattr(input, name)(*arguments, **options)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"As `Tensor.{name}`."
    return call


def as_strided_scatter(input, src, size, stride, storage_offset=None):
    """A copy of `input` with `src` at the given strides."""
    copy = input.clone()
    as_strided(copy, size, stride, storage_offset).copy_(src)
    return copy


def as_strided_(self, size, stride, storage_offset=None):
    """In-place: the elements at the given strides."""
    check_writable(self)
    return become(self, as_strided(self, size, stride, storage_offset))


def lu(A, pivot=True, get_infos=False, out=None):
    """L and U in one matrix, and the row exchanges; with `get_infos` also zeros."""
    result = linalg.lu_factor(A, pivot=pivot)
    return (*result, result.pivots.new_zeros(A.shape[:-2])) if get_infos else tuple(result)


def lu_solve(b, LU_data, LU_pivots, *, out=None):
    """X with A X = b, from `lu` of A."""
    return linalg.lu_solve(LU_data, LU_pivots, b, out=out)


def _imag(self):
    raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")


def _new(self, *arguments):
    """Zeros of the given size, or a tensor of a sequence's numbers, in this tensor's type."""
    if len(arguments) == 1 and not isinstance(arguments[0], int):
        return self.new_tensor(arguments[0])
    return self.new_zeros(*(arguments or (0,)))


# Functions that are only methods elsewhere in this package.
_AS_FUNCTIONS = """fill_ zero_ detach_ resize_as_ is_same_size is_signed is_inference index_put_ as_strided_
    get_device conj_physical"""

METHODS = {
    "unsafe_split": _joining.split, "unsafe_chunk": _joining.chunk,
    "unsafe_split_with_sizes": _joining.split_with_sizes, "lu": lu, "lu_solve": lu_solve, "new": _new,
    "as_strided_scatter": as_strided_scatter,
}
FUNCTIONS = {
    **{name: _function(name) for name in _AS_FUNCTIONS.split()},
    **{name: function for name, function in METHODS.items() if name != "new"},
    "fill": lambda input, value: input.clone().fill_(value), "svd_lowrank": _low_rank.svd_lowrank,
    "pca_lowrank": _low_rank.pca_lowrank,
}


def install(cls):
    """Gives the class `Tensor` these methods."""
    for name, function in METHODS.items():
        setattr(cls, name, function)
    cls.as_strided_ = as_strided_
    cls.conj_physical = cls.conj_physical_ = lambda self: self
    cls.imag = property(_imag)
    cls.resize_as_ = lambda self, other, memory_format=None: resize_(self, list(other.shape))
    cls.reshape_as = lambda self, other: reshape(self, list(other.shape))
