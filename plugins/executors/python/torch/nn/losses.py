"""Losses of classes and of numbers, as functions."""

import math
import warnings

import torch

from .._base import Tensor
from .._dtype import int64
from .._host import Err, layers, raised
from ._activations import logsigmoid

_cross_entropy = layers.cross_entropy


def reduced(loss, reduction, size_average=None, reduce=None):
    """The mean, the sum, or each loss."""
    if size_average is not None or reduce is not None:
        reduction = legacy(size_average, reduce)
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(f"{reduction} is not a valid value for reduction")


def legacy(size_average, reduce):
    """What the two old arguments mean."""
    result = "none" if reduce is False else "sum" if size_average is False else "mean"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{result}' instead.", stacklevel=4
    )
    return result


def _rows(target):
    return target.shape[0] if target.shape else 1


def _refuse_shapes(input, target, expected):
    if input.dim() > 2 and input.shape[0] == _rows(target):
        raise RuntimeError(f"Expected target size {list(expected)}, got {list(target.shape)}")
    if input.dim() == 2 and target.dim() > 1 or input.dim() == 1 and target.dim():
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    raise ValueError(f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({_rows(target)}).")


def _refuse_target(input, target, dim, ignore_index):
    classes = input.shape[dim]
    for label in target.reshape(-1).tolist():
        if label != ignore_index and not 0 <= label < classes:
            raise IndexError(f"Target {label} is out of bounds.")


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                  label_smoothing=0.0):
    """The cross entropy between logits and classes, or probabilities of classes."""
    shape = input.shape
    if size_average is not None or reduce is not None:
        reduction = legacy(size_average, reduce)
    if target._dtype is int64 and weight is None and label_smoothing == 0.0 and reduction == "mean" and len(shape) == 2:
        if target.shape != shape[:1]:
            _refuse_shapes(input, target, shape[:1])
        try:
            result = _cross_entropy(input, target, ignore_index)
        except Err as err:
            if err.value.code == "index":
                _refuse_target(input, target, 1, ignore_index)
            raise raised(err) from None
        result.__class__ = Tensor
        result._dtype = input._dtype
        result._made = "NllLossBackward0"
        return result
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    # Classes are the second dimension of more than one.
    dim = 0 if len(shape) == 1 else 1
    if target.shape == shape and target.dtype.is_floating_point:
        return _of_probabilities(torch.log_softmax(input, dim), target, weight, dim, reduction, label_smoothing)
    if target.dtype is not int64 and target.dtype is not torch.uint8:
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {_title(target.dtype)}")
    if (weight is None and label_smoothing == 0.0 and reduction == "mean" and len(shape) > 2
            and target.shape == shape[:1] + shape[2:]):
        flat = input.movedim(1, -1).reshape(-1, shape[1])
        return cross_entropy(flat, target.reshape(-1).to(int64), ignore_index=ignore_index)
    logs = torch.log_softmax(input, dim)
    exact = nll_loss(logs, target, weight, ignore_index=ignore_index, reduction=reduction)
    if label_smoothing == 0.0:
        return exact
    smooth = _spread(logs, target, weight, dim, ignore_index, reduction)
    return exact * (1.0 - label_smoothing) + smooth * (label_smoothing / shape[dim])


def _title(kind):
    return {"float32": "Float", "float64": "Double", "float16": "Half", "bfloat16": "BFloat16", "int32": "Int",
            "int16": "Short", "int8": "Char", "bool": "Bool"}.get(kind.name, kind.name)


def _spread(logs, target, weight, dim, ignore_index, reduction):
    """The loss against all classes alike."""
    if weight is not None:
        logs = logs * weight.reshape([-1] + [1] * (logs.dim() - dim - 1))
    keep = target != ignore_index
    loss = torch.where(keep, -logs.sum(dim), 0.0)
    if reduction != "mean":
        return reduced(loss, reduction)
    if weight is None:
        return loss.sum() / keep.sum()
    scale = weight[torch.where(keep, target, 0)] * keep.to(weight.dtype)
    return loss.sum() / scale.sum()


def _of_probabilities(logs, target, weight, dim, reduction, label_smoothing):
    classes = logs.shape[dim]
    if label_smoothing > 0.0:
        target = target * (1.0 - label_smoothing) + label_smoothing / classes
    terms = logs * target
    if weight is not None:
        terms = terms * weight.reshape([-1] + [1] * (logs.dim() - dim - 1))
    loss = -terms.sum(dim)
    if reduction == "mean":
        return loss.sum() / (logs.numel() / classes)
    return reduced(loss, reduction)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    """The negative of the log-probability at each target."""
    if size_average is not None or reduce is not None:
        reduction = legacy(size_average, reduce)
    if input.dim() == 0:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    dim = 0 if input.dim() == 1 else 1
    expected = input.shape[:dim] + input.shape[dim + 1 :]
    if target.shape != expected:
        _refuse_shapes(input, target, expected)
    if weight is not None and weight.numel() != input.shape[dim]:
        raise RuntimeError(f"weight tensor should be defined either for all {input.shape[dim]} classes or no classes "
                           f"but got weight tensor of shape: {list(weight.shape)}")
    if target.dtype is not int64 and target.dtype is not torch.uint8:
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {_title(target.dtype)}")
    target = target.to(int64)
    keep = target != ignore_index
    at = torch.where(keep, target, 0)
    try:
        picked = -input.gather(dim, at.unsqueeze(dim)).squeeze(dim)
    except (IndexError, RuntimeError):
        _refuse_target(input, target, dim, ignore_index)
        raise
    scale = keep.to(input.dtype) if weight is None else weight[at] * keep.to(input.dtype)
    loss = torch.where(keep, picked, 0.0) * scale
    if reduction == "mean":
        return loss.sum() / scale.sum()
    return reduced(loss, reduction)


