"""All parameters in one vector."""

import torch

from ..._base import Tensor


def parameters_to_vector(parameters):
    """All parameters in one vector."""
    return torch.cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    """The values of a vector into the parameters."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {torch.typename(vec)}")
    at = 0
    for p in parameters:
        count = p.numel()
        p.data = vec[at : at + count].view_as(p).data
        at += count


__all__ = ["parameters_to_vector", "vector_to_parameters"]
