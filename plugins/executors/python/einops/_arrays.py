"""What patterns are applied to: tensors, arrays, and lists of them."""

import numpy
import torch


def as_tensor(value):
    """The tensor of an array or of a list of tensors, and what turns a result into the same kind."""
    if isinstance(value, list):
        if not value:
            raise TypeError("Einops can't be applied to an empty list")
        parts = [as_tensor(part) for part in value]
        return torch.stack([part for part, _ in parts]), parts[0][1]
    if isinstance(value, torch.Tensor):
        return value, _same
    if isinstance(value, numpy.ndarray):
        kind = value.dtype
        return value._t, lambda tensor: _array(tensor, kind)
    raise RuntimeError(f"Tensor type unknown to einops {type(value)}")


def _same(tensor):
    return tensor


def _array(tensor, kind):
    from numpy._ndarray import wrapped

    return wrapped(tensor, kind if tensor.dtype is kind.held else None)
