"""Shapes: views of a tensor, and new arrangements of its elements."""

from ._base import Tensor, wrap
from ._host import Err, host, raised, tensors
from ._steps import Expand, Permute, Reshape, Slice, Select, contiguous_strides, fitted
from ._views import is_plain, layout, note_view, surely_plain_base

_reshape = tensors.reshape
_permute = tensors.permute
_slice = tensors.slice


def whole_dim(dim, rank, what="Dimension"):
    """`dim` counted from the front; refuses one that is not there."""
    limit = rank if rank else 1
    if -limit <= dim < limit:
        return dim % limit
    raise IndexError(f"{what} out of range (expected to be in range of [{-limit}, {limit - 1}], but got {dim})")


def no_dimensions(dim):
    """The error that a tensor without dimensions has none called `dim`."""
    return IndexError(f"Dimension specified as {dim} but tensor has no dimensions")


def whole_dims(dims, rank):
    """`dims` (one or several) counted from the front, each once."""
    dims = [dims] if isinstance(dims, int) else list(dims)
    whole = [whole_dim(dim, rank) for dim in dims]
    for place, dim in enumerate(whole):
        if dim in whole[:place]:
            raise RuntimeError(f"dim {dim} appears multiple times in the list of dims")
    return whole


def sizes(arguments):
    """The extents of `f(2, 3)`, `f((2, 3))` or `f(torch.Size([2, 3]))`."""
    if len(arguments) == 1 and isinstance(arguments[0], (tuple, list)):
        arguments = arguments[0]
    return [n if n.__class__ is int else _extent(n) for n in arguments]


def _extent(n):
    if isinstance(n, Tensor) and n.numel() == 1 or hasattr(n, "__index__"):
        return int(n)
    raise TypeError(f"expected a number of elements (int), but got {type(n).__name__}")


def resolved(shape, count):
    """`shape` with its -1 worked out, for `count` elements."""
    known, unknown = 1, None
    for place, extent in enumerate(shape):
        if extent == -1:
            if unknown is not None:
                raise RuntimeError("only one dimension can be inferred")
            unknown = place
        elif extent < 0:
            raise RuntimeError(f"invalid shape dimension {extent} at index {place} of shape {shape}")
        else:
            known *= extent
    if unknown is None:
        if known == count:
            return shape
    elif known == 0 and count == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {shape} because the unspecified dimension size -1 can be "
            "any value and is ambiguous"
        )
    elif known and count % known == 0:
        return [*shape[:unknown], count // known, *shape[unknown + 1 :]]
    raise RuntimeError(f"shape '{shape}' is invalid for input of size {count}")


def _reshaped(input, shape):
    try:
        result = _reshape(input, shape)
    except Err as err:
        if err.value.code == "shape":
            # Says which extent does not fit.
            resolved(shape, input.numel())
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = input._dtype
    return result


def reshape(input, *sizes_, shape=None):
    """The same elements in another shape; one extent may be -1. A view where the elements' places allow it."""
    if not sizes_ and shape is None:
        raise TypeError('reshape() missing 1 required positional arguments: "shape"')
    shape = sizes(sizes_ or (shape,))
    result = _reshaped(input, shape)
    origin = input._view
    if origin is not None and not origin.plain:
        own = list(input.shape)
        if fitted(own, layout(input)[0], resolved(shape, input.numel())) is None:
            result._made = "UnsafeViewBackward0"
            return result
        return note_view(result, input, Reshape(shape))
    return note_view(result, input, Reshape(shape), True)


def reshaped(input, shape):
    """`input` in `shape`, which its elements' places allow: a view."""
    return note_view(_reshaped(input, shape), input, Reshape(shape), True)


def view(input, *shape, dtype=None, size=None):
    """The same elements in another shape, or their bytes in another type of the same size."""
    if dtype is not None or len(shape) == 1 and hasattr(shape[0], "itemsize"):
        from ._reinterpreting import view_as_type

        return view_as_type(input, dtype or shape[0])
    if size is not None:
        shape = (size,)
    if not shape:
        raise TypeError(
            "view() received an invalid combination of arguments - got (), but expected one of: "
            "(dtype), (size)"
        )
    shape = sizes(shape)
    origin = input._view
    if origin is not None and not origin.plain:
        new = resolved(shape, input.numel())
        if fitted(list(input.shape), layout(input)[0], new) is None and surely_plain_base(input):
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
                "two contiguous subspaces). Use .reshape(...) instead."
            )
        return note_view(_reshaped(input, shape), input, Reshape(shape))
    return note_view(_reshaped(input, shape), input, Reshape(shape), True)


