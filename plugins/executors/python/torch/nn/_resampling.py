"""Images in another size: interpolation, shuffled pixels."""

import math
import struct
import warnings

import torch

from ._grids import affine_grid, grid_sample
from ._pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d

_RANK = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}


def _single(number):
    """`number` rounded to float32, in which PyTorch computes positions."""
    return struct.unpack("f", struct.pack("f", number))[0]


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None,
                antialias=False):
    """The image in another size."""
    if mode in ("nearest", "area", "nearest-exact"):
        if align_corners is not None:
            raise ValueError("align_corners option can only be set with the interpolating modes: linear | bilinear | "
                             "bicubic | trilinear")
    elif align_corners is None:
        align_corners = False
    rank = input.dim() - 2
    sizes, scales = _sizes(input, rank, size, scale_factor, recompute_scale_factor)
    if antialias and mode not in ("bilinear", "bicubic", "lanczos") or antialias and rank != 2:
        raise ValueError("Anti-alias option is restricted to bilinear, bicubic and lanczos modes and requires a 4-D "
                         "tensor as input")
    own = list(input.shape[2:])
    if rank not in (1, 2, 3) or mode not in ("nearest", "nearest-exact", "area", *_RANK):
        raise NotImplementedError(
            "Input Error: Only 3D, 4D and 5D input Tensors supported (got {}D) for the modes: nearest | linear | "
            "bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {})".format(input.dim(), mode)
        )
    if mode in _RANK and _RANK[mode] != input.dim():
        need = {3: "linear", 4: "bilinear", 5: "trilinear"}[input.dim()]
        raise NotImplementedError(f"Got {input.dim()}D input, but {mode} mode needs {_RANK[mode]}D input"
                                  if mode != need else mode)
    if mode == "area":
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[rank - 1](input, sizes)
    if any(n <= 0 for n in sizes + own):
        names = ("D", "H", "W")[3 - rank :]
        shown = [", ".join(f"{name}: {n}" for name, n in zip(names, extents)) for extents in (own, sizes)]
        raise RuntimeError(f"Input and output sizes should be greater than 0, but got input ({shown[0]}) and output "
                           f"({shown[1]})")
    x = input
    for at in range(rank):
        x = _along(x, 2 + at, sizes[at], scales[at], mode, align_corners, antialias)
    return x * 1.0 if x is input else x


def _sizes(input, rank, size, scale_factor, recompute):
    """The wanted extents, and the factors where they decide positions."""
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is None and scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    if size is not None:
        if recompute:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        if isinstance(size, (list, tuple)):
            if len(size) != rank:
                raise ValueError(
                    "Input and output must have the same number of spatial dimensions, but got input with spatial "
                    f"dimensions of {list(input.shape[2:])} and output size of {size}. Please provide input tensor in "
                    "(N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format."
                )
            return [int(n) for n in size], [None] * rank
        return [int(size)] * rank, [None] * rank
    if isinstance(scale_factor, (list, tuple)):
        if len(scale_factor) != rank:
            raise ValueError(
                "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial "
                f"dimensions of {list(input.shape[2:])} and scale_factor of shape {scale_factor}. Please provide input "
                "tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format."
            )
        factors = list(scale_factor)
    else:
        factors = [scale_factor] * rank
    sizes = [math.floor(float(n * f)) for n, f in zip(input.shape[2:], factors)]
    return sizes, [None] * rank if recompute else factors


def _along(x, dim, count, factor, mode, align_corners, antialias):
    """One dimension brought to `count` elements."""
    extent = x.shape[dim]
    scale = 1.0 / factor if factor else extent / count
    if mode in ("nearest", "nearest-exact"):
        if count == extent and factor in (None, 1, 1.0):
            return x
        half = 0.5 if mode == "nearest-exact" else 0.0
        step = _single(scale)
        return x.index_select(dim, _whole([min(int(math.floor(_single((at + half) * step))), extent - 1)
                                           for at in range(count)]))
    if align_corners:
        scale = (extent - 1) / (count - 1) if count > 1 else 0.0
    elif count == extent and factor in (None, 1, 1.0):
        return x
    if antialias:
        return _smoothed(x, dim, count, scale, mode, align_corners)
    at = [place * scale if align_corners else (place + 0.5) * scale - 0.5 for place in range(count)]
    if mode == "bicubic":
        return _cubic(x, dim, at)
    at = [max(place, 0.0) for place in at]
    low = [min(int(place), extent - 1) for place in at]
    part = [place - start for place, start in zip(at, low)]
    high = [min(start + 1, extent - 1) for start in low]
    shape = [-1] + [1] * (x.dim() - 1 - dim)
    weight = torch.tensor(part, dtype=x.dtype).reshape(shape)
    return x.index_select(dim, _whole(low)) * (1.0 - weight) + x.index_select(dim, _whole(high)) * weight


