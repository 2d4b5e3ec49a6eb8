"""Gamma-distributed numbers, one after another from the stream of random numbers, as PyTorch draws them on a CPU."""

import math
import struct

import torch

# Up to so many numbers are PyTorch's for a seed; more are drawn side by side, from the same distribution.
_SERIAL = 1 << 16
# How often a rejected draw is repeated: each is accepted with a probability above 0.95.
_TRIES = 64
_THIRD, _SQUEEZE = (struct.unpack("f", struct.pack("f", x))[0] for x in (1 / 3, 0.0331))


def _exactly(x):
    return x


def _as_single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def _uniform():
    return torch.rand(1, dtype=torch.float64).item()


def _normal():
    return torch.randn(1, dtype=torch.float64).item()


def _one(shape, fitted):
    """A number of the given shape (Marsaglia, Tsang 2000); `fitted` rounds as the type of the shape does."""
    scale = 1.0
    if shape < 1:
        if shape == 0:
            return 0.0
        scale = (1 - _uniform()) ** fitted(1 / shape)
        shape = fitted(shape + 1)
    d = fitted(shape - _THIRD)
    c = 1 / math.sqrt(9 * d)
    while True:
        x = _normal()
        y = 1 + c * x
        if y <= 0:
            continue
        v, u, square = y * y * y, 1 - _uniform(), x * x
        if u < 1 - _SQUEEZE * square * square or math.log(u) < 0.5 * square + d * (1 - v + math.log(v)):
            return scale * d * v


def _side_by_side(shape):
    small = shape < 1
    raised = torch.where(small, shape + 1, shape)
    d = raised - 1 / 3
    c = 1 / (3 * d.sqrt())
    result, left = d.clone(), torch.ones_like(d, dtype=torch.bool)
    for _ in range(_TRIES):
        x = torch.randn(shape.shape, dtype=torch.float64)
        v = (1 + c * x) ** 3
        u = torch.rand(shape.shape, dtype=torch.float64)
        good = left & (v > 0)
        good = good & (u.log() < 0.5 * x * x + d - d * v + d * v.clamp(min=1e-300).log())
        result = torch.where(good, d * v, result)
        left = left & ~good
        if not bool(left.any()):
            break
    u = torch.rand(shape.shape, dtype=torch.float64).clamp(min=1e-300)
    return torch.where(small, result * u ** (1 / shape), result)


def drawn(shape):
    """Numbers of the given shapes, and of their type; none is 0."""
    kind = shape.dtype
    if shape.numel() > _SERIAL:
        values = _side_by_side(shape.double())
    else:
        fitted = _as_single if kind is torch.float32 else _exactly
        values = torch.tensor([_one(a, fitted) for a in shape.reshape(-1).tolist()], dtype=torch.float64)
        values = values.reshape(shape.shape)
    return values.to(kind).clamp(min=torch.finfo(kind).tiny)
