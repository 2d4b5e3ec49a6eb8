"""Several tensors into one, and one into several."""

from ._base import Tensor, wrap
from ._host import Err, raised, tensors
from ._promotion import cast, promote_types
from ._shaping import expand, flatten, reshape, sizes, sliced, unsqueeze, whole_dim


def cat(tensors_=None, dim=0, *, axis=None, tensors=None):
    """Joins tensors along a dimension that they have."""
    parts = list(tensors_ if tensors is None else tensors)
    return _joined("cat", parts, dim if axis is None else axis)


def _joined(name, parts, dim):
    if not parts:
        raise RuntimeError(f"torch.{name}(): expected a non-empty list of Tensors")
    kind = None
    for place, part in enumerate(parts):
        if not isinstance(part, Tensor):
            raise TypeError(f"expected Tensor as element {place} in argument 0, but got {type(part).__name__}")
        kind = part.dtype if kind is None or kind is part.dtype else promote_types(kind, part.dtype)
    # An empty vector joins with anything, as in PyTorch.
    kept = [part for part in parts if part._shape != (0,)] or parts[:1]
    parts = [cast(part, kind) for part in kept]
    try:
        return wrap(_concat(parts, whole_dim(dim, len(parts[0].shape))), kind)
    except Err as err:
        raise raised(err) from None


_concat = tensors.concat
concat = concatenate = cat


def stack(tensors, dim=0):
    """Joins tensors of one shape along a new dimension."""
    parts = list(tensors)
    for part in parts[1:]:
        if part.shape != parts[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(parts[0].shape)} at entry 0 and "
                f"{list(part.shape)} at entry {_place(parts, part)}"
            )
    return _joined("stack", [unsqueeze(part, dim) for part in parts], dim)


def _place(parts, wanted):
    return next(place for place, part in enumerate(parts) if part is wanted)


def hstack(tensors):
    """Joins side by side."""
    parts = [part if part.dim() else reshape(part, 1) for part in tensors]
    return _joined("hstack", parts, 0 if parts and parts[0].dim() == 1 else 1)


def vstack(tensors):
    """Joins one below the other."""
    return _joined("vstack", [part if part.dim() > 1 else reshape(part, 1, -1) for part in tensors], 0)


def split(tensor, split_size_or_sections, dim=0):
    """Pieces of one size, or of the sizes in a list, along `dim`; views."""
    dim = whole_dim(dim, len(tensor.shape))
    extent = tensor.shape[dim]
    if isinstance(split_size_or_sections, int):
        size = split_size_or_sections
        if size <= 0:
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
        return tuple(
            [sliced(tensor, dim, at, min(at + size, extent), 1) for at in range(0, extent, size)]
            or [sliced(tensor, dim, 0, 0, 1)]
        )
    sections = [int(n) for n in split_size_or_sections]
    if sum(sections) != extent:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {extent} (input tensor's size at dimension {dim}), "
            f"but got split_sizes={sections}"
        )
    pieces, at = [], 0
    for size in sections:
        pieces.append(sliced(tensor, dim, at, at + size, 1))
        at += size
    return tuple(pieces)


def chunk(input, chunks, dim=0):
    """At most `chunks` pieces along `dim`; views."""
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    extent = input.shape[whole_dim(dim, len(input.shape))]
    return split(input, max(-(-extent // chunks), 1), dim)


def tensor_split(input, indices_or_sections, dim=0):
    """Exactly so many pieces, the first ones larger, or cut at the given places; views."""
    dim = whole_dim(dim, len(input.shape))
    extent = input.shape[dim]
    if isinstance(indices_or_sections, int):
        size, more = divmod(extent, indices_or_sections)
        return split(input, [size + (place < more) for place in range(indices_or_sections)], dim)
    cuts = [0, *indices_or_sections, extent]
    return split(input, [b - a for a, b in zip(cuts, cuts[1:])], dim)


def unbind(input, dim=0):
    """The tensors along `dim`, without it; views."""
    shape = list(input.shape)
    if not shape:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    dim = whole_dim(dim, len(shape))
    rest = shape[:dim] + shape[dim + 1 :]
    return tuple(reshape(sliced(input, dim, at, at + 1, 1), rest) for at in range(shape[dim]))


def repeat(input, *repeats):
    """Copies side by side, `repeats` times in each dimension."""
    repeats = sizes(repeats)
    shape = list(input.shape)
    if len(repeats) < len(shape):
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        )
    shape = [1] * (len(repeats) - len(shape)) + shape
    spread = [n for pair in zip([1] * len(shape), shape) for n in pair]
    grown = [n for pair in zip(repeats, shape) for n in pair]
    return reshape(expand(reshape(input, spread), grown), [a * b for a, b in zip(repeats, shape)]).clone()


def tile(input, *dims):
    """As `repeat`, with 1 for the dimensions not named."""
    dims = sizes(dims)
    return repeat(input, [1] * (len(input.shape) - len(dims)) + dims)


def repeat_interleave(input, repeats, dim=None):
    """Each element `repeats` times."""
    if isinstance(repeats, Tensor):
        if repeats.numel() != 1:
            raise NotImplementedError("torch.repeat_interleave with a tensor of repeats; index_select does it")
        repeats = repeats.item()
    if dim is None:
        input, dim = flatten(input), 0
    shape = list(input.shape)
    dim = whole_dim(dim, len(shape))
    grown = expand(unsqueeze(input, dim + 1), shape[: dim + 1] + [repeats] + shape[dim + 1 :])
    shape[dim] *= repeats
    return reshape(grown, shape).clone()


def flip(input, *dims):
    """The elements along `dims` backwards."""
    from ._creation import integers
    for dim in sizes(dims):
        dim = whole_dim(dim, len(input.shape))
        order = integers(range(input.shape[dim] - 1, -1, -1))
        input = input.index_select(dim, order)
    return input


def fliplr(input):
    """Columns backwards."""
    return flip(input, 1)


def roll(input, shifts, dims=None):
    """Elements moved along, those that fall off come in again at the other end."""
    if dims is None:
        return reshape(roll(flatten(input), shifts, 0), list(input.shape))
    shifts = [shifts] if isinstance(shifts, int) else shifts
    dims = [dims] if isinstance(dims, int) else dims
    if len(shifts) != len(dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    for shift, dim in zip(shifts, dims):
        dim = whole_dim(dim, len(input.shape))
        extent = input.shape[dim]
        cut = (-shift) % extent if extent else 0
        if cut:
            input = cat((sliced(input, dim, cut, extent, 1), sliced(input, dim, 0, cut, 1)), dim)
    return input.clone()


def meshgrid(*several, indexing="ij"):
    """Coordinates of a grid."""
    if len(several) == 1 and isinstance(several[0], (list, tuple)):
        several = several[0]
    if indexing == "xy":
        swapped = meshgrid(several[1], several[0], *several[2:])
        return tuple(x.transpose(0, 1) for x in (swapped[1], swapped[0], *swapped[2:]))
    shape = [x.numel() for x in several]
    return tuple(
        expand(reshape(x, [-1 if place == at else 1 for place in range(len(shape))]), shape)
        for at, x in enumerate(several)
    )
