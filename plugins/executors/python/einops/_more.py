"""`einsum` with long names, `pack`, `unpack`, `parse_shape`, `asnumpy`."""

import math
import string

import torch

from ._arrays import as_tensor
from ._pattern import ELLIPSIS, EinopsError, side


def einsum(*tensors_and_pattern):
    """Sums of products; axes have names of any length."""
    *arrays, pattern = tensors_and_pattern
    if not isinstance(pattern, str):
        raise ValueError("The last argument passed to `einops.einsum` must be a string, representing the einsum "
                         "pattern.")
    if not arrays:
        raise ValueError("`einops.einsum` takes at minimum two arguments: the tensors (at least one), followed by the "
                         "pattern.")
    if "->" not in pattern:
        raise ValueError("Einsum pattern must contain '->'.")
    letters = {}

    def letter(name):
        if name not in letters:
            if len(letters) >= len(string.ascii_letters):
                raise RuntimeError("Too many axes in einsum.")
            letters[name] = string.ascii_letters[len(letters)]
        return letters[name]

    def written(text):
        parts = []
        for group in side(text, underscores=True).groups:
            if len(group) != 1:
                raise NotImplementedError("Anonymous axes are not yet supported in einsum." if not group else
                                          "Shape rearrangement is not yet supported in einsum.")
            if group[0].startswith("#"):
                raise NotImplementedError("Anonymous axes are not yet supported in einsum.")
            parts.append("..." if group[0] == ELLIPSIS else letter(group[0]))
        return "".join(parts)

    left, right = pattern.split("->")
    operands = left.split(",")
    if len(operands) != len(arrays):
        raise EinopsError(f"Number of inputs in pattern ({len(operands)}) does not match tensors ({len(arrays)})")
    equation = ",".join(map(written, operands)) + "->" + written(right)
    pairs = [as_tensor(array) for array in arrays]
    return pairs[0][1](torch.einsum(equation, *[tensor for tensor, _ in pairs]))


def _star(pattern, name):
    """Which axes stand before and behind the star."""
    axes = pattern.split()
    if len(set(axes)) != len(axes):
        raise EinopsError(f'Duplicates in axes names in {name}(..., "{pattern}")')
    if axes.count("*") != 1:
        raise EinopsError(f'No *-axis in {name}(..., "{pattern}")')
    for axis in axes:
        if axis != "*" and not axis.isidentifier():
            raise EinopsError(f"Invalid axis name {axis} in {name}(..., \"{pattern}\")")
    place = axes.index("*")
    return axes, place, len(axes) - place - 1


def pack(tensors, pattern):
    """Joins tensors along the star, and gives the shapes they had there."""
    _, before, after = _star(pattern, "pack")
    flat, shapes, back = [], [], None
    for place, value in enumerate(tensors):
        tensor, restore = as_tensor(value)
        back = back or restore
        shape = tensor.shape if value is tensor else tuple(tensor.shape)
        if len(shape) < before + after:
            raise EinopsError(
                f"packed tensor #{place} (enumeration starts with 0) has shape {shape}, while pattern {pattern} "
                f"assumes at "
                f"least {before + after} axes")
        inner = shape[before : len(shape) - after]
        shapes.append(inner)
        flat.append(tensor.reshape([*shape[:before], math.prod(inner), *shape[len(shape) - after :]]))
    return back(torch.cat(flat, before)), shapes


def unpack(tensor, packed_shapes, pattern):
    """The tensors that were joined along the star."""
    axes, before, after = _star(pattern, "unpack")
    tensor, back = as_tensor(tensor)
    if tensor.dim() != before + 1 + after:
        raise EinopsError(f"unpack(..., {pattern}) received input of wrong dim with shape {tuple(tensor.shape)}")
    extent, shape = tensor.shape[before], list(tensor.shape)
    sizes = [-1 if -1 in inner else math.prod(inner) for inner in packed_shapes]
    if sizes.count(-1) > 1:
        raise EinopsError(
            f"unpack(..., {pattern}) received more than one -1 in {packed_shapes} and can't infer dimensions")
    if -1 in sizes:
        sizes[sizes.index(-1)] = extent - sum(size for size in sizes if size != -1)
    if sum(sizes) != extent or any(size < 0 for size in sizes):
        raise EinopsError(f'Error during unpack(..., "{pattern}"): could not split axis of size {extent} into '
                          f'requested '
                          f"{packed_shapes}")
    parts = torch.split(tensor, sizes, before)
    return [back(part.reshape([*shape[:before], *inner, *shape[before + 1 :]]))
                 for part, inner in zip(parts, packed_shapes)]


def parse_shape(x, pattern):
    """The extents of the named axes."""
    shape = tuple(x.shape)
    read = side(pattern, underscores=True)
    if any(len(group) > 1 for group in read.groups):
        raise RuntimeError(f"Can't parse shape with composite axes: {pattern} {shape}")
    groups = list(read.groups)
    if read.has_ellipsis:
        at = groups.index((ELLIPSIS,))
        if len(shape) < len(groups) - 1:
            raise RuntimeError(f"Can't parse shape with this number of dimensions: {pattern} {shape}")
        groups[at : at + 1] = [("_",)] * (len(shape) - len(groups) + 1)
    elif len(shape) != len(groups):
        raise RuntimeError(f"Can't parse shape with different number of dimensions: {pattern} {shape}")
    found = {}
    for group, extent in zip(groups, shape):
        name = group[0] if group else None
        if name is None or name.startswith("#"):
            wanted = 1 if name is None else read.anonymous[name]
            if extent != wanted:
                raise RuntimeError(f"Length of anonymous axis does not match: {pattern} {shape}")
        elif name != "_":
            found[name] = extent
    return found


def asnumpy(tensor):
    """The array of a tensor."""
    x, _ = as_tensor(tensor)
    return x.detach().numpy() if isinstance(tensor, torch.Tensor) else tensor
