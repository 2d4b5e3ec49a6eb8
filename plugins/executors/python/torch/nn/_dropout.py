"""Dropout as functions: the same draws as PyTorch's."""

from .._base import wrap
from .._dtype import host_dtype
from .._generator import of
from .._host import host
from .._views import filled_like
from ._activations import into

_ALPHA = 1.7580993408473766


def _check(p):
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _noise(input, p, shape):
    """1 with probability 1 - `p`, else 0."""
    if shape is not None:
        return _drawn(shape, input.dtype, p)
    return filled_like(input, lambda shape: _drawn(shape, input.dtype, p))


def _drawn(shape, kind, p):
    return wrap(host(of(None).stream.bernoulli, host_dtype(kind), shape, 1.0 - p), kind)


def _dropped(input, p, training, inplace, shape=None):
    _check(p)
    if not training or p == 0.0 or input.numel() == 0:
        return input
    if not input.dtype.is_floating_point:
        raise RuntimeError("result type Float can't be cast to the desired output type Long")
    result = input * 0.0 if p == 1.0 else input * (_noise(input, p, shape) / (1 - p))
    return into(input, result) if inplace else result


def dropout(input, p=0.5, training=True, inplace=False):
    """Zeros with probability `p`, the rest scaled up."""
    return _dropped(input, p, training, inplace)


def _features(input):
    return [*input.shape[:2], *[1] * (input.dim() - 2)]


def _of_channels(dimensions, name):
    def operation(input, p=0.5, training=True, inplace=False):
        _check(p)
        if input.dim() == dimensions + 1:
            # Without a batch.
            result = _dropped(input.unsqueeze(0), p, training, False, [1, input.shape[0], *[1] * dimensions]).squeeze(0)
            return into(input, result) if inplace and training and p else result
        return _dropped(input, p, training, inplace, _features(input))

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = "Whole channels become 0 with probability `p`, the rest are scaled up."
    return operation


dropout1d = _of_channels(1, "dropout1d")
dropout3d = _of_channels(3, "dropout3d")


def dropout2d(input, p=0.5, training=True, inplace=False):
    """Whole channels become 0 with probability `p`, the rest are scaled up; three dimensions are read as batched."""
    _check(p)
    return _dropped(input, p, training, inplace, _features(input))


def _alpha(input, p, training, inplace, shape):
    _check(p)
    if not training or p == 0.0 or input.numel() == 0:
        return input
    if p == 1.0:
        result = input * 0.0
    else:
        noise = _noise(input, p, shape)
        a = 1.0 / ((_ALPHA * _ALPHA * p + 1) * (1 - p)) ** 0.5
        result = input * (noise * a) + ((noise - 1.0) * (_ALPHA * a) + _ALPHA * a * p)
    return into(input, result) if inplace else result


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout that keeps mean and variance, for `selu`."""
    return _alpha(input, p, training, inplace, None)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """`alpha_dropout` of whole channels."""
    return _alpha(input, p, training, inplace, _features(input))


__all__ = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]