def permuted(input, order):
    """Dimensions in the order `order`, which is a permutation: a view."""
    try:
        result = _permute(input, order)
    except Err as err:
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = input._dtype
    return note_view(result, input, Permute(order))


def permute(input, *order_, dims=None):
    """Dimensions in the order `dims`."""
    if not order_ and dims is None:
        raise TypeError('permute() missing 1 required positional arguments: "dims"')
    dims = sizes(order_ or (dims,))
    rank = len(input.shape)
    if len(dims) != rank:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {rank} is not equal to len(dims) = {len(dims)}"
        )
    order = [whole_dim(dim, rank) for dim in dims]
    if len(set(order)) != rank:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return permuted(input, order)


def transpose(input, dim0, dim1):
    """Two dimensions change places."""
    rank = len(input.shape)
    first = dim0 + rank if dim0 < 0 else dim0
    second = dim1 + rank if dim1 < 0 else dim1
    if not (0 <= first < rank and 0 <= second < rank):
        first, second = whole_dim(dim0, rank), whole_dim(dim1, rank)
        if rank == 0:
            return reshaped(input, [])
    order = list(range(rank))
    order[first] = second
    order[second] = first
    result = permuted(input, order)
    result._made = "TransposeBackward0"
    return result


swapaxes = swapdims = transpose


def t(input, name="t"):
    """The transpose of a matrix."""
    rank = len(input.shape)
    if rank > 2:
        raise RuntimeError(f"{name}() expects a tensor with <= 2 dimensions, but self is {rank}D")
    result = transpose(input, 0, 1) if rank == 2 else reshaped(input, list(input.shape))
    result._made = "TBackward0"
    return result


def adjoint(input):
    """The last two dimensions exchanged."""
    if not input.dim():
        return reshaped(input, [])
    if input.dim() == 1:
        raise RuntimeError(
            f"tensor.adjoint() is only supported on matrices or batches of matrices. Got {input.dim()}-D tensor."
        )
    return transpose(input, -2, -1)


def movedim(input, source, destination):
    """Moves dimensions to other places; the others keep their order."""
    rank = len(input.shape)
    source = [source] if isinstance(source, int) else list(source)
    destination = [destination] if isinstance(destination, int) else list(destination)
    if len(source) != len(destination):
        raise RuntimeError(
            "movedim: Invalid source or destination dims: source "
            f"({source} dims) should contain the same number of dims as destination ({destination} dims)"
        )
    origins, targets = [[whole_dim(dim, rank) for dim in dims] for dims in (source, destination)]
    for name, dims, given in (("source", origins, source), ("destination", targets, destination)):
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({given})")
    if not rank:
        return reshaped(input, [])
    order = [None] * rank
    for old, new in zip(origins, targets):
        order[new] = old
    rest = iter(dim for dim in range(rank) if dim not in origins)
    return permuted(input, [next(rest) if dim is None else dim for dim in order])


moveaxis = movedim


def squeeze(input, dim=None, *more, axis=None):
    """Without dimensions of extent 1: all of them, or those named."""
    shape = input.shape
    dim = axis if dim is None else (dim, *more) if more else dim
    if dim is None:
        result = reshaped(input, [n for n in shape if n != 1])
        result._made = "SqueezeBackward0"
        return result
    dims = [whole_dim(dim, len(shape))] if dim.__class__ is int else whole_dims(dim, len(shape))
    result = reshaped(input, [n for place, n in enumerate(shape) if n != 1 or place not in dims])
    result._made = "SqueezeBackward1"
    return result


def unsqueeze(input, dim=None, *, axis=None):
    """With a dimension of extent 1 at `dim`."""
    shape = list(input.shape)
    shape.insert(whole_dim(axis if dim is None else dim, len(shape) + 1), 1)
    result = reshaped(input, shape)
    result._made = "UnsqueezeBackward0"
    return result


