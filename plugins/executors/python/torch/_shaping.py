"""Shapes: views of a tensor, and new arrangements of its elements."""

from ._base import Tensor, wrap
from ._host import Err, raised, tensors
from ._views import note_view, refuse_write

_reshape = tensors.reshape
_permute = tensors.permute
_slice = tensors.slice
_concat = tensors.concat


def whole_dim(dim, rank, what="Dimension"):
    """`dim` counted from the front; refuses one that is not there."""
    limit = rank if rank else 1
    if -limit <= dim < limit:
        return dim % limit
    raise IndexError(f"{what} out of range (expected to be in range of [{-limit}, {limit - 1}], but got {dim})")


def sizes(arguments):
    """The extents of `f(2, 3)`, `f((2, 3))` or `f(torch.Size([2, 3]))`."""
    if len(arguments) == 1 and isinstance(arguments[0], (tuple, list)):
        arguments = arguments[0]
    return [n if n.__class__ is int else _extent(n) for n in arguments]


def _extent(n):
    if isinstance(n, Tensor) and n.numel() == 1 or hasattr(n, "__index__"):
        return int(n)
    raise TypeError(f"expected a number of elements (int), but got {type(n).__name__}")


def reshape(input, *shape):
    """The same elements in another shape; one extent may be -1."""
    before = input.shape
    shape = sizes(shape)
    try:
        result = _reshape(input, shape)
    except Err as err:
        error = err.value
        if error.code == "shape":
            raise RuntimeError(f"shape '{shape}' is invalid for input of size {input.numel()}") from None
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = input._dtype

    def forward(base):
        return _reshape(base, shape)

    def back(base, value):
        return _reshape(value, list(before))

    return note_view(result, input, (forward, back))


def view(input, *shape):
    """As `reshape`: on the host every tensor is contiguous."""
    if len(shape) == 1 and not isinstance(shape[0], (int, tuple, list, Tensor)):
        return input.to(shape[0])
    return reshape(input, *shape)


def _permuted(input, order):
    try:
        result = _permute(input, order)
    except Err as err:
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = input._dtype

    def forward(base):
        return _permute(base, order)

    def back(base, value):
        inverse = [0] * len(order)
        for place, dim in enumerate(order):
            inverse[dim] = place
        return _permute(value, inverse)

    return note_view(result, input, (forward, back))


def permute(input, *dims):
    """Dimensions in the order `dims`."""
    dims = sizes(dims)
    rank = len(input.shape)
    if len(dims) != rank:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {rank} is not equal to len(dims) = {len(dims)}"
        )
    order = [whole_dim(dim, rank) for dim in dims]
    if len(set(order)) != rank:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return _permuted(input, order)


def transpose(input, dim0, dim1):
    """Two dimensions change places."""
    rank = len(input.shape)
    first = dim0 + rank if dim0 < 0 else dim0
    second = dim1 + rank if dim1 < 0 else dim1
    if not (0 <= first < rank and 0 <= second < rank):
        first, second = whole_dim(dim0, rank), whole_dim(dim1, rank)
        if rank == 0:
            return reshape(input, [])
    order = list(range(rank))
    order[first] = second
    order[second] = first
    return _permuted(input, order)


swapaxes = swapdims = transpose


def t(input):
    """The transpose of a matrix."""
    rank = len(input.shape)
    if rank > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {rank}D")
    return transpose(input, 0, 1) if rank == 2 else reshape(input, list(input.shape))


def movedim(input, source, destination):
    """Moves dimensions to other places; the others keep their order."""
    rank = len(input.shape)
    source = [source] if isinstance(source, int) else list(source)
    destination = [destination] if isinstance(destination, int) else list(destination)
    source = [whole_dim(dim, rank) for dim in source]
    destination = [whole_dim(dim, rank) for dim in destination]
    order = [None] * rank
    for old, new in zip(source, destination):
        order[new] = old
    rest = iter(dim for dim in range(rank) if dim not in source)
    return _permuted(input, [next(rest) if dim is None else dim for dim in order])


moveaxis = movedim


def squeeze(input, dim=None):
    """Without dimensions of extent 1: all of them, or those named."""
    shape = input.shape
    if dim is None:
        return reshape(input, [n for n in shape if n != 1])
    dims = {whole_dim(d, len(shape)) for d in ([dim] if isinstance(dim, int) else dim)}
    return reshape(input, [n for place, n in enumerate(shape) if n != 1 or place not in dims])


def unsqueeze(input, dim):
    """With a dimension of extent 1 at `dim`."""
    shape = list(input.shape)
    shape.insert(whole_dim(dim, len(shape) + 1), 1)
    return reshape(input, shape)


