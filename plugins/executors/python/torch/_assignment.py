"""`x[...] = y`, and its relatives by name."""

from ._advanced import replaced
from ._base import Tensor
from ._dtype import bool_, int64, uint8
from ._grad_mode import grad_mode
from ._host import Err, raised
from ._indexing import walk
from ._promotion import cast
from ._selecting import as_scalar, choose, title
from ._shaping import expand, reshape
from ._views import check_writable, overwrite, replacing, write


def _value(target, value):
    """What is assigned, as a tensor."""
    if isinstance(value, Tensor):
        return value
    kind = target.dtype
    if isinstance(value, (int, float)) or hasattr(value, "__float__") and getattr(value, "shape", None) == ():
        if value != value and not kind.is_floating_point:
            raise RuntimeError(f"value cannot be converted to type {kind.name}_t without overflow")
        return as_scalar(value, kind)
    if isinstance(value, complex):
        raise RuntimeError(f"value cannot be converted to type {title(kind).lower()} without overflow")
    raise TypeError(f"can't assign a {type(value).__name__} to a {target.type()}")


def setitem(self, key, value):
    """`self[key] = value`."""
    if self._leaf is not None and grad_mode.recording:
        _refuse_leaf(self, key)
    check_writable(self)
    given = isinstance(value, Tensor)
    value = _value(self, value)
    if isinstance(key, Tensor) and key.dtype is bool_ and key.shape == self.shape and value.numel() == 1:
        # The common case of a mask and a number, without a look at which places it chooses.
        write(self, choose(key, cast(_as_number(value, given, self), self.dtype), self))
        return
    x, advanced = walk(self, key)
    if advanced:
        new = replaced(x, advanced, value)
    else:
        new = _spread(cast(value, self.dtype), list(x.shape))
    try:
        if x is self:
            write(self, replacing(self, new))
        else:
            overwrite(x, new)
    except Err as err:
        raise raised(err) from None
    self._made = "CopySlices"


def _refuse_leaf(self, key):
    """PyTorch writes to a view where it can."""
    view = "" if walk(self, key)[1] else "a view of "
    raise RuntimeError(f"{view}a leaf Variable that requires grad is being used in an in-place operation.")


def _as_number(value, given, target):
    if given and value.dtype is not target.dtype:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {title(target.dtype)} for the "
            f"destination and {title(value.dtype)} for the source."
        )
    return reshape(value, []) if value.shape else value


def _spread(value, shape):
    """`value` in `shape`; leading dimensions of extent 1 are dropped."""
    own = list(value.shape)
    while own and own[0] == 1 and len(own) > len(shape):
        own.pop(0)
    if own != list(value.shape):
        value = reshape(value, own)
    return expand(value, shape)


def _named_indices(self, indices):
    """The parts of `index_put`: tensors, or None for a whole dimension."""
    if isinstance(indices, Tensor):
        raise TypeError("index_put(): argument 'indices' (position 1) must be tuple of Tensors, not Tensor")
    for index in indices:
        if index is not None and index.dtype.name not in ("int64", "int32") and index.dtype not in (bool_, uint8):
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    return tuple(slice(None) if index is None else index if index.dim() or index.dtype is bool_
                 else reshape(cast(index, int64), [1]) for index in indices)


def index_put(input, indices, values, accumulate=False):
    """A copy of `input` with `values` at `indices`, or added there."""
    x, advanced = walk(input, _named_indices(input, indices))
    return replaced(x, advanced, values, accumulate).reshape(input.shape)


def slice_scatter(input, src, dim=0, start=None, end=None, step=1):
    """A copy of `input` with `src` in a slice of it."""
    copy = input.clone()
    copy[(slice(None),) * (dim % input.dim()) + (slice(start, end, step),)] = _exact(
        src, copy[(slice(None),) * (dim % input.dim()) + (slice(start, end, step),)])
    return copy


def select_scatter(input, src, dim, index):
    """A copy of `input` with `src` at one place along a dimension."""
    copy = input.clone()
    part = copy.select(dim, index)
    part.copy_(_exact(src, part))
    return copy


def _exact(src, part):
    if src.shape != part.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(part.shape)}"
        )
    return src
