"""`torch.fft`: discrete Fourier transforms, by matrix products of small transforms (Cooley and Tukey)."""

import math

from ._base import Tensor
from ._complex import ComplexTensor, as_complex, conj, matmul, mul, paired, polar
from ._creation import arange
from ._dtype import float64
from ._joining import cat
from ._missing import absent

# Up to this length a transform is one matrix product.
_DIRECT = 128


def _roots(positions, n, sign, kind):
    """exp(sign 2πi p / n) for each of the whole numbers `positions`."""
    turn = (positions % n).to(float64) * (sign * 2 * math.pi / n)
    return paired(polar(turn * 0 + 1, turn)._pair.to(kind))


def _along_last(x, sign):
    """The transform along the last dimension, without a factor."""
    n = x.shape[-1]
    kind = x._pair.dtype
    small = next((d for d in range(_DIRECT, 1, -1) if n % d == 0), None)
    if n <= _DIRECT or small is None:
        k = arange(n)
        return matmul(x.unsqueeze(-2), _roots(k.unsqueeze(1) * k, n, sign, kind)).squeeze(-2)
    # Position a * rest + b, frequency c + small * d: over a, then a twiddle, then over b.
    rest = n // small
    parts = x.reshape(*x.shape[:-1], small, rest).transpose(-1, -2)
    inner = _along_last(parts, sign)
    twiddle = _roots(arange(rest).unsqueeze(1) * arange(small), n, sign, kind)
    outer = _along_last(mul(inner, twiddle).transpose(-1, -2), sign)
    return outer.transpose(-1, -2).reshape(*x.shape)


def _complex(x):
    if isinstance(x, ComplexTensor):
        return x
    if not isinstance(x, Tensor):
        raise TypeError(f"fft: argument 'input' (position 1) must be Tensor, not {type(x).__name__}")
    if not x.dtype.is_floating_point:
        x = x.float()
    return as_complex(x, _Like(x))


class _Like:
    """What `as_complex` asks of a tensor for the type of its parts."""

    def __init__(self, x):
        self._pair = x


def _fitted(x, n, dim):
    """`x` cut off or filled with 0 to `n` along `dim`, which comes last."""
    x = x.transpose(dim, -1) if x.dim() > 1 else x
    extent = x.shape[-1]
    if n is None or n == extent:
        n = extent
    elif n < extent:
        x = x[..., :n]
    else:
        zeros = x._pair.new_zeros([*x.shape[:-1], n - extent, 2])
        x = paired(cat((x._pair, zeros), -2))
    if n < 1:
        raise RuntimeError(f"Invalid number of data points ({n}) specified")
    return x


def _scale(n, norm, inverse):
    if norm not in (None, "backward", "ortho", "forward"):
        raise RuntimeError(f'Invalid normalization mode: "{norm}"')
    if norm == "ortho":
        return 1 / math.sqrt(n)
    return 1 / n if (norm == "forward") != inverse else 1.0


def _transform(input, n, dim, norm, inverse):
    x = _complex(input)
    if not x.dim():
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    x = _fitted(x, n, dim)
    scale = _scale(x.shape[-1], norm, inverse)
    result = _along_last(x, 1 if inverse else -1)
    result = result if scale == 1.0 else mul(result, scale)
    return result.transpose(dim, -1) if result.dim() > 1 else result


def fft(input, n=None, dim=-1, norm=None, *, out=None):
    """The transform along `dim`."""
    return _transform(input, n, dim, norm, False)


def ifft(input, n=None, dim=-1, norm=None, *, out=None):
    """The inverse transform along `dim`."""
    return _transform(input, n, dim, norm, True)


