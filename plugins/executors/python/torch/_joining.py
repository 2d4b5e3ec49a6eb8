"""Several tensors into one, and one into several."""

from ._base import Tensor, wrap
from ._host import Err, raised, tensors
from ._promotion import cast, promote_types
from ._shaping import expand, reshape, selected, sliced, unsqueeze, whole_dim
from ._out import store_into

_concat = tensors.concat


def cat(tensors=None, dim=0, *, axis=None, out=None):
    """Joins tensors along a dimension that they have."""
    _check_several("cat", tensors)
    result = joined("cat", list(tensors), dim if axis is None else axis)
    return result if out is None else store_into(out, result)


def joined(name, parts, dim):
    """The tensors `parts` one after the other along `dim`; errors name `name`."""
    if not parts:
        if name == "cat":
            raise ValueError("torch.cat(): expected a non-empty list of Tensors")
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    kind, several = None, False
    for place, part in enumerate(parts):
        if not isinstance(part, Tensor):
            raise TypeError(
                f"expected Tensor as element {place} in argument 0, but got {type(part).__name__}"
            )
        own = part.dtype
        if kind is None:
            kind = own
        elif own is not kind:
            kind, several = promote_types(kind, own), True
    # An empty vector joins with anything, as in PyTorch.
    kept = [part for part in parts if part.shape != (0,)] or parts[:1]
    rank = len(kept[0].shape)
    if not rank or any(not part.shape for part in parts):
        place = next(place for place, part in enumerate(parts) if not part.shape)
        raise RuntimeError(f"zero-dimensional tensor (at position {place}) cannot be concatenated")
    if kept[0].shape != (0,):
        dim = whole_dim(dim, rank)
    else:
        dim = 0
    if several:
        kept = [cast(part, kind) for part in kept]
    try:
        result = wrap(_concat(kept, dim), kind)
    except Err as err:
        if err.value.code == "shape":
            _check_extents(kept, dim)
        raise raised(err) from None
    result._packed = True
    return result


def _check_extents(parts, dim):
    first = parts[0].shape
    for place, part in enumerate(parts):
        if len(part.shape) != len(first):
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got {len(first)} and {len(part.shape)}"
            )
        for d, (want, have) in enumerate(zip(first, part.shape)):
            if d != dim and want != have:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {want} but got size {have} "
                    f"for tensor number {place} in the list."
                )


concat = concatenate = cat


def stack(tensors, dim=0, *, axis=None, out=None):
    """Joins tensors of one shape along a new dimension."""
    parts = list(tensors)
    dim = dim if axis is None else axis
    if not parts:
        raise RuntimeError("stack expects a non-empty TensorList")
    dim = whole_dim(dim, parts[0].dim() + 1) if isinstance(parts[0], Tensor) else dim
    for place, part in enumerate(parts):
        if not isinstance(part, Tensor):
            raise TypeError(f"expected Tensor as element {place} in argument 0, but got {type(part).__name__}")
        if part.shape != parts[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(parts[0].shape)} at entry 0 and "
                f"{list(part.shape)} at entry {place}"
            )
    result = joined("stack", [unsqueeze(part, dim) for part in parts], dim)
    return result if out is None else store_into(out, result)


def atleast_1d(*several):
    """Each with at least one dimension."""
    return _each(several, lambda x: x if x.dim() else reshape(x, [1]))


def atleast_2d(*several):
    """Each with at least two dimensions; a vector is a row."""
    return _each(several, lambda x: x if x.dim() > 1 else reshape(x, [1, 1]) if not x.dim() else unsqueeze(x, 0))


def atleast_3d(*several):
    """Each with at least three dimensions; a vector is a row of height 1."""

    def three(x):
        shape = list(x.shape)
        return x if len(shape) > 2 else reshape(x, [[1, 1, 1], [1, *shape, 1], [*shape, 1]][len(shape)])

    return _each(several, three)


def _each(several, function):
    if len(several) == 1:
        if isinstance(several[0], Tensor):
            return function(several[0])
        several = several[0]
    return tuple(function(x) for x in several)


def _check_several(name, tensors):
    if isinstance(tensors, Tensor):
        raise TypeError(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor")


def hstack(tensors, *, out=None):
    """Joins side by side."""
    _check_several("hstack", tensors)
    parts = list(atleast_1d(tuple(tensors)))
    result = joined("hstack", parts, 0 if parts and parts[0].dim() == 1 else 1)
    return result if out is None else store_into(out, result)


def vstack(tensors, *, out=None):
    """Joins one below the other."""
    _check_several("vstack", tensors)
    result = joined("vstack", list(atleast_2d(tuple(tensors))), 0)
    return result if out is None else store_into(out, result)


row_stack = vstack


def dstack(tensors, *, out=None):
    """Joins along the third dimension."""
    _check_several("dstack", tensors)
    result = joined("dstack", list(atleast_3d(tuple(tensors))), 2)
    return result if out is None else store_into(out, result)


def column_stack(tensors, *, out=None):
    """Joins side by side; vectors are columns."""
    _check_several("column_stack", tensors)
    parts = [reshape(x, [x.numel(), 1]) if x.dim() < 2 else x for x in tensors]
    result = joined("column_stack", parts, 1)
    return result if out is None else store_into(out, result)


def block_diag(*tensors):
    """Matrices along the diagonal of a larger one, which is 0 elsewhere."""
    parts = []
    for place, x in enumerate(tensors):
        if x.dim() > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {place} has {x.dim()} "
                "dimensions"
            )
        parts.append(reshape(x, [1, -1]) if x.dim() < 2 else x)
    if not parts:
        from ._creation import empty

        return empty(1, 0)
    width, before, rows = sum(x.shape[1] for x in parts), 0, []
    for x in parts:
        height, own = x.shape
        sides = [x.new_zeros(height, before), x, x.new_zeros(height, width - before - own)]
        rows.append(joined("block_diag", sides, 1))
        before += own
    return joined("block_diag", rows, 0)


