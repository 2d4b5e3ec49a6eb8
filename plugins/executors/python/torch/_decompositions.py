"""The decompositions under the names they had before `torch.linalg`."""

from . import linalg
from ._creation import eye, full
from ._return_types import return_type
from ._selecting import where
from ._shaping import expand

_Svd = return_type("svd", "U S V")
_Qr = return_type("qr", "Q R")
_Slogdet = return_type("slogdet", "sign logabsdet")
_TriangularSolve = return_type("triangular_solve", "solution cloned_coefficient")


def inverse(input, *, out=None):
    """The inverse."""
    return linalg.inv(input, out=out)


def det(input):
    """The determinant."""
    return linalg.det(input)


def slogdet(input):
    """The sign of the determinant and the logarithm of its size."""
    return _Slogdet(*linalg.slogdet(input))


def logdet(input):
    """The logarithm of the determinant; not a number where that is negative."""
    sign, size = linalg.slogdet(input)
    return where(sign == -1, full((), float("nan"), dtype=size.dtype), size)


def pinverse(input, rcond=1e-15):
    """The pseudo-inverse."""
    return linalg.pinv(input, rcond)


def qr(input, some=True, *, out=None):
    """Q with orthonormal columns and upper triangular R."""
    return _Qr(*linalg.qr(input, "reduced" if some else "complete"))


def svd(input, some=True, compute_uv=True, *, out=None):
    """U, S and V with A = U diag(S) Vᵀ."""
    if not compute_uv:
        rows, columns = input.shape[-2:]
        batch = list(input.shape[:-2])
        return _Svd(input.new_zeros([*batch, rows, rows]), linalg.svdvals(input),
                    input.new_zeros([*batch, columns, columns]))
    u, s, vh = linalg.svd(input, not some)
    return _Svd(u, s, vh.mT)


def cholesky(input, upper=False, *, out=None):
    """The triangular L with A = L Lᵀ, or its transpose."""
    return linalg.cholesky(input, upper=upper, out=out)


def cholesky_solve(B, L, upper=False, *, out=None):
    """X with A X = B, where L is the Cholesky factor of A."""
    lower = L.mT if upper else L
    inner = linalg.solve_triangular(lower, B, upper=False)
    return linalg.solve_triangular(lower.mT, inner, upper=True, out=out)


def cholesky_inverse(L, upper=False, *, out=None):
    """The inverse of A, where L is its Cholesky factor."""
    return cholesky_solve(expand(eye(L.shape[-1], dtype=L.dtype), L.shape), L, upper, out=out)


def triangular_solve(b, A, upper=True, transpose=False, unitriangular=False, *, out=None):
    """X with A X = b for triangular A, and A."""
    matrix, high = (A.mT, not upper) if transpose else (A, upper)
    return _TriangularSolve(
        linalg.solve_triangular(matrix, b, upper=high, unitriangular=unitriangular), A.clone()
    )
