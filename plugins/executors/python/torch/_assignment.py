"""`x[...] = y`."""

from ._base import Tensor, wrap
from ._creation import arange, tensor
from ._dtype import bool_, int64
from ._indexing import bounds, is_index, normal, getitem, select
from ._promotion import cast
from ._selecting import choose, index_select, overwrite
from ._shaping import expand, flatten, reshape, sliced, write_slice
from ._views import check_writable, write


def setitem(self, key, value):
    """`self[key] = value`."""
    check_writable(self)
    parts = normal(key, len(self.shape))
    if not isinstance(value, Tensor):
        value = tensor(value, dtype=self.dtype)
    value = cast(value, self.dtype)
    if len(parts) >= 1 and isinstance(parts[0], Tensor) and parts[0].dtype is bool_:
        _set_masked(self, parts[0], value)
        return
    if any(is_index(part) for part in parts):
        _set_indexed(self, parts, value)
        return
    # Down through the parts, then back up with the new values.
    steps, x, dim = [], self, 0
    for part in parts:
        if part is None:
            continue
        extent = x.shape[dim]
        if part.__class__ is slice:
            start, end, step = bounds(part, extent)
            if start == 0 and end == extent and step == 1:
                dim += 1
                continue
            steps.append((x, dim, start, end, step))
            x = sliced(x, dim, start, end, step)
            dim += 1
        else:
            chosen = select(x, dim, part)
            at = part.__index__() % extent
            steps.append((x, dim, at, at + 1, 1))
            x = chosen
    new = _fit(value, list(x.shape))
    for base, dim, start, end, step in reversed(steps):
        shape = list(base.shape)
        shape[dim] = len(range(start, end, step))
        new = wrap(write_slice(base, reshape(new, shape), dim, start, end, step), self.dtype)
    write(self, new.clone() if new is value else new)


def _fit(value, shape):
    """`value` broadcast to `shape`; leading dimensions of extent 1 are dropped."""
    own = list(value.shape)
    while len(own) > len(shape) and own[0] == 1:
        own.pop(0)
    value = reshape(value, own) if own != list(value.shape) else value
    try:
        return expand(value, shape) if own != shape else value
    except RuntimeError:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {own} cannot be broadcast to indexing result of shape {shape}"
        ) from None


def _set_masked(self, mask, value):
    shape = list(mask.shape)
    if shape != list(self.shape[: len(shape)]):
        raise IndexError(
            f"The shape of the mask {shape} at index 0 does not match the shape of the indexed tensor "
            f"{list(self.shape)} at index 0"
        )
    spread = reshape(mask, shape + [1] * (len(self.shape) - len(shape)))
    count = int(cast(mask, int64).sum().item())
    if value.dim() == 0 or len(shape) < len(self.shape) and value.dim() <= len(self.shape) - len(shape):
        write(self, choose(spread, value, self))
        return
    # The n-th true place takes the n-th value.
    rest = list(self.shape[len(shape) :])
    value = _fit(value, [count, *rest])
    if not count:
        return
    order = (cast(flatten(mask), int64).cumsum(0) - 1).clamp(min=0)
    write(self, choose(spread, reshape(index_select(value, 0, order), list(self.shape)), self))


def _set_indexed(self, parts, value):
    if any(part is None for part in parts):
        raise NotImplementedError("assignment through index tensors together with None is not available")
    # Where each element lies in the flat tensor, indexed like the tensor itself.
    shape = list(self.shape)
    places = getitem(reshape(arange(self.numel()), shape), tuple(parts))
    source = flatten(_fit(value, list(places.shape)))
    flat = overwrite(flatten(self), 0, flatten(places), source)
    write(self, reshape(flat, shape))
