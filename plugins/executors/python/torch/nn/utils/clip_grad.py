"""Gradients kept small."""

import types
import warnings

import torch

from ..._base import Tensor
from ..._creation import full
from ..._grad_mode import no_grad
from ..._host import Err, autograd, raised


def _listed(parameters):
    if isinstance(parameters, Tensor):
        return [parameters]
    listed = list(parameters)
    if not listed and isinstance(parameters, types.GeneratorType):
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=3)
    return listed


def _gradients(parameters):
    return [p.grad for p in parameters if p.grad is not None]


def _refuse_nonfinite(total, norm_type):
    if not bool(total.isfinite()):
        raise RuntimeError(
            f"The total norm of order {float(norm_type)} for gradients from `parameters` is non-finite, so it cannot "
            "be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )


@no_grad()
def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Scales the gradients in place where their norm taken together exceeds `max_norm`; returns that norm."""
    gradients = _gradients(_listed(parameters))
    if not gradients:
        return full((), 0.0)
    if norm_type == 2 and not error_if_nonfinite:
        try:
            total = autograd.clip_gradient_norm(gradients, max_norm)
        except Err as err:
            raise raised(err) from None
        return full((), total, dtype=gradients[0].dtype)
    total = get_total_norm(gradients, norm_type, error_if_nonfinite)
    _scale(gradients, max_norm, total)
    return total


def _scale(gradients, max_norm, total):
    scale = (float(max_norm) / (total + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(scale)


@no_grad()
def clip_grads_with_norm_(parameters, max_norm, total_norm, foreach=None):
    """Scales the gradients in place, their norm known."""
    gradients = _gradients(_listed(parameters))
    if gradients:
        _scale(gradients, max_norm, total_norm)


@no_grad()
def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """The norm of several tensors taken together."""
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if not tensors:
        return full((), 0.0)
    total = torch.stack([x.norm(float(norm_type)) for x in tensors]).norm(float(norm_type))
    if error_if_nonfinite:
        _refuse_nonfinite(total, norm_type)
    return total


@no_grad()
def clip_grad_value_(parameters, clip_value, foreach=None):
    """Clamps each gradient in place."""
    bound = float(clip_value)
    for gradient in _gradients(_listed(parameters)):
        gradient.clamp_(-bound, bound)


def clip_grad_norm(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """The old name of `clip_grad_norm_`."""
    warnings.warn("`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
                  FutureWarning, stacklevel=2)
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


__all__ = ["clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]
