"""Muon: momentum made orthogonal, for matrices."""

import math

from .._dtype import bfloat16
from .._filling import zeros_like
from .._functions import FUNCTIONS
from ._stepping import Stepping
from .optimizer import check_rate, number

_COEFFICIENTS = (3.4445, -4.775, 2.0315)
_RATES = ("original", "match_rms_adamw", "spectral_unclamped")


def _orthogonal(g, coefficients, steps, eps):
    """Roughly U V^T of the singular value decomposition of `g`, by Newton and Schulz' iteration in bfloat16."""
    if steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(g.shape) != 2:
        raise ValueError("Input tensor gradient must be a 2D matrix")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    addmm = FUNCTIONS["addmm"]
    a, b, c = coefficients
    tall = g.shape[0] > g.shape[1]
    x = g.to(bfloat16)
    if tall:
        x = x.T
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = addmm(x, addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x


def _adjusted(lr, how, shape):
    rows, columns = shape[:2]
    if how == "match_rms_adamw":
        return lr * 0.2 * math.sqrt(max(rows, columns))
    if how == "spectral_unclamped":
        return lr * math.sqrt(rows / columns)
    return lr * math.sqrt(max(1, rows / columns))


class Muon(Stepping):
    """Jordan 2024. Takes matrices only."""

    _added_later = {}

    def __init__(self, params, lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True, ns_coefficients=_COEFFICIENTS,
                 eps=1e-7, ns_steps=5, adjust_lr_fn=None):
        check_rate(lr, "Learning rate should be >= 0 but is: {}")
        if not 0.0 <= momentum:
            raise ValueError(f"momentum should be >= 0 but is: {momentum}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"weight decay should be >= 0 but is: {weight_decay}")
        if adjust_lr_fn is not None and adjust_lr_fn not in _RATES:
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay, momentum=momentum, nesterov=nesterov,
                                      ns_coefficients=ns_coefficients, eps=eps, ns_steps=ns_steps,
                                      adjust_lr_fn=adjust_lr_fn))
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(
                        f"Muon only supports 2D parameters whereas we found a parameter with size: {p.size()}")

    def _begin(self, group, p, state):
        state["momentum_buffer"] = zeros_like(p)

    def _update(self, group, p, g, state):
        if g.ndim != 2:
            raise ValueError("Param gradient must be a 2D matrix")
        lr, momentum, buffer = number(group["lr"]), group["momentum"], state["momentum_buffer"]
        buffer.lerp_(g, 1 - momentum)
        update = _orthogonal(g.lerp(buffer, momentum) if group["nesterov"] else buffer, group["ns_coefficients"],
                             group["ns_steps"], group["eps"])
        p.mul_(1 - lr * group["weight_decay"])
        p.add_(update, alpha=-_adjusted(lr, group["adjust_lr_fn"], p.shape))
