"""Dropout as modules."""

from .. import functional as F
from .module import Module


class _DropoutNd(Module):
    """What all kinds of dropout have."""

    __constants__ = ["p", "inplace"]

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """Zeros at random, while training."""

    def forward(self, input):
        if not self.training or self.p == 0.0:
            return input
        return F.dropout(input, self.p, True, self.inplace)


def _kind(name, function):
    def forward(self, input):
        return function(input, self.p, self.training, self.inplace)

    return type(name, (_DropoutNd,), {"forward": forward, "__doc__": function.__doc__, "__module__": __name__})


Dropout1d, Dropout2d, Dropout3d = (_kind(f"Dropout{n}d", getattr(F, f"dropout{n}d")) for n in (1, 2, 3))
AlphaDropout = _kind("AlphaDropout", F.alpha_dropout)
FeatureAlphaDropout = _kind("FeatureAlphaDropout", F.feature_alpha_dropout)

__all__ = ["AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]