def _same_shape(input, target):
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=4,
        )


def _weighted(loss, weight, reduction):
    """With a weight for each element, whose sum then divides the mean."""
    if weight is None:
        return reduced(loss, reduction)
    if weight.shape != loss.shape:
        raise ValueError("Weights and input must have the same size.")
    loss = loss * weight
    return loss.sum() / weight.sum() if reduction == "mean" else reduced(loss, reduction)


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """The squared difference."""
    _same_shape(input, target)
    if size_average is not None or reduce is not None:
        reduction = legacy(size_average, reduce)
    return _weighted(torch.square(input - target), weight, reduction)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """The absolute difference."""
    _same_shape(input, target)
    if size_average is not None or reduce is not None:
        reduction = legacy(size_average, reduce)
    return _weighted(torch.abs(input - target), weight, reduction)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """Squared where near, absolute where far."""
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    _same_shape(input, target)
    off = torch.abs(input - target)
    if beta == 0.0:
        return reduced(off, reduction, size_average, reduce)
    return reduced(torch.where(off < beta, off * off * (0.5 / beta), off - 0.5 * beta), reduction, size_average, reduce)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """Squared where near, absolute (times `delta`) where far."""
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    _same_shape(input, target)
    off = torch.abs(input - target)
    return _weighted(torch.where(off <= delta, off * off * 0.5, (off - 0.5 * delta) * delta), weight, reduction)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Cross entropy of independent yes-or-no probabilities; a logarithm is at least -100."""
    if target.shape != input.shape:
        raise ValueError(f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is "
                         "deprecated. Please ensure they have the same size.")
    low, high = (input.min().item(), input.max().item()) if input.numel() else (0.5, 0.5)
    if not (low >= 0.0 and high <= 1.0):
        raise RuntimeError("all elements of input should be between 0 and 1")
    if low > 0.0 and high < 1.0:
        loss = _between(input, target)
    else:
        loss = _at_edges(input, target)
    if weight is not None:
        loss = loss * weight
    return reduced(loss, reduction, size_average, reduce)


def _between(input, target):
    yes, no = torch.log(input).clamp(min=-100.0), torch.log1p(-input).clamp(min=-100.0)
    return (target - 1.0) * no - target * yes


def _at_edges(input, target):
    """Where a probability is 0 or 1 the gradient is PyTorch's: bounded."""
    edge = (input <= 0.0) | (input >= 1.0)
    x = input.detach()
    value = _between(x, target.detach())
    slope = (x - target.detach()) / (x * (1.0 - x)).clamp(min=1e-12)
    return torch.where(edge, value + slope * (input - x), _between(torch.where(edge, 0.5, input), target))


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean",
                                     pos_weight=None):
    """Cross entropy of independent yes-or-no logits."""
    if target.shape != input.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    logs = logsigmoid(input)
    if pos_weight is None:
        loss = (1.0 - target) * input - logs
    else:
        loss = (1.0 - target) * input - ((pos_weight - 1.0) * target + 1.0) * logs
    if weight is not None:
        loss = loss * weight
    return reduced(loss, reduction, size_average, reduce)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """The divergence of `target` from the log-probabilities `input`."""
    if size_average is not None or reduce is not None:
        reduction = legacy(size_average, reduce)
    elif reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides "
            "only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the "
            "same as 'batchmean' in the next major release.", stacklevel=2,
        )
    if log_target:
        loss = torch.exp(target) * (target - input)
    else:
        zero = target == 0
        safe = torch.where(zero, 1.0, target)
        loss = torch.where(zero, target * 0.0, target * safe.log()) - target * input
    if reduction == "batchmean":
        return loss.sum() / (input.shape[0] if input.dim() else 1)
    return reduced(loss, reduction)


def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None,
                     reduction="mean"):
    """The negative log-likelihood of counts."""
    loss = torch.exp(input) - target * input if log_input else input - target * torch.log(input + eps)
    if full:
        many = target > 1
        safe = torch.where(many, target, 1.0)
        loss = loss + torch.where(many, safe * safe.log() - safe + 0.5 * torch.log(2 * math.pi * safe), 0.0)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduced(loss, reduction, size_average, reduce)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """The negative log-likelihood of numbers whose mean and variance are given."""
    if not isinstance(var, Tensor):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = torch.full_like(input, var)
    elif bool((var < 0).any()):
        raise ValueError("var has negative entry/entries")
    if var.shape != input.shape:
        if input.shape[:-1] == var.shape:
            var = var.unsqueeze(-1)
        elif not (input.shape[:-1] == var.shape[:-1] and var.shape[-1] == 1) and not _one_differs(input, var):
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not valid")
    # Bounded below without the bound showing in the gradient.
    var = var + (var.detach().clamp(min=eps) - var.detach())
    loss = 0.5 * (torch.log(var) + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return reduced(loss, reduction)


def _one_differs(input, var):
    return input.dim() == var.dim() and sum(b == 1 and a != 1 for a, b in zip(input.shape, var.shape)) == 1 and all(
        a == b or b == 1 for a, b in zip(input.shape, var.shape))


__all__ = ["binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "gaussian_nll_loss",
           "huber_loss", "kl_div", "l1_loss", "mse_loss", "nll_loss", "poisson_nll_loss", "smooth_l1_loss"]
