"""`torch.nn.functional`."""

import torch

from .._base import Tensor
from .._host import Err, layers, raised
from .._missing import absent
from ..overrides import (  # noqa: F401
    handle_torch_function, has_torch_function, has_torch_function_unary, has_torch_function_variadic,
)
from .._origins import LINEAR, LINEAR_PLAIN, name_functions
from . import _activations, _attention, _convolution, _ctc, _distances, _dropout, _embedding, _normalization, _padding
from . import _pooling, _resampling, _windows, losses

_linear = layers.linear

_PARTS = (_activations, _attention, _convolution, _ctc, _distances, _dropout, _embedding, _normalization, _padding,
          _pooling, _resampling, _windows, losses)
for _part in _PARTS:
    globals().update({name: getattr(_part, name) for name in _part.__all__})
name_functions(globals())


def linear(input, weight, bias=None):
    """`input @ weight.T + bias`."""
    try:
        result = _linear(input, weight, bias)
    except Err as err:
        raise _linear_error(err, input, weight, bias) from None
    result.__class__ = Tensor
    result._dtype = input._dtype
    result._made = LINEAR if bias is not None else LINEAR_PLAIN
    return result


def _linear_error(err, input, weight, bias):
    shape = weight.shape
    if err.value.code == "shape" and len(shape) == 2 and input.dim():
        width = input.shape[-1]
        rows = input.numel() // (width or 1)
        if width != shape[1]:
            name = "mm" if bias is None else "addmm"
            return RuntimeError(f"{name}: mat1 and mat2 shapes cannot be multiplied ({rows}x{width} and "
                                f"{shape[1]}x{shape[0]})")
        if bias is not None:
            return RuntimeError(
                f"The expanded size of the tensor ({shape[0]}) must match the existing size ({bias.shape[-1]}) at "
                f"non-singleton dimension 1.  Target sizes: [{rows}, {shape[0]}].  Tensor sizes: {list(bias.shape)}"
            )
    if err.value.code == "dtype":
        if input.dtype is not weight.dtype and bias is None:
            return RuntimeError("expected m1 and m2 to have the same dtype, but got: "
                                f"{_convolution._short(input)} != {_convolution._short(weight)}")
        if input.dtype is not weight.dtype:
            return RuntimeError(f"mat1 and mat2 must have the same dtype, but got {_title(input)} and {_title(weight)}")
        return RuntimeError(f"self and mat2 must have the same dtype, but got {_title(bias)} and {_title(weight)}"
                            if bias is not None else err.value.message)
    return raised(err)


def _title(x):
    name = x.dtype.name
    return {"float32": "Float", "float64": "Double", "float16": "Half", "bfloat16": "BFloat16", "int64": "Long",
            "int32": "Int", "bool": "Bool"}.get(name, name.capitalize())


def bilinear(input1, input2, weight, bias=None):
    """`input1 @ weight[k] @ input2` for each `k`, plus `bias`."""
    if input1.shape[:-1] != input2.shape[:-1]:
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {list(input1.shape)} and "
                           f"{list(input2.shape)}")
    if input1.shape[-1] != weight.shape[1] or input2.shape[-1] != weight.shape[2]:
        raise RuntimeError(f"bilinear(): input1 size does not match weight size: got {input1.shape[-1]} but expected "
                           f"{weight.shape[1]}" if input1.shape[-1] != weight.shape[1] else
                           f"bilinear(): input2 size does not match weight size: got {input2.shape[-1]} but expected "
                           f"{weight.shape[2]}")
    lead = list(input1.shape[:-1])
    first, second = input1.reshape(-1, input1.shape[-1]), input2.reshape(-1, input2.shape[-1])
    # (rows, outputs, in2), then with each row's second input.
    middle = torch.matmul(first, weight.permute(1, 0, 2).reshape(weight.shape[1], -1))
    middle = middle.reshape(first.shape[0], weight.shape[0], weight.shape[2])
    result = torch.matmul(middle, second.unsqueeze(2)).squeeze(2).reshape(*lead, weight.shape[0])
    return result if bias is None else result + bias


def _refused(name, instead):
    def operation(*arguments, **options):
        raise NotImplementedError(f"torch.nn.functional.{name} is not available; the nearest is {instead}")

    operation.__name__ = operation.__qualname__ = name
    return operation


fractional_max_pool2d = _refused("fractional_max_pool2d", "torch.nn.functional.max_pool2d")
fractional_max_pool3d = _refused("fractional_max_pool3d", "torch.nn.functional.max_pool3d")
scaled_mm = _refused("scaled_mm", "torch.matmul")
grouped_mm = _refused("grouped_mm", "torch.bmm")
linear_cross_entropy = _refused("linear_cross_entropy", "torch.nn.functional.linear followed by cross_entropy")
native_channel_shuffle = _resampling.channel_shuffle


def __getattr__(name):
    return absent("torch.nn.functional", name, globals())


__all__ = sorted({name for part in _PARTS for name in part.__all__} | {"bilinear", "linear"})
