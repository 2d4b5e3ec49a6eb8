"""Convolution: windows of the input as one matrix product with the weight."""

import torch

from ._padding import own, pad
from ._windows import overlapped, several, windows

# A depthwise kernel of at most this many elements is a sum of shifted images; of more, a product of matrices.
_FEW_TAPS = 64


def _sides(padding, kernel, dilation, stride):
    """How much is added before and after each dimension."""
    if isinstance(padding, str):
        if padding == "valid":
            return [(0, 0)] * len(kernel)
        if padding != "same":
            raise RuntimeError(f"Invalid padding string: '{padding}'")
        if any(s != 1 for s in stride):
            raise RuntimeError("padding='same' is not supported for strided convolutions")
        reach = [d * (k - 1) for d, k in zip(dilation, kernel)]
        return [(n // 2, n - n // 2) for n in reach]
    return [(n, n) for n in several(padding, len(kernel), "padding")]


def _check(input, weight, bias, dimensions, groups, name, transposed=False):
    rank = dimensions + 2
    if input.dim() not in (rank, rank - 1):
        raise RuntimeError(f"Expected {rank - 1}D (unbatched) or {rank}D (batched) input to {name}, but got input of "
                           f"size: {list(input.shape)}")
    if weight.dim() != rank:
        raise RuntimeError(f"Expected {rank}-dimensional weight for {rank}-dimensional input {list(input.shape)}, but "
                           f"got weight of size {list(weight.shape)} instead")
    if bias is not None and bias.dtype is not input.dtype:
        raise RuntimeError(f"Input type ({_short(input)}) and bias type ({_short(bias)}) should be the same")
    if input.dtype is not weight.dtype:
        raise RuntimeError(f"expected scalar type {_title(input)} but found {_title(weight)}")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    shape = input.shape if input.dim() == rank else (1, *input.shape)
    expected = weight.shape[0] if transposed else weight.shape[1] * groups
    if shape[1] != expected:
        raise RuntimeError(
            f"Given {'transposed=1' if transposed else f'groups={groups}'}, weight of size {list(weight.shape)}, "
            f"expected input{list(shape)} to have {expected} channels, but got {shape[1]} channels instead"
        )
    if not transposed and weight.shape[0] % groups:
        raise RuntimeError(f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but "
                           f"got weight of size {list(weight.shape)} instead")
    outputs = weight.shape[1] * groups if transposed else weight.shape[0]
    if bias is not None and tuple(bias.shape) != (outputs,):
        raise RuntimeError(
            f"Given {'transposed=1, ' if transposed else ''}weight of size {list(weight.shape)}, expected bias to be "
            f"1-dimensional with {outputs} elements, but got bias of size {list(bias.shape)} instead"
        )


_TITLES = {"float32": ("float", "Float"), "float64": ("double", "Double"), "float16": ("c10::Half", "Half"),
           "bfloat16": ("c10::BFloat16", "BFloat16"), "int64": ("long int", "Long"), "int32": ("int", "Int")}


def _short(x):
    return _TITLES.get(x.dtype.name, (x.dtype.name,))[0]


def _title(x):
    return _TITLES.get(x.dtype.name, (x.dtype.name,))[-1]


def _convolve(input, weight, bias, stride, sides, dilation, groups):
    kernel = list(weight.shape[2:])
    padded = [n + a + b for n, (a, b) in zip(input.shape[2:], sides)]
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel)]
    if any(r > n for r, n in zip(reach, padded)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, padded))}). Kernel size: "
            f"({' x '.join(map(str, reach))}). Kernel size can't be greater than actual input size"
        )
    x = input
    if any(a or b for a, b in sides):
        x = pad(x, [n for side in reversed(sides) for n in side])
    counts = [(n - r) // s + 1 for n, r, s in zip(padded, reach, stride)]
    if max(kernel) == 1 and groups == 1:
        result = _pointwise(x, weight, stride)
    elif groups == input.shape[1] and groups > 1 and _size(kernel) <= _FEW_TAPS:
        result = _depthwise(x, weight, stride, dilation, counts)
    elif groups == 1:
        return _dense(x, weight, bias, stride, dilation, counts)
    else:
        result = _grouped(x, weight, stride, dilation, counts, groups)
    return result if bias is None else result + bias.reshape([1, -1] + [1] * len(kernel))


def _size(extents):
    count = 1
    for n in extents:
        count *= n
    return count


def _strided(x, stride):
    if all(s == 1 for s in stride):
        return x
    return x[(slice(None), slice(None), *(slice(None, None, s) for s in stride))]


def _pointwise(x, weight, stride):
    """A kernel of one element: a product of matrices for each image."""
    x = _strided(x, stride)
    shape = list(x.shape)
    result = torch.matmul(weight.reshape(weight.shape[0], -1), x.reshape(shape[0], shape[1], -1))
    return result.reshape(shape[0], -1, *shape[2:])


def _dense(x, weight, bias, stride, dilation, counts):
    """Every window a row of one matrix."""
    rank, batch, outputs = len(counts), x.shape[0], weight.shape[0]
    x = windows(x, weight.shape[2:], stride, dilation)
    order = [0, *range(2, 2 + rank), 1, *range(2 + rank, 2 + 2 * rank)]
    rows = x.permute(order).reshape(batch * _size(counts), -1)
    result = torch.nn.functional.linear(rows, weight.reshape(outputs, -1), bias)
    result = result.reshape(batch, *counts, outputs)
    return own(result.permute(0, rank + 1, *range(1, rank + 1)))


def _grouped(x, weight, stride, dilation, counts, groups):
    # Images and groups as one dimension: the host's tensors have at most eight.
    rank, batch, outputs = len(counts), x.shape[0], weight.shape[0]
    x = x.reshape(batch * groups, x.shape[1] // groups, *x.shape[2:])
    x = windows(x, weight.shape[2:], stride, dilation)
    order = [0, *range(2, 2 + rank), 1, *range(2 + rank, 2 + 2 * rank)]
    rows = x.permute(order).reshape(batch, groups, _size(counts), -1)
    kernels = weight.reshape(groups, outputs // groups, -1).transpose(1, 2)
    return own(torch.matmul(rows, kernels).transpose(2, 3).reshape(batch, outputs, *counts))


def _depthwise(x, weight, stride, dilation, counts):
    """Each channel by its own kernels: a sum of shifted images, one for each element of the kernel."""
    channels, outputs = x.shape[1], weight.shape[0]
    many = outputs // channels
    kernel = list(weight.shape[2:])
    if many > 1:
        x = x.repeat_interleave(many, 1)
    columns = weight.reshape(outputs, -1)
    total = None
    for tap in range(_size(kernel)):
        at, left = [], tap
        for k in reversed(kernel):
            at.insert(0, left % k)
            left //= k
        cut = tuple(slice(a * d, a * d + (n - 1) * s + 1, s) for a, d, n, s in zip(at, dilation, counts, stride))
        part = x[(slice(None), slice(None), *cut)] * columns[:, tap].reshape([1, -1] + [1] * len(kernel))
        total = part if total is None else total + part
    return total


def _convolution(dimensions):
    name = f"conv{dimensions}d"

    def operation(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        _check(input, weight, bias, dimensions, groups, name)
        stride, dilation = several(stride, dimensions, "stride"), several(dilation, dimensions, "dilation")
        if min(stride) <= 0:
            raise RuntimeError("non-positive stride is not supported")
        if min(dilation) <= 0:
            raise RuntimeError("dilation should be greater than zero")
        if not isinstance(padding, str) and min(several(padding, dimensions, "padding")) < 0:
            raise RuntimeError("negative padding is not supported")
        sides = _sides(padding, list(weight.shape[2:]), dilation, stride)
        if input.dim() == dimensions + 1:
            return _convolve(input.unsqueeze(0), weight, bias, stride, sides, dilation, groups).squeeze(0)
        return _convolve(input, weight, bias, stride, sides, dilation, groups)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"Convolution over the last {dimensions} dimension(s) of (batch, channels, …)."
    return operation


conv1d, conv2d, conv3d = (_convolution(n) for n in (1, 2, 3))


def _scattered(x, weight, bias, stride, padding, extra, groups, dilation):
    """Each element times the kernels, the products added up where they meet."""
    batch, rank, kernel = x.shape[0], len(stride), list(weight.shape[2:])
    counts, per_group = list(x.shape[2:]), weight.shape[1]
    w = weight.reshape(groups, weight.shape[0] // groups, -1).transpose(1, 2)
    products = torch.matmul(w, x.reshape(batch, groups, x.shape[1] // groups, -1))
    products = products.reshape(batch, groups * per_group, _size(kernel), *counts)
    whole = [(n - 1) * s + d * (k - 1) + 1 for n, s, d, k in zip(counts, stride, dilation, kernel)]
    result = overlapped(products, whole, kernel, stride, dilation)
    sides = [(-p, e - p) for p, e in zip(padding, extra)]
    if any(a or b for a, b in sides):
        result = pad(result, [n for side in reversed(sides) for n in side])
    return result if bias is None else result + bias.reshape([1, -1] + [1] * rank)


def _transposed(dimensions):
    name = f"conv_transpose{dimensions}d"

    def operation(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        _check(input, weight, bias, dimensions, groups, name, transposed=True)
        stride, dilation = several(stride, dimensions, "stride"), several(dilation, dimensions, "dilation")
        padding = several(padding, dimensions, "padding")
        extra = several(output_padding, dimensions, "output_padding")
        if any(e >= s and e >= d for e, s, d in zip(extra, stride, dilation)):
            raise RuntimeError(
                "output padding must be smaller than either stride or dilation, but got output_padding_height: "
                f"{extra[0]} output_padding_width: {extra[-1]} stride_height: {stride[0]} stride_width: {stride[-1]} "
                f"dilation_height: {dilation[0]} dilation_width: {dilation[-1]}"
            )
        single = input.dim() == dimensions + 1
        x = input.unsqueeze(0) if single else input
        kernel = list(weight.shape[2:])
        if max(stride) > 1:
            result = _scattered(x, weight, bias, stride, padding, extra, groups, dilation)
            return result.squeeze(0) if single else result
        sides = [(d * (k - 1) - p, d * (k - 1) - p + e) for d, k, p, e in zip(dilation, kernel, padding, extra)]
        inputs, per_group = weight.shape[:2]
        w = weight.reshape(groups, inputs // groups, per_group, *kernel).transpose(1, 2)
        w = w.reshape(groups * per_group, inputs // groups, *kernel)
        if max(kernel) > 1:
            w = w.flip(list(range(2, 2 + dimensions)))
        result = _convolve(x, w, bias, [1] * dimensions, sides, dilation, groups)
        return result.squeeze(0) if single else result

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"The transpose of `conv{dimensions}d`: from its outputs to its inputs."
    return operation


conv_transpose1d, conv_transpose2d, conv_transpose3d = (_transposed(n) for n in (1, 2, 3))


def conv_tbc(input, weight, bias, pad=0):
    """Convolution over (time, batch, channels)."""
    result = conv1d(input.permute(1, 2, 0), weight.permute(2, 1, 0), bias, padding=pad)
    return result.permute(2, 0, 1)


__all__ = ["conv1d", "conv2d", "conv3d", "conv_tbc", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]
