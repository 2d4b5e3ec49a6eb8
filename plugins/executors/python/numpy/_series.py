"""Differences, integrals, interpolation, convolution, polynomials."""

import math

import torch

from ._choosing import searchsorted
from ._elementwise import UFUNCS
from ._grids import vander
from ._joining import atleast_1d, broadcast_to, concatenate, moveaxis
from ._making import array, asarray, zeros
from ._ndarray import result, stored, whole_axis, wrapped
from ._reducing import cumsum
from ._ufuncs import operands_kind


def diff(a, n=1, axis=-1, prepend=None, append=None):
    """What each element is larger than the one before it."""
    a = asarray(a)
    if not a.ndim:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = whole_axis(axis, a.ndim)
    parts = [a]
    shape = [1 if dim == axis else extent for dim, extent in enumerate(a.shape)]
    for value, place in ((prepend, 0), (append, len(parts))):
        if value is not None:
            value = asarray(value)
            parts.insert(place if place == 0 else len(parts), broadcast_to(value, shape) if not value.ndim else value)
    a = concatenate(parts, axis) if len(parts) > 1 else a
    lead = (slice(None),) * axis
    for _ in range(n):
        minus = UFUNCS["not_equal"] if a.dtype.kind == "b" else UFUNCS["subtract"]
        a = asarray(minus(a[(*lead, slice(1, None))], a[(*lead, slice(None, -1))]))
    return a


def ediff1d(ary, to_end=None, to_begin=None):
    """The differences of neighbours, with others around them."""
    parts = [part for part in (to_begin, diff(asarray(ary).ravel()), to_end) if part is not None]
    return concatenate([asarray(part).ravel() for part in parts])


def gradient(f, *varargs, axis=None, edge_order=1):
    """The slope at each place, from its neighbours."""
    f = asarray(f) * 1.0
    axes = list(range(f.ndim)) if axis is None else [axis] if isinstance(axis, int) else list(axis)
    spacing = [float(v) if not asarray(v).ndim else asarray(v)._t.to(torch.float64) for v in varargs] or [1.0]
    spacing = spacing * len(axes) if len(spacing) == 1 else spacing
    made = []
    for dim, step in zip(axes, spacing):
        parts = torch.gradient(
    f._t, spacing=step if isinstance(
        step, float) else (
            step,), dim=dim, edge_order=edge_order)
        made.append(wrapped(parts[0], f.dtype))
    return made[0] if len(made) == 1 else tuple(made)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    """The area below a curve, of straight pieces."""
    y = moveaxis(asarray(y), axis, -1)
    width = dx if x is None else diff(asarray(x)) if asarray(x).ndim == 1 else diff(moveaxis(asarray(x), axis, -1))
    return (width * (y[..., 1:] + y[..., :-1]) / 2.0).sum(-1)


trapz = trapezoid


def interp(x, xp, fp, left=None, right=None, period=None):
    """The curve through the points (xp, fp), straight between them, at `x`."""
    if period is not None:
        raise NotImplementedError("numpy.interp(period=…) is not available; the nearest is x % period before it")
    at, xp, fp = asarray(x) * 1.0, asarray(xp) * 1.0, asarray(fp) * 1.0
    if xp.size != fp.size:
        raise ValueError("fp and xp are not of the same length.")
    if not xp.size:
        raise ValueError("array of sample points is empty")
    flat = at.ravel()._t.to(torch.float64)
    X, F = xp._t.to(torch.float64), fp._t.to(torch.float64)
    place = (asarray(searchsorted(xp, wrapped(flat), "right"))._t - 1).clamp(0, max(xp.size - 2, 0))
    if xp.size == 1:
        made = F[0].expand(flat.shape).clone()
    else:
        slope = (F[1:] - F[:-1]) / (X[1:] - X[:-1])
        made = slope[place] * (flat - X[place]) + F[place]
    made = torch.where(flat == X[-1], F[-1], made)
    made = torch.where(flat < X[0], F[0] if left is None else torch.tensor(float(left), dtype=torch.float64), made)
    made = torch.where(flat > X[-1], F[-1] if right is None else torch.tensor(float(right), dtype=torch.float64), made)
    return result(made.reshape(list(at.shape)) if asarray(x).ndim else made.reshape([]))


