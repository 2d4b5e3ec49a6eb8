"""`Tensor.view(dtype)`: the bytes of a tensor read as another type."""

from ._base import wrap
from ._dtype import host_dtype
from ._host import host, tensors
from ._selecting import title
from ._steps import Step
from ._views import is_plain, note_view

_read = tensors.Tensor.read
_shape_of = tensors.Tensor.shape


class Reinterpret(Step):
    """The same bytes as `kind`, in `shape`."""

    __slots__ = ("kind", "own", "shape")
    writable = True

    def __init__(self, own, kind, shape):
        self.own = own
        self.kind = kind
        self.shape = shape

    def forward(self, base):
        return tensors.create(host_dtype(self.kind), self.shape, _read(base))

    def back(self, base, value):
        return tensors.create(host_dtype(self.own), list(_shape_of(base)), _read(value))

    def layout(self, shape, strides, offset):
        if self.own.itemsize == self.kind.itemsize or not strides:
            return self.shape, strides, offset
        down, up = self.own.itemsize, self.kind.itemsize
        return self.shape, [n * down // up for n in strides[:-1]] + [1], offset * down // up


def view_as_type(input, kind):
    """`input` as the type `kind`; the last extent changes where the sizes of the types differ."""
    own = input.dtype
    own_title = title(own)
    if own is kind:
        return input.view(input.shape)
    shape = list(input.shape)
    if own.itemsize != kind.itemsize:
        if not shape:
            raise RuntimeError(
                f"self.dim() cannot be 0 to view {own_title} as {title(kind)} (different element sizes)"
            )
        if not is_plain(input):
            raise RuntimeError(
                f"self.stride(-1) must be 1 to view {own_title} as {title(kind)} (different element sizes), but got "
                f"{input.stride(-1)}"
            )
        bytes_ = shape[-1] * own.itemsize
        if bytes_ % kind.itemsize:
            raise RuntimeError(
                f"self.size(-1) must be divisible by {kind.itemsize // own.itemsize} to view {own_title} as "
                f"{title(kind)} "
                f"(different element sizes), but got {shape[-1]}"
            )
        shape[-1] = bytes_ // kind.itemsize
    step = Reinterpret(own, kind, shape)
    return note_view(wrap(host(step.forward, input), kind), input, step, True)
