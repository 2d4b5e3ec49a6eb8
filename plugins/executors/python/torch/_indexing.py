"""`x[...]`: views, and elements chosen by index tensors and masks."""

from ._advanced import chosen
from ._base import Tensor
from ._creation import full, integers, tensor
from ._dtype import bool_, int64, uint8
from ._promotion import cast
from ._selecting import nonzero
from ._broadcasting import broadcast_pair
from ._shaping import expand, reshape, reshaped, selected, sliced, unsqueeze, whole_dim
from ._out import store_into

_INDEX_TYPES = ("int64", "int32")
_EVERYTHING = slice(None)


def bounds(key, extent):
    """Start, end and step of a slice within `extent`."""
    step = 1 if key.step is None else key.step.__index__()
    if step <= 0:
        raise ValueError("step must be greater than zero")
    start, end, step = slice(key.start, key.stop, step).indices(extent)
    return start, max(start, end), step


def _array_index(part):
    """A list, tuple, range or array as an index tensor."""
    if isinstance(part, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(part).__name__}'")
    if hasattr(part, "tolist"):
        part = part.tolist()
    index = tensor(list(part))
    return cast(index, int64) if not index.numel() else index


def _is_array(part):
    return isinstance(part, (list, tuple, range)) or hasattr(part, "__array__") and getattr(part, "shape", ()) != ()


def _as_tuple(key):
    """The parts of an index; a list that is no plain list of numbers counts as a tuple, as in PyTorch."""
    if key.__class__ is tuple:
        return key
    if isinstance(key, (Tensor, int, slice)) or key is None or key is Ellipsis:
        return (key,)
    if isinstance(key, tuple):
        return tuple(key)
    if isinstance(key, list) and len(key) < 32 and any(
        part is None or part is Ellipsis or isinstance(part, (Tensor, slice, list, tuple, range)) for part in key
    ):
        return tuple(key)
    return (key,)


def _prepared(key):
    """The parts of an index, arrays as tensors; and how many dimensions they take."""
    parts, used = [], 0
    for part in _as_tuple(key):
        if isinstance(part, Tensor):
            kind = part.dtype
            if kind is bool_ or kind is uint8:
                used += len(part.shape)
            else:
                used += 1
        elif part is None or part is Ellipsis or part is True or part is False:
            pass
        else:
            used += 1
            if part.__class__ is not int and part.__class__ is not slice and _is_array(part):
                part = _array_index(part)
                if part.dtype is bool_:
                    used += len(part.shape) - 1
        parts.append(part)
    return parts, used


def walk(x, key):
    """What the slices, numbers and Nones of an index make of `x` (a view), and the index vectors that are left: pairs
    of a dimension and an int64 tensor."""
    parts, used = _prepared(key)
    rank = len(x.shape)
    if used > rank:
        if not rank and len(parts) == 1:
            _refuse_scalar(parts)
        raise IndexError(f"too many indices for tensor of dimension {rank}")
    dim, advanced = 0, []
    for part in parts:
        if part.__class__ is slice:
            if part != _EVERYTHING:
                extent = x.shape[dim]
                start, end, step = bounds(part, extent)
                if start or end != extent or step != 1:
                    x = sliced(x, dim, start, end, step)
            dim += 1
        elif part.__class__ is int:
            x = _at(x, dim, part)
        elif part is None:
            x = unsqueeze(x, dim)
            dim += 1
        elif part is Ellipsis:
            dim += rank - used
        elif part is True or part is False:
            x = unsqueeze(x, dim)
            advanced.append((dim, integers([0] if part else [])))
            dim += 1
        elif isinstance(part, Tensor):
            x, dim = _walk_tensor(x, dim, part, advanced)
        else:
            x = _at(x, dim, part)
    return x, advanced


def _refuse_scalar(parts):
    part = next(part for part in parts if part is not None and part is not Ellipsis)
    if isinstance(part, slice):
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if isinstance(part, int):
        _at(full((), 0), 0, part)


def _walk_tensor(x, dim, part, advanced):
    kind = part.dtype
    if kind is bool_ or kind is uint8:
        if not part.shape:
            x = unsqueeze(x, dim)
            advanced.append((dim, integers([0] if part.item() else [])))
            return x, dim + 1
        for positions in _positions(part, x.shape, dim):
            advanced.append((dim, positions))
            dim += 1
        return x, dim
    if kind.name not in _INDEX_TYPES:
        if not part.shape and not kind.is_floating_point:
            return _at(x, dim, int(part.item())), dim
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if not part.shape:
        return _at(x, dim, int(part.item())), dim
    advanced.append((dim, cast(part, int64)))
    return x, dim + 1


def _positions(mask, shape, dim):
    """A boolean index as index vectors, one for each of its dimensions."""
    for at, extent in enumerate(mask.shape):
        if extent != shape[dim + at]:
            raise IndexError(
                f"The shape of the mask {list(mask.shape)} at index {at} does not match the shape of the indexed "
                f"tensor {list(shape)} at index {dim + at}"
            )
    return nonzero(mask, as_tuple=True)


def getitem(self, key):
    """`self[key]`: a view, unless an index is a tensor or a list."""
    if key.__class__ is int:
        return _at(self, 0, key)
    x, advanced = walk(self, key)
    if advanced:
        result = chosen(x, advanced)
        result._made = "IndexBackward0"
        return result
    if x is not self:
        return x
    result = reshaped(self, list(self.shape))
    result._made = "AliasBackward0" if key is Ellipsis else "SliceBackward0"
    return result


def select(input, dim, index):
    """The part at `index` along `dim`, without it: a view."""
    shape = input.shape
    if not shape:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = whole_dim(dim, len(shape))
    at = int(index)
    if not -shape[dim] <= at < shape[dim]:
        raise IndexError(f"select(): index {at} out of range for tensor of size {list(shape)} at dimension {dim}")
    return selected(input, dim, at % shape[dim])


def _at(input, dim, index):
    """As `select`, for an index in brackets."""
    shape = input.shape
    if not shape:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    try:
        at = index.__index__()
    except (AttributeError, TypeError):
        if isinstance(index, str):
            raise TypeError("new(): invalid data type 'str'") from None
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
            f"(got {type(index).__name__})"
        ) from None
    extent = shape[dim]
    if not -extent <= at < extent:
        raise IndexError(f"index {at} is out of bounds for dimension {dim} with size {extent}")
    return selected(input, dim, at % extent)


def masked_select(input, mask, *, out=None):
    """The elements where `mask` holds, as a vector."""
    if mask.dtype is not bool_:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = broadcast_pair(input.shape, mask.shape)
    wide = expand(input, shape)
    flat = reshape(wide, [wide.numel()])
    result = getitem(flat, reshape(expand(mask, shape), [flat.numel()]))
    return result if out is None else store_into(out, result)
