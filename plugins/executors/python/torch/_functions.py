"""Which functions are `torch.NAME`, and which are methods too."""

from . import _math_functions, _shape_functions

FUNCTIONS = {**_shape_functions.FUNCTIONS, **_math_functions.FUNCTIONS}


def install(cls):
    """Gives the class `Tensor` its methods, and their in-place forms."""
    _shape_functions.install(cls)
    _math_functions.install(cls)
