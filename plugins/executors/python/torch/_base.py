"""The bare `Tensor`: the host's own handle class, and what is known about it without asking the host.

Every operation returns a handle that the host's bindings made. Instead of wrapping it in a second object, its class
is changed to `Tensor`, which is a subclass without fields: what is not known is the class's default.
"""

from ._dtype import FROM_HOST, Size
from ._host import tensors

_host_shape = tensors.Tensor.shape
_host_dtype = tensors.Tensor.dtype


class Tensor(tensors.Tensor):
    """A multi-dimensional array that lives on the host."""

    __module__ = "torch"

    # None: not known yet, ask the host. A boolean tensor always knows, because the host holds it as u8.
    _dtype = None
    _shape = None
    # The identity of a leaf that requires a gradient.
    _leaf = None
    # What a view is a view of; see `_views`.
    _view = None
    # Is it one that PyTorch would lay out without gaps too? Asked of a tensor that is no view.
    _packed = False
    grad = None
    # The name of the operation that made it, for `grad_fn`; see `_origins`.
    _made = None
    # How often it was written to in place.
    _version = 0

    @property
    def shape(self):
        shape = self._shape
        if shape is None:
            shape = self._shape = Size(_host_shape(self))
        return shape

    @property
    def dtype(self):
        kind = self._dtype
        if kind is None:
            kind = self._dtype = FROM_HOST[_host_dtype(self)]
        return kind


def wrap(handle, kind=None):
    """Makes the host's `handle` a `Tensor` of dtype `kind`, where that is known."""
    handle.__class__ = Tensor
    if kind is not None:
        handle._dtype = kind
    return handle
