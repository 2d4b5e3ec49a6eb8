"""Images sampled at given places."""

import itertools
import warnings

import torch


def affine_grid(theta, size, align_corners=None):
    """The places that an affine map of the unit square (or cube) names, for `grid_sample`."""
    align_corners = bool(align_corners)
    if not theta.dtype.is_floating_point:
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    rank = len(size) - 2
    if rank not in (2, 3):
        raise NotImplementedError("affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, "
                                  f"respectively. Got size {torch.Size(size)}.")
    if theta.dim() != 3 or tuple(theta.shape[1:]) != (rank, rank + 1):
        raise ValueError(f"Expected a batch of {rank}D affine matrices of shape Nx{rank}x{rank + 1} for size "
                         f"{torch.Size(size)}. Got {theta.shape}.")
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {torch.Size(size)}")
    spatial = list(size[2:])
    axes = []
    for n in spatial:
        steps = torch.linspace(-1, 1, n, dtype=theta.dtype) if n > 1 else torch.zeros(1, dtype=theta.dtype)
        axes.append(steps if align_corners else steps * ((n - 1) / n))
    columns = []
    for at, axis in enumerate(axes):
        columns.append(axis.reshape([-1 if d == at else 1 for d in range(rank)]).expand(spatial))
    base = torch.stack([*reversed(columns), torch.ones(spatial, dtype=theta.dtype)], -1).reshape(1, -1, rank + 1)
    return torch.matmul(base, theta.transpose(1, 2)).reshape(size[0], *spatial, rank)


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """The image at the places of `grid`, whose last dimension counts from -1 to 1: x first."""
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError("nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but "
                         f"got: '{mode}'")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError("nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', "
                         f"but got: '{padding_mode}'")
    if align_corners is None:
        warnings.warn("Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. "
                      "Please specify align_corners=True if the old behavior is desired. See the documentation of "
                      "grid_sample for details.", stacklevel=3)
        align_corners = False
    rank = input.dim() - 2
    if rank not in (2, 3) or grid.dim() != input.dim():
        raise RuntimeError("grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got "
                           f"input with sizes {list(input.shape)} and grid with sizes {list(grid.shape)}")
    if input.shape[0] != grid.shape[0]:
        raise RuntimeError("grid_sampler(): expected grid and input to have same batch size, but got input with sizes "
                           f"{list(input.shape)} and grid with sizes {list(grid.shape)}")
    if grid.shape[-1] != rank:
        raise RuntimeError(f"grid_sampler(): expected grid to have size {rank} in last dimension, but got grid with "
                           f"sizes {list(grid.shape)}")
    if mode == "bicubic" and rank != 2:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    sampler = _Sampler(input, padding_mode, align_corners)
    # The last dimension of the grid counts from the last dimension of the image.
    places = [sampler.pixels(grid[..., rank - 1 - at], at) for at in range(rank)]
    if mode == "bicubic":
        return sampler.cubic(places)
    places = [sampler.held(place, at) for at, place in enumerate(places)]
    if mode == "nearest":
        found = sampler.at([torch.round(place.detach()) for place in places])
        # The grid's gradient is 0, and there.
        return found + torch.where(torch.zeros(places[0].shape, dtype=torch.bool), places[0], 0.0).unsqueeze(1)
    return sampler.linear(places)


class _Sampler:
    """One image, read at computed places."""

    def __init__(self, input, padding_mode, align_corners):
        self.size = list(input.shape[2:])
        self.padding_mode, self.align_corners = padding_mode, align_corners
        self.flat = input.reshape(input.shape[0], input.shape[1], -1)
        self.kind = input.dtype

    def pixels(self, place, at):
        """From -1 … 1 to pixels."""
        n = self.size[at]
        return (place + 1) * ((n - 1) / 2) if self.align_corners else ((place + 1) * n - 1) / 2

    def held(self, place, at):
        """Places outside brought inside, as `padding_mode` says."""
        n = self.size[at]
        if self.padding_mode == "reflection":
            place = _reflected(place, 0, 2 * (n - 1)) if self.align_corners else _reflected(place, -1, 2 * n - 1)
        if self.padding_mode == "zeros":
            return place
        inside = (place > 0) & (place < n - 1)
        return torch.where(inside, place, place.detach().clamp(0, n - 1))

    def at(self, wholes):
        """The pixels at whole places; 0 outside."""
        flat, inside = None, None
        for n, whole in zip(self.size, wholes):
            within = (whole >= 0) & (whole <= n - 1)
            inside = within if inside is None else inside & within
            index = whole.clamp(0, n - 1).to(torch.int64)
            flat = index if flat is None else flat * n + index
        batch, channels = self.flat.shape[:2]
        index = flat.reshape(batch, 1, -1)
        found = self.flat.gather(2, index.expand(batch, channels, index.shape[2]))
        found = found.reshape(batch, channels, *flat.shape[1:])
        return torch.where(inside.unsqueeze(1), found, 0.0)

    def linear(self, places):
        """The weighted mean of the pixels around each place."""
        lows = [torch.floor(place.detach()) for place in places]
        parts = [place - low for place, low in zip(places, lows)]
        total = None
        for corner in itertools.product((0, 1), repeat=len(places)):
            weight = None
            for up, part in zip(corner, parts):
                side = part if up else 1.0 - part
                weight = side if weight is None else weight * side
            found = self.at([low + up for low, up in zip(lows, corner)]) * weight.unsqueeze(1)
            total = found if total is None else total + found
        return total

    def cubic(self, places):
        """Cubic interpolation of the sixteen pixels around each place."""
        from ._resampling import cubic_weights

        lows = [torch.floor(place.detach()) for place in places]
        weights = [cubic_weights(place - low) for place, low in zip(places, lows)]
        total = None
        for rise in range(4):
            row = None
            for run in range(4):
                taps = [self.held(lows[0] + (rise - 1), 0), self.held(lows[1] + (run - 1), 1)]
                found = self.at([torch.round(tap) for tap in taps]) * weights[1][run].unsqueeze(1)
                row = found if row is None else row + found
            part = row * weights[0][rise].unsqueeze(1)
            total = part if total is None else total + part
        return total


def _reflected(place, twice_low, twice_high):
    """Places mirrored at both ends until they lie between them."""
    if twice_low == twice_high:
        return place * 0.0
    low, span = twice_low / 2, (twice_high - twice_low) / 2
    off = torch.abs(place - low)
    turns = torch.floor(off.detach() / span)
    extra = off - turns * span
    return torch.where(turns % 2 == 0, extra + low, span - extra + low)


__all__ = ["affine_grid", "grid_sample"]
