"""Lists of tensors as one flat tensor, and back: `torch._utils`'s names for it."""

from ._joining import cat
from ._shaping import reshape


def _flatten_dense_tensors(tensors):
    """All elements, one tensor after another."""
    return cat([reshape(x.contiguous(), [x.numel()]) for x in tensors])


def _unflatten_dense_tensors(flat, tensors):
    """The parts of `flat` in the shapes of `tensors`."""
    parts, start = [], 0
    for x in tensors:
        parts.append(reshape(flat[start:start + x.numel()], list(x.shape)))
        start += x.numel()
    return tuple(parts)


def _take_tensors(tensors, size_limit):
    """Groups of tensors of one type with no more than `size_limit` bytes each, in order."""
    groups = {}
    for x in tensors:
        group, bytes_ = groups.setdefault(x.dtype, ([], 0))
        if group and bytes_ + x.numel() * x.element_size() > size_limit:
            yield group
            group, bytes_ = [], 0
        group.append(x)
        groups[x.dtype] = (group, bytes_ + x.numel() * x.element_size())
    for group, _ in groups.values():
        if group:
            yield group
