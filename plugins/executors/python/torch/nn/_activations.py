"""Activations as functions."""

import functools

import torch

from .._clamping import log_softmax as _log_softmax
from .._clamping import softmax as _softmax
from .._dtype import bfloat16, float16
from .._host import tensors
from .._pointwise import _function, gelu_erf, gelu_tanh
from .._pointwise import relu as _relu
from .._pointwise import silu as _silu
from .._views import check_writable, write

_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_SCALE = 1.0507009873554804934193349852946

_log_sigmoid = _function(tensors.UnaryOp.LOG_SIGMOID, "logsigmoid")


def into(input, result):
    """In-place: `input` takes the values of the fresh tensor `result`."""
    check_writable(input)
    return write(input, result)


def widened(function):
    """`function` of a tensor, computed in float32 where the tensor is of 16 bits, and rounded once."""

    @functools.wraps(function)
    def operation(input, *arguments, **options):
        kind = input.dtype
        if kind is bfloat16 or kind is float16:
            return function(input.float(), *arguments, **options).to(kind)
        return function(input, *arguments, **options)

    return operation


def _floating(input, name):
    """Refuses whole numbers."""
    if not input.dtype.is_floating_point:
        title = {"int64": "Long", "int32": "Int", "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool"}
        raise NotImplementedError(f'"{name}" not implemented for \'{title.get(input.dtype.name, input.dtype.name)}\'')


def relu(input, inplace=False):
    """`input` where positive, else 0."""
    return into(input, _relu(input)) if inplace else _relu(input)


def silu(input, inplace=False):
    """`input * sigmoid(input)`."""
    _floating(input, "silu_cpu")
    return into(input, _silu(input)) if inplace else _silu(input)


def gelu(input, *, approximate="none"):
    """Gaussian error linear unit: exact, or by tanh."""
    _floating(input, "GeluKernelImpl")
    if approximate == "none":
        return gelu_erf(input)
    if approximate == "tanh":
        return gelu_tanh(input)
    raise RuntimeError("approximate argument must be either none or tanh.")


def logsigmoid(input):
    """The logarithm of the sigmoid."""
    return _log_sigmoid(input)


