"""Complex tensors: pairs of real numbers, which the host holds as one more dimension of extent 2.

What a complex tensor can do is written out here; anything else raises NotImplementedError, since the host would take
the pairs for real numbers.
"""

from . import _dtype
from ._base import Tensor
from ._joining import stack
from ._printing import represent

_COMPLEX = {"float32": _dtype.complex64, "float64": _dtype.complex128}


def complex_kind(kind):
    """The complex type whose parts have the real type `kind`."""
    if kind.name not in _COMPLEX:
        raise RuntimeError(
            f"Expected both inputs to be Half, Float or Double tensors but got {kind.title} and {kind.title}"
        )
    return _COMPLEX[kind.name]


class ComplexTensor(Tensor):
    """A tensor of complex64 or complex128. `_pair`: real and imaginary parts along a last dimension."""

    def __new__(cls, *arguments, **options):
        raise NotImplementedError("torch.complex and torch.view_as_complex make complex tensors")

    @property
    def handle(self):
        raise NotImplementedError(
            "this function of complex tensors is not available; torch.view_as_real gives pairs of real numbers"
        )

    shape = property(lambda self: self._pair.shape[:-1])
    dtype = property(lambda self: complex_kind(self._pair.dtype))
    real = property(lambda self: self._pair.select(-1, 0), lambda self, value: self._pair.select(-1, 0).copy_(value))
    imag = property(lambda self: self._pair.select(-1, 1), lambda self, value: self._pair.select(-1, 1).copy_(value))
    requires_grad = property(lambda self: self._pair.requires_grad)
    is_leaf = property(lambda self: self._pair.is_leaf)
    grad_fn = property(lambda self: self._pair.grad_fn)
    ndim = property(lambda self: len(self.shape))
    device = property(lambda self: self._pair.device)
    itemsize = property(lambda self: self.dtype.itemsize)
    nbytes = property(lambda self: self._pair.nbytes)
    T = property(lambda self: self.permute(*range(self.dim() - 1, -1, -1)))
    mT = property(lambda self: self.transpose(-2, -1))
    mH = property(lambda self: self.transpose(-2, -1).conj())
    H = property(lambda self: self.t().conj())
    data = property(lambda self: self.detach())

    __repr__ = __str__ = represent

    def __getitem__(self, key):
        return paired(self._pair[_with_pair(key)])

    def __setitem__(self, key, value):
        self._pair[_with_pair(key)] = as_complex(value, self)._pair

    def __len__(self):
        return len(self._pair)

    def __iter__(self):
        return iter(self.unbind(0))

    def __complex__(self):
        return self.item()

    def __bool__(self):
        return bool(self.item())

    def __deepcopy__(self, memo):
        return paired(self._pair.__deepcopy__(memo))

    def __copy__(self):
        return paired(self._pair.detach())

    def __reduce_ex__(self, protocol):
        return paired, (self._pair,)


def _with_pair(key):
    key = key if isinstance(key, tuple) else (key,)
    whole = (slice(None),)
    return key + whole if any(part is Ellipsis for part in key) else key + (Ellipsis,) + whole


def paired(pair):
    """The complex tensor over `pair`, whose last dimension has extent 2."""
    x = object.__new__(ComplexTensor)
    x._pair = pair
    return x


def view_as_complex(input):
    """Pairs along the last dimension as complex numbers; a view."""
    complex_kind(input.dtype)
    if not input.shape:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if input.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    return paired(input.view(input.shape) if input.is_contiguous() else input.reshape(input.shape))


def view_as_real(input):
    """Complex numbers as pairs along a last dimension; a view."""
    if not isinstance(input, ComplexTensor):
        raise TypeError("view_as_real is only supported for complex tensors")
    return input._pair.view(input._pair.shape) if input._pair.is_contiguous() else input._pair


def complex_(real, imag, *, out=None):
    """Complex numbers of two real tensors."""
    if real.dtype is not imag.dtype:
        raise RuntimeError(
            f"Expected object of scalar type {real.dtype.title} but got scalar type {imag.dtype.title} for second "
            "argument"
        )
    complex_kind(real.dtype)
    return _joined(*_broadcast(real, imag))


