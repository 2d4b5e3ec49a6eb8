"""Elements before and after."""

import torch

from .._shaping import sliced


def pad(input, pad, mode="constant", value=None):
    """Elements before and after, given from the last dimension to the first; negative counts cut off."""
    if isinstance(pad, torch.Tensor):
        pad = pad.tolist()
    pad = [int(n) for n in pad]
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if mode not in ("constant", "replicate", "circular", "reflect"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    rank = input.dim()
    if len(pad) > 2 * rank:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(pad)} and input of dimension {rank}"
        )
    if mode != "constant":
        if value is not None and value != 0:
            raise ValueError(f'Padding mode "{mode}" doesn\'t take in value argument')
        if not (len(pad) in (2, 4, 6) and rank in (len(pad) // 2 + 1, len(pad) // 2 + 2)):
            raise NotImplementedError(
                f"Padding size {len(pad)} is not supported for {rank}D input tensor.\nSupported combinations for "
                "non-constant padding:\n  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
                "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
                "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
            )
    x = input
    for pair in range(len(pad) // 2):
        x = _padded(x, input, rank - 1 - pair, pad[2 * pair], pad[2 * pair + 1], mode, value)
    return x.clone() if x is input else own(x)


def own(x):
    """`x` as no view: the host's tensors are values, and nobody else holds what it came from."""
    x._view = None
    return x


def _padded(x, input, dim, before, after, mode, value):
    """`x` with `before` and `after` elements along `dim`."""
    extent = x.shape[dim]
    if extent + before + after < 0:
        raise RuntimeError(
            f"The input size {extent}, plus negative padding {before} and {after} resulted in a negative output size, "
            f"which is invalid. Check dimension {dim} of your input."
        )
    if mode == "reflect" and max(before, after) >= extent:
        raise RuntimeError(
            f"Argument #4: Padding size should be less than the corresponding input dimension, but got: padding "
            f"({before}, {after}) at dimension {dim} of input {list(input.shape)}"
        )
    if mode == "circular" and max(before, after) > extent:
        raise RuntimeError("Padding value causes wrapping around more than once.")
    start, end = max(-before, 0), extent - max(-after, 0)
    if start or end != extent:
        x = sliced(x, dim, start, end, 1)
    parts = [_border(x, dim, before, True, mode, value), x, _border(x, dim, after, False, mode, value)]
    parts = [part for part in parts if part is not None]
    return torch.cat(parts, dim) if len(parts) > 1 else x


def _border(x, dim, count, first, mode, value):
    if count <= 0:
        return None
    shape = list(x.shape)
    extent = shape[dim]
    if mode == "constant":
        shape[dim] = count
        return torch.full(shape, 0.0 if value is None else value, dtype=x.dtype)
    if mode == "circular":
        return sliced(x, dim, extent - count, extent, 1) if first else sliced(x, dim, 0, count, 1)
    if mode == "replicate":
        edge = sliced(x, dim, 0, 1, 1) if first else sliced(x, dim, extent - 1, extent, 1)
        shape[dim] = count
        return edge.expand(shape)
    part = sliced(x, dim, 1, count + 1, 1) if first else sliced(x, dim, extent - 1 - count, extent - 1, 1)
    return part.flip(dim)


__all__ = ["pad"]
