"""Elements repeated, moved along and turned around: new tensors."""

from ._base import Tensor, wrap
from ._creation import integers
from ._host import host, tensors
from ._joining import cat
from ._promotion import cast
from ._shaping import expand, no_dimensions, reshape, sizes, sliced, transpose, unsqueeze, whole_dim, whole_dims
from ._steps import Unfold
from ._views import duplicate, note_view


def own_copy(x):
    """`x` as a tensor of its own: no view."""
    result = wrap(host(duplicate, x), x._dtype)
    result._packed = True
    return result


def repeat(input, *times, repeats=None):
    """Copies side by side, `repeats` times in each dimension."""
    if not times and repeats is None:
        raise TypeError('repeat() missing 1 required positional arguments: "repeats"')
    repeats = sizes(times or (repeats,))
    shape = list(input.shape)
    if len(repeats) < len(shape):
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        )
    if any(n < 0 for n in repeats):
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(repeats)}: {repeats}")
    shape = [1] * (len(repeats) - len(shape)) + shape
    if not shape:
        return own_copy(input)
    # Only dimensions that are repeated are split in two, so that few are needed.
    spread, grown = [], []
    for count, extent in zip(repeats, shape):
        if count != 1 and extent != 1:
            spread += [1, extent]
            grown += [count, extent]
        else:
            spread.append(extent)
            grown.append(extent * count)
    wide = host(tensors.expand, host(tensors.reshape, input, spread), grown)
    return own_copy(wrap(host(tensors.reshape, wide, [a * b for a, b in zip(repeats, shape)]), input._dtype))


def tile(input, *times, dims=None):
    """As `repeat`, with 1 for the dimensions not named."""
    dims = sizes(times if dims is None else (dims,))
    return repeat(input, [1] * (len(input.shape) - len(dims)) + dims)


def repeat_interleave(input, repeats=None, dim=None, *, output_size=None):
    """Each element `repeats` times; with one argument, each position as often as that says."""
    if repeats is None:
        return _positions(input)
    if dim is None:
        input, dim = reshape(input, [input.numel()]), 0
    shape = list(input.shape)
    if not shape:
        raise no_dimensions(dim)
    dim = whole_dim(dim, len(shape))
    if isinstance(repeats, (list, tuple)):
        repeats = integers(repeats)
    if isinstance(repeats, Tensor):
        if repeats.dim() > 1:
            raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
        if repeats.numel() != 1:
            if repeats.numel() != shape[dim]:
                raise RuntimeError(
                    f"repeats must have the same size as input along dim, but got repeats.size(0) = {repeats.numel()} "
                    f"and input.size({dim}) = {shape[dim]}"
                )
            return input.index_select(dim, _positions(repeats))
        repeats = int(repeats.item())
    if repeats < 0:
        raise RuntimeError("Repeats must be non-negative")
    grown = expand(unsqueeze(input, dim + 1), shape[: dim + 1] + [repeats] + shape[dim + 1 :])
    shape[dim] *= repeats
    return own_copy(reshape(grown, shape))


def _positions(repeats):
    if repeats.dim() != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if repeats.dtype.is_floating_point:
        raise RuntimeError("repeats has to be Long or Int tensor")
    counts = repeats.tolist()
    if any(n < 0 for n in counts):
        raise RuntimeError("repeats can not be negative")
    return cast(integers([place for place, n in enumerate(counts) for _ in range(n)]), repeats.dtype)


def flip(input, *along, dims=None):
    """The elements along `dims` backwards."""
    result = input
    for dim in whole_dims(sizes(along if dims is None else (dims,)), len(input.shape)):
        if result.shape:
            extent = result.shape[dim]
            result = result.index_select(dim, integers(range(extent - 1, -1, -1)))
    return own_copy(result) if result is input else result


def fliplr(input):
    """Columns backwards."""
    if input.dim() < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, 1)


def flipud(input):
    """Rows backwards."""
    if input.dim() < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, 0)


def roll(input, shifts, dims=None):
    """Elements moved along, those that fall off come in again at the other end."""
    shifts = [shifts] if isinstance(shifts, int) else list(shifts)
    dims = [] if dims is None else [dims] if isinstance(dims, int) else list(dims)
    if not shifts:
        raise RuntimeError("`shifts` required")
    if not dims and len(shifts) == 1:
        return reshape(roll(reshape(input, [input.numel()]), shifts, 0), list(input.shape))
    if len(shifts) != len(dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    if not input.shape:
        raise no_dimensions(dims[0])
    result = input
    for shift, dim in zip(shifts, dims):
        dim = whole_dim(dim, len(input.shape))
        extent = input.shape[dim]
        cut = (-shift) % extent if extent else 0
        if cut:
            result = cat((sliced(result, dim, cut, extent, 1), sliced(result, dim, 0, cut, 1)), dim)
    return own_copy(result) if result is input else result


def rot90(input, k=1, dims=(0, 1)):
    """Turned by `k` right angles in the plane of `dims`."""
    rank = input.dim()
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if rank < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {rank}")
    if dims[0] == dims[1] or abs(dims[0] - dims[1]) == rank:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    first, second = [whole_dim(dim, rank) for dim in dims]
    k %= 4
    if k == 1:
        return transpose(flip(input, second), first, second)
    if k == 2:
        return flip(input, first, second)
    if k == 3:
        return transpose(flip(input, first), first, second)
    return own_copy(input)


def unfold(input, dimension, size, step):
    """Every window of `size` elements along a dimension, one each `step`: a view."""
    shape = input.shape
    dim = whole_dim(dimension, len(shape))
    extent = shape[dim] if shape else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > extent:
        raise RuntimeError(f"maximum size for tensor at dimension {dim} is {extent} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not shape:
        return reshape(input, [1]).unfold(0, size, step).select(0, 0)
    step = Unfold(dim, size, step)
    return note_view(wrap(host(step.forward, input), input._dtype), input, step)
