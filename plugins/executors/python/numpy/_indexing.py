"""`a[...]` and `a[...] = b`: NumPy's rules over the tensors' own indexing."""

import ast
import operator
import re

import torch
from torch._base import wrap
from torch._host import host, tensors
from torch._numbers import integers
from torch._views import note_view

from ._making import asarray
from ._ndarray import ndarray, stored, whole_axes, wrapped
from ._scalars import bool_, generic, scalar


class Reverse:
    """The elements along `dim` from the last to the first."""

    __slots__ = ("dim",)
    writable = True

    def __init__(self, dim):
        self.dim = dim

    def forward(self, base):
        extent = tensors.Tensor.shape(base)[self.dim]
        return tensors.index_select(base, integers(range(extent - 1, -1, -1)), self.dim)

    def back(self, base, value):
        return self.forward(value)

    def layout(self, shape, strides, offset):
        strides, dim = list(strides), self.dim
        offset += strides[dim] * max(shape[dim] - 1, 0)
        strides[dim] = -strides[dim]
        return shape, strides, offset


def reversed_view(tensor, dim):
    """A view of `tensor` with one dimension the other way round."""
    step = Reverse(dim)
    return note_view(wrap(host(step.forward, tensor), tensor._dtype), tensor, step)


def flip(m, axis=None):
    """The elements along `axis`, or all axes, in reversed order: a view."""
    m = asarray(m)
    tensor = m._t
    for dim in whole_axes(axis, m.ndim):
        tensor = reversed_view(tensor, dim)
    return wrapped(tensor, m._d)


def _part(part):
    """One part of an index as the tensors take it."""
    kind = part.__class__
    if kind is int or kind is slice or part is None or part is Ellipsis or kind is bool:
        return part
    if kind is bool_:
        return bool(part)
    if isinstance(part, generic) and hasattr(part, "__index__"):
        return operator.index(part)
    if isinstance(part, (ndarray, list, tuple, range, torch.Tensor)):
        array = asarray(part)
        if not array.size and not isinstance(part, ndarray):
            return array._t.to(torch.int64)
        if array._d.kind == "b":
            return array._t if array.ndim else bool(array)
        if array._d.kind not in "iu":
            raise IndexError("arrays used as indices must be of integer (or boolean) type")
        if not array.ndim and not isinstance(part, list):
            return int(array)
        return array._t.to(torch.int64)
    if hasattr(part, "__index__"):
        return operator.index(part)
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid "
        "indices"
    )


def _used(part):
    if part is None or part is Ellipsis or part.__class__ is bool:
        return 0
    return len(part.shape) if isinstance(part, torch.Tensor) and part.dtype is torch.bool else 1


def _forwards(tensor, dim, part):
    """What a slice with a negative step chooses, as a view in its own order."""
    start, stop, step = part.indices(tensor.shape[dim])
    count = len(range(start, stop, step))
    last = start + (count - 1) * step
    chosen = slice(last, start + 1, -step) if count else slice(0, 0)
    return reversed_view(tensor[(slice(None),) * dim + (chosen,)], dim)


def _prepared(tensor, key):
    """The tensor and the parts of an index on it, without negative steps and with every axis named."""
    parts = [_part(part) for part in (key if key.__class__ is tuple else (key,))]
    used = sum(map(_used, parts))
    rank = len(tensor.shape)
    if used > rank:
        raise IndexError(f"too many indices for array: array is {rank}-dimensional, but {used} were indexed")
    if parts.count(Ellipsis) > 1 if not any(isinstance(p, torch.Tensor) for p in parts) else False:
        raise IndexError("an index can only have a single ellipsis ('...')")
    dim, mixed = 0, any(isinstance(part, torch.Tensor) or part.__class__ is bool for part in parts)
    for place, part in enumerate(parts):
        if part.__class__ is slice:
            part = parts[place] = slice(*(None if at is None else operator.index(at)
                                          for at in (part.start, part.stop, part.step)))
            if part.step is not None and part.step < 0:
                tensor = _forwards(tensor, dim, part)
                parts[place] = slice(None)
            elif part.step == 0:
                raise ValueError("slice step cannot be zero")
        elif part.__class__ is int:
            extent = tensor.shape[dim]
            if not -extent <= part < extent:
                raise IndexError(f"index {part} is out of bounds for axis {dim} with size {extent}")
            if mixed:
                # Beside arrays a number is an array too: it takes part in where the result's dimensions go.
                parts[place] = torch.tensor([part % extent])
        dim += rank - used if part is Ellipsis else _used(part)
    return tensor, parts, mixed


