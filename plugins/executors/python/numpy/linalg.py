"""`numpy.linalg`: norms, systems, decompositions."""

import math
from typing import NamedTuple

import torch

from ._choosing import diagonal, trace
from ._elementwise import UFUNCS
from ._joining import matrix_transpose
from ._making import asarray
from ._ndarray import ndarray, result, stored, whole_axis, wrapped
from ._products import cross, matmul, outer, tensordot, vecdot
from ._types import float64_d
from ._ufuncs import operands_kind

__all__ = """LinAlgError cholesky cond cross det diagonal eig eigh eigvals eigvalsh inv lstsq matmul
    matrix_norm matrix_power matrix_rank matrix_transpose multi_dot norm outer pinv qr slogdet solve svd
    svdvals tensordot trace vecdot vector_norm""".split()


class LinAlgError(ValueError):
    """A matrix for which there is no answer."""


class EighResult(NamedTuple):
    eigenvalues: ndarray
    eigenvectors: ndarray


class QRResult(NamedTuple):
    Q: ndarray
    R: ndarray


class SVDResult(NamedTuple):
    U: ndarray
    S: ndarray
    Vh: ndarray


class SlogdetResult(NamedTuple):
    sign: ndarray
    logabsdet: ndarray


def _matrix(a, square=False):
    """Floating-point matrices as a tensor."""
    a = asarray(a)
    if a.ndim < 2:
        raise LinAlgError(f"{a.ndim}-dimensional array given. Array must be at least two-dimensional")
    if square and a.shape[-1] != a.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")
    if a.dtype.name == "float16":
        raise TypeError("array type float16 is unsupported in linalg")
    return stored(a._t, a.dtype if a.dtype.kind in "fc" else float64_d)


def _run(function, *arguments, message="Singular matrix", **options):
    try:
        return function(*arguments, **options)
    except RuntimeError as error:
        raise LinAlgError(message) from error


def inv(a):
    """The inverse."""
    return wrapped(_run(torch.linalg.inv, _matrix(a, True)))


def pinv(a, rcond=None, hermitian=False, *, rtol=None):
    """The pseudo-inverse."""
    tensor = _matrix(a)
    limit = rcond if rcond is not None else rtol if rtol is not None else 1e-15
    u, s, vh = torch.linalg.svd(tensor, full_matrices=False)
    keep = s > limit * s.amax(-1, keepdim=True)
    inverse = torch.where(keep, 1 / torch.where(keep, s, torch.ones_like(s)), torch.zeros_like(s))
    return wrapped(vh.transpose(-1, -2) @ (inverse.unsqueeze(-1) * u.transpose(-1, -2)))


def solve(a, b):
    """The x with a x = b."""
    left, b = _matrix(a, True), asarray(b)
    kind = operands_kind([wrapped(left), b])
    right = stored(b._t, kind)
    if b.ndim == 1:
        return wrapped(_run(torch.linalg.solve, stored(left, kind), right.unsqueeze(-1)).squeeze(-1))
    return wrapped(_run(torch.linalg.solve, stored(left, kind), right))


def det(a):
    """The determinant."""
    return result(torch.linalg.det(_matrix(a, True)))


def slogdet(a):
    """The determinant's sign, and the logarithm of its size."""
    sign, size = torch.linalg.slogdet(_matrix(a, True))
    return SlogdetResult(result(sign), result(size))


def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    """a = u diag(s) vh, singular values descending."""
    if not compute_uv:
        return svdvals(a)
    u, s, vh = torch.linalg.svd(_matrix(a), full_matrices=full_matrices)
    return SVDResult(wrapped(u), wrapped(s), wrapped(vh))


def svdvals(x, /):
    """The singular values, descending."""
    return wrapped(torch.linalg.svd(_matrix(x), full_matrices=False)[1])


def eigh(a, UPLO="L"):
    """Eigenvalues, ascending, and eigenvectors of symmetric matrices."""
    values, vectors = torch.linalg.eigh(_matrix(a, True), UPLO)
    return EighResult(wrapped(values), wrapped(vectors))


def eigvalsh(a, UPLO="L"):
    """The eigenvalues of symmetric matrices, ascending."""
    return eigh(a, UPLO).eigenvalues


def _only_symmetric(name):
    def function(a):
        tensor = _matrix(a, True)
        if not bool((tensor == tensor.transpose(-1, -2)).all()):
            raise NotImplementedError(
                f"numpy.linalg.{name} of matrices that are not symmetric is not available; the nearest is eigh of "
                "(a + a.T) / 2"
            )
        found = eigh(a)
        return found if name == "eig" else found.eigenvalues

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "Eigenvalues of matrices; only of symmetric ones, in ascending order."
    return function


eig, eigvals = _only_symmetric("eig"), _only_symmetric("eigvals")


def qr(a, mode="reduced"):
    """a = q r, with orthonormal columns in q."""
    if mode not in ("reduced", "complete", "r"):
        raise NotImplementedError(f"numpy.linalg.qr(mode={mode!r}) is not available; the nearest is 'reduced'")
    q, r = torch.linalg.qr(_matrix(a), "reduced" if mode == "r" else mode)
    return wrapped(r) if mode == "r" else QRResult(wrapped(q), wrapped(r))


def cholesky(a, /, *, upper=False):
    """The triangular l with a = l lᵀ."""
    made = _run(torch.linalg.cholesky, _matrix(a, True), message="Matrix is not positive definite")
    return wrapped(made.transpose(-1, -2) if upper else made)


