"""Choosing elements: by condition and by position."""

from ._base import Tensor, wrap
from ._creation import full, integers
from ._dtype import bool_, int64, uint8
from ._host import Err, raised, tensors
from ._promotion import cast, default_dtype, result_of, with_number
from ._broadcasting import broadcast_pair
from ._shaping import expand, reshape, sliced, unsqueeze, whole_dim
from ._out import store_into

_TITLES = {"float32": "Float", "float64": "Double", "float16": "Half", "bfloat16": "BFloat16", "int64": "Long",
           "int32": "Int", "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool", "uint32": "UInt32"}


def title(kind):
    """How PyTorch's errors call the dtype `kind`."""
    return _TITLES.get(kind.name, kind.name)


def nonzero(input, *, as_tuple=False, out=None):
    """Where `input` is not 0: one row of positions for each, or one vector for each dimension."""
    shape = input.shape
    if not shape and as_tuple:
        return nonzero(unsqueeze(input, 0), as_tuple=True)
    mask = host_bytes(cast(input, bool_))
    found = [at for at, value in enumerate(mask) if value]
    columns, width = [], 1
    for extent in reversed(shape):
        columns.append([at // width % extent for at in found])
        width *= extent
    columns.reverse()
    if as_tuple:
        return tuple(integers(column) for column in columns)
    rows = [value for row in zip(*columns) for value in row]
    result = reshape(integers(rows), len(found), len(shape))
    return result if out is None else store_into(out, result)


def host_bytes(mask):
    """The bytes of a boolean tensor, one for each element."""
    try:
        return tensors.Tensor.read(mask)
    except Err as err:
        raise raised(err) from None


def argwhere(input):
    """Where `input` is not 0: one row of positions for each."""
    return nonzero(input)


def index_positions(name, index):
    """The int64 of an index that may be an int32 too; a vector or a number."""
    if not isinstance(index, Tensor):
        raise TypeError(f"{name}(): argument 'index' (position 2) must be Tensor, not {type(index).__name__}")
    if index.dtype.name not in ("int64", "int32"):
        raise RuntimeError(f"{name}(): Expected dtype int32 or int64 for index")
    if index.dim() > 1:
        raise IndexError(f"{name}(): Index is supposed to be a vector")
    return cast(index, int64) if index.dim() else reshape(cast(index, int64), [1])


def index_select(input, dim, index, *, out=None):
    """The parts at `index` along `dim`."""
    if index.dtype.name not in ("int64", "int32"):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    if index.dim() > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    rank = len(input.shape)
    index = cast(index, int64)
    dim = whole_dim(dim, rank)
    try:
        if not index.shape:
            index = reshape(index, [1])
        if rank:
            result = wrap(tensors.index_select(input, index, dim), input._dtype)
        else:
            if index.numel() != 1:
                raise RuntimeError(
                    f"index_select(): Index to scalar can have only 1 value, got {index.numel()} value(s)"
                )
            result = reshape(tensors_at(reshape(input, [1]), index), [])
    except Err as err:
        if err.value.code == "index":
            raise IndexError("index out of range in self") from None
        raise raised(err) from None
    return result if out is None else store_into(out, result)


def tensors_at(vector, places):
    """The host's `index_select` along the first dimension."""
    try:
        return wrap(tensors.index_select(vector, places, 0), vector.dtype)
    except Err as err:
        raise raised(err) from None


def choose(condition, a, b):
    """The host's `select`, in the dtype of `b`."""
    try:
        return wrap(tensors.select(condition, a, b), b.dtype)
    except Err as err:
        if err.value.code == "shape":
            broadcast_pair(broadcast_pair(condition.shape, a.shape), b.shape)
        raise raised(err) from None


def where(condition, input=None, other=None, *, out=None):
    """`input` where `condition` holds, `other` elsewhere."""
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    if condition.dtype is not bool_:
        if condition.dtype is not uint8:
            raise RuntimeError(
                f"where expected condition to be a boolean tensor, but got a tensor with dtype {title(condition.dtype)}"
            )
        condition = cast(condition, bool_)
    a, b = isinstance(input, Tensor), isinstance(other, Tensor)
    if a and b:
        kind = result_of(input, other)
    elif a or b:
        kind = with_number(input, other) if a else with_number(other, input)
    else:
        kind = (default_dtype() if float in (type(input), type(other))
                else bool_ if isinstance(input, bool) and isinstance(other, bool) else int64)
    if not a:
        input = full((), input, dtype=kind)
    if not b:
        other = full((), other, dtype=kind)
    result = choose(condition, cast(input, kind), cast(other, kind))
    return result if out is None else store_into(out, result)


def as_scalar(value, kind):
    """A number as a tensor of `kind` without dimensions; an integer type cuts it off."""
    if isinstance(value, float) and not kind.is_floating_point and kind is not bool_:
        value = int(value)
    return full((), value, dtype=kind)


def masked_fill(input, mask, value):
    """`value` where `mask` holds."""
    if mask.dtype is not bool_:
        raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {mask.dtype}")
    if not isinstance(value, Tensor):
        value = as_scalar(value, input.dtype)
    elif value.dim():
        raise RuntimeError(
            f"masked_fill only supports a 0-dimensional value tensor, but got tensor with {value.dim()} dimension(s)."
        )
    return choose(mask, cast(value, input.dtype), input)


def masked_fill_(self, mask, value):
    """In-place: `value` where `mask` holds, which broadcasts to this tensor."""
    from ._views import check_writable, write

    check_writable(self)
    broadcast_pair(self.shape, mask.shape)
    result = masked_fill(self, mask, value)
    if result.shape != self.shape:
        raise RuntimeError(
            f"output with shape {list(self.shape)} doesn't match the broadcast shape {list(result.shape)}"
        )
    return write(self, result)


def masked_scatter(input, mask, source):
    """The elements of `source`, in order, where `mask` holds."""
    if mask.dtype is not bool_:
        raise RuntimeError("masked_scatter_ only supports boolean masks")
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"masked_scatter: expected self and source to have same dtypes but got{title(input.dtype)} and "
            f"{title(source.dtype)}"
        )
    shape = broadcast_pair(mask.shape, input.shape)
    input, mask = expand(input, shape), expand(mask, shape)
    flat = reshape(mask, [-1]) if mask.numel() else reshape(mask, [0])
    count = sum(host_bytes(flat))
    if count > source.numel():
        raise RuntimeError(
            f"masked_scatter: expected `source` to have at least {count} elements for the true places of `mask`"
        )
    if not count:
        return input.clone()
    order = (cast(flat, int64).cumsum(0) - 1).clamp(min=0)
    return choose(mask, reshape(tensors_at(reshape(source, [-1]), order), shape), input)


def take(input, index):
    """The elements at `index` of the flattened tensor."""
    if index.dtype is not int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {title(index.dtype)}")
    if index.numel() and not input.numel():
        raise IndexError("take(): tried to take from an empty tensor")
    places = flat_places(index, input.numel())
    return reshape(tensors_at(reshape(input, [input.numel()]), places), list(index.shape))


def flat_places(index, count):
    """`index` as a vector of positions from the front of `count` elements; refuses those outside."""
    flat = reshape(index, [index.numel()])
    if index.numel():
        low, high = int(flat.min().item()), int(flat.max().item())
        if low < -count or high >= count:
            raise IndexError(
                f"out of range: tried to access index {high if high >= count else low} on a tensor of {count} elements."
            )
        if low < 0:
            flat = where(flat < 0, flat + count, flat)
    return flat


def gather(input, dim, index, *, sparse_grad=False, out=None):
    """The elements at `index` along `dim`."""
    input, dim, index, shape = checked_index("gather", input, dim, index)
    for d, (want, have) in enumerate(zip(index.shape, input.shape)):
        if d != dim and want > have:
            raise RuntimeError(
                f"Size does not match at dimension {d} expected index {list(index.shape)} to be no larger than self "
                f"{list(input.shape)} apart from dimension {dim}"
            )
    for d, (want, have) in enumerate(zip(index.shape, input.shape)):
        if d != dim and want < have:
            input = sliced(input, d, 0, want, 1)
    try:
        result = wrap(tensors.gather(input, index, dim), input.dtype)
    except Err as err:
        raise out_of_bounds(err, input, dim, index) from None
    result = reshape(result, shape) if shape is not None else result
    return result if out is None else store_into(out, result)


def checked_index(name, input, dim, index):
    """The arguments with at least one dimension, and the shape the index had where it had none."""
    if index.dtype.name not in ("int64", "int32"):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    index = cast(index, int64)
    dim = whole_dim(dim, input.dim())
    if index.numel() and max(index.dim(), 1) != max(input.dim(), 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as " + (
            "input tensor" if name == "gather" else "self tensor"))
    shape = None
    if not index.dim():
        shape, index = [], reshape(index, [1])
    if not input.dim():
        input = reshape(input, [1])
    if not index.numel() and index.dim() != input.dim():
        shape, index = list(index.shape), reshape(index, [0] * input.dim())
    return input, dim, index, shape


