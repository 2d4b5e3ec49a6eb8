"""`Rearrange`, `Reduce` and `EinMix` as modules."""

from torch import nn

from .._transforms import reduce


class _Layer(nn.Module):
    def __init__(self, pattern, **axes_lengths):
        super().__init__()
        self.pattern, self.axes_lengths = pattern, axes_lengths

    def _shown(self, *more):
        parts = [repr(self.pattern), *map(repr, more), *(f"{name}={size}" for name, size in self.axes_lengths.items())]
        return f"{type(self).__name__}({', '.join(parts)})"

    def __repr__(self):
        return self._shown()


class Rearrange(_Layer):
    """`einops.rearrange` by one pattern."""

    def forward(self, input):
        return reduce(input, self.pattern, "rearrange", **self.axes_lengths)


class Reduce(_Layer):
    """`einops.reduce` by one pattern."""

    def __init__(self, pattern, reduction, **axes_lengths):
        super().__init__(pattern, **axes_lengths)
        self.reduction = reduction

    def forward(self, input):
        return reduce(input, self.pattern, self.reduction, **self.axes_lengths)

    def __repr__(self):
        return self._shown(self.reduction)


class EinMix(nn.Module):
    """Not there."""

    def __init__(self, *arguments, **options):
        raise NotImplementedError(
            "einops.layers.torch.EinMix is not available; the nearest is einops.einsum and a Parameter")
