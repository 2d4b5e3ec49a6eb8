"""`torch.gradient`: numerical derivatives of sampled values."""

from ._base import Tensor
from ._joining import cat
from ._numbers import create
from ._pointwise import add_plain, mul
from ._promotion import cast, default_dtype
from ._shaping import narrow, reshape, whole_dim


def _weights(left, right, edge):
    """What the three neighbours count in the derivative at the first (-1), middle (0) or last (1) of them."""
    both = left + right
    if edge < 0:
        return -(left + both) / (left * both), both / (left * right), -left / (right * both)
    if edge > 0:
        return right / (left * both), -both / (left * right), (right + both) / (right * both)
    return -right / (left * both), (right - left) / (left * right), left / (right * both)


def _along(input, dim, places, edge_order):
    """The derivative along `dim`, sampled at `places`."""
    extent = input.shape[dim]
    kind = input.dtype if input.dtype.is_floating_point else default_dtype()
    x = cast(input, kind)
    shape = [-1] + [1] * (x.dim() - 1 - dim)

    def combined(starts, rows):
        """At each of `rows`: the sum of three neighbours, the first of them at each of `starts`, by their weights."""
        total = None
        for offset in range(3):
            values = narrow(x, dim, starts + offset, len(rows))
            part = mul(values, reshape(create([row[offset] for row in rows], [len(rows)], kind), shape))
            total = part if total is None else add_plain(total, part)
        return total

    steps = [b - a for a, b in zip(places, places[1:])]
    inner = combined(0, [_weights(a, b, 0) for a, b in zip(steps, steps[1:])]) if extent > 2 else None
    if edge_order == 2:
        first = combined(0, [_weights(steps[0], steps[1], -1)])
        last = combined(extent - 3, [_weights(steps[-2], steps[-1], 1)])
    else:
        first = (narrow(x, dim, 1, 1) - narrow(x, dim, 0, 1)) / steps[0]
        last = (narrow(x, dim, extent - 1, 1) - narrow(x, dim, extent - 2, 1)) / steps[-1]
    return cat([part for part in (first, inner, last) if part is not None], dim)


def gradient(input, *, spacing=1, dim=None, edge_order=1):
    """The derivative along each of `dim` (all), from central differences; at the edges from those inside."""
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    rank = input.dim()
    dims = list(range(rank)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    dims = [whole_dim(d, rank) for d in dims]
    spaced = list(spacing) if isinstance(spacing, (list, tuple)) else [spacing] * len(dims)
    if len(spaced) != len(dims):
        raise RuntimeError(
            f"torch.gradient expected spacing to be unspecified, a scalar, or a list of length {len(dims)}, but got a "
            f"list of length {len(spaced)}")
    results = []
    for d, space in zip(dims, spaced):
        extent = input.shape[d]
        if extent < edge_order + 1:
            raise RuntimeError(
                "torch.gradient expected each dimension size to be at least edge_order+1")
        if isinstance(space, Tensor) and space.dim():
            places = space.tolist()
        else:
            places = [at * float(space) for at in range(extent)]
        results.append(_along(input, d, places, edge_order))
    return tuple(results)
