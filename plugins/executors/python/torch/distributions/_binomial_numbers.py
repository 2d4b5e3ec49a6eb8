"""Binomial counts one by one, drawn as PyTorch draws them."""

import math
import sys

import torch

from .._random import _Uniforms

# What Stirling's formula leaves out of log k!, for k up to 9.
_TAILS = (
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
    0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
)
# From here on of expected successes, transformed rejection takes the place of waiting times.
_MANY = 10.0


def _tail(k):
    if k <= 9:
        return _TAILS[int(k)]
    square = (k + 1) ** 2
    return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)


def _by_waiting(count, prob, uniform):
    """How many waiting times for a success fit into `count` trials."""
    log_failure = math.log1p(-prob)
    waited, successes = 0, 0
    while True:
        u = uniform()
        waited += math.ceil(min(math.log(u) / log_failure, sys.float_info.max)) if u else math.inf
        if waited > count:
            return successes
        successes += 1


def _by_rejection(count, prob, uniform):
    """Hörmann's transformed rejection (1993)."""
    spread = math.sqrt(count * prob * (1 - prob))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * prob
    odds, alpha, mode = prob / (1 - prob), (2.83 + 5.1 / b) * spread, math.floor((count + 1) * prob)
    while True:
        u, v = uniform() - 0.5, uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + count * prob + 0.5) if us else -1
        if us >= 0.07 and v <= 0.92 - 4.2 / b:
            return k
        if not 0 <= k <= count:
            continue
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (count - mode + 1)))
            + (count + 1) * math.log((count - mode + 1) / (count - k + 1))
            + (k + 0.5) * math.log(odds * (count - k + 1) / (k + 1))
            + _tail(mode) + _tail(count - mode) - _tail(k) - _tail(count - k)
        )
        v *= alpha / (a / (us * us) + b)
        if not v or math.log(v) <= bound:
            return k


def _one(count, prob, uniform):
    if count <= 0 or prob <= 0:
        return 0
    if prob != prob:
        return prob
    if prob >= 1:
        return count
    if prob > 0.5:
        return count - _one(count, 1 - prob, uniform)
    return (_by_rejection if count * prob >= _MANY else _by_waiting)(count, prob, uniform)


def drawn(counts, probs):
    """A number of successes for each number of trials and probability, in tensors of one shape."""
    uniform = _Uniforms(None)
    pairs = zip(counts.flatten().tolist(), probs.flatten().tolist())
    numbers = [float(_one(count, prob, uniform)) for count, prob in pairs]
    uniform.end()
    return torch.tensor(numbers, dtype=probs.dtype).reshape(probs.shape)