def rfft(input, n=None, dim=-1, norm=None, *, out=None):
    """The transform of real numbers along `dim`: the frequencies that are not conjugates of others."""
    if isinstance(input, ComplexTensor):
        raise RuntimeError(f"rfft expects a real input tensor, but got {input.dtype.title}")
    whole = _transform(input, n, dim, norm, False)
    return whole.narrow(dim, 0, whole.shape[dim] // 2 + 1)


def irfft(input, n=None, dim=-1, norm=None, *, out=None):
    """The inverse of `rfft`, `n` real numbers along `dim`."""
    x = _complex(input)
    n = 2 * (x.shape[dim] - 1) if n is None else n
    if n < 1:
        raise RuntimeError(f"Invalid number of data points ({n}) specified")
    half = _fitted(x, n // 2 + 1, dim)
    # The first frequency, and the middle one of an even count, have no imaginary part.
    ends = [half.real[..., :1]] + ([half.real[..., -1:]] if n % 2 == 0 and n > 1 else [])
    inner = half[..., 1 : half.shape[-1] - (n % 2 == 0 and n > 1)]
    flat = [as_complex(end, half)._pair for end in ends]
    parts = [flat[0], inner._pair, *flat[1:], conj(inner)._pair.flip(-2)]
    whole = paired(cat(parts, -2))
    result = _along_last(whole, 1).real * _scale(n, norm, True)
    return result.transpose(dim, -1) if result.dim() > 1 else result


_OTHER_WAY = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def hfft(input, n=None, dim=-1, norm=None, *, out=None):
    """The transform of a signal that is its own conjugate mirrored: `n` real numbers."""
    return irfft(_complex(input).conj(), n, dim, _OTHER_WAY[norm])


def ihfft(input, n=None, dim=-1, norm=None, *, out=None):
    """The inverse of `hfft`."""
    return rfft(input, n, dim, _OTHER_WAY[norm]).conj()


def _dims(input, s, dim):
    if dim is None:
        dim = list(range(input.dim())) if s is None else list(range(-len(s), 0))
    dim = [dim] if isinstance(dim, int) else list(dim)
    return list(zip([None] * len(dim) if s is None else [None if n == -1 else n for n in s], dim))


def fftn(input, s=None, dim=None, norm=None, *, out=None):
    """The transform along several dimensions."""
    for n, d in _dims(input, s, dim):
        input = fft(input, n, d, norm)
    return input


def ifftn(input, s=None, dim=None, norm=None, *, out=None):
    """The inverse transform along several dimensions."""
    for n, d in _dims(input, s, dim):
        input = ifft(input, n, d, norm)
    return input


def rfftn(input, s=None, dim=None, norm=None, *, out=None):
    """The transform of real numbers along several dimensions; the last keeps half of the frequencies."""
    *others, (n, last) = _dims(input, s, dim)
    result = rfft(input, n, last, norm)
    for n, d in others:
        result = fft(result, n, d, norm)
    return result


def irfftn(input, s=None, dim=None, norm=None, *, out=None):
    """The inverse of `rfftn`."""
    *others, (n, last) = _dims(input, s, dim)
    for m, d in others:
        input = ifft(input, m, d, norm)
    return irfft(input, n, last, norm)


def fft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    """The transform along two dimensions."""
    return fftn(input, s, dim, norm)


def ifft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    """The inverse transform along two dimensions."""
    return ifftn(input, s, dim, norm)


def rfft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    """The transform of real numbers along two dimensions."""
    return rfftn(input, s, dim, norm)


def irfft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    """The inverse of `rfft2`."""
    return irfftn(input, s, dim, norm)


def fftfreq(n, d=1.0, *, dtype=None, device=None, requires_grad=False, out=None, layout=None):
    """The frequencies of `fft`."""
    count = cat((arange(0, (n - 1) // 2 + 1), arange(-(n // 2), 0)))
    return _frequencies(count, n, d, dtype, requires_grad)


def rfftfreq(n, d=1.0, *, dtype=None, device=None, requires_grad=False, out=None, layout=None):
    """The frequencies of `rfft`."""
    return _frequencies(arange(n // 2 + 1), n, d, dtype, requires_grad)


def _frequencies(count, n, d, dtype, requires_grad):
    from ._promotion import default_dtype

    x = count.to(dtype or default_dtype()) * (1.0 / (n * d))
    return x.requires_grad_() if requires_grad else x


def _rolled(input, dim, shift):
    dims = list(range(input.dim())) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    return input.roll([shift(input.shape[d]) for d in dims], dims)


def fftshift(input, dim=None):
    """With frequency 0 in the middle."""
    return _rolled(input, dim, lambda n: n // 2)


def ifftshift(input, dim=None):
    """The inverse of `fftshift`."""
    return _rolled(input, dim, lambda n: -(n // 2))


def __getattr__(name):
    return absent("torch.fft", name, globals())
