"""Padding, one-hot rows, and convolution over time."""

from .._creation import arange, full
from .._dtype import int64
from .._joining import cat, stack
from .._linalg import matmul
from .._pointwise import add_plain, eq
from .._promotion import cast
from .._shaping import reshape, sliced, unsqueeze


def pad(input, pad, mode="constant", value=None):
    """Elements before and after, given from the last dimension to the first; negative counts cut off."""
    if mode not in ("constant", "replicate", "circular", "reflect"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if len(pad) % 2:
        raise RuntimeError(f"Padding length must be divisible by 2, but got padding length {len(pad)}")
    if len(pad) // 2 > input.dim():
        raise RuntimeError("Padding length too large")
    x = input
    for pair in range(len(pad) // 2):
        dim = input.dim() - 1 - pair
        before, after = int(pad[2 * pair]), int(pad[2 * pair + 1])
        extent = x.shape[dim]
        start, end = max(-before, 0), extent - max(-after, 0)
        if start or end != extent:
            x = sliced(x, dim, start, end, 1)
            extent = x.shape[dim]
        parts = [_border(x, dim, before, True, mode, value), x, _border(x, dim, after, False, mode, value)]
        parts = [part for part in parts if part is not None]
        if len(parts) > 1:
            x = cat(parts, dim)
    return x.clone() if x is input else x


def _border(x, dim, count, first, mode, value):
    if count <= 0:
        return None
    shape = list(x.shape)
    extent = shape[dim]
    if mode == "constant":
        shape[dim] = count
        return full(shape, 0.0 if value is None else value, dtype=x.dtype)
    if mode == "circular":
        return sliced(x, dim, extent - count, extent, 1) if first else sliced(x, dim, 0, count, 1)
    if mode == "replicate":
        edge = sliced(x, dim, 0, 1, 1) if first else sliced(x, dim, extent - 1, extent, 1)
        shape[dim] = count
        return edge.expand(shape)
    part = sliced(x, dim, 1, count + 1, 1) if first else sliced(x, dim, extent - 1 - count, extent - 1, 1)
    return part.flip(dim)


def one_hot(tensor, num_classes=-1):
    """1 at each class, 0 elsewhere: int64."""
    if tensor.dtype is not int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    top = int(tensor.max().item()) if tensor.numel() else -1
    if tensor.numel() and int(tensor.min().item()) < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = top + 1
    elif top >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return cast(eq(unsqueeze(tensor, -1), arange(num_classes)), int64)


def _one(value, name):
    if isinstance(value, int):
        return value
    if len(value) != 1:
        raise RuntimeError(f"conv1d: {name} must have one element")
    return value[0]


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Convolution over (batch, channels, time): the windows as one matrix product."""
    if input.dim() == 2:
        return conv1d(unsqueeze(input, 0), weight, bias, stride, padding, dilation, groups).squeeze(0)
    if input.dim() != 3 or weight.dim() != 3:
        raise RuntimeError(
            f"Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: {list(input.shape)}"
        )
    stride, dilation = _one(stride, "stride"), _one(dilation, "dilation")
    outputs, per_group, width = weight.shape
    reach = dilation * (width - 1)
    if padding == "same":
        sides = (reach // 2, reach - reach // 2)
    else:
        sides = (0, 0) if padding == "valid" else (_one(padding, "padding"),) * 2
    batch, channels = input.shape[:2]
    if channels != per_group * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(weight.shape)}, expected input{list(input.shape)} to have "
            f"{per_group * groups} channels, but got {channels} channels instead"
        )
    x = pad(input, sides) if sides != (0, 0) else input
    count = (x.shape[2] - reach - 1) // stride + 1
    if count <= 0:
        raise RuntimeError(
            f"Calculated padded input size per channel: ({x.shape[2]}). Kernel size: ({reach + 1}). "
            "Kernel size can't be greater than actual input size"
        )
    taps = [sliced(x, 2, at * dilation, at * dilation + (count - 1) * stride + 1, stride) for at in range(width)]
    if groups == channels and outputs == channels:
        # Depthwise: no product of matrices is needed.
        result = taps[0] * reshape(weight[:, 0, 0], 1, -1, 1)
        for at in range(1, width):
            result = add_plain(result, taps[at] * reshape(weight[:, 0, at], 1, -1, 1))
    else:
        windows = reshape(stack(taps, 2), batch, groups, per_group * width, count)
        kernels = reshape(weight, groups, outputs // groups, per_group * width)
        result = reshape(matmul(kernels, windows), batch, outputs, count)
    return result if bias is None else add_plain(result, reshape(bias, 1, -1, 1))
