"""`numpy.fft`: Fourier transforms."""

import torch

from ._joining import roll
from ._making import arange, asarray
from ._ndarray import result, wrapped
from ._types import float64_d

_WIDE = {"float16": torch.float32}


def _tensor(a):
    a = asarray(a)
    if a.dtype.kind not in "fc":
        a = a.astype(float64_d)
    return a._t.to(_WIDE[a.dtype.name]) if a.dtype.name in _WIDE else a._t


def _one(name):
    function = getattr(torch.fft, name)

    def transform(a, n=None, axis=-1, norm=None, out=None):
        return result(function(_tensor(a), n, axis, norm))

    transform.__name__ = transform.__qualname__ = name
    transform.__doc__ = f"As `torch.fft.{name}`."
    return transform


def _several(name, axes_default):
    function = getattr(torch.fft, name)

    def transform(a, s=None, axes=axes_default, norm=None, out=None):
        return result(function(_tensor(a), s, axes, norm))

    transform.__name__ = transform.__qualname__ = name
    transform.__doc__ = f"As `torch.fft.{name}`."
    return transform


for _name in "fft ifft rfft irfft hfft ihfft".split():
    if hasattr(torch.fft, _name):
        globals()[_name] = _one(_name)
for _name, _axes in {"fft2": (-2, -1), "ifft2": (-2, -1), "rfft2": (-2, -1), "irfft2": (-2, -1), "fftn": None,
                     "ifftn": None, "rfftn": None, "irfftn": None}.items():
    if hasattr(torch.fft, _name):
        globals()[_name] = _several(_name, _axes)


def fftfreq(n, d=1.0, device=None):
    """The frequencies of `fft`."""
    return wrapped(torch.fft.fftfreq(n, d, dtype=torch.float64))


def rfftfreq(n, d=1.0, device=None):
    """The frequencies of `rfft`."""
    return arange(n // 2 + 1) / (n * d)


def _shifts(x, axes, back):
    x = asarray(x)
    axes = range(x.ndim) if axes is None else [axes] if isinstance(axes, int) else axes
    return tuple(-(x.shape[axis] // 2) if back else x.shape[axis] // 2 for axis in axes), tuple(axes)


def fftshift(x, axes=None):
    """The frequency 0 in the middle."""
    return roll(x, *_shifts(x, axes, False))


def ifftshift(x, axes=None):
    """Undoes `fftshift`."""
    return roll(x, *_shifts(x, axes, True))


def __getattr__(name):
    from ._missing import absent

    return absent("numpy.fft", name, globals())
