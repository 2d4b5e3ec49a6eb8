"""Index vectors at several dimensions: the elements they choose, and a tensor with others in their places."""

from array import array

from ._base import wrap
from ._creation import arange
from ._host import Err, host, raised, tensors
from ._pointwise import add_plain, lt, mul
from ._scattering import put_flat
from ._selecting import title, where
from ._broadcasting import broadcast_pair
from ._shaping import expand, permuted, reshape
from ._steps import contiguous_strides

# Up to so many elements an index is looked through here rather than by the host.
_FEW = 256
_select = tensors.index_select


def _broadcast(indices):
    shape = ()
    for index in indices:
        try:
            shape = broadcast_pair(shape, index.shape)
        except RuntimeError:
            shapes = ", ".join(str(list(i.shape)) for i in indices)
            raise IndexError(
                f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
            ) from None
    return [index if list(index.shape) == list(shape) else expand(index, shape) for index in indices], list(shape)


def checked(index, extent, dim):
    """Positions from the front; refuses those outside, in PyTorch's words, which count the indexed dimensions."""
    count = index.numel()
    if not count:
        return index
    if count <= _FEW:
        values = array("q", host(tensors.Tensor.read, index))
        low, high = min(values), max(values)
    else:
        low, high = int(index.min().item()), int(index.max().item())
    if low < -extent or high >= extent:
        at = low if low < -extent else high
        raise IndexError(f"index {at} is out of bounds for dimension {dim} with size {extent}")
    return where(lt(index, 0), add_plain(index, extent), index) if low < 0 else index


def _arranged(dims):
    """Where the dimension of the index goes: in the place of the indexed ones if they lie together, else in front."""
    return dims[0] if dims == list(range(dims[0], dims[0] + len(dims))) else 0


def chosen(x, indices):
    """The elements of `x` at `indices`: pairs of a dimension and positions along it."""
    shape = list(x.shape)
    dims = [dim for dim, _ in indices]
    if len(dims) == 1:
        return _chosen_once(x, dims[0], indices[0][1], shape)
    several, broad = _broadcast([index for _, index in indices])
    flat = None
    for place, (dim, index) in enumerate(zip(dims, several)):
        index = checked(index, shape[dim], place)
        flat = index if flat is None else add_plain(mul(flat, shape[dim]), index)
    lead = _arranged(dims)
    rest = [dim for dim in range(len(shape)) if dim not in dims]
    if dims != list(range(dims[0], dims[0] + len(dims))):
        x = permuted(x, [*dims, *rest])
    before, after = [shape[dim] for dim in rest[:lead]], [shape[dim] for dim in rest[lead:]]
    size = 1
    for dim in dims:
        size *= shape[dim]
    together = host(tensors.reshape, x, [*before, size, *after])
    parts = host(_select, together, host(tensors.reshape, flat, [flat.numel()]), lead)
    result = wrap(host(tensors.reshape, parts, before + broad + after), x._dtype)
    result._packed = True
    return result


def _chosen_once(x, dim, index, shape):
    vector = index if len(index.shape) == 1 else reshape(index, [index.numel()])
    try:
        result = _select(x, vector, dim)
    except Err as err:
        if err.value.code != "index":
            raise raised(err) from None
        # Positions from the end, or outside.
        result = host(_select, x, checked(vector, shape[dim], 0), dim)
    result = wrap(result, x._dtype)
    result._packed = True
    if vector is index:
        return result
    return wrap(host(tensors.reshape, result, shape[:dim] + list(index.shape) + shape[dim + 1 :]), x._dtype)


def _places(shape, indices):
    """The positions in the flat tensor of what `indices` choose from a tensor of `shape`, in the result's shape."""
    dims = [dim for dim, _ in indices]
    strides = contiguous_strides(shape)
    several, broad = _broadcast([index for _, index in indices])
    lead = _arranged(dims)
    rest = [dim for dim in range(len(shape)) if dim not in dims]
    result = [shape[dim] for dim in rest[:lead]] + broad + [shape[dim] for dim in rest[lead:]]
    total = None
    for place, (dim, index) in enumerate(zip(dims, several)):
        part = checked(index, shape[dim], place if len(dims) > 1 else dim)
        part = part if strides[dim] == 1 else mul(part, strides[dim])
        total = part if total is None else add_plain(total, part)
    total = reshape(total, broad + [1] * (len(rest) - lead))
    for at, dim in enumerate(rest):
        if shape[dim] == 1:
            continue
        behind = len(rest) - at - 1 + (len(broad) if at < lead else 0)
        along = reshape(arange(0, shape[dim] * strides[dim], strides[dim]), [shape[dim]] + [1] * behind)
        total = add_plain(total, along)
    return expand(total, result)


def fitted_value(value, shape):
    """`value` broadcast to the result of an index; leading dimensions of extent 1 are dropped."""
    own = list(value.shape)
    while len(own) > len(shape) and own[0] == 1:
        own.pop(0)
    if own != list(value.shape):
        value = reshape(value, own)
    if own == shape:
        return value
    try:
        return expand(value, shape)
    except RuntimeError:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {own} cannot be broadcast to indexing result of shape {shape}"
        ) from None


def replaced(x, indices, value, accumulate=False):
    """A copy of `x` with `value` at `indices`, or added there."""
    if value.dtype is not x.dtype:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {title(x.dtype)} for the destination and "
            f"{title(value.dtype)} for the source."
        )
    places = _places(list(x.shape), indices)
    value = fitted_value(value, list(places.shape))
    count = places.numel()
    if not count:
        return x.clone()
    return put_flat(x, reshape(places, [count]), reshape(value, [count]), accumulate)
