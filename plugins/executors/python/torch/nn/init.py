"""`torch.nn.init`: values to start from, drawn as PyTorch draws them."""

import math
import warnings

import torch

from .._grad_mode import no_grad
from .._missing import absent

_PLAIN = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "sigmoid")


def calculate_gain(nonlinearity, param=None):
    """The gain recommended for a nonlinearity."""
    if nonlinearity in _PLAIN:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is not None and (isinstance(param, bool) or not isinstance(param, (int, float))):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def _calculate_fan_in_and_fan_out(tensor):
    if tensor.dim() < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _calculate_correct_fan(tensor, mode):
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    return _calculate_fan_in_and_fan_out(tensor)[mode == "fan_out"]


@no_grad()
def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Uniform in [a, b)."""
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """Normal."""
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """Normal, drawn anew where outside [a, b]."""
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn("mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
                      "incorrect.", stacklevel=2)

    def below(x):
        return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0

    if below((b - mean) / std) - below((a - mean) / std) > 0.3:
        return _redrawn(tensor, mean, std, a, b, generator)
    return _rejected(tensor, mean, std, a, b, generator)


def _redrawn(tensor, mean, std, a, b, generator):
    """Normal numbers, until all lie within the bounds."""
    low, high = torch.tensor([a, b], dtype=tensor.dtype).tolist()
    result = tensor.normal_(mean, std, generator=generator).detach()
    while True:
        outside = (result < low) | (result > high)
        if not outside.any():
            return tensor.copy_(result)
        result = torch.where(outside, torch.empty_like(result).normal_(mean, std, generator=generator), result)


def _rejected(tensor, mean, std, a, b, generator):
    """Uniform numbers within the bounds, each kept with its likelihood: for bounds that few normal numbers meet."""
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    result, pending = tensor.uniform_(a, b, generator=generator).detach(), None
    drawn = result
    while True:
        density = ((drawn - mean) / std).pow(2) * -0.5 - peak
        refused = torch.empty_like(result).uniform_(generator=generator).log() > density
        pending = refused if pending is None else refused & pending
        if not pending.any():
            return tensor.copy_(result)
        drawn = torch.empty_like(result).uniform_(a, b, generator=generator)
        result = torch.where(pending, drawn, result)


@no_grad()
def constant_(tensor, val):
    """All the same."""
    return tensor.fill_(val)


@no_grad()
def ones_(tensor):
    """Ones."""
    return tensor.fill_(1.0)


@no_grad()
def zeros_(tensor):
    """Zeros."""
    return tensor.zero_()


@no_grad()
def eye_(tensor):
    """The identity."""
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return tensor.copy_(torch.eye(*tensor.shape, dtype=tensor.dtype))


@no_grad()
def dirac_(tensor, groups=1):
    """A convolution that keeps its input."""
    if tensor.dim() not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if tensor.shape[0] % groups:
        raise ValueError("dim 0 must be divisible by groups")
    outputs, inputs, *kernel = tensor.shape
    each = outputs // groups
    taps, centre = math.prod(kernel), 0
    for n in kernel:
        centre = centre * n + n // 2
    values = [0.0] * (outputs * inputs * taps)
    for group in range(groups):
        for d in range(min(each, inputs)):
            values[((group * each + d) * inputs + d) * taps + centre] = 1.0
    return tensor.copy_(torch.tensor(values, dtype=tensor.dtype).reshape(tensor.shape))


@no_grad()
def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Uniform, its variance balanced between inputs and outputs."""
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    bound = math.sqrt(3.0) * (gain * math.sqrt(2.0 / float(fan_in + fan_out)))
    return tensor.uniform_(-bound, bound, generator=generator)


@no_grad()
def xavier_normal_(tensor, gain=1.0, generator=None):
    """Normal, its variance balanced between inputs and outputs."""
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return tensor.normal_(0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)), generator=generator)


def _kaiming_deviation(tensor, a, mode, nonlinearity):
    """The deviation that keeps the variance; None for a tensor without elements."""
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=4)
        return None
    fan = _calculate_correct_fan(tensor, mode)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


@no_grad()
def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Uniform, its variance kept through a rectifier."""
    std = _kaiming_deviation(tensor, a, mode, nonlinearity)
    if std is None:
        return tensor
    bound = math.sqrt(3.0) * std
    return tensor.uniform_(-bound, bound, generator=generator)


@no_grad()
def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Normal, its variance kept through a rectifier."""
    std = _kaiming_deviation(tensor, a, mode, nonlinearity)
    return tensor if std is None else tensor.normal_(0, std, generator=generator)


@no_grad()
def orthogonal_(tensor, gain=1, generator=None):
    """Rows (or columns) of length `gain`, at right angles."""
    if tensor.dim() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows = tensor.shape[0]
    columns = tensor.numel() // rows
    flat = torch.empty(rows, columns, dtype=tensor.dtype).normal_(0, 1, generator=generator)
    if rows < columns:
        flat = flat.t()
    q, r = torch.linalg.qr(flat)
    q = q * torch.diagonal(r).sign()
    if rows < columns:
        q = q.t()
    return tensor.copy_((q * gain).reshape(tensor.shape))


@no_grad()
def sparse_(tensor, sparsity, std=0.01, generator=None):
    """Normal, with a share of each column 0."""
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    tensor.normal_(0, std, generator=generator)
    gone = [[False] * columns for _ in range(rows)]
    for column in range(columns):
        for row in torch.randperm(rows)[:zeros].tolist():
            gone[row][column] = True
    return tensor.masked_fill_(torch.tensor(gone, dtype=torch.bool).reshape(rows, columns), 0.0)


def _old(function):
    name = function.__name__[:-1]

    def initialise(*args, **kwargs):
        warnings.warn(f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`.", FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    initialise.__name__ = initialise.__qualname__ = name
    initialise.__doc__ = f"The old name of `{name}_`."
    return initialise


uniform, normal, constant, eye, dirac = (_old(f) for f in (uniform_, normal_, constant_, eye_, dirac_))
xavier_uniform, xavier_normal = _old(xavier_uniform_), _old(xavier_normal_)
kaiming_uniform, kaiming_normal = _old(kaiming_uniform_), _old(kaiming_normal_)
orthogonal, sparse = _old(orthogonal_), _old(sparse_)


def __getattr__(name):
    return absent("torch.nn.init", name, globals())
