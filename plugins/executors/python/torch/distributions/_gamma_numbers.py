"""Gamma-distributed numbers one by one, drawn as PyTorch draws them (Marsaglia, Tsang 2000)."""

import math
import struct

import torch

from .._generator import of
from .._host import host
from .._random import _Uniforms

# Where the state of a stream keeps the normal number of a pair that was not used yet, and whether there is one.
_NORMAL, _HAS_NORMAL = 24 + 8 * 624 + 8, 24 + 8 * 624 + 24


class _Normals:
    """Normal numbers from pairs of uniform ones. The second of a pair is kept, also for whoever draws next."""

    def __init__(self, uniform):
        self._uniform = uniform
        self._stream = of(None).stream
        state = bytes(host(self._stream.state))
        held = struct.unpack_from("<I", state, _HAS_NORMAL)[0]
        self._kept = struct.unpack_from("<d", state, _NORMAL)[0] if held else None

    def __call__(self):
        if self._kept is not None:
            kept, self._kept = self._kept, None
            return kept
        turn, size = 2.0 * math.pi * self._uniform(), math.sqrt(-2.0 * math.log1p(-self._uniform()))
        self._kept = size * math.sin(turn)
        return size * math.cos(turn)

    def end(self):
        """Leaves what is kept in the stream. The uniform numbers have ended."""
        state = bytearray(host(self._stream.state))
        struct.pack_into("<d", state, _NORMAL, self._kept or 0.0)
        struct.pack_into("<I", state, _HAS_NORMAL, self._kept is not None)
        host(self._stream.set_state, bytes(state))


def _one(shape, uniform, normal):
    if shape == 0.0:
        return 0.0
    scale = 1.0
    if shape < 1.0:
        scale = (1.0 - uniform()) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        y = 0.0
        while y <= 0.0:
            x = normal()
            y = 1.0 + c * x
        v = y * y * y
        u = 1.0 - uniform()
        if u < 1.0 - 0.0331 * x**4 or math.log(u) < 0.5 * x * x + d * (1.0 - v + math.log(v)):
            return scale * d * v


def drawn(shape):
    """Gamma-distributed numbers of the shapes in a float64 tensor."""
    uniform = _Uniforms(None)
    normal = _Normals(uniform)
    numbers = [_one(value, uniform, normal) for value in shape.detach().flatten().tolist()]
    uniform.end()
    normal.end()
    return torch.tensor(numbers, dtype=torch.float64).reshape(shape.shape)