def split(tensor, split_size_or_sections, dim=0):
    """Pieces of one size, or of the sizes in a list, along `dim`; views."""
    shape = tensor.shape
    given, dim = dim, whole_dim(dim, len(shape))
    if not shape:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    extent = shape[dim]
    if hasattr(split_size_or_sections, "__index__"):
        size = int(split_size_or_sections)
        if size < 0:
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
        if not size:
            if extent:
                raise RuntimeError(
                    "split_size can only be 0 if dimension size is 0, but got dimension size of "
                    f"{extent}"
                )
            return (sliced(tensor, dim, 0, 0, 1),)
        return tuple(
            [sliced(tensor, dim, at, min(at + size, extent), 1) for at in range(0, extent, size)]
            or [sliced(tensor, dim, 0, 0, 1)]
        )
    return split_with_sizes(tensor, split_size_or_sections, given)


def split_with_sizes(input, split_sizes, dim=0):
    """Pieces of the given sizes along `dim`; views."""
    given, dim = dim, whole_dim(dim, len(input.shape))
    extent = input.shape[dim]
    sections = [int(n) for n in split_sizes]
    if any(n < 0 for n in sections):
        raise RuntimeError(
            f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sections}"
        )
    if sum(sections) != extent:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {extent} (input tensor's size at dimension "
            f"{given}), "
            f"but got split_sizes={sections}"
        )
    pieces, at = [], 0
    for size in sections:
        pieces.append(sliced(input, dim, at, at + size, 1))
        at += size
    return tuple(pieces)


def chunk(input, chunks, dim=0):
    """At most `chunks` pieces along `dim`; views."""
    if not input.shape:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    extent = input.shape[whole_dim(dim, len(input.shape))]
    if not extent:
        return split_with_sizes(input, [0] * chunks, dim)
    return split(input, max(-(-extent // chunks), 1), dim)


def tensor_split(input, indices_or_sections, dim=0):
    """Exactly so many pieces, the first ones larger, or cut at the given places; views."""
    if not input.shape:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    dim = whole_dim(dim, len(input.shape))
    extent = input.shape[dim]
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, int):
        if indices_or_sections <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {indices_or_sections}")
        size, more = divmod(extent, indices_or_sections)
        return split_with_sizes(input, [size + (place < more) for place in range(indices_or_sections)], dim)
    pieces, start = [], 0
    for cut in [*indices_or_sections, extent]:
        first, last, _ = slice(start, int(cut)).indices(extent)
        pieces.append(sliced(input, dim, first, max(first, last), 1))
        start = int(cut)
    return tuple(pieces)


def _splitter(name, least, dim_of):
    def function(input, indices_or_sections):
        rank = input.dim()
        if rank < least:
            raise RuntimeError(
                f"torch.{name} requires a tensor with at least {least} dimension, but got a "
                f"tensor with {rank} dimensions!"
            )
        dim = dim_of(rank)
        if isinstance(indices_or_sections, int) and (
            indices_or_sections <= 0 or input.shape[dim] % indices_or_sections
        ):
            raise RuntimeError(
                f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
                f"{input.shape[dim]} is not divisible by the split_size {indices_or_sections}!"
            )
        return tensor_split(input, indices_or_sections, dim)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "Equal pieces, or pieces cut at the given places; views."
    return function


hsplit = _splitter("hsplit", 1, lambda rank: 0 if rank == 1 else 1)
vsplit = _splitter("vsplit", 2, lambda rank: 0)
dsplit = _splitter("dsplit", 3, lambda rank: 2)


def unbind(input, dim=0):
    """The tensors along `dim`, without it; views."""
    shape = input.shape
    if not shape:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    dim = whole_dim(dim, len(shape))
    return tuple([selected(input, dim, at) for at in range(shape[dim])])


def meshgrid(*tensors, indexing=None):
    """Coordinates of a grid; views."""
    several = tensors
    if len(several) == 1 and isinstance(several[0], (list, tuple)):
        several = several[0]
    if not several:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if any(x.dtype is not several[0].dtype for x in several):
        raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    for x in several:
        if x.dim() > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {x}")
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    if indexing == "xy" and len(several) > 1:
        second, first, *rest = meshgrid(several[1], several[0], *several[2:])
        return (first, second, *rest)
    rank = len(several)
    shape = [x.numel() for x in several]
    return tuple(
        expand(reshape(x, [shape[at] if place == at else 1 for place in range(rank)]), shape)
        for at, x in enumerate(several)
    )
