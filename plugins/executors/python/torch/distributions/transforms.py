"""Invertible functions, and how they change densities."""

from .._missing import absent
from ._elementwise import (
    AbsTransform, AffineTransform, ExpTransform, PowerTransform, SigmoidTransform, SoftmaxTransform, SoftplusTransform,
    TanhTransform,
)
from ._transform import ComposeTransform, IndependentTransform, Transform, identity_transform

__all__ = [
    "AbsTransform", "AffineTransform", "ComposeTransform", "ExpTransform", "IndependentTransform", "PowerTransform",
    "SigmoidTransform", "SoftmaxTransform", "SoftplusTransform", "TanhTransform", "Transform", "identity_transform",
]


def __getattr__(name):
    return absent("torch.distributions.transforms", name, globals())
