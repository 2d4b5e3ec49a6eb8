"""The regularized lower incomplete gamma function, in float64."""

import torch

_TERMS = 400


def _by_series(a, x):
    term = 1 / a
    total = term
    for n in range(1, _TERMS):
        term = term * x / (a + n)
        total = total + term
        if n % 16 == 0 and bool((term <= total * 1e-17).all()):
            break
    return total * torch.exp(a * x.clamp(min=1e-300).log() - x - torch.lgamma(a))


def _by_fraction(a, x):
    """1 minus the continued fraction of the upper function (Lentz's method), for x > a + 1."""
    b = x + 1 - a
    c, d = torch.full_like(x, 1e300), 1 / b
    h = d
    for n in range(1, _TERMS):
        an = -n * (n - a)
        b = b + 2
        d = 1 / (an * d + b)
        c = b + an / c
        h = h * d * c
        if n % 16 == 0 and bool(((d * c - 1).abs() < 1e-15).all()):
            break
    return 1 - torch.exp(a * x.log() - x - torch.lgamma(a)) * h


def lower_gamma(a, x):
    """P(a, x), of the shape of `a` and `x` together."""
    a, x = torch.broadcast_tensors(a.double(), x.double())
    small = x < a + 1
    first = _by_series(a, torch.where(small, x, a))
    second = _by_fraction(a, torch.where(small, a + 2, x))
    return torch.where(small, first, second)
