"""Distances, and the losses that compare: margins, rankings, triplets."""

import torch

from ._activations import logsigmoid
from .losses import reduced


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The norm of the difference along the last dimension."""
    return (x1 - x2 + eps).norm(p, -1, keepdim)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between vectors along `dim`."""
    if x1.shape != x2.shape:
        x1, x2 = torch.broadcast_tensors(x1, x2)
    least = eps * eps
    product = (x1 * x2).sum(dim)
    squares = (x1 * x1).sum(dim).clamp(min=least).sqrt() * (x2 * x2).sum(dim).clamp(min=least).sqrt()
    return product / squares


def pdist(input, p=2.0):
    """The distance of every pair of rows, each pair once."""
    if input.dim() != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.dim()}D")
    count = input.shape[0]
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    if not pairs:
        return torch.zeros(0, dtype=input.dtype)
    first, second = (torch.tensor(column) for column in zip(*pairs))
    return (input[first] - input[second]).norm(p, -1)


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    """The distance of what is alike, the margin less the distance of what is not."""
    far = torch.where(target != 1, (margin - input).clamp(min=0), 0.0)
    near = torch.where(target != -1, input, 0.0)
    return reduced(far + near, reduction, size_average, reduce)


def margin_ranking_loss(input1, input2, target, margin=0.0, size_average=None, reduce=None, reduction="mean"):
    """0 where the order is right by at least `margin`."""
    if input1.dim() != input2.dim() or input1.dim() != target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: "
            f"{input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    return reduced((-target * (input1 - input2) + margin).clamp(min=0), reduction, size_average, reduce)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """The logistic loss of targets 1 and -1."""
    return reduced(torch.log1p(torch.exp(-target * input)), reduction, size_average, reduce)


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Cross entropy of independent yes-or-no logits, its mean over classes."""
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        loss = loss * weight
    return reduced(loss.sum(-1) / input.shape[-1], reduction, size_average, reduce)


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    """What the other classes have too much beside the right one."""
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    single = input.dim() < 2
    x = input.reshape(1, -1) if single else input
    at = target.reshape(-1, 1)
    off = (margin - x.gather(1, at) + x).clamp(min=0)
    if p == 2:
        off = off * off
    if weight is not None:
        off = off * weight[at]
    own = torch.arange(x.shape[1]).reshape(1, -1) == at
    loss = torch.where(own, 0.0, off).sum(1) / x.shape[1]
    return reduced(loss.reshape([]) if single else loss, reduction, size_average, reduce)


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """What the other classes have too much beside each right one; targets end at the first -1."""
    single = input.dim() < 2
    x, labels = (input.reshape(1, -1), target.reshape(1, -1)) if single else (input, target)
    if x.shape != labels.shape:
        raise RuntimeError(f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}")
    ended = (labels < 0).to(torch.int64).cumsum(1) > 0
    at = torch.where(ended, 0, labels)
    named = torch.zeros_like(x.detach()).scatter_add(1, at, (~ended).to(x.dtype)) > 0
    off = (1.0 - x.gather(1, at).unsqueeze(2) + x.unsqueeze(1)).clamp(min=0)
    off = torch.where(ended.unsqueeze(2) | named.unsqueeze(1), 0.0, off)
    loss = off.sum((1, 2)) / x.shape[1]
    return reduced(loss.reshape([]) if single else loss, reduction, size_average, reduce)


def cosine_embedding_loss(input1, input2, target, margin=0.0, size_average=None, reduce=None, reduction="mean"):
    """1 less the cosine of what is alike, the cosine beyond the margin of what is not."""
    if target.dim() not in (0, 1):
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if target.dim() == 1 and input1.dim() != 2 or target.dim() == 0 and input1.dim() != 1:
        shown = f"{target.dim()}D target tensor expects {target.dim() + 1}D input tensors, but found inputs with sizes "
        raise RuntimeError(shown + f"{list(input1.shape)} and {list(input2.shape)}.")
    eps = 1e-12
    squares = ((input1 * input1).sum(-1) + eps) * ((input2 * input2).sum(-1) + eps)
    cosine = (input1 * input2).sum(-1) / squares.sqrt()
    loss = torch.where(target == 1, 1.0 - cosine, 0.0) + torch.where(target == -1, (cosine - margin).clamp(min=0), 0.0)
    return reduced(loss, reduction, size_average, reduce)


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None,
                        reduce=None, reduction="mean"):
    """By how much a positive is not nearer than a negative by the margin."""
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")

    def distance(a, b):
        return pairwise_distance(a, b, p, eps)

    return _triplet(anchor, positive, negative, distance, margin, swap, reduction, size_average, reduce)


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False,
                                      reduction="mean"):
    """`triplet_margin_loss` with a distance of one's own."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D inputs"
        )
    distance = pairwise_distance if distance_function is None else distance_function
    return _triplet(anchor, positive, negative, distance, margin, swap, reduction)


def _triplet(anchor, positive, negative, distance, margin, swap, reduction, size_average=None, reduce=None):
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = torch.minimum(far, distance(positive, negative))
    return reduced((near - far + margin).clamp(min=0), reduction, size_average, reduce)


__all__ = ["cosine_embedding_loss", "cosine_similarity", "hinge_embedding_loss", "margin_ranking_loss",
           "multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss", "pairwise_distance", "pdist",
           "soft_margin_loss", "triplet_margin_loss", "triplet_margin_with_distance_loss"]
