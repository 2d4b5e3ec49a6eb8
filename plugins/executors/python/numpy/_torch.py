"""Where arrays and the program's tensors meet: `torch.from_numpy`, `torch.tensor(array)`, `Tensor.numpy`."""

import torch
from torch import _attributes

from ._ndarray import ndarray, of_tensor


def to_numpy(tensor):
    """The array of a tensor, which shows what is written to the other."""
    return of_tensor(tensor.detach())


def tensor_of(array):
    """The tensor that shows what is written to `array`."""
    if array.ndim and any(stride < 0 for stride in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently "
            "supported. (You can probably work around this by making a copy of your array  with array.copy().) "
        )
    if array.dtype.name in ("uint16", "uint32", "uint64"):
        nearest = {"uint16": "int32"}.get(array.dtype.name, "int64")
        raise NotImplementedError(
            f"tensors of {array.dtype.name} are not available in this sandbox; the nearest is "
            f"array.astype(numpy.{nearest})"
        )
    return array._t.detach()


def from_numpy(ndarray_):
    """The tensor that shows what is written to an array, and the other way round."""
    if not isinstance(ndarray_, ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray_).__name__})")
    return tensor_of(ndarray_)


def _array(self, dtype=None, copy=None):
    array = _attributes._numpy(self)
    return array if dtype is None else array.astype(dtype)


def install():
    """Gives `torch` its side."""
    from torch import _data

    _attributes.to_numpy = to_numpy
    _data.array_types = (ndarray,)
    _data.tensor_of = tensor_of
    torch.from_numpy = from_numpy
    torch.Tensor.__array__ = _array


