"""`torch.linalg`: norms and products."""

from ._joining import stack
from ._linalg import matmul
from ._missing import absent
from ._pointwise import abs as abs_
from ._reductions import amax
from ._reductions import norm as vector
from ._reductions import sum as sum_


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):
    """The norm of vectors along `dim`, or of all elements."""
    return vector(x, ord, dim, keepdim, dtype)


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """The Frobenius, 1- or ∞-norm of matrices."""
    if ord == "fro":
        return vector(A, 2, dim, keepdim, dtype)
    if ord in (1, float("inf")) and not keepdim and tuple(dim) == (-2, -1):
        return amax(sum_(abs_(A), -2 if ord == 1 else -1), -1)
    raise NotImplementedError(f"torch.linalg.matrix_norm with ord={ord!r} is not available; 'fro', 1 and inf are")


def norm(A, ord=None, dim=None, keepdim=False, *, dtype=None):
    """A vector norm, or a matrix norm where `dim` names two dimensions and `ord` is given."""
    two = isinstance(dim, (tuple, list)) and len(dim) == 2 or dim is None and A.dim() == 2
    if ord is not None and two:
        return matrix_norm(A, ord, dim or (-2, -1), keepdim, dtype=dtype)
    return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)


def multi_dot(tensors):
    """The product of several matrices, from left to right."""
    result = tensors[0]
    for matrix in tensors[1:]:
        result = matmul(result, matrix)
    return result


def qr(A, mode="reduced"):
    """Q with orthonormal columns and upper triangular R, by Gram and Schmidt, twice for accuracy."""
    if A.dim() != 2 or mode != "reduced":
        raise NotImplementedError("torch.linalg.qr is available for one matrix in 'reduced' form")
    rows, columns = A.shape
    count = min(rows, columns)
    basis = []
    for at in range(count):
        v = A[:, at]
        for _ in range(2):
            if basis:
                q = stack(basis, 1)
                v = v - q @ (q.mT @ v)
        basis.append(v / vector(v).clamp(min=1e-30))
    q = stack(basis, 1)
    return q, (q.mT @ A).triu()


def __getattr__(name):
    return absent("torch.linalg", name, globals())
