"""Binomial numbers, one after another from the stream of random numbers, as PyTorch draws them on a CPU."""

import math
import struct

import torch

_TAILS = (0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
          0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287)
# From this expectation on numbers are drawn by rejection, below it by waiting times.
_LARGE = 10.0


def _uniform():
    return torch.rand(1, dtype=torch.float64).item()


def _by_waiting(count, prob):
    """How many waiting times fit into `count`."""
    log, total, number = math.log1p(-prob), 0.0, 0
    while True:
        u = _uniform()
        total += math.ceil(math.log(u) / log) if u else math.inf
        if total > count:
            return number
        number += 1


def _tail(k):
    """What Stirling's formula leaves of log k!."""
    if k <= 9:
        return _TAILS[int(k)]
    square = (k + 1) * (k + 1)
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)


def _by_rejection(count, prob):
    """The transformed rejection of Hörmann (1993)."""
    spread = math.sqrt(count * prob * (1 - prob))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * prob
    c = count * prob + 0.5
    r, alpha, m = prob / (1 - prob), (2.83 + 5.1 / b) * spread, math.floor((count + 1) * prob)
    while True:
        u, v = _uniform() - 0.5, _uniform()
        us = 0.5 - abs(u)
        if not us:
            continue
        k = math.floor((2 * a / us + b) * u + c)
        if not 0 <= k <= count:
            continue
        if us >= 0.07 and v <= 0.92 - 4.2 / b:
            return k
        v *= alpha / (a / (us * us) + b)
        bound = (
            (m + 0.5) * math.log((m + 1) / (r * (count - m + 1)))
            + (count + 1) * math.log((count - m + 1) / (count - k + 1))
            + (k + 0.5) * math.log(r * (count - k + 1) / (k + 1))
            + _tail(m) + _tail(count - m) - _tail(k) - _tail(count - k))
        if not v or math.log(v) <= bound:
            return k


def _one(count, prob, fitted):
    if count <= 0 or prob <= 0:
        return 0.0
    if prob >= 1:
        return count
    if prob > 0.5:
        return count - _one(count, fitted(1 - prob), fitted)
    return _by_waiting(count, prob) if fitted(count * prob) < _LARGE else _by_rejection(count, prob)


def drawn(count, prob):
    """How many of `count` trials succeed, each with `prob`; both of one shape and type."""
    single = prob.dtype is torch.float32
    fitted = (lambda x: struct.unpack("f", struct.pack("f", x))[0]) if single else float
    pairs = zip(count.reshape(-1).tolist(), prob.reshape(-1).tolist())
    return torch.tensor([_one(n, p, fitted) for n, p in pairs], dtype=prob.dtype).reshape(prob.shape)
