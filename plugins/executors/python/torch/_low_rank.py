"""Decompositions of low rank from random products, as PyTorch draws them."""

from ._creation import randn
from ._linalg import matmul
from .linalg import qr, svd


def _basis(A, q, niter, M):
    """Orthonormal columns that span most of what `A - M` maps to."""

    def product(left, mean, right):
        return matmul(left, right) if mean is None else matmul(left, right) - matmul(mean, right)

    Q = qr(product(A, M, randn(A.shape[-1], q, dtype=A.dtype))).Q
    for _ in range(niter):
        Q = qr(product(A.mT, None if M is None else M.mT, Q)).Q
        Q = qr(product(A, M, Q)).Q
    return Q


def svd_lowrank(A, q=6, niter=2, M=None):
    """The `q` largest singular values of `A - M` with their vectors: U, S and V."""
    wide = A.shape[-2] < A.shape[-1]
    M = None if M is None else M.broadcast_to(A.shape)
    if wide:
        A, M = A.mT, None if M is None else M.mT
    Q = _basis(A, 6 if q is None else q, niter, M)
    B = matmul(Q.mT, A) if M is None else matmul(Q.mT, A) - matmul(Q.mT, M)
    U, S, Vh = svd(B, full_matrices=False)
    U, V = matmul(Q, U), Vh.mT
    return (V, S, U) if wide else (U, S, V)


def pca_lowrank(A, q=None, center=True, niter=2):
    """The `q` principal components of the rows of `A`: U, S and V."""
    least = min(A.shape[-2:])
    q = min(6, least) if q is None else q
    if not 0 <= q <= least:
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={least}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(-2, keepdim=True) if center else A, q, niter)