def convolve(a, v, mode="full"):
    """The sum of products of `a` and `v` turned round, at each shift."""
    a, v = atleast_1d(a), atleast_1d(v)
    if not a.size or not v.size:
        raise ValueError("a cannot be empty" if not a.size else "v cannot be empty")
    kind = operands_kind([a, v])
    long, short = (a, v) if a.size >= v.size else (v, a)
    n, m = long.size, short.size
    wide = stored(long._t, kind)
    empty = torch.zeros(m - 1, dtype=wide.dtype)
    windows = torch.cat([empty, wide, empty]).unfold(0, m, 1)
    full = (windows * stored(short._t, kind).flip(0)).sum(-1)
    start, count = {"full": (0, n + m - 1), "same": ((m - 1) // 2, n), "valid": (m - 1, n - m + 1)}[mode]
    return wrapped(stored(full[start : start + count], kind), kind)


def correlate(a, v, mode="valid"):
    """The sum of products of `a` and `v`, at each shift."""
    a, v = atleast_1d(a), atleast_1d(v)
    made = convolve(a, v[::-1], mode)
    if v.size > a.size and mode == "same":
        full = convolve(a, v[::-1], "full")
        start = full.size - (a.size - 1) // 2 - v.size
        return full[start : start + v.size]
    return made


def polyval(p, x):
    """The polynomial with coefficients `p`, the highest power first, at `x`."""
    if isinstance(p, poly1d):
        p = p.coeffs
    x = asarray(x)
    total = x * 0
    for coefficient in asarray(p):
        total = total * x + coefficient
    return total


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """The coefficients of the polynomial nearest to the points, the highest power first."""
    from .linalg import lstsq

    if full or cov:
        raise NotImplementedError("numpy.polyfit(full=…, cov=…) is not available; the coefficients are")
    x, y = asarray(x) * 1.0, asarray(y) * 1.0
    left = vander(x, deg + 1)
    if w is not None:
        w = asarray(w) * 1.0
        left, y = left * w.reshape(-1, 1), y * (w if y.ndim == 1 else w.reshape(-1, 1))
    scale = UFUNCS["sqrt"]((left * left).sum(0))
    answer = lstsq(left / scale, y, x.size * 2.220446049250313e-16 if rcond is None else rcond)[0]
    return (answer.T / scale).T


def roots(p):
    """Where a polynomial is 0."""
    raise NotImplementedError("numpy.roots is not available: its results are complex; the nearest is numpy.polyval")


def polyadd(a1, a2):
    """The sum of two polynomials."""
    a1, a2 = atleast_1d(a1), atleast_1d(a2)
    size = max(a1.size, a2.size)
    return concatenate([zeros(size - a1.size, a1.dtype), a1]) + concatenate([zeros(size - a2.size, a2.dtype), a2])


def polymul(a1, a2):
    """The product of two polynomials."""
    return convolve(a1, a2)


def polyder(p, m=1):
    """The derivative of a polynomial."""
    for _ in range(m):
        p = asarray(p)
        p = p[:-1] * array(range(p.size - 1, 0, -1))
    return p


def polyint(p, m=1, k=None):
    """The integral of a polynomial."""
    for _ in range(m):
        p = asarray(p)
        p = concatenate([p / array(range(p.size, 0, -1)), asarray([0.0 if k is None else float(k)])])
    return p


class poly1d:
    """A polynomial, the highest power first."""

    def __init__(self, c_or_r, r=False, variable=None):
        self.coeffs = self.c = self.coef = atleast_1d(c_or_r.coeffs if isinstance(c_or_r, poly1d) else c_or_r)
        self.order = self.o = self.coeffs.size - 1

    def __call__(self, val):
        return polyval(self.coeffs, val)

    def deriv(self, m=1):
        return poly1d(polyder(self.coeffs, m))

    def integ(self, m=1, k=0):
        return poly1d(polyint(self.coeffs, m, k))

    def __getitem__(self, power):
        return self.coeffs[self.order - power] if 0 <= power <= self.order else 0

    def __repr__(self):
        return f"poly1d({str(self.coeffs.tolist())})"


def unwrap(p, discont=None, axis=-1, *, period=2 * math.pi):
    """Angles without jumps."""
    p = asarray(p) * 1.0
    step = diff(p, axis=axis)
    half = period / 2
    inside = UFUNCS["remainder"](step + half, period) - half
    inside = asarray(inside)
    inside[(inside == -half) & (step > 0)] = half
    correction = inside - step
    correction[UFUNCS["absolute"](step) < (half if discont is None else discont)] = 0
    first = [slice(None)] * p.ndim
    first[axis] = slice(1, None)
    made = array(p)
    made[tuple(first)] = p[tuple(first)] + cumsum(correction, axis)
    return made


