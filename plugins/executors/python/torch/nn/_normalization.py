"""Normalisation as functions."""

import torch

from .._base import Tensor
from .._dtype import float32
from .._host import Err, layers, raised

_layer_norm = layers.layer_norm
_rms_norm = layers.rms_norm


def _checked(input, normalized_shape, weight, bias, name):
    shape = [normalized_shape] if isinstance(normalized_shape, int) else list(normalized_shape)
    for value, what in ((weight, "weight"), (bias, "bias")):
        if value is not None and list(value.shape) != shape:
            raise RuntimeError(f"Expected {what} to be of same shape as normalized_shape, but got {what} of shape "
                               f"{list(value.shape)} and normalized_shape = {shape}")
    if not shape:
        raise RuntimeError("Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
                           "element, but got normalized_shape = []")
    own = input.shape
    if list(own[len(own) - len(shape) :]) != shape or len(own) < len(shape):
        raise RuntimeError(
            f"Given normalized_shape={shape}, expected input with shape [*, {', '.join(map(str, shape))}], but got "
            f"input of size{list(own)}"
        )
    return shape


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Mean 0 and variance 1 over the last dimensions, then scaled and shifted."""
    shape = _checked(input, normalized_shape, weight, bias, "layer_norm")
    return _normalized(_layer_norm, input, shape, (weight, bias), eps)


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """Root mean square 1 over the last dimensions, then scaled."""
    shape = _checked(input, normalized_shape, weight, None, "rms_norm")
    if eps is None:
        # Of the type that is computed in: float32 for 16 bits.
        eps = torch.finfo(torch.float64 if input.dtype is torch.float64 else float32).eps
    return _normalized(_rms_norm, input, shape, (weight,), eps)


def _normalized(layer, input, shape, extras, eps):
    own = input.shape
    if len(shape) > 1:
        flat = input.reshape(*own[: len(own) - len(shape)], -1)
        extras = [None if x is None else x.reshape(-1) for x in extras]
        return _normalized(layer, flat, [flat.shape[-1]], extras, eps).reshape(own)
    kind = input._dtype
    if kind is not float32:
        kind = input.dtype
        extras = [x if x is None or x.dtype is kind else x.to(kind) for x in extras]
    try:
        result = layer(input, *extras, eps)
    except Err as err:
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = kind
    result._shape = own
    result._made = "NativeLayerNormBackward0" if layer is _layer_norm else "MulBackward0"
    return result


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Mean 0 and variance 1 over each group of channels, then scaled and shifted by channel."""
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.dim()}")
    if input.shape[1] % num_groups:
        raise RuntimeError("Expected number of channels in input to be divisible by num_groups, but got input of "
                           f"shape {list(input.shape)} and num_groups={num_groups}")
    shape = input.shape
    if not num_groups or 0 in shape:
        return input * 1.0
    flat = input.reshape(shape[0] * num_groups, -1)
    result = _normalized(_layer_norm, flat, [flat.shape[-1]], (None, None), eps).reshape(shape)
    return _affine(result, weight, bias)


def _affine(x, weight, bias):
    shape = [1, -1] + [1] * (x.dim() - 2)
    if weight is not None:
        x = x * weight.reshape(shape)
    return x if bias is None else x + bias.reshape(shape)


def _verify_batch(size):
    count = size[0]
    for n in size[2:]:
        count *= n
    if count == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {torch.Size(size)}")


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """Mean 0 and variance 1 of each channel: of this batch while training, else as they were learnt."""
    if training:
        _verify_batch(input.shape)
    named = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for what, value in named.items():
        if value is not None and value.numel() != input.shape[1]:
            raise RuntimeError(f"{what} should contain {input.shape[1]} elements not {value.numel()}")
    if not training and (running_mean is None or running_var is None):
        what = "running_mean" if running_mean is None else "running_var"
        raise RuntimeError(f"{what} must be defined in evaluation mode")
    kind = input.dtype
    wide = torch.float32 if kind in (torch.bfloat16, torch.float16) else kind
    x = input if kind is wide else input.to(wide)
    shape = [1, -1] + [1] * (input.dim() - 2)
    if training:
        dims = [d for d in range(input.dim()) if d != 1]
        mean = x.mean(dims, keepdim=True)
        off = x - mean
        var = (off * off).mean(dims, keepdim=True)
        _remember(running_mean, running_var, mean, var, x, momentum)
    else:
        off = x - running_mean.to(wide).reshape(shape)
        var = running_var.to(wide).reshape(shape)
    scale = torch.rsqrt(var + eps)
    if weight is not None:
        scale = scale * weight.to(wide).reshape(shape)
    result = off * scale
    if bias is not None:
        result = result + bias.to(wide).reshape(shape)
    return result if kind is wide else result.to(kind)


def _remember(running_mean, running_var, mean, var, x, momentum):
    """Moves the running mean and (unbiased) variance towards those of this batch."""
    with torch.no_grad():
        if running_mean is not None:
            now = mean.detach().reshape(-1)
            running_mean.copy_(running_mean * (1 - momentum) + now * momentum)
        if running_var is not None:
            count = x.numel() // x.shape[1]
            now = var.detach().reshape(-1) * (count / max(count - 1, 1))
            running_var.copy_(running_var * (1 - momentum) + now * momentum)


def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True,
                  momentum=0.1, eps=1e-5):
    """Mean 0 and variance 1 of each channel of each instance."""
    shape = input.shape
    if use_input_stats:
        count = 1
        for n in shape[2:]:
            count *= n
        if count == 1:
            raise ValueError("Expected more than 1 spatial element when training, got input size "
                             f"{torch.Size(shape)}")
    elif running_mean is None or running_var is None:
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats=False")
    batch, channels = shape[:2]
    flat = input.reshape(1, batch * channels, *shape[2:])
    means = None if running_mean is None else running_mean.repeat(batch)
    variances = None if running_var is None else running_var.repeat(batch)
    result = batch_norm(flat, means, variances, None, None, use_input_stats, momentum, eps)
    if use_input_stats:
        with torch.no_grad():
            if running_mean is not None:
                running_mean.copy_(means.reshape(batch, channels).mean(0))
            if running_var is not None:
                running_var.copy_(variances.reshape(batch, channels).mean(0))
    return _affine(result.reshape(shape), weight, bias)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """Each channel divided by a power of the mean square of its neighbours."""
    rank = input.dim()
    if rank < 3:
        raise ValueError(f"Expected 3D or higher dimensionality                          input (got {rank} dimensions)")
    if input.numel() == 0:
        return input
    from ._pooling import avg_pool2d

    square = input.mul(input)
    rows = square.reshape(input.shape[0], 1, input.shape[1], -1)
    rows = torch.nn.functional.pad(rows, (0, 0, size // 2, (size - 1) // 2))
    near = avg_pool2d(rows, (size, 1), stride=1).reshape(input.shape)
    return input / (near * alpha + k).pow(beta)


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """Vectors along `dim` of norm 1."""
    if p == 2:
        # The norm, with a gradient of 0 where it is 0.
        length = (input * input).sum(dim, keepdim=True).clamp(min=eps * eps).sqrt()
    else:
        length = input.norm(p, dim, keepdim=True).clamp(min=eps)
    if out is not None:
        return out.copy_(input / length)
    return input / length


__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm", "local_response_norm", "normalize", "rms_norm"]
