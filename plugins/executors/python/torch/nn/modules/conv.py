"""Convolution as modules."""

import math

import torch

from .. import functional as F
from .. import init
from ..parameter import Parameter, UninitializedParameter
from .lazy import LazyModuleMixin
from .module import Module
from .utils import _ntuple, _reverse_repeat_tuple


class _ConvNd(Module):
    """What all convolutions have."""

    __constants__ = ["stride", "padding", "dilation", "groups", "padding_mode", "output_padding", "in_channels",
                     "out_channels", "kernel_size"]

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding, dilation, transposed, output_padding,
                 groups, bias, padding_mode, device=None, dtype=None):
        new = {"device": device, "dtype": dtype}
        super().__init__()
        _check(in_channels, out_channels, kernel_size, stride, padding, groups, padding_mode)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.padding, self.dilation = kernel_size, stride, padding, dilation
        self.transposed, self.output_padding, self.groups = transposed, output_padding, groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice = self._both_sides()
        first, second = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        self.weight = Parameter(torch.empty((first, second // groups, *kernel_size), **new))
        if bias:
            self.bias = Parameter(torch.empty(out_channels, **new))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _both_sides(self):
        """What `pad` is given where the padding is not zeros."""
        if not isinstance(self.padding, str):
            return _reverse_repeat_tuple(self.padding, 2)
        sides = []
        for d, k in zip(reversed(self.dilation), reversed(self.kernel_size)):
            total = d * (k - 1) if self.padding == "same" else 0
            sides += [total // 2, total - total // 2]
        return sides

    def reset_parameters(self):
        """Uniform in ±1/√fan-in."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def extra_repr(self):
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * len(self.kernel_size):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * len(self.kernel_size):
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * len(self.kernel_size):
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


def _check(in_channels, out_channels, kernel_size, stride, padding, groups, padding_mode):
    if groups <= 0:
        raise ValueError("groups must be a positive integer")
    if in_channels % groups != 0:
        raise ValueError("in_channels must be divisible by groups")
    if out_channels % groups != 0:
        raise ValueError("out_channels must be divisible by groups")
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(f"Invalid padding string {padding!r}, should be one of {{'valid', 'same'}}")
        if padding == "same" and any(s != 1 for s in stride):
            raise ValueError("padding='same' is not supported for strided convolutions")
    modes = {"zeros", "reflect", "replicate", "circular"}
    if padding_mode not in modes:
        raise ValueError(f"padding_mode must be one of {modes}, but got padding_mode='{padding_mode}'")


def _kind(dimensions):
    """`Conv1d`, `Conv2d` or `Conv3d`."""
    each = _ntuple(dimensions)
    convolve = getattr(F, f"conv{dimensions}d")

    class Conv(_ConvNd):
        def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
                     padding_mode="zeros", device=None, dtype=None):
            super().__init__(in_channels, out_channels, each(kernel_size), each(stride),
                             padding if isinstance(padding, str) else each(padding), each(dilation), False, each(0),
                             groups, bias, padding_mode, device, dtype)

        def _conv_forward(self, input, weight, bias):
            if self.padding_mode == "zeros":
                return convolve(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)
            x = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
            return convolve(x, weight, bias, self.stride, each(0), self.dilation, self.groups)

        def forward(self, input):
            return self._conv_forward(input, self.weight, self.bias)

    return _named(Conv, f"Conv{dimensions}d", convolve.__doc__)


def _transposed_kind(dimensions):
    """`ConvTranspose1d`, `ConvTranspose2d` or `ConvTranspose3d`."""
    each = _ntuple(dimensions)
    convolve = getattr(F, f"conv_transpose{dimensions}d")

    class ConvTranspose(_ConvTransposeNd):
        def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1,
                     bias=True, dilation=1, padding_mode="zeros", device=None, dtype=None):
            super().__init__(in_channels, out_channels, each(kernel_size), each(stride), each(padding), each(dilation),
                             True, each(output_padding), groups, bias, padding_mode, device, dtype)

        def forward(self, input, output_size=None):
            extra = self._output_padding(input, output_size, dimensions)
            return convolve(input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)

    return _named(ConvTranspose, f"ConvTranspose{dimensions}d", convolve.__doc__)


def _named(cls, name, doc):
    cls.__name__ = cls.__qualname__ = name
    cls.__module__, cls.__doc__ = __name__, doc
    return cls


class _ConvTransposeNd(_ConvNd):
    """What all transposed convolutions have."""

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding, dilation, transposed, output_padding,
                 groups, bias, padding_mode, device=None, dtype=None):
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, transposed, output_padding,
                         groups, bias, padding_mode, device, dtype)

    def _output_padding(self, input, output_size, dimensions):
        """What makes the output as large as `output_size` says."""
        if output_size is None:
            return self.output_padding
        first = input.dim() - dimensions
        size = list(output_size)
        if len(size) == input.dim():
            size = size[first:]
        if len(size) != dimensions:
            raise ValueError(f"ConvTranspose{dimensions}D: for {input.dim()}D input, output_size must have "
                             f"{dimensions} or {input.dim()} elements (got {len(size)})")
        least = [(input.shape[first + d] - 1) * self.stride[d] - 2 * self.padding[d]
                 + self.dilation[d] * (self.kernel_size[d] - 1) + 1 for d in range(dimensions)]
        most = [least[d] + self.stride[d] - 1 for d in range(dimensions)]
        if any(not a <= n <= b for n, a, b in zip(size, least, most)):
            raise ValueError(f"requested an output size of {size}, but valid sizes range from {least} to {most} (for "
                             f"an input of {list(input.shape[first:])})")
        return [n - a for n, a in zip(size, least)]


Conv1d, Conv2d, Conv3d = (_kind(n) for n in (1, 2, 3))
ConvTranspose1d, ConvTranspose2d, ConvTranspose3d = (_transposed_kind(n) for n in (1, 2, 3))


class _LazyConvXdMixin(LazyModuleMixin):
    """Learns its `in_channels` from the first input."""

    def __init__(self, out_channels, kernel_size, *args, bias=True, device=None, dtype=None, **kwargs):
        new = {"device": device, "dtype": dtype}
        names = ("stride", "padding", "output_padding", "groups") if self._turned else (
            "stride", "padding", "dilation", "groups")
        kwargs.update(zip(names, args))
        super().__init__(0, 0, kernel_size, bias=False, **kwargs, **new)
        self.weight = UninitializedParameter(**new)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(**new)

    def reset_parameters(self):
        """As the convolution, once there is a shape."""
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()

    def initialize_parameters(self, input, *args, **kwargs):
        """Takes the channels of `input`."""
        if not self.has_uninitialized_params():
            return
        rank = len(self.kernel_size)
        if input.dim() not in (rank + 1, rank + 2):
            raise RuntimeError(f"Expected {rank + 1}D (unbatched) or {rank + 2}D (batched) input to "
                               f"{type(self).__name__}, but got input of size: {input.shape}")
        self.in_channels = input.shape[input.dim() - rank - 1]
        if self.in_channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        first, second = self.out_channels, self.in_channels
        if self.transposed:
            first, second = second, first
        self.weight.materialize((first, second // self.groups, *self.kernel_size))
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()


def _lazy(kind):
    return type("Lazy" + kind.__name__, (_LazyConvXdMixin, kind), {
        "cls_to_become": kind, "_turned": issubclass(kind, _ConvTransposeNd), "__module__": __name__,
        "__doc__": f"A `{kind.__name__}` that learns its input channels from the first input."})


LazyConv1d, LazyConv2d, LazyConv3d = (_lazy(kind) for kind in (Conv1d, Conv2d, Conv3d))
LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d = (
    _lazy(kind) for kind in (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d))

__all__ = ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "LazyConv1d",
           "LazyConv2d", "LazyConv3d", "LazyConvTranspose1d", "LazyConvTranspose2d", "LazyConvTranspose3d"]
