"""`x[...]`: views, and elements chosen by index tensors and masks."""

from ._base import Tensor
from ._creation import tensor
from ._dtype import bool_, int64, uint8
from ._pointwise import add_plain, lt, mul
from ._promotion import cast
from ._selecting import index_select, nonzero, where
from ._shaping import broadcast_tensors, flatten, reshape, sliced, unsqueeze, whole_dim


def bounds(key, extent):
    """Start, end and step of a slice within `extent`."""
    step = 1 if key.step is None else int(key.step)
    if step <= 0:
        raise ValueError("step must be greater than zero")
    whole = slice(
        None if key.start is None else int(key.start), None if key.stop is None else int(key.stop), step
    )
    start, end, step = whole.indices(extent)
    return start, max(start, end), step


def normal(key, rank):
    """The parts of an index, with `...` written out."""
    key = list(key) if isinstance(key, tuple) else [key]
    used = 0
    for part in key:
        if part is None or part is Ellipsis or part is True or part is False:
            continue
        used += part.dim() if isinstance(part, Tensor) and part.dtype in (bool_, uint8) else 1
    if used > rank:
        raise IndexError(f"too many indices for tensor of dimension {rank}")
    places = [at for at, part in enumerate(key) if part is Ellipsis]
    if len(places) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    rest = [slice(None)] * (rank - used)
    if places:
        key[places[0] : places[0] + 1] = rest
    else:
        key.extend(rest)
    return key


def is_index(part):
    return isinstance(part, (Tensor, list, range)) and not (isinstance(part, Tensor) and _is_number(part))


def _is_number(part):
    return not part.shape and part.dtype is int64


def getitem(self, key):
    """`self[key]`: a view, unless an index is a tensor or a list."""
    x = self
    dim = 0
    advanced = []
    for part in normal(key, len(self.shape)):
        if part.__class__ is slice:
            extent = x.shape[dim]
            start, end, step = bounds(part, extent)
            if start != 0 or end != extent or step != 1:
                x = sliced(x, dim, start, end, step)
            dim += 1
        elif part is None:
            x = unsqueeze(x, dim)
            dim += 1
        elif is_index(part):
            part = part if isinstance(part, Tensor) else tensor(list(part))
            if part.dtype is bool_ or part.dtype is uint8:
                several = _positions(part, x.shape, dim)
            elif part.dtype.is_floating_point:
                raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
            else:
                several = (cast(part, int64),)
            for positions in several:
                advanced.append((dim, positions))
                dim += 1
        elif part is True or part is False:
            raise NotImplementedError("indexing with a bool is not available; index with a bool tensor")
        else:
            x = select(x, dim, part)
    if advanced:
        return _advanced(x, advanced)
    return reshape(self, list(self.shape)) if x is self else x


def select(input, dim, index):
    """The part at `index` along `dim`, without it: a view."""
    shape = list(input.shape)
    if not shape:
        raise IndexError("invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++")
    dim = whole_dim(dim, len(shape))
    try:
        at = index.__index__()
    except AttributeError:
        raise TypeError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
            f"(got {type(index).__name__})"
        ) from None
    extent = shape[dim]
    if not -extent <= at < extent:
        raise IndexError(f"index {at} is out of bounds for dimension {dim} with size {extent}")
    at %= extent
    del shape[dim]
    return reshape(sliced(input, dim, at, at + 1, 1), shape)


def _positions(mask, shape, dim):
    """A boolean index as index vectors, one for each of its dimensions."""
    for at, extent in enumerate(mask.shape):
        if extent != shape[dim + at]:
            raise IndexError(
                f"The shape of the mask {list(mask.shape)} at index {at} does not match the shape of the indexed "
                f"tensor {list(shape)} at index {dim + at}"
            )
    return nonzero(mask, as_tuple=True)


def _advanced(x, indices):
    """Index vectors at several dimensions: one flat index over them, chosen by `index_select`."""
    shape = list(x.shape)
    dims = [dim for dim, _ in indices]
    several = broadcast_tensors(*[index for _, index in indices])
    flat = None
    for dim, index in zip(dims, several):
        index = _checked(index, shape[dim], dim)
        flat = index if flat is None else add_plain(mul(flat, shape[dim]), index)
    together = dims == list(range(dims[0], dims[0] + len(dims)))
    lead = dims[0] if together else 0
    rest = [dim for dim in range(len(shape)) if dim not in dims]
    if not together:
        x = x.permute(*dims, *rest)
    elif len(dims) == 1:
        chosen = index_select(x, dims[0], flatten(flat))
        return reshape(chosen, shape[: dims[0]] + list(flat.shape) + shape[dims[0] + 1 :])
    before = [shape[dim] for dim in rest[:lead]]
    after = [shape[dim] for dim in rest[lead:]]
    x = reshape(x, [*before, _product(shape[dim] for dim in dims), *after])
    return reshape(index_select(x, lead, flatten(flat)), before + list(flat.shape) + after)


def _product(values):
    result = 1
    for value in values:
        result *= value
    return result


def _checked(index, extent, dim):
    """Positions counted from the front; refuses those outside."""
    if index.numel():
        low, high = int(index.min().item()), int(index.max().item())
        if low < -extent or high >= extent:
            at = low if low < -extent else high
            raise IndexError(f"index {at} is out of bounds for dimension {dim} with size {extent}")
        if low < 0:
            index = where(lt(index, 0), add_plain(index, extent), index)
    return index


def masked_select(input, mask):
    """The elements where `mask` holds, as a vector."""
    mask, input = broadcast_tensors(mask, input)
    return getitem(flatten(input), flatten(mask))
