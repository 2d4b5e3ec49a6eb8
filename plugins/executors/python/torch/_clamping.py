"""Functions made of several host operations, and softmax."""

from ._base import Tensor, wrap
from ._creation import full
from ._dtype import float32
from ._host import Err, layers, raised
from ._pointwise import _maximum, _minimum, add_plain, div_plain, isinf, isnan, logical_and, lt, mul, sub_plain
from ._promotion import cast, with_number
from ._selecting import masked_fill
from ._shaping import whole_dim

_softmax = layers.softmax


def _bounded(input, bound, function):
    if bound is None:
        return input
    if not isinstance(bound, Tensor):
        kind = with_number(input, bound)
        if kind is not input.dtype:
            input = cast(input, kind)
    return function(input, bound)


def clamp(input, min=None, max=None):
    """No smaller than `min`, no larger than `max`."""
    if min is None and max is None:
        raise ValueError("torch.clamp: At least one of 'min' or 'max' must not be None")
    return _bounded(_bounded(input, min, _maximum), max, _minimum)


def clamp_min(input, min):
    """No smaller than `min`."""
    return clamp(input, min=min)


def clamp_max(input, max):
    """No larger than `max`."""
    return clamp(input, max=max)


def lerp(input, end, weight):
    """`input + weight * (end - input)`."""
    return add_plain(input, mul(sub_plain(end, input), weight))


def addcmul(input, tensor1, tensor2, *, value=1):
    """`input + value * tensor1 * tensor2`."""
    product = mul(tensor1, tensor2)
    return add_plain(input, product if value == 1 else mul(product, value))


def addcdiv(input, tensor1, tensor2, *, value=1):
    """`input + value * tensor1 / tensor2`."""
    quotient = div_plain(tensor1, tensor2)
    return add_plain(input, quotient if value == 1 else mul(quotient, value))


def nan_to_num(input, nan=0.0, posinf=None, neginf=None):
    """With finite numbers for what is not a number or infinite."""
    from ._dtype import finfo

    limits = finfo(input.dtype)
    infinite = isinf(input)
    negative = lt(input, 0)
    x = masked_fill(input, isnan(input), nan)
    x = masked_fill(x, logical_and(infinite, negative), limits.min if neginf is None else neginf)
    return masked_fill(x, logical_and(infinite, ~negative), limits.max if posinf is None else posinf)


def _soft(log):
    name = "log_softmax" if log else "softmax"

    def operation(input, dim=None, dtype=None):
        if dtype is not None:
            input = cast(input, dtype)
        elif input._dtype is not float32 and not input.dtype.is_floating_point:
            raise RuntimeError(f'"{name}_lastdim_kernel_impl" not implemented for \'Long\'')
        rank = len(input.shape)
        if dim is None:
            dim = 0 if rank in (0, 1, 3) else 1
        if not rank:
            return full((), 0.0 if log else 1.0, dtype=input.dtype)
        try:
            result = wrap(_softmax(input, whole_dim(dim, rank), log), input._dtype)
        except Err as err:
            raise raised(err) from None
        result._shape = input._shape
        return result

    operation.__name__ = operation.__qualname__ = name
    return operation


softmax = _soft(False)
log_softmax = _soft(True)
