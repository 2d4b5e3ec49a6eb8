"""Are two tensors the same?"""

from ._base import Tensor
from ._pointwise import ne
from ._special import isclose


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Are two tensors near each other everywhere?"""
    close = isclose(input, other, rtol, atol, equal_nan)
    return bool(close.all())


def equal(input, other):
    """Have two tensors the same shape and elements?"""
    if not isinstance(other, Tensor):
        raise TypeError(f"equal(): argument 'other' (position 2) must be Tensor, not {type(other).__name__}")
    if input.shape != other.shape:
        return False
    return not bool(ne(input, other).any()) if input.numel() else True
