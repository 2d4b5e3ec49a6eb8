"""`torch.signal.windows`."""

import math

from . import _functions
from ._creation import empty, linspace, ones
from ._promotion import default_dtype

_i0 = _functions.FUNCTIONS["i0"]


def _window(name, M, sym, dtype, requires_grad, shape):
    """The window whose values `shape(count, dtype)` gives; `count` is that of the symmetric window."""
    dtype = default_dtype() if dtype is None else dtype
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if dtype.name not in ("float32", "float64"):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")
    if M == 0:
        return empty((0,), dtype=dtype, requires_grad=requires_grad)
    values = ones((1,), dtype=dtype) if M == 1 else shape(M - 1 if sym else M, dtype)
    return values.requires_grad_() if requires_grad else values


def exponential(M, *, center=None, tau=1.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """exp(-|n - center| / tau)."""
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")

    def values(last, kind):
        middle = last / 2.0 if center is None else center
        return (-(linspace(-middle / tau, (-middle + M - 1) / tau, M, dtype=kind).abs())).exp()

    return _window("exponential", M, sym, dtype, requires_grad, values)


def cosine(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Half a period of the sine."""

    def values(last, kind):
        step = math.pi / (last + 1)
        return linspace(0.5 * step, (0.5 + M - 1) * step, M, dtype=kind).sin()

    return _window("cosine", M, sym, dtype, requires_grad, values)


def gaussian(M, *, std=1.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """A bell of width `std`."""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")

    def values(last, kind):
        scale, start = 1 / (std * math.sqrt(2)), -last / 2.0
        return (-(linspace(start * scale, (start + M - 1) * scale, M, dtype=kind) ** 2)).exp()

    return _window("gaussian", M, sym, dtype, requires_grad, values)


def kaiser(M, *, beta=12.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Kaiser's window."""
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")

    def values(last, kind):
        step = 2.0 * beta / last
        k = linspace(-beta, min(beta, -beta + (M - 1) * step), M, dtype=kind)
        top = empty((), dtype=kind).fill_(beta)
        return _i0((beta * beta - k**2).clamp(min=0).sqrt()) / _i0(top)

    return _window("kaiser", M, sym, dtype, requires_grad, values)


def bartlett(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """A triangle."""
    return _window("bartlett", M, sym, dtype, requires_grad, lambda last, kind: (
        1 - linspace(-1, -1 + (M - 1) * 2 / last, M, dtype=kind).abs()))


def general_cosine(M, *, a, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """A sum of cosines with the coefficients `a`, of alternating signs."""
    if not hasattr(a, "__iter__"):
        raise TypeError("Coefficients must be a list/tuple")
    if not a:
        raise ValueError("Coefficients cannot be empty")

    def values(last, kind):
        k = linspace(0, (M - 1) * 2 * math.pi / last, M, dtype=kind)
        return sum((-1) ** at * weight * (at * k).cos() for at, weight in enumerate(a))

    return _window("general_cosine", M, sym, dtype, requires_grad, values)


def general_hamming(M, *, alpha=0.54, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """alpha - (1 - alpha) cos."""
    return general_cosine(M, a=[alpha, 1.0 - alpha], sym=sym, dtype=dtype, requires_grad=requires_grad)


def hamming(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Hamming's window."""
    return general_hamming(M, sym=sym, dtype=dtype, requires_grad=requires_grad)


def hann(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Hann's window."""
    return general_hamming(M, alpha=0.5, sym=sym, dtype=dtype, requires_grad=requires_grad)


def blackman(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Blackman's window."""
    return general_cosine(M, a=[0.42, 0.5, 0.08], sym=sym, dtype=dtype, requires_grad=requires_grad)


def nuttall(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Nuttall's window."""
    return general_cosine(M, a=[0.3635819, 0.4891775, 0.1365995, 0.0106411], sym=sym, dtype=dtype,
                          requires_grad=requires_grad)


__all__ = ["bartlett", "blackman", "cosine", "exponential", "gaussian", "general_cosine", "general_hamming", "hamming",
           "hann", "kaiser", "nuttall"]