def _broadcast(a, b):
    from ._broadcasting import broadcast_tensors

    return broadcast_tensors(a, b) if a.shape != b.shape else (a, b)


def _joined(real, imag):
    return paired(stack([real, imag], -1))


def polar(abs, angle, *, out=None):
    """Complex numbers of the given sizes and angles."""
    complex_kind(abs.dtype)
    return _joined(*_broadcast(abs * angle.cos(), abs * angle.sin()))


def as_complex(value, like):
    """A number or a tensor as a complex tensor with the parts' type of `like`."""
    if isinstance(value, ComplexTensor):
        return value
    kind = like._pair.dtype
    if isinstance(value, Tensor):
        real = value.to(kind) if value.dtype is not kind else value
        return _joined(real, real * 0)
    value = complex(value)
    return paired(like._pair.new_tensor([value.real, value.imag]))


def _is_real(value):
    return isinstance(value, (int, float)) or isinstance(value, Tensor) and not isinstance(value, ComplexTensor)


def _pairwise(value):
    """A real factor beside pairs."""
    return value.unsqueeze(-1) if isinstance(value, Tensor) else value


def add(input, other, *, alpha=1):
    """`input + alpha * other`."""
    if not isinstance(input, ComplexTensor):
        input = as_complex(input, other)
    other = as_complex(other, input)
    return paired(input._pair + (other._pair if alpha == 1 else -other._pair if alpha == -1 else other._pair * alpha))


def sub(input, other, *, alpha=1):
    """`input - alpha * other`."""
    if not isinstance(input, ComplexTensor):
        input = as_complex(input, other)
    return add(input, other, alpha=-alpha)


def mul(input, other):
    """The product."""
    if not isinstance(input, ComplexTensor):
        input, other = other, input
    if _is_real(other):
        return paired(input._pair * _pairwise(other))
    other = as_complex(other, input)
    a, b, c, d = input.real, input.imag, other.real, other.imag
    return _joined(a * c - b * d, a * d + b * c)


def div(input, other, *, rounding_mode=None):
    """The quotient."""
    if _is_real(other):
        return paired(input._pair / _pairwise(other))
    return mul(input, reciprocal(as_complex(other, input) if isinstance(input, ComplexTensor) else other))


def reciprocal(input):
    """1 / input."""
    size = (input._pair * input._pair).sum(-1, keepdim=True)
    return paired(conj(input)._pair / size)


def conj(input):
    """The conjugate."""
    return _joined(input.real, -input.imag)


def abs_(input):
    """The size; where that is 0 its gradient is 0."""
    pair = input._pair
    size = (pair * pair).sum(-1)
    zero = size == 0
    return size.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0)


def angle(input):
    """The angle from the positive real numbers."""
    return input.imag.atan2(input.real)


def exp(input):
    """The exponential."""
    return polar(input.real.exp(), input.imag)


def log(input):
    """The natural logarithm."""
    return _joined(abs_(input).log(), angle(input))


def sqrt(input):
    """The square root with an angle in (-π/2, π/2]."""
    return polar(abs_(input).sqrt(), angle(input) / 2)


def pow_(input, exponent):
    """A power; of a whole number by products."""
    if isinstance(exponent, int) and 0 <= exponent <= 64:
        result = as_complex(1, input).expand(input.shape)
        while exponent:
            result = mul(result, input) if exponent & 1 else result
            input, exponent = mul(input, input) if exponent > 1 else input, exponent >> 1
        return result
    return exp(mul(log(input), exponent))


def matmul(input, other):
    """The matrix product."""
    if not isinstance(input, ComplexTensor) or not isinstance(other, ComplexTensor):
        real, whole = (other, input) if isinstance(input, ComplexTensor) else (input, other)
        parts = [part @ real if whole is input else real @ part for part in (whole.real, whole.imag)]
        return _joined(*parts)
    a, b, c, d = input.real, input.imag, other.real, other.imag
    return _joined(a @ c - b @ d, a @ d + b @ c)


def joined(function, parts, dim=0):
    """`torch.cat` or `torch.stack` of tensors of which one is complex."""
    parts = list(parts)
    like = next(x for x in parts if isinstance(x, ComplexTensor))
    rank = like.dim() + (function is stack)
    return paired(function([as_complex(x, like)._pair for x in parts], dim % rank))
