"""Windows over the last dimensions: what convolution, pooling and `unfold` are made of."""

import torch

from .._base import wrap
from .._host import Err, raised, tensors
from ._padding import own, pad


def several(value, count, name):
    """One number, or `count` of them, as a list."""
    if isinstance(value, (tuple, list)):
        value = [int(n) for n in value]
        if len(value) == 1:
            return value * count
        if len(value) != count:
            raise RuntimeError(f"expected {name} to be a single integer value or a list of {count} values to match the "
                               f"convolution dimensions, but got {name}={value}")
        return value
    return [int(value)] * count


def unfolded(x, dim, size, step):
    """Every window of `size` elements along `dim`, one each `step`; `size` is a new last dimension."""
    try:
        return wrap(tensors.unfold(x, dim, size, step), x.dtype)
    except Err as err:
        raise raised(err) from None


def windows(x, kernel, stride, dilation=None):
    """The windows over the last `len(kernel)` dimensions: (…, *counts, *kernel)."""
    rank = len(kernel)
    first = x.dim() - rank
    for at in range(rank):
        spread = 1 if dilation is None else dilation[at]
        x = unfolded(x, first + at, (kernel[at] - 1) * spread + 1, stride[at])
        if spread > 1:
            last = x.dim() - 1
            x = x[(slice(None),) * last + (slice(None, None, spread),)]
    return x


def places(extent, kernel, stride, padding, dilation):
    """How many windows there are along a dimension."""
    return (extent + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Every window of each image as a column: (batch, channels * kernel, windows)."""
    if input.dim() == 3:
        return unfold(input.unsqueeze(0), kernel_size, dilation, padding, stride).squeeze(0)
    if input.dim() != 4:
        raise RuntimeError("Input Error: Only unbatched (3D) or batched (4D) image-like tensors are supported, but got "
                           f"input of size: {list(input.shape)}")
    kernel, dilation, padding, stride = (
        several(v, 2, n) for v, n in ((kernel_size, "kernel_size"), (dilation, "dilation"), (padding, "padding"),
                                      (stride, "stride"))
    )
    batch, channels = input.shape[:2]
    counts = [places(n, k, s, p, d) for n, k, s, p, d in zip(input.shape[2:], kernel, stride, padding, dilation)]
    if min(counts) < 1:
        raise RuntimeError(
            f"Given input with spatial size ({input.shape[2]}, {input.shape[3]}), kernel_size=({kernel[0]}, "
            f"{kernel[1]}), dilation=({dilation[0]}, {dilation[1]}), padding=({padding[0]}, {padding[1]}), calculated "
            f"shape of the array of sliding blocks as ({counts[0]}, {counts[1]}), but its components must be at least "
            "one."
        )
    x = pad(input, [padding[1], padding[1], padding[0], padding[0]]) if any(padding) else input
    x = windows(x, kernel, stride, dilation).permute(0, 1, 4, 5, 2, 3)
    return x.reshape(batch, channels * kernel[0] * kernel[1], counts[0] * counts[1])


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """The sum of columns as `unfold` makes them, each put back to its place in the image."""
    if input.dim() == 2:
        return fold(input.unsqueeze(0), output_size, kernel_size, dilation, padding, stride).squeeze(0)
    if input.dim() != 3:
        raise RuntimeError("Input Error: Only unbatched (2D) or batched (3D) input Tensors are supported, but got "
                           f"input of size: {list(input.shape)}")
    size, kernel, dilation, padding, stride = (
        several(v, 2, n) for v, n in ((output_size, "output_size"), (kernel_size, "kernel_size"),
                                      (dilation, "dilation"), (padding, "padding"), (stride, "stride"))
    )
    batch, rows, columns = input.shape
    taps = kernel[0] * kernel[1]
    if rows % taps:
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)="
            f"{rows} and kernel_size=({kernel[0]}, {kernel[1]})."
        )
    counts = [places(n, k, s, p, d) for n, k, s, p, d in zip(size, kernel, stride, padding, dilation)]
    if counts[0] * counts[1] != columns:
        raise RuntimeError(
            f"Given output_size=({size[0]}, {size[1]}), kernel_size=({kernel[0]}, {kernel[1]}), "
            f"dilation=({dilation[0]}, {dilation[1]}), padding=({padding[0]}, {padding[1]}), stride=({stride[0]}, "
            f"{stride[1]}), expected size of input's dimension 2 to match the calculated number of sliding blocks "
            f"{counts[0]} * {counts[1]} = {counts[0] * counts[1]}, but got input.size(2)={columns}."
        )
    channels = rows // taps
    whole = [n + 2 * p for n, p in zip(size, padding)]
    x = overlapped(input.reshape(batch, channels, taps, *counts), whole, kernel, stride, dilation)
    return own(x[:, :, padding[0] : padding[0] + size[0], padding[1] : padding[1] + size[1]])


def overlapped(x, size, kernel, stride, dilation):
    """The sum of windows (batch, channels, kernel, *counts), each put to its place in images of `size`."""
    rank, (batch, channels) = len(size), x.shape[:2]
    count = 1
    for n in size:
        count *= n
    place = windows(torch.arange(count).reshape(1, *size), kernel, stride, dilation)
    for at, n in enumerate(x.shape[3:]):
        place = place.narrow(1 + at, 0, n)
    place = place.permute(0, *range(1 + rank, 1 + 2 * rank), *range(1, 1 + rank)).reshape(1, -1)
    target = torch.zeros(batch * channels, count, dtype=x.dtype)
    source = x.reshape(batch * channels, -1)
    return target.scatter_add(1, place.expand(batch * channels, -1), source).reshape(batch, channels, *size)


__all__ = ["fold", "unfold"]