def flatten(input, start_dim=0, end_dim=-1):
    """Dimensions `start_dim` to `end_dim` as one."""
    shape = list(input.shape)
    rank = len(shape)
    start, end = whole_dim(start_dim, rank), whole_dim(end_dim, rank)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    return reshape(input, shape[:start] + [-1] + shape[end + 1 :])


ravel = flatten


def unflatten(input, dim, sizes):
    """One dimension as several."""
    shape = list(input.shape)
    dim = whole_dim(dim, len(shape))
    return reshape(input, shape[:dim] + list(sizes) + shape[dim + 1 :])


def expand(input, *shape):
    """Dimensions of extent 1 grow; -1 keeps an extent."""
    shape = sizes(shape)
    own = input.shape
    lead = len(shape) - len(own)
    if lead < 0:
        raise RuntimeError(
            f"expand(torch.FloatTensor{{{list(own)}}}, size={shape}): the number of sizes provided ({len(shape)}) must "
            f"be greater or equal to the number of dimensions in the tensor ({len(own)})"
        )
    for place, extent in enumerate(shape):
        had = own[place - lead] if place >= lead else None
        if extent == -1:
            if had is None:
                raise RuntimeError(
                    f"The expanded size of the tensor ({extent}) isn't allowed in a leading, non-existing dimension {place}"
                )
            shape[place] = had
        elif had is not None and had != extent and had != 1:
            raise RuntimeError(
                f"The expanded size of the tensor ({extent}) must match the existing size ({had}) at non-singleton "
                f"dimension {place}.  Target sizes: {shape}.  Tensor sizes: {list(own)}"
            )
    try:
        result = wrap(tensors.expand(input, shape), input._dtype)
    except Err as err:
        raise raised(err) from None
    return note_view(result, input, (lambda base: tensors.expand(base, shape), refuse_write))


def expand_as(input, other):
    """Expanded to the shape of `other`."""
    return expand(input, list(other.shape))


def broadcast_to(input, shape):
    """As `expand`."""
    return expand(input, shape)


def broadcast_shapes(*shapes):
    """The shape that tensors of these shapes broadcast to."""
    result = []
    for shape in shapes:
        shape = [shape] if isinstance(shape, int) else list(shape)
        if len(shape) > len(result):
            result = [1] * (len(shape) - len(result)) + result
        for place in range(1, len(shape) + 1):
            if shape[-place] != 1:
                if result[-place] not in (1, shape[-place]):
                    raise RuntimeError("Shape mismatch: objects cannot be broadcast to a single shape")
                result[-place] = shape[-place]
    from ._dtype import Size

    return Size(result)


def broadcast_tensors(*several):
    """Each expanded to the shape that all broadcast to."""
    shape = broadcast_shapes(*[x.shape for x in several])
    return tuple(expand(x, shape) for x in several)


def narrow(input, dim, start, length):
    """`length` elements along `dim` from `start`."""
    extent = input.shape[dim]
    start = int(start)
    if start < 0:
        start += extent
    if not 0 <= start <= extent or start + length > extent or length < 0:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({extent}).")
    return sliced(input, whole_dim(dim, len(input.shape)), start, start + length, 1)


def sliced(input, dim, start, end, step):
    """Elements `start`, `start + step`, … before `end` along `dim`: a view. Positions lie within the extent."""
    try:
        result = _slice(input, dim, start, end, step)
    except Err as err:
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = input._dtype

    def forward(base):
        return _slice(base, dim, start, end, step)

    def back(base, value):
        return write_slice(base, value, dim, start, end, step)

    return note_view(result, input, (forward, back))


def write_slice(base, value, dim, start, end, step):
    """A copy of `base` with `value` at a slice of it."""
    extent = Tensor.shape.fget(base)[dim] if isinstance(base, Tensor) else base.shape()[dim]
    if step == 1:
        parts = []
        if start > 0:
            parts.append(_slice(base, dim, 0, start, 1))
        parts.append(value)
        if end < extent:
            parts.append(_slice(base, dim, end, extent, 1))
        return _concat(parts, dim) if len(parts) > 1 else _same(value)
    # Which of the old and new elements each place takes.
    source = list(range(extent))
    for number, place in enumerate(range(start, end, step)):
        source[place] = extent + number
    packed = b"".join(n.to_bytes(8, "little") for n in source)
    index = tensors.create(tensors.Dtype.I64, [extent], packed)
    return tensors.index_select(_concat([base, value], dim), index, dim)


def _same(value):
    shape = Tensor.shape.fget(value) if isinstance(value, Tensor) else value.shape()
    return _reshape(value, list(shape))