def lstsq(a, b, rcond=None):
    """The x for which a x is nearest to b; the squared distances; the rank of a; its singular values."""
    left, right = _matrix(a), asarray(b)
    kind = operands_kind([wrapped(left), right])
    left, target = stored(left, kind), stored(right._t, kind)
    target = target.unsqueeze(-1) if right.ndim == 1 else target
    u, s, vh = torch.linalg.svd(left, full_matrices=False)
    limit = _epsilon(kind) * max(left.shape) if rcond is None else rcond if rcond >= 0 else _epsilon(kind)
    keep = s > limit * (s[0] if s.numel() else 0.0)
    rank = int(keep.sum())
    part = torch.where(keep, 1 / torch.where(keep, s, torch.ones_like(s)), torch.zeros_like(s))
    x = vh.transpose(-1, -2) @ (part.unsqueeze(-1) * (u.transpose(-1, -2) @ target))
    apart = ((target - left @ x) ** 2).sum(0) if rank == left.shape[1] < left.shape[0] else target.new_zeros(0)
    return wrapped(x.squeeze(-1) if right.ndim == 1 else x), wrapped(apart), rank, wrapped(s)


def _epsilon(kind):
    return 2.220446049250313e-16 if kind.itemsize == 8 else 1.1920929e-07


def matrix_rank(A, tol=None, hermitian=False, *, rtol=None):
    """How many rows are independent."""
    a = asarray(A)
    if a.ndim < 2:
        return int(bool((a != 0).any()))
    s = asarray(svdvals(a))
    if tol is None:
        tol = s.max(-1, keepdims=True) * (max(a.shape[-2:]) * _epsilon(s.dtype) if rtol is None else rtol)
    return (s > tol).sum(-1)


def matrix_power(a, n):
    """The matrix multiplied with itself."""
    a = asarray(a)
    if n < 0:
        a, n = inv(a), -n
    made = None
    while n:
        if n & 1:
            made = a if made is None else matmul(made, a)
        a, n = matmul(a, a), n >> 1
    if made is None:
        from ._making import eye

        return eye(a.shape[-1], dtype=a.dtype) + a * 0
    return made


def multi_dot(arrays, *, out=None):
    """The product of several matrices."""
    made = arrays[0]
    for a in arrays[1:]:
        made = matmul(made, a)
    return made


def _vector_norm(a, ord, axes, keepdims):
    if ord is None or ord == 2:
        return UFUNCS["sqrt"](UFUNCS["square"](UFUNCS["absolute"](a)).sum(axes, keepdims=keepdims))
    size = UFUNCS["absolute"](a)
    if ord == math.inf:
        return size.max(axes, keepdims=keepdims)
    if ord == -math.inf:
        return size.min(axes, keepdims=keepdims)
    if ord == 0:
        return (a != 0).astype(a.dtype).sum(axes, keepdims=keepdims)
    if ord == 1:
        return size.sum(axes, keepdims=keepdims)
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order '{ord}' for vectors")
    return (size**ord).sum(axes, keepdims=keepdims) ** (1.0 / ord)


def _matrix_norm(a, ord, axes, keepdims):
    row, column = axes
    size = UFUNCS["absolute"](a)
    if ord in ("fro", "f", None):
        return UFUNCS["sqrt"]((size * size).sum(tuple(axes), keepdims=keepdims))
    if ord in (1, -1, math.inf, -math.inf):
        first, second = (row, column) if abs(ord) == 1 else (column, row)
        sums = size.sum(first, keepdims=True)
        made = sums.max(second, keepdims=True) if ord > 0 else sums.min(second, keepdims=True)
    elif ord in (2, -2, "nuc"):
        values = svdvals(wrapped(a._t.movedim((row, column), (-2, -1)), a.dtype))
        made = asarray(values.sum(-1) if ord == "nuc" else values.max(-1) if ord == 2 else values.min(-1))
        made = made.reshape([1 if dim in axes else n for dim, n in enumerate(a.shape)])
    else:
        raise ValueError("Invalid norm order for matrices.")
    return made if keepdims else made.squeeze(tuple(axes))[()]


def norm(x, ord=None, axis=None, keepdims=False):
    """The norm of vectors or matrices along `axis`; of all elements where neither order nor axis is given."""
    a = asarray(x)
    a = a if a.dtype.kind in "fc" else a.astype(float64_d)
    if axis is None and (ord is None or a.ndim == 1):
        if ord is None and not keepdims:
            return _vector_norm(a.ravel(), 2, None, False)
        return _vector_norm(a, ord, None, keepdims)
    if axis is None:
        axis = (0, 1)
        if a.ndim != 2:
            raise ValueError("Improper number of dimensions to norm.")
    axes = [whole_axis(at, a.ndim) for at in ([axis] if hasattr(axis, "__index__") else axis)]
    return _vector_norm(a, ord, axes[0], keepdims) if len(axes) == 1 else _matrix_norm(a, ord, axes, keepdims)


def vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    """The norm of vectors."""
    return norm(asarray(x).ravel() if axis is None else x, ord, axis, keepdims)


def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    """The norm of matrices."""
    return norm(x, ord, (-2, -1), keepdims)


def cond(x, p=None):
    """How much a system of equations magnifies errors."""
    if p is None or p in (2, -2):
        s = svdvals(x)
        return s[..., 0] / s[..., -1] if p != -2 else s[..., -1] / s[..., 0]
    return norm(x, p, (-2, -1)) * norm(inv(x), p, (-2, -1))


def __getattr__(name):
    from ._missing import absent

    return absent("numpy.linalg", name, globals())


