"""Shapes brought to one, by growing extents of 1."""

from ._dtype import Size
from ._shaping import expand


def expand_as(input, other):
    """Expanded to the shape of `other`."""
    return expand(input, list(other.shape))


def broadcast_to(input, size):
    """As `expand`."""
    return expand(input, size)


def broadcast_shapes(*shapes):
    """The shape that tensors of these shapes broadcast to."""
    result = [1] * max([0, *(1 if isinstance(shape, int) else len(shape) for shape in shapes)])
    for at, shape in enumerate(shapes):
        given = Size([shape] if isinstance(shape, int) else shape)
        shape = [shape] if isinstance(shape, int) else list(shape)
        for place in range(1, len(shape) + 1):
            if shape[-place] < 0:
                raise RuntimeError(
                    f"Trying to create tensor with negative dimension ({shape[-place]}): "
                    f"({shape[-place]})"
                )
            if shape[-place] != 1:
                if result[-place] not in (1, shape[-place]):
                    raise RuntimeError(
                        f"Attempting to broadcast a dimension of length {shape[-place]} at {-place}! Mismatching "
                        "argument "
                        f"at index {at} had {given}; but expected shape should be broadcastable to {result}"
                    )
                result[-place] = shape[-place]
    return Size(result)


def broadcast_tensors(*several):
    """Each expanded to the shape that all broadcast to."""
    if len(several) == 1 and isinstance(several[0], (list, tuple)):
        several = several[0]
    result = ()
    for x in several:
        result = broadcast_pair(result, x.shape)
    return tuple(expand(x, result) for x in several)


def broadcast_pair(a, b):
    """The shape that two shapes broadcast to, or PyTorch's error."""
    rank = max(len(a), len(b))
    a, b = [1] * (rank - len(a)) + list(a), [1] * (rank - len(b)) + list(b)
    for place in range(rank - 1, -1, -1):
        if a[place] != b[place] and a[place] != 1 and b[place] != 1:
            raise RuntimeError(
                f"The size of tensor a ({a[place]}) must match the size of tensor b ({b[place]}) at non-singleton "
                f"dimension {place}"
            )
    return [y if x == 1 else x for x, y in zip(a, b)]
