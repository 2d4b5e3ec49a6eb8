"""Rows of tables, and one-hot rows."""

import torch

from .._base import wrap
from .._dtype import int64
from .._host import Err, layers, raised

_embedding = layers.embedding


def _indices(input, name="embedding", argument="argument #1 'indices'"):
    if input._dtype is int64:
        return input
    if input.dtype not in (int64, torch.int32):
        raise RuntimeError(
            f"Expected tensor for {argument} to have one of the following scalar types: Long, Int; but got "
            f"{input.type()} instead (while checking arguments for {name})"
        )
    return input.to(int64)


def rows(weight, index):
    """The rows of `weight` at `index`."""
    try:
        return wrap(_embedding(weight, index), weight._dtype)
    except Err as err:
        if err.value.code == "index":
            raise IndexError("index out of range in self") from None
        raise raised(err) from None


def _whole_padding(padding_idx, weight):
    count = weight.shape[0]
    if padding_idx is None:
        return -1
    if padding_idx > 0:
        assert padding_idx < count, "Padding_idx must be within num_embeddings"
    elif padding_idx < 0:
        assert padding_idx >= -count, "Padding_idx must be within num_embeddings"
        padding_idx += count
    return padding_idx


def _renormalized(weight, index, max_norm, norm_type):
    """In-place: the rows of `weight` that `index` names get at most the norm `max_norm`."""
    with torch.no_grad():
        used = torch.zeros(weight.shape[0], dtype=weight.dtype).index_add(
            0, index.reshape(-1), torch.ones(index.numel(), dtype=weight.dtype)) > 0
        norms = weight.detach().norm(norm_type, 1)
        scale = torch.where(used & (norms > max_norm), max_norm / (norms + 1e-7), 1.0)
        weight.copy_(weight * scale.unsqueeze(1))


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """Rows of `weight` at `input`. The row `padding_idx` gets no gradient."""
    input = _indices(input)
    if padding_idx is None and max_norm is None and not scale_grad_by_freq:
        if weight.dim() != 2:
            raise RuntimeError("'weight' must be 2-D")
        return rows(weight, input)
    padding_idx = _whole_padding(padding_idx, weight)
    if max_norm is not None:
        _renormalized(weight, input, max_norm, norm_type)
    result = rows(weight, input)
    if scale_grad_by_freq:
        flat = input.reshape(-1)
        counts = torch.zeros(weight.shape[0], dtype=weight.dtype).index_add(
            0, flat, torch.ones(flat.numel(), dtype=weight.dtype))
        scale = 1.0 / counts[flat].reshape(*input.shape, 1)
        # The value of the row, the gradient divided by how often the row is used.
        result = result * scale + (result * (1.0 - scale)).detach()
    if padding_idx >= 0:
        result = torch.where((input == padding_idx).unsqueeze(-1), result.detach(), result)
    return result


def embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean",
                  sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None):
    """Sums, means or maxima of bags of rows of `weight`."""
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if per_sample_weights is not None:
        if mode != "sum":
            raise NotImplementedError("embedding_bag: per_sample_weights was not None. per_sample_weights is only "
                                      f"supported for mode='sum' (got mode='{mode}'). Please open a feature request on "
                                      "GitHub.")
        if per_sample_weights.shape != input.shape:
            raise ValueError(f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it "
                             f"must have the same shape as the input ({input.shape})")
    input = _indices(input, "embedding_bag")
    if input.dim() == 2:
        if offsets is not None:
            raise ValueError("if input is 2D, then offsets has to be None, as input is treated is a mini-batch of "
                             "fixed length sequences. However, found offsets of type " + str(type(offsets)))
        count, width = input.shape
        owners = torch.arange(count).repeat_interleave(width)
        input = input.reshape(-1)
        per_sample_weights = None if per_sample_weights is None else per_sample_weights.reshape(-1)
    elif input.dim() == 1:
        if offsets is None:
            raise ValueError("offsets has to be a 1D Tensor but got None")
        if offsets.dim() != 1:
            raise ValueError("offsets has to be a 1D Tensor")
        owners, count = _owners(offsets.tolist(), input.numel(), include_last_offset)
    else:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}")
    if max_norm is not None:
        _renormalized(weight, input, max_norm, norm_type)
    found = embedding(input, weight, padding_idx, None, 2.0, scale_grad_by_freq)
    kept = None if padding_idx is None else input != _whole_padding(padding_idx, weight)
    return _bags(found, owners, count, mode, per_sample_weights, kept)


def _owners(offsets, total, include_last_offset):
    """To which bag each index belongs."""
    if offsets and offsets[0] != 0:
        raise RuntimeError("offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from "
                           f"position 0. However, got {offsets[0]}")
    if offsets and offsets[-1] > total:
        raise RuntimeError(f"offsets[-1] can not be greater than input's length({total}) but got offsets[-1] of "
                           f"{offsets[-1]}")
    if include_last_offset:
        offsets = offsets[:-1]
    ends = offsets[1:] + [total]
    owners = [bag for bag, (a, b) in enumerate(zip(offsets, ends)) for _ in range(a, b)]
    return torch.tensor(owners, dtype=torch.int64), len(offsets)


def _bags(found, owners, count, mode, weights, kept):
    width, kind = found.shape[-1], found.dtype
    if weights is not None:
        found = found * weights.unsqueeze(-1)
    if mode == "max":
        return _largest(found, owners, count, kept)
    if kept is not None:
        found = torch.where(kept.unsqueeze(-1), found, 0.0)
    total = torch.zeros(count, width, dtype=kind).index_add(0, owners, found)
    if mode == "sum":
        return total
    ones = torch.ones(owners.numel(), dtype=kind) if kept is None else kept.to(kind)
    counts = torch.zeros(count, dtype=kind).index_add(0, owners, ones)
    return total / counts.clamp(min=1.0).unsqueeze(-1)


def _largest(found, owners, count, kept):
    """The largest of each bag; 0 where a bag is empty."""
    width = found.shape[-1]
    results = []
    of = owners.tolist()
    keeps = [True] * len(of) if kept is None else kept.tolist()
    for bag in range(count):
        at = [place for place, owner in enumerate(of) if owner == bag and keeps[place]]
        if not at:
            results.append(torch.zeros(width, dtype=found.dtype))
        else:
            results.append(found[torch.tensor(at)].max(0).values)
    return torch.stack(results) if results else torch.zeros(0, width, dtype=found.dtype)


def one_hot(tensor, num_classes=-1):
    """1 at each class, 0 elsewhere: int64."""
    if tensor.dtype is not int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if tensor.numel() == 0:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        return torch.zeros(*tensor.shape, num_classes, dtype=int64)
    top = int(tensor.max().item())
    if int(tensor.min().item()) < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = top + 1
    elif num_classes < 1:
        raise RuntimeError("num_classes should be positive")
    elif top >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return (tensor.unsqueeze(-1) == torch.arange(num_classes)).to(int64)


__all__ = ["embedding", "embedding_bag", "one_hot"]
