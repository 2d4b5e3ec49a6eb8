"""Bounds, blends, softmax."""

from ._arithmetic import larger, smaller
from ._base import Tensor, wrap
from ._dtype import bool_, float32
from ._host import Err, layers, raised
from ._numbers import as_tensor_operand, limits
from ._pointwise import add_plain, div_plain, eq, isnan, lt, mul, sub_plain
from ._promotion import cast, result_of_all
from ._selecting import choose, masked_fill
from ._shaping import whole_dim

_softmax = layers.softmax


def _bounded(input, bound, function):
    if bound is None:
        return input
    return function(input, bound)


def _within(bound, kind):
    """A bound that is a number, as the nearest one that `kind` holds."""
    if bound is None or isinstance(bound, Tensor):
        return bound
    low, high = limits(kind)
    return low if bound < low else high if bound > high else bound


def clamp(input, min=None, max=None):
    """No smaller than `min`, no larger than `max`: numbers or tensors."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if input._dtype is not float32:
        kind = result_of_all([x for x in (input, min, max) if x is not None])
        if kind is bool_ and not (isinstance(min, Tensor) or isinstance(max, Tensor)):
            raise NotImplementedError("\"clamp_scalar_cpu\" not implemented for 'Bool'")
        input = cast(input, kind)
        if not kind.is_floating_point:
            min, max = _within(min, kind), _within(max, kind)
    return _bounded(_bounded(input, min, larger), max, smaller)


def clamp_min(input, min):
    """No smaller than `min`."""
    return clamp(input, min=min)


def clamp_max(input, max):
    """No larger than `max`."""
    return clamp(input, max=max)


def lerp(input, end, weight):
    """`input + weight * (end - input)`, counted from the nearer end."""
    kind = input.dtype
    if not kind.is_floating_point:
        name = "lerp_kernel_tensor" if isinstance(weight, Tensor) else "lerp_kernel_scalar"
        raise NotImplementedError(f"\"{name}\" not implemented for '{kind.title}'")
    for name, value in (("end", end), ("weight", weight)):
        if isinstance(value, Tensor) and value.dtype is not kind:
            raise RuntimeError(f"expected dtype {kind.title} for `{name}` but got dtype {value.dtype.title}")
    if kind.itemsize == 2:
        wide = cast(weight, float32) if isinstance(weight, Tensor) else weight
        return cast(lerp(cast(input, float32), as_tensor_operand(end, float32), wide), kind)
    way = sub_plain(end, input)
    if not isinstance(weight, Tensor):
        if weight < 0.5:
            return add_plain(input, mul(way, weight))
        return sub_plain(end, mul(way, 1 - weight))
    from_start = add_plain(input, mul(way, weight))
    from_end = sub_plain(end, mul(way, sub_plain(1, weight)))
    return choose(lt(weight, 0.5), from_start, from_end)


def _in_float32(function, input, tensor1, tensor2, value):
    """The 16-bit types are rounded once, at the end."""
    kind = result_of_all((input, tensor1, tensor2))
    wide = function(*[cast(x, float32) for x in (input, tensor1, tensor2)], value=value)
    return cast(wide, kind) if kind.itemsize == 2 else wide


def addcmul(input, tensor1, tensor2, third=None, *, value=1):
    """`input + value * tensor1 * tensor2`; PyTorch's old order has `value` second."""
    if third is not None:
        value, tensor1, tensor2 = tensor1, tensor2, third
    if input._dtype is not float32:
        kind = result_of_all((input, tensor1, tensor2))
        if kind is bool_:
            raise NotImplementedError("\"addcmul_cpu_out\" not implemented for 'Bool'")
        if not kind.is_floating_point:
            value = int(value)
        elif input.dtype.itemsize == 2 and input.dtype.is_floating_point:
            return _in_float32(addcmul, input, tensor1, tensor2, value)
    product = mul(tensor1, tensor2)
    return add_plain(input, product if value == 1 else mul(product, value))


def addcdiv(input, tensor1, tensor2, third=None, *, value=1):
    """`input + value * tensor1 / tensor2`; PyTorch's old order has `value` second."""
    if third is not None:
        value, tensor1, tensor2 = tensor1, tensor2, third
    if not tensor1.dtype.is_floating_point and not tensor2.dtype.is_floating_point:
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
            "true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as "
            "(input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + "
            "value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter "
            "implementation: (input + value * tensor1 / tensor2), for all dtypes.")
    if input.dtype.itemsize == 2 and input.dtype.is_floating_point:
        return _in_float32(addcdiv, input, tensor1, tensor2, value)
    quotient = div_plain(tensor1, tensor2)
    return add_plain(input, quotient if value == 1 else mul(quotient, value))


def nan_to_num(input, nan=None, posinf=None, neginf=None):
    """With finite numbers for what is not a number or infinite."""
    from ._dtype import finfo

    if not input.dtype.is_floating_point:
        return input.clone()
    largest = finfo(input.dtype)
    x = masked_fill(input, isnan(input), 0.0 if nan is None else nan)
    x = masked_fill(x, eq(input, float("inf")), largest.max if posinf is None else posinf)
    return masked_fill(x, eq(input, float("-inf")), largest.min if neginf is None else neginf)


def _soft(log):
    name = "log_softmax" if log else "softmax"
    node = "LogSoftmaxBackward0" if log else "SoftmaxBackward0"

    def operation(input, dim=None, dtype=None, *, _stacklevel=3):
        if dtype is not None:
            input = cast(input, dtype)
        elif input._dtype is not float32 and not input.dtype.is_floating_point:
            raise NotImplementedError(f'"{name}_lastdim_kernel_impl" not implemented for \'{input.dtype.title}\'')
        rank = len(input.shape)
        if dim is None:
            dim = 0 if rank in (0, 1, 3) else 1
        if not rank:
            whole_dim(dim, rank)
            return add_plain(mul(input, 0), 0.0 if log else 1.0)
        try:
            result = wrap(_softmax(input, whole_dim(dim, rank), log), input._dtype)
        except Err as err:
            raise raised(err) from None
        result._shape = input._shape
        result._made = node
        return result

    operation.__name__ = operation.__qualname__ = name
    return operation


softmax = _soft(False)
log_softmax = _soft(True)
