"""`torch.nn.init`: values to start from."""

import math

from .._creation import eye, rand, randn
from .._grad_mode import no_grad
from .._linalg import matmul
from .._missing import absent

_GAINS = {"linear": 1.0, "conv1d": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 0.75}


def calculate_gain(nonlinearity, param=None):
    """The gain recommended for a nonlinearity."""
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in _GAINS:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return _GAINS[nonlinearity]


def _fans(tensor):
    if tensor.dim() < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = 1
    for extent in tensor.shape[2:]:
        field *= extent
    return tensor.shape[1] * field, tensor.shape[0] * field


_calculate_fan_in_and_fan_out = _fans


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
    x = randn(tensor.shape, generator=generator) * std + mean
    for _ in range(64):
        outside = (x < a) | (x > b)
        if not bool(outside.any()):
            break
        x = x.masked_fill(outside, 0.0) + (randn(tensor.shape, generator=generator) * std + mean) * outside
    return tensor.copy_(x.clamp(a, b))


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
    return tensor.copy_(eye(*tensor.shape))


@no_grad()
def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Uniform, after Glorot."""
    fan_in, fan_out = _fans(tensor)
    bound = gain * math.sqrt(6.0 / (fan_in + fan_out))
    return tensor.uniform_(-bound, bound, generator=generator)


@no_grad()
def xavier_normal_(tensor, gain=1.0, generator=None):
    """Normal, after Glorot."""
    fan_in, fan_out = _fans(tensor)
    return tensor.normal_(0.0, gain * math.sqrt(2.0 / (fan_in + fan_out)), generator=generator)


def _kaiming(tensor, a, mode, nonlinearity):
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan = _fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


@no_grad()
def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Uniform, after He."""
    bound = math.sqrt(3.0) * _kaiming(tensor, a, mode, nonlinearity)
    return tensor.uniform_(-bound, bound, generator=generator)


@no_grad()
def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Normal, after He."""
    return tensor.normal_(0.0, _kaiming(tensor, a, mode, nonlinearity), generator=generator)


@no_grad()
def orthogonal_(tensor, gain=1, generator=None):
    """A (semi-)orthogonal matrix: Newton's iteration to the nearest one of a normal matrix."""
    if tensor.dim() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    rows = tensor.shape[0]
    columns = tensor.numel() // rows
    x = randn(rows, columns, generator=generator)
    wide = rows < columns
    x = x if wide else x.t()
    # Quintic steps lift the small singular values, then Newton's converge.
    x = x / x.norm()
    for _ in range(12):
        product = matmul(x, x.t())
        x = 3.4445 * x + matmul(-4.775 * product + 2.0315 * matmul(product, product), x)
    for _ in range(12):
        x = 1.5 * x - 0.5 * matmul(matmul(x, x.t()), x)
    x = x if wide else x.t()
    return tensor.copy_(x.reshape(tensor.shape) * gain)


@no_grad()
def sparse_(tensor, sparsity, std=0.01, generator=None):
    """Normal, a share of each column 0."""
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    rank = rand(rows, columns, generator=generator).argsort(0).argsort(0)
    return tensor.copy_(randn(rows, columns, generator=generator) * std * (rank >= zeros))


def __getattr__(name):
    return absent("torch.nn.init", name, globals())