def _clamped(input, low, high):
    """Clamped; at and beyond the limits without a gradient."""
    if not input.dtype.is_floating_point:
        return input.clamp(int(low), int(high))
    inside = (input > low) & (input < high)
    return torch.where(inside, input, input.detach().clamp(low, high))


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """Clamped to `min_val` … `max_val`."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    result = _clamped(input, min_val, max_val)
    return into(input, result) if inplace else result


def relu6(input, inplace=False):
    """`relu`, at most 6."""
    return hardtanh(input, 0.0, 6.0, inplace)


@widened
def _hardsigmoid(input):
    return _clamped(input + 3.0, 0.0, 6.0) / 6.0


def hardsigmoid(input, inplace=False):
    """A piecewise linear sigmoid."""
    return into(input, _hardsigmoid(input)) if inplace else _hardsigmoid(input)


@widened
def _hardswish(input):
    return input * _clamped(input + 3.0, 0.0, 6.0) / 6.0


def hardswish(input, inplace=False):
    """`input * hardsigmoid(input)`."""
    return into(input, _hardswish(input)) if inplace else _hardswish(input)


@widened
def _exponential(input, alpha, scale, inner):
    """`scale * input` where positive, else `scale * alpha * (e^(inner * input) - 1)`."""
    _floating(input, "elu_cpu")
    below = torch.where(input > 0, 0.0, input)
    curve = torch.expm1(below if inner == 1.0 else below * inner) * (alpha * scale)
    return torch.where(input > 0, input if scale == 1.0 else input * scale, curve)


def elu(input, alpha=1.0, inplace=False):
    """`input` where positive, else `alpha * (e^input - 1)`."""
    result = _exponential(input, alpha, 1.0, 1.0)
    return into(input, result) if inplace else result


def selu(input, inplace=False):
    """`elu` scaled so that mean 0 and variance 1 stay."""
    result = _exponential(input, _SELU_ALPHA, _SELU_SCALE, 1.0)
    return into(input, result) if inplace else result


def celu(input, alpha=1.0, inplace=False):
    """`elu` with a continuous derivative for every `alpha`."""
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    result = _exponential(input, alpha, 1.0, 1.0 / alpha)
    return into(input, result) if inplace else result


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """`input` where positive, else a fraction of it."""
    _floating(input, "leaky_relu_cpu")
    result = torch.where(input > 0, input, input * negative_slope)
    return into(input, result) if inplace else result


def prelu(input, weight):
    """As `leaky_relu`, with one fraction for all or one for each channel."""
    count = weight.numel()
    if weight.dim() > 1:
        raise RuntimeError("prelu: Expected `weight` to be a scalar or 1D tensor, but got: "
                           f"ndim = {weight.dim()}")
    if count != 1:
        if input.dim() == 0:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = input.shape[1] if input.dim() > 1 else 1
        if channels != count:
            raise RuntimeError("Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                               f"{count} and channel size = {channels}.")
        weight = weight.reshape([1, count] + [1] * (input.dim() - 2))
    elif weight.dim() == 1 and input.dim() == 0:
        weight = weight.reshape([])
    return torch.where(input > 0, input, input * weight)


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """As `leaky_relu`, with random fractions while training."""
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    if training:
        # PyTorch draws a float64 for each element that is not positive, and none for the others.
        below = input <= 0
        draws = torch.empty(int(below.sum()), dtype=torch.float64).uniform_(lower, upper).to(input.dtype)
        result = input * torch.ones(input.shape, dtype=input.dtype).masked_scatter(below, draws)
        return into(input, result) if inplace else result
    return leaky_relu(input, (lower + upper) / 2, inplace)


def threshold(input, threshold, value, inplace=False):
    """`input` where above `threshold`, else `value`."""
    result = torch.where(input > threshold, input, value)
    return into(input, result) if inplace else result


@widened
def softplus(input, beta=1.0, threshold=20.0):
    """A smooth `relu`; linear where `beta * input` exceeds `threshold`."""
    scaled = input * beta
    far = scaled > threshold
    return torch.where(far, input, torch.log1p(torch.exp(torch.where(far, 0.0, scaled))) / beta)


@widened
def _mish(input):
    return input * torch.tanh(softplus(input))


def mish(input, inplace=False):
    """`input * tanh(softplus(input))`."""
    return into(input, _mish(input)) if inplace else _mish(input)


def softsign(input):
    """`input / (1 + |input|)`."""
    return input / (1.0 + torch.abs(input))


def tanhshrink(input):
    """`input - tanh(input)`."""
    return input - torch.tanh(input)


def hardshrink(input, lambd=0.5):
    """0 within ±`lambd`."""
    return torch.where((input >= -lambd) & (input <= lambd), 0.0, input)


def softshrink(input, lambd=0.5):
    """0 within ±`lambd`, and that much nearer to 0 beyond."""
    if lambd < 0:
        raise RuntimeError(f"lambda must be greater or equal to 0, but found to be {lambd:g}.")
    return torch.where(input > lambd, input - lambd, torch.where(input < -lambd, input + lambd, input * 0.0))


def glu(input, dim=-1):
    """The first half times the sigmoid of the second."""
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    extent = input.size(dim)
    if extent % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim % input.dim()} is size {extent}")
    a, b = input.chunk(2, dim)
    return a * torch.sigmoid(b)


def tanh(input):
    """Elementwise hyperbolic tangent."""
    return torch.tanh(input)


def sigmoid(input):
    """`1 / (1 + e^-input)`."""
    return torch.sigmoid(input)


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """Exponentials along `dim`, scaled to sum to 1."""
    return _softmax(input, dim, dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """The logarithm of `softmax`."""
    return _log_softmax(input, dim, dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """Softmax of the negative."""
    return _softmax(-input, dim, dtype)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """Softmax of the logits with Gumbel noise; `hard` gives one-hot with the soft gradient."""
    noise = -torch.empty_like(logits).exponential_().log()
    soft = _softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    index = soft.argmax(dim, keepdim=True)
    one = torch.zeros_like(soft.detach()).scatter_(dim, index, 1.0)
    return one - soft.detach() + soft


def _in_place(function):
    def operation(input, *arguments, **options):
        return function(input, *arguments, **options, inplace=True)

    operation.__name__ = operation.__qualname__ = function.__name__ + "_"
    operation.__doc__ = f"In-place `{function.__name__}`."
    return operation


relu_, elu_, selu_, celu_ = (_in_place(function) for function in (relu, elu, selu, celu))
leaky_relu_, hardtanh_, threshold_, rrelu_ = (
    _in_place(function) for function in (leaky_relu, hardtanh, threshold, rrelu)
)

__all__ = ["celu", "celu_", "elu", "elu_", "gelu", "glu", "gumbel_softmax", "hardshrink", "hardsigmoid", "hardswish",
           "hardtanh", "hardtanh_", "leaky_relu", "leaky_relu_", "log_softmax", "logsigmoid", "mish", "prelu", "relu",
           "relu6", "relu_", "rrelu", "rrelu_", "selu", "selu_", "sigmoid", "silu", "softmax", "softmin", "softplus",
           "softshrink", "softsign", "tanh", "tanhshrink", "threshold", "threshold_"]
