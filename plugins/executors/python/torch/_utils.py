"""What PyTorch's files call to rebuild a tensor. The names are the format's."""

import math

from ._base import Tensor, wrap
from ._dtype import host_dtype
from ._host import host, tensors
from ._steps import contiguous_strides
from ._triangles import as_strided
from .nn.parameter import Parameter


class StoredElements:
    """The elements of one storage of a file, as bytes until a tensor is made of them."""

    def __init__(self, kind, data, key):
        self.kind, self.data, self.key = kind, data, key
        self._whole = None

    def _check(self, offset, size, stride):
        count = len(self.data) // self.kind.itemsize
        extents = [*size, *stride, offset]
        if any(not isinstance(extent, int) or extent < 0 for extent in extents) or len(size) != len(stride):
            raise RuntimeError(f"a tensor of size {tuple(size)} and stride {tuple(stride)} is no tensor")
        last = offset + sum((extent - 1) * step for extent, step in zip(size, stride))
        if 0 not in size and last >= count:
            raise RuntimeError(
                f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset} are out of bounds "
                f"for storage of {count} elements"
            )
        # Every element may be named many times by a stride of 0; the tensor has them all.
        if math.prod(size) > max(count, 1):
            raise RuntimeError(f"a tensor of size {tuple(size)} does not fit a storage of {count} elements")

    def tensor(self, offset, size, stride):
        """The tensor with these elements. Tensors of a whole storage share it."""
        self._check(offset, size, stride)
        count = len(self.data) // self.kind.itemsize
        plain = list(stride) == list(contiguous_strides(size)) or math.prod(size) <= 1
        whole = plain and offset == 0 and math.prod(size) == count
        if whole and self._whole is not None and list(self._whole.shape) == list(size):
            return self._whole.detach()
        if plain:
            first = offset * self.kind.itemsize
            data = self.data[first:first + math.prod(size) * self.kind.itemsize]
            made = wrap(host(tensors.create, host_dtype(self.kind), list(size), data), self.kind)
            if whole:
                self._whole = made
            return made
        flat = wrap(host(tensors.create, host_dtype(self.kind), [count], self.data), self.kind)
        return as_strided(flat, list(size), list(stride), offset).clone()


def _rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks, metadata=None):
    made = storage.tensor(storage_offset, size, stride)
    return made.requires_grad_() if requires_grad else made


def _rebuild_tensor(storage, storage_offset, size, stride):
    return storage.tensor(storage_offset, size, stride)


def _rebuild_parameter(data, requires_grad, backward_hooks):
    return Parameter(data, requires_grad)


def _rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    made = Parameter(data, requires_grad)
    made.__dict__.update(_attributes(state))
    return made


def _with_attributes(made, state):
    if not isinstance(made, Tensor):
        raise TypeError(f"expected a Tensor, not {type(made).__name__}")
    made.__dict__.update(_attributes(state))
    return made


def _attributes(state):
    """A program's own attributes; none that a tensor is made of."""
    if isinstance(state, tuple):
        state = state[0] or {}
    return {name: value for name, value in state.items()
            if not name.startswith("_") and name not in ("handle", "finalizer", "grad", "retains_grad")}