def _whole(values):
    return torch.tensor(values, dtype=torch.int64)


def cubic_weights(t, a=-0.75):
    """The weights of the four neighbours, `t` behind the second."""
    def near(d):
        return ((a + 2) * d - (a + 3)) * d * d + 1

    def far(d):
        return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a

    return far(t + 1), near(t), near(1 - t), far(2 - t)


def _cubic(x, dim, at):
    extent = x.shape[dim]
    starts = [math.floor(place) for place in at]
    weights = list(zip(*(cubic_weights(place - start) for place, start in zip(at, starts))))
    shape = [-1] + [1] * (x.dim() - 1 - dim)
    total = None
    for tap in range(4):
        index = _whole([min(max(start - 1 + tap, 0), extent - 1) for start in starts])
        part = x.index_select(dim, index) * torch.tensor(list(weights[tap]), dtype=x.dtype).reshape(shape)
        total = part if total is None else total + part
    return total


def _filter(mode):
    if mode == "bilinear":
        return 2, lambda d: max(0.0, 1.0 - abs(d))

    def cubic(d, a=-0.5):
        d = abs(d)
        if d < 1.0:
            return ((a + 2) * d - (a + 3)) * d * d + 1
        return (((d - 5) * d + 8) * d - 4) * a if d < 2.0 else 0.0

    return 4, cubic


def _smoothed(x, dim, count, scale, mode, align_corners):
    """Each element the weighted mean of all that fall under the stretched filter."""
    extent = x.shape[dim]
    width, weigh = _filter(mode)
    support = width * 0.5 * max(scale, 1.0)
    shrink = 1.0 / scale if scale >= 1.0 else 1.0
    rows = []
    for at in range(count):
        centre = scale * (at + 0.5)
        start = max(int(centre - support + 0.5), 0)
        length = min(int(centre + support + 0.5), extent) - start
        weights = [weigh((j + start - centre + 0.5) * shrink) for j in range(length)]
        total = sum(weights) or 1.0
        rows.append([0.0] * start + [w / total for w in weights] + [0.0] * (extent - start - length))
    matrix = torch.tensor(rows, dtype=x.dtype)
    return torch.matmul(x.movedim(dim, -1), matrix.t()).movedim(-1, dim)


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """The old name of `interpolate`."""
    warnings.warn("`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """`interpolate` to the nearest."""
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input, size=None, scale_factor=None):
    """`interpolate` linearly, with corners aligned."""
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def pixel_shuffle(input, upscale_factor):
    """Channels as pixels: (…, C r², H, W) to (…, C, H r, W r)."""
    r = upscale_factor
    if input.dim() < 3:
        raise RuntimeError("pixel_shuffle expects input to have at least 3 dimensions, but got input with "
                           f"{input.dim()} dimension(s)")
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *lead, channels, high, wide = input.shape
    if channels % (r * r):
        raise RuntimeError("pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of "
                           f"upscale_factor, but input.size(-3)={channels} is not divisible by {r * r}")
    x = input.reshape(-1, channels // (r * r), r, r, high, wide).permute(0, 1, 4, 2, 5, 3)
    return x.reshape(*lead, channels // (r * r), high * r, wide * r)


def pixel_unshuffle(input, downscale_factor):
    """Pixels as channels: the reverse of `pixel_shuffle`."""
    r = downscale_factor
    if input.dim() < 3:
        raise RuntimeError("pixel_unshuffle expects input to have at least 3 dimensions, but got input with "
                           f"{input.dim()} dimension(s)")
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *lead, channels, high, wide = input.shape
    for name, extent, at in (("height", high, -2), ("width", wide, -1)):
        if extent % r:
            raise RuntimeError(f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but "
                               f"input.size({at})={extent} is not divisible by {r}")
    x = input.reshape(-1, channels, high // r, r, wide // r, r).permute(0, 1, 3, 5, 2, 4)
    return x.reshape(*lead, channels * r * r, high // r, wide // r)


def channel_shuffle(input, groups):
    """The channels of each group dealt out in turn."""
    if input.dim() < 3:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(input.shape)}")
    batch, channels, *rest = input.shape
    if groups <= 0 or channels % groups:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {channels} channels and {groups} "
                           "groups.")
    return input.reshape(batch, groups, channels // groups, *rest).transpose(1, 2).reshape(batch, channels, *rest)


__all__ = ["affine_grid", "channel_shuffle", "grid_sample", "interpolate", "pixel_shuffle", "pixel_unshuffle",
           "upsample", "upsample_bilinear", "upsample_nearest"]
