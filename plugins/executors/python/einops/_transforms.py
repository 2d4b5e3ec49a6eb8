"""`rearrange`, `reduce` and `repeat`: a reshape, a reduction, a permutation, an expansion and a reshape."""

import math

import torch

from ._arrays import as_tensor
from ._pattern import ELLIPSIS, EinopsError, check, sides

_REDUCTIONS = ("min", "max", "sum", "mean", "prod", "any", "all")


def _spread(groups, rank):
    """The groups of a left side with the ellipsis as axes of their own, which are called by their number; and these."""
    known = sum(ELLIPSIS not in group for group in groups)
    extra = rank - known
    if extra < 0 or not any(ELLIPSIS in group for group in groups) and extra:
        wanted = f"at least {known}" if any(ELLIPSIS in group for group in groups) else str(known)
        raise EinopsError(f"Wrong shape: expected {wanted} dims. Received {rank}-dim tensor.")
    names = [f"{ELLIPSIS}{place}" for place in range(extra)]
    made = []
    for group in groups:
        if group == (ELLIPSIS,):
            made += [(name,) for name in names]
        else:
            made.append(group)
    return made, names


def _sizes(groups, shape, given):
    """The extent of every axis of the left side."""
    found = dict(given)
    for group, extent in zip(groups, shape):
        unknown = [name for name in group if name not in found]
        known = math.prod(found[name] for name in group if name in found)
        if len(unknown) > 1:
            raise EinopsError(f"Could not infer sizes for {set(unknown)}")
        if not unknown:
            if known != extent:
                raise EinopsError(f"Shape mismatch, {extent} != {known}")
        elif not known or extent % known:
            raise EinopsError(f"Shape mismatch, can't divide axis of length {extent} in chunks of {known}")
        else:
            found[unknown[0]] = extent // known
    return found


def _reduced(x, operation, dims):
    if not dims:
        return x
    if callable(operation):
        return operation(x, tuple(dims))
    if operation == "mean" and not (x.is_floating_point() or x.is_complex()):
        raise NotImplementedError("reduce_mean is not available for non-floating tensors")
    if operation in ("sum", "mean"):
        return getattr(x, operation)(dims)
    if operation in ("min", "max"):
        return getattr(x, "a" + operation)(dims)
    for dim in sorted(dims, reverse=True):
        x = getattr(x, operation)(dim)
    return x


def _right_groups(groups, names, joined):
    """The right side with the ellipsis spelt out: its axes, or one axis where it stands in brackets."""
    made = []
    for group in groups:
        if group == (ELLIPSIS,) and not joined:
            made += [(name,) for name in names]
        else:
            made.append(tuple(inner for name in group for inner in (names if name == ELLIPSIS else [name])))
    return made


def transformed(x, pattern, operation, sizes):
    """The tensor `x` by a pattern."""
    left, right = sides(pattern)
    check(pattern, left, right, operation, sizes)
    for name, size in sizes.items():
        if not hasattr(size, "__index__"):
            raise EinopsError(f"Length of axis {name} must be an integer, got {size!r}")
    groups, extra = _spread(left.groups, x.dim())
    used = {name for group in groups for name in group}
    known = {name: int(size) for name, size in sizes.items() if name in used} | left.anonymous
    found = _sizes(groups, x.shape, known)
    order = [name for group in groups for name in group]
    x = x.reshape([found[name] for name in order])
    after = _right_groups(right.groups, extra, right.ellipsis_in_group)
    wanted = [name for group in after for name in group]
    if operation not in ("rearrange", "repeat"):
        x = _reduced(x, operation, [place for place, name in enumerate(order) if name not in wanted])
        order = [name for name in order if name in wanted]
    kept = [name for name in wanted if name in found and name in order]
    x = x.permute([order.index(name) for name in kept]) if order else x
    if operation == "repeat":
        x, found = _repeated(x, wanted, kept, found, sizes, right.anonymous)
    return x.reshape([math.prod(found[name] for name in group) for group in after])


def _repeated(x, wanted, kept, found, sizes, anonymous):
    """`x` with new axes, along which it is repeated."""
    found = found | {name: int(size) for name, size in sizes.items() if name not in found} | anonymous
    for place, name in enumerate(wanted):
        if name not in kept:
            x = x.unsqueeze(place)
    return x.expand([found[name] for name in wanted]), found


def _explained(error, operation, pattern, x, sizes):
    shape = f"\n Input tensor shape: {tuple(x.shape)}. " if isinstance(x, torch.Tensor) else "\n Input is list. "
    return EinopsError(
        f' Error while processing {operation}-reduction pattern "{pattern}".{shape}Additional info: {sizes}.\n {error}')


def reduce(tensor, pattern, reduction, **axes_lengths):
    """Reorders axes, and joins the elements along those that are only on the left side by `reduction`."""
    if not callable(reduction) and reduction not in (*_REDUCTIONS, "rearrange", "repeat"):
        raise EinopsError(f"Unknown reduction {reduction}. Expect one of {_REDUCTIONS}.")
    x, back = as_tensor(tensor)
    try:
        return back(transformed(x, pattern, reduction, axes_lengths))
    except EinopsError as error:
        raise _explained(error, reduction, pattern, x, axes_lengths) from None


def rearrange(tensor, pattern, **axes_lengths):
    """Reorders, splits and joins axes."""
    return reduce(tensor, pattern, "rearrange", **axes_lengths)


def repeat(tensor, pattern, **axes_lengths):
    """Reorders axes, and repeats the elements along new ones."""
    return reduce(tensor, pattern, "repeat", **axes_lengths)