def out_of_bounds(err, input, dim, index):
    if err.value.code == "index":
        extent = input.shape[dim]
        wrong = [at for at in reshape(index, [-1]).tolist() if not 0 <= at < extent]
        if wrong:
            return RuntimeError(f"index {wrong[0]} is out of bounds for dimension {dim} with size {extent}")
    return raised(err)


def unravel_index(indices, shape):
    """The position in each dimension of `shape` of positions in the flattened tensor."""
    shape = [shape] if isinstance(shape, int) else list(shape)
    result, width = [], 1
    for extent in reversed(shape):
        result.append(indices // width % extent)
        width *= extent
    return tuple(reversed(result))


def take_along_dim(input, indices, dim=None, *, out=None):
    """As `gather`, the other dimensions broadcast."""
    if indices.dtype is not int64:
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {title(indices.dtype)}"
        )
    if dim is None:
        return reshape(input, [input.numel()]).gather(0, reshape(indices, [indices.numel()]))
    if input.dim() != indices.dim():
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{input.dim()} dimensions for input, and {indices.dim()} dimensions for indices"
        )
    dim = whole_dim(dim, input.dim())
    own, other = list(input.shape), list(indices.shape)
    own[dim] = other[dim] = 1
    shape = broadcast_pair(own, other)
    wide, deep = list(shape), list(shape)
    wide[dim], deep[dim] = input.shape[dim], indices.shape[dim]
    result = expand(input, wide).gather(dim, expand(indices, deep))
    return result if out is None else store_into(out, result)
