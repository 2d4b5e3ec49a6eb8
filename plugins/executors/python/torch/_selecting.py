"""Choosing elements: by condition, by position, by triangle."""

from ._base import Tensor, wrap
from ._creation import arange, full, integers
from ._dtype import bool_, int64
from ._host import Err, raised, tensors
from ._pointwise import add_plain, eq, ge, le, mul
from ._promotion import cast, default_dtype, result_of, with_number
from ._shaping import expand, flatten, reshape, sliced, unsqueeze, whole_dim


def nonzero(input, *, as_tuple=False):
    """Where `input` is not 0: one row of positions for each, or one vector for each dimension."""
    shape = input.shape
    flat = cast(flatten(input), bool_).tolist() if shape else [bool(input)]
    found = [at for at, value in enumerate(flat) if value]
    columns, width = [], 1
    for extent in reversed(shape):
        columns.append([at // width % extent for at in found])
        width *= extent
    columns.reverse()
    if as_tuple:
        return tuple(integers(column) for column in columns)
    rows = [value for row in zip(*columns) for value in row]
    return reshape(integers(rows), len(found), len(shape))


argwhere = nonzero


def index_select(input, dim, index):
    """The parts at `index` along `dim`."""
    try:
        return wrap(
            tensors.index_select(input, cast(index, int64), whole_dim(dim, len(input.shape))), input.dtype
        )
    except Err as err:
        raise raised(err) from None


def choose(condition, a, b):
    """The host's `select`, in the dtype of `b`."""
    try:
        return wrap(tensors.select(condition, a, b), b.dtype)
    except Err as err:
        raise raised(err) from None


def where(condition, input=None, other=None):
    """`input` where `condition` holds, `other` elsewhere."""
    if input is None:
        return nonzero(condition, as_tuple=True)
    condition = cast(condition, bool_)
    a, b = isinstance(input, Tensor), isinstance(other, Tensor)
    if a and b:
        kind = result_of(input, other)
    else:
        if a or b:
            kind = with_number(input, other) if a else with_number(other, input)
        else:
            kind = default_dtype() if float in (type(input), type(other)) else int64
        if not a:
            input = full((), input, dtype=kind)
        if not b:
            other = full((), other, dtype=kind)
    return choose(condition, cast(input, kind), cast(other, kind))


def masked_fill(input, mask, value):
    """`value` where `mask` holds."""
    if mask.dtype is not bool_:
        raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {mask.dtype}")
    if not isinstance(value, Tensor):
        value = full((), value, dtype=input.dtype)
    elif value.dim():
        raise RuntimeError(
            f"masked_fill only supports a 0-dimensional value tensor, but got tensor with {value.dim()} dimension(s)."
        )
    return choose(mask, cast(value, input.dtype), input)


def gather(input, dim, index):
    """The elements at `index` along `dim`."""
    _same_rank("gather", input, index)
    try:
        return wrap(tensors.gather(input, cast(index, int64), whole_dim(dim, len(input.shape))), input.dtype)
    except Err as err:
        raise raised(err) from None


def _same_rank(name, input, index):
    if index.dtype is not int64:
        raise RuntimeError(f"{name}(): Expected dtype int64 for index")
    if index.dim() != input.dim():
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")


def scatter_add(input, dim, index, src):
    """`src` added at `index` along `dim`."""
    _same_rank("scatter", input, index)
    if src.shape != index.shape:
        for at, (have, use) in enumerate(zip(src.shape, index.shape)):
            if have > use:
                src = sliced(src, at, 0, use, 1)
    try:
        return wrap(tensors.scatter_add(input, index, src, whole_dim(dim, len(input.shape))), input.dtype)
    except Err as err:
        raise raised(err) from None


def scatter(input, dim, index, src=None, *, value=None):
    """`src` (or a number) at `index` along `dim`."""
    _same_rank("scatter", input, index)
    src = value if src is None else src
    if not isinstance(src, Tensor):
        src = full(index.shape, src, dtype=input.dtype)
    elif src.dtype is not input.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    for at, (have, use) in enumerate(zip(src.shape, index.shape)):
        if have > use:
            src = sliced(src, at, 0, use, 1)
    return overwrite(input, dim, index, src)


def index_add(input, dim, index, source, *, alpha=1):
    """`source` added at `index` (a vector) along `dim`."""
    dim = whole_dim(dim, input.dim())
    shape = [1] * input.dim()
    shape[dim] = -1
    spread = expand(reshape(cast(index, int64), shape), list(source.shape))
    return scatter_add(input, dim, spread, source if alpha == 1 else mul(source, alpha))


def index_copy(input, dim, index, source):
    """`source` at `index` (a vector) along `dim`."""
    dim = whole_dim(dim, input.dim())
    shape = [1] * input.dim()
    shape[dim] = -1
    return overwrite(input, dim, expand(reshape(cast(index, int64), shape), list(source.shape)), source)


def overwrite(input, dim, index, source):
    """`input` with `source` at `index`: what was there is taken away, exactly."""
    ones = full(index.shape, 1.0, dtype=input.dtype if input.dtype.is_floating_point else int64)
    count = scatter_add(full(input.shape, 0, dtype=ones.dtype), dim, index, ones)
    kind = ones.dtype
    if bool((count > 1).any()):
        raise NotImplementedError(
            "assignment with an index twice in one place is not available; scatter_add adds such values up"
        )
    written = scatter_add(full(input.shape, 0, dtype=kind), dim, index, cast(source, kind))
    return choose(count > 0, cast(written, input.dtype), input)


def take_along_dim(input, indices, dim):
    """As `gather`."""
    return gather(input, dim, indices)


def triangle(input, keep):
    """`input` where `keep(rows, columns)` holds, 0 elsewhere."""
    if input.dim() < 2:
        raise RuntimeError("triu/tril: input tensor must have at least 2 dimensions")
    mask = keep(unsqueeze(arange(input.shape[-2]), 1), unsqueeze(arange(input.shape[-1]), 0))
    return choose(mask, input, full((), 0, dtype=input.dtype))


def tril(input, diagonal=0):
    """What lies on and below a diagonal."""
    return triangle(input, lambda rows, columns: le(columns, add_plain(rows, diagonal)))


def triu(input, diagonal=0):
    """What lies on and above a diagonal."""
    return triangle(input, lambda rows, columns: ge(columns, add_plain(rows, diagonal)))


def diagonal(input, offset=0, dim1=0, dim2=1):
    """The elements whose positions along two dimensions differ by `offset`."""
    rank = input.dim()
    dim1, dim2 = whole_dim(dim1, rank), whole_dim(dim2, rank)
    rest = [dim for dim in range(rank) if dim not in (dim1, dim2)]
    x = input.permute(*rest, dim1, dim2)
    rows, columns = x.shape[-2:]
    length = max(0, min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns))
    first = offset if offset >= 0 else -offset * columns
    places = integers(first + at * (columns + 1) for at in range(length))
    return index_select(reshape(x, [*x.shape[:-2], rows * columns]), len(rest), places)


def diag(input, diagonal=0):
    """The diagonal of a matrix, or a matrix with a vector on its diagonal."""
    if input.dim() == 2:
        return globals()["diagonal"](input, diagonal)
    size = input.shape[0] + (diagonal if diagonal >= 0 else -diagonal)
    rows, columns = unsqueeze(arange(size), 1), unsqueeze(arange(size), 0)
    on = eq(add_plain(rows, diagonal), columns)
    start = diagonal if diagonal > 0 else 0
    source = (columns - start).clamp(0, input.shape[0] - 1)
    spread = expand(index_select(input, 0, flatten(source)), [size, size])
    return choose(on, spread, full((), 0, dtype=input.dtype))