def _apply(tensor, parts):
    try:
        return tensor[tuple(parts)]
    except IndexError as error:
        raise IndexError(_in_numpys_words(str(error))) from None


def _in_numpys_words(message):
    if message.startswith("The shape of the mask"):
        mask, at, own, dim = re.findall(r"\[.*?\]|\d+", message)
        mask, own, at, dim = ast.literal_eval(mask), ast.literal_eval(own), int(at), int(dim)
        return (f"boolean index did not match indexed array along axis {dim}; size of axis is {own[dim]} but size of "
                f"corresponding boolean axis is {mask[at]}")
    return message.replace("for dimension", "for axis").replace("indexing tensors", "indexing arrays")


def getitem(self, key):
    """`self[key]`: a view for slices and numbers, a copy for arrays; a scalar for one element."""
    tensor = self._t
    if key.__class__ is int and len(tensor.shape) == 1:
        extent = tensor.shape[0]
        if not -extent <= key < extent:
            raise IndexError(f"index {key} is out of bounds for axis 0 with size {extent}")
        return scalar(tensor[key].item(), self._d)
    if key.__class__ is str:
        raise IndexError("only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean "
                         "arrays are valid indices")
    tensor, parts, mixed = _prepared(tensor, key)
    chosen = _apply(tensor, parts) if parts else tensor
    if not chosen.shape and not mixed and Ellipsis not in parts:
        return scalar(chosen.item(), self._d)
    return wrapped(chosen, self._d)


def setitem(self, key, value):
    """`self[key] = value`."""
    if isinstance(value, (ndarray, list, tuple, range, torch.Tensor)):
        value = asarray(value)
        if value._d is not self._d and value._d.kind == "f" and self._d.kind in "iu":
            value = wrapped(value._t.trunc(), value._d)
        value = stored(value._t, self._d)
    else:
        value = stored(asarray(value)._t, self._d) if value.__class__ is not int else asarray(value, self._d)._t
    tensor, parts, mixed = _prepared(self._t, key)
    single = len(parts) == 1 and isinstance(parts[0], torch.Tensor) and parts[0].dtype is torch.bool
    try:
        if single and value.numel() == 1 and parts[0].shape == tensor.shape:
            tensor[parts[0]] = value.reshape([])
        elif single and value.dim() and value.numel() != 1:
            _assign_masked(tensor, parts[0], value)
        else:
            tensor[tuple(parts)] = value
    except IndexError as error:
        raise IndexError(_in_numpys_words(str(error))) from None
    except RuntimeError as error:
        if "expanded size" in str(error) or "shape mismatch" in str(error) or "number of sizes" in str(error):
            target = tuple(tensor[tuple(parts)].shape)
            raise ValueError(
                f"could not broadcast input array from shape {tuple(value.shape)} into shape {target}".replace(" ", "")
                .replace("couldnotbroadcastinputarrayfromshape", "could not broadcast input array from shape ")
                .replace("intoshape", " into shape ")) from None
        raise


def _assign_masked(tensor, mask, value):
    count = int(mask.sum())
    if value.dim() == 1 and mask.dim() == tensor.dim() and value.numel() != count:
        raise ValueError(f"NumPy boolean array indexing assignment cannot assign {value.numel()} input values to the "
                         f"{count} output values where the mask is true")
    tensor[mask] = value


ndarray.__getitem__ = getitem
ndarray.__setitem__ = setitem
