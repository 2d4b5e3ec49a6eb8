"""Losses as functions."""

import warnings

from .._base import Tensor
from .._clamping import log_softmax
from .._dtype import int64
from .._host import Err, layers, raised
from .._pointwise import abs as abs_
from .._pointwise import add_plain, exp, log1p, mul, ne, neg, relu, square, sub_plain
from .._promotion import cast
from .._reductions import mean
from .._reductions import sum as sum_
from .._selecting import gather, where
from .._shaping import flatten, reshape, squeeze, unsqueeze

_cross_entropy = layers.cross_entropy


def reduced(loss, reduction):
    """The mean, the sum, or each loss."""
    if reduction == "mean":
        return mean(loss)
    if reduction == "sum":
        return sum_(loss)
    if reduction == "none":
        return loss
    raise ValueError(f"{reduction} is not a valid value for reduction")


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                  label_smoothing=0.0):
    """The cross entropy between logits and classes, or probabilities of classes."""
    shape = input.shape
    if target._dtype is int64 and weight is None and label_smoothing == 0.0 and reduction == "mean" and len(shape) == 2:
        if target.shape != shape[:1]:
            raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size ({_rows(target)}).")
        try:
            result = _cross_entropy(input, target, ignore_index)
        except Err as err:
            if err.value.code == "index":
                raise IndexError(f"Target is out of bounds. ({err.value.message})") from None
            raise raised(err) from None
        result.__class__ = Tensor
        result._dtype = input._dtype
        return result
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    # Classes are the second dimension of more than one.
    dim = 0 if len(shape) == 1 else 1
    logs = log_softmax(input, dim)
    if target.dtype.is_floating_point:
        return _of_probabilities(logs, target, weight, dim, reduction, label_smoothing)
    if label_smoothing == 0.0:
        return nll_loss(logs, target, weight, ignore_index=ignore_index, reduction=reduction)
    if weight is not None:
        raise NotImplementedError("cross_entropy with both weight and label_smoothing is not available; either is")
    classes = shape[dim]
    target = cast(target, int64)
    keep = ne(target, ignore_index)
    exact = nll_loss(logs, target, ignore_index=ignore_index, reduction="none")
    spread = neg(sum_(logs, dim))
    spread = where(keep, spread, mul(spread, 0.0))
    loss = add_plain(mul(exact, 1.0 - label_smoothing), mul(spread, label_smoothing / classes))
    if reduction == "mean":
        return sum_(loss) / sum_(cast(keep, input.dtype))
    return reduced(loss, reduction)


def _rows(target):
    return target.shape[0] if target.shape else 1


def _of_probabilities(logs, target, weight, dim, reduction, label_smoothing):
    classes = logs.shape[dim]
    if label_smoothing > 0.0:
        target = add_plain(mul(target, 1.0 - label_smoothing), label_smoothing / classes)
    terms = mul(logs, target)
    if weight is not None:
        terms = mul(terms, reshape(weight, [-1] + [1] * (logs.dim() - dim - 1)))
    loss = neg(sum_(terms, dim))
    if reduction == "mean":
        return sum_(loss) / max(1, loss.numel())
    return reduced(loss, reduction)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    """The negative of the log-probability at each target."""
    dim = 0 if input.dim() == 1 else 1
    expected = input.shape[:dim] + input.shape[dim + 1 :]
    if target.shape != expected:
        raise ValueError(
            f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({_rows(target)})."
            if input.dim() == 2 else f"Expected target size {list(expected)}, got {list(target.shape)}"
        )
    target = cast(target, int64)
    keep = ne(target, ignore_index)
    at = where(keep, target, mul(target, 0))
    picked = neg(squeeze(gather(input, dim, unsqueeze(at, dim)), dim))
    if weight is not None:
        scale = reshape(gather(weight, 0, flatten(at)), list(at.shape))
    else:
        scale = None
    mask = cast(keep, input.dtype)
    scale = mask if scale is None else mul(scale, mask)
    loss = mul(where(keep, picked, mul(picked.detach(), 0.0)), scale)
    if reduction == "mean":
        return sum_(loss) / sum_(scale)
    return reduced(loss, reduction)


def _same_shape(input, target):
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=3,
        )


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """The squared difference."""
    _same_shape(input, target)
    return reduced(square(sub_plain(input, target)), reduction)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """The absolute difference."""
    _same_shape(input, target)
    return reduced(abs_(sub_plain(input, target)), reduction)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """Squared where near, absolute where far."""
    _same_shape(input, target)
    off = abs_(sub_plain(input, target))
    if beta == 0.0:
        return reduced(off, reduction)
    return reduced(where(off < beta, mul(square(off), 0.5 / beta), sub_plain(off, 0.5 * beta)), reduction)


def huber_loss(input, target, reduction="mean", delta=1.0):
    """As `smooth_l1_loss`, scaled by `delta`."""
    return mul(smooth_l1_loss(input, target, reduction=reduction, beta=delta), delta)


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean",
                                     pos_weight=None):
    """Cross entropy of independent yes-or-no logits."""
    if target.shape != input.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    soft = log1p(exp(neg(abs_(input))))
    if pos_weight is None:
        loss = add_plain(sub_plain(relu(input), mul(input, target)), soft)
    else:
        scale = add_plain(mul(target, sub_plain(pos_weight, 1.0)), 1.0)
        loss = add_plain(
            mul(sub_plain(1.0, target), input), mul(scale, add_plain(soft, relu(neg(input))))
        )
    if weight is not None:
        loss = mul(loss, weight)
    return reduced(loss, reduction)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """The divergence of `target` from the log-probabilities `input`."""
    if log_target:
        loss = mul(exp(target), sub_plain(target, input))
    else:
        safe = where(target > 0, target, mul(target, 0.0) + 1.0)
        loss = sub_plain(mul(target, safe.log()), mul(target, input))
    if reduction == "batchmean":
        return sum_(loss) / input.shape[0]
    return reduced(loss, reduction)
