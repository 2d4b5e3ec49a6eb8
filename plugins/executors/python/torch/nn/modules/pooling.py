"""Pooling as modules."""

from .. import functional as F
from .module import Module
from .utils import _ntuple


class _MaxPoolNd(Module):
    """The largest of each window."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input):
        return self._pool(input, self.kernel_size, self.stride, self.padding, self.dilation, ceil_mode=self.ceil_mode,
                          return_indices=self.return_indices)

    def extra_repr(self):
        return (f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
                f"dilation={self.dilation}, ceil_mode={self.ceil_mode}")


class _MaxUnpoolNd(Module):
    """Puts what `MaxPool` took back to its place."""

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        each = _ntuple(self._dimensions)
        self.kernel_size = each(kernel_size)
        self.stride = each(stride if stride is not None else kernel_size)
        self.padding = each(padding)

    def forward(self, input, indices, output_size=None):
        return self._pool(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _AvgPoolNd(Module):
    """The mean of each window."""

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
                 divisor_override=None):
        super().__init__()
        each = _ntuple(1) if self._dimensions == 1 else lambda value: value
        self.kernel_size = each(kernel_size)
        self.stride = each(stride if stride is not None else kernel_size)
        self.padding, self.ceil_mode, self.count_include_pad = each(padding), ceil_mode, count_include_pad
        if self._dimensions > 1:
            self.divisor_override = divisor_override

    def forward(self, input):
        more = () if self._dimensions == 1 else (self.divisor_override,)
        return self._pool(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad,
                          *more)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _LPPoolNd(Module):
    """The norm of each window."""

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def forward(self, input):
        return self._pool(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self):
        return (f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
                f"ceil_mode={self.ceil_mode}")


class _AdaptiveMaxPoolNd(Module):
    """The largest of as many windows as asked."""

    def __init__(self, output_size, return_indices=False):
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input):
        return self._pool(input, self.output_size, self.return_indices)

    def extra_repr(self):
        return f"output_size={self.output_size}"


class _AdaptiveAvgPoolNd(Module):
    """The mean of as many windows as asked."""

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, input):
        return self._pool(input, self.output_size)

    def extra_repr(self):
        return f"output_size={self.output_size}"


def _kinds(base, name, function):
    """The three classes of one kind of pooling."""
    return [type(f"{name}{n}d", (base,), {
        "_dimensions": n, "_pool": staticmethod(getattr(F, f"{function}{n}d")), "__doc__": base.__doc__,
        "__module__": __name__}) for n in (1, 2, 3)]


MaxPool1d, MaxPool2d, MaxPool3d = _kinds(_MaxPoolNd, "MaxPool", "max_pool")
MaxUnpool1d, MaxUnpool2d, MaxUnpool3d = _kinds(_MaxUnpoolNd, "MaxUnpool", "max_unpool")
AvgPool1d, AvgPool2d, AvgPool3d = _kinds(_AvgPoolNd, "AvgPool", "avg_pool")
LPPool1d, LPPool2d, LPPool3d = _kinds(_LPPoolNd, "LPPool", "lp_pool")
AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d = _kinds(_AdaptiveMaxPoolNd, "AdaptiveMaxPool",
                                                                 "adaptive_max_pool")
AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d = _kinds(_AdaptiveAvgPoolNd, "AdaptiveAvgPool",
                                                                 "adaptive_avg_pool")

__all__ = [f"{name}{n}d" for name in ("AdaptiveAvgPool", "AdaptiveMaxPool", "AvgPool", "LPPool", "MaxPool", "MaxUnpool")
           for n in (1, 2, 3)]