def flatten(input, start_dim=0, end_dim=-1):
    """Dimensions `start_dim` to `end_dim` as one; the tensor itself where there is nothing to join."""
    shape = list(input.shape)
    rank = len(shape)
    start, end = whole_dim(start_dim, rank), whole_dim(end_dim, rank)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not rank:
        return reshape(input, [1])
    if start == end:
        return input
    joined = 1
    for extent in shape[start : end + 1]:
        joined *= extent
    return reshape(input, shape[:start] + [joined] + shape[end + 1 :])


def ravel(input):
    """All elements as one dimension: a view of a tensor without gaps."""
    return reshape(input if is_plain(input) else input.contiguous(), [input.numel()])


def unflatten(input, dim, sizes):
    """One dimension as several."""
    shape = list(input.shape)
    dim = whole_dim(dim, len(shape))
    if not shape:
        raise RuntimeError("unflatten got an unexpected error:\n" + str(no_dimensions(dim)))
    parts = [int(n) for n in sizes]
    if not parts:
        raise RuntimeError("unflatten: sizes must be non-empty")
    try:
        parts = resolved(parts, shape[dim])
    except RuntimeError:
        what = (
            f"unflatten: Provided sizes {parts} don't multiply up to the size of dim {dim} "
            f"({shape[dim]}) in the input tensor"
        )
        raise RuntimeError(what) from None
    return view(input, shape[:dim] + parts + shape[dim + 1 :])


def _grown(own, shape):
    """`shape` with the extents that -1 keeps; refuses what `own` does not expand to."""
    lead = len(shape) - len(own)
    result = list(shape)
    for place in range(len(shape) - 1, -1, -1):
        extent, had = shape[place], own[place - lead] if place >= lead else None
        if extent == -1:
            if had is None:
                raise RuntimeError(
                    f"The expanded size of the tensor ({extent}) isn't allowed in a leading, non-existing "
                    f"dimension {place}"
                )
            result[place] = had
        elif had is not None and had != extent and had != 1:
            raise RuntimeError(
                f"The expanded size of the tensor ({extent}) must match the existing size ({had}) at non-singleton "
                f"dimension {place}.  Target sizes: {list(shape)}.  Tensor sizes: {list(own)}"
            )
    return result


def expand(input, *shape, size=None, implicit=False):
    """Dimensions of extent 1 grow; -1 keeps an extent."""
    shape = sizes(shape if size is None else (size,))
    own = list(input.shape)
    if len(shape) < len(own):
        title = input.type().removeprefix("torch.")
        raise RuntimeError(
            f"expand(torch.{title}{{{own}}}, size={shape}): the number of sizes provided ({len(shape)}) must "
            f"be greater or equal to the number of dimensions in the tensor ({len(own)})"
        )
    shape = _grown(own, shape)
    result = wrap(host(tensors.expand, input, shape), input._dtype)
    count = 1
    for extent in shape:
        count *= extent
    same = count == input.numel()
    return note_view(result, input, Expand(shape, same), same)


def narrow(input, dim, start, length):
    """`length` elements along `dim` from `start`."""
    rank = len(input.shape)
    if not rank:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim = whole_dim(dim, rank)
    extent = input.shape[dim]
    start = int(start)
    if not -extent <= start <= extent:
        raise IndexError(f"start out of range (expected to be in range of [{-extent}, {extent}], but got {start})")
    if start < 0:
        start += extent
    if start + length > extent:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({extent}).")
    return sliced(input, dim, start, start + length, 1)


def sliced(input, dim, start, end, step):
    """Elements `start`, `start + step`, … before `end` along `dim`: a view. Positions lie within the extent."""
    try:
        result = _slice(input, dim, start, end, step)
    except Err as err:
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = input._dtype
    return note_view(result, input, Slice(dim, start, end, step), step == 1 and dim == 0)


def selected(input, dim, at):
    """The part at `at`, which lies within the extent, along `dim`: a view."""
    shape = list(input.shape)
    del shape[dim]
    step = Select(dim, at, shape)
    try:
        result = step.forward(input)
    except Err as err:
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = input._dtype
    return note_view(result, input, step, dim == 0)
