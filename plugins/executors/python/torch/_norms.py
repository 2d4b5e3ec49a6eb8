"""Norms of vectors and matrices, and what follows from singular values."""

from ._base import Tensor
from ._dtype import finfo
from ._pointwise import abs as abs_
from ._promotion import cast
from ._reductions import norm as vector
from ._reductions import sum as sum_
from ._shaping import permute, unsqueeze, whole_dims
from ._out import store_into


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None, out=None):
    """The norm of vectors along `dim`, or of all elements."""
    if isinstance(ord, str):
        raise TypeError("linalg_vector_norm(): argument 'ord' (position 2) must be Number, not str")
    result = vector(x, ord, dim, keepdim, dtype=dtype)
    return result if out is None else store_into(out, result)


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None, out=None):
    """The Frobenius, nuclear, 1-, 2- or ∞-norm of matrices; the last three also negative: the least."""
    if A.dim() < 2:
        raise RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    if dtype is not None:
        A = cast(A, dtype)
    dims = whole_dims(dim, A.dim())
    if len(dims) != 2:
        raise RuntimeError("linalg.matrix_norm: dim must be a 2-tuple. Got " + " ".join(map(str, dims)))
    result = _matrix_norm(A, ord, dims)
    if keepdim:
        for at in sorted(dims):
            result = unsqueeze(result, at)
    return result if out is None else store_into(out, result)


def _matrix_norm(A, ord, dims):
    if ord == "fro":
        return vector(A, 2, dims)
    rows, columns = dims
    if ord in (1, -1, float("inf"), float("-inf")):
        along, over = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = sum_(abs_(A), along)
        left = over - (along < over)
        return sums.amax(left) if ord > 0 else sums.amin(left)
    if ord not in (2, -2, "nuc"):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    from .linalg import svdvals

    rest = [at for at in range(A.dim()) if at not in dims]
    values = svdvals(permute(A, [*rest, *dims]))
    return values.sum(-1) if ord == "nuc" else values.amax(-1) if ord > 0 else values.amin(-1)


def norm(A, ord=None, dim=None, keepdim=False, *, dtype=None, out=None):
    """A vector norm, or a matrix norm where `dim` names two dimensions and `ord` is given."""
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype, out=out)
    if isinstance(dim, int):
        dim = (dim,)
    if isinstance(ord, str) and dim is not None and len(dim) != 2:
        if ord not in ("fro", "nuc"):
            raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
        raise RuntimeError("linalg.matrix_norm: dim must be a 2-tuple. Got " + " ".join(map(str, dim)))
    if dim is not None and len(dim) == 2 or dim is None and (A.dim() == 2 or isinstance(ord, str)):
        if dim is None and A.dim() != 2:
            raise RuntimeError("linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got "
                               f"{A.dim()}D.")
        return matrix_norm(A, ord, dim or (-2, -1), keepdim, dtype=dtype, out=out)
    if dim is None and A.dim() > 2:
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {A.dim()}D."
        )
    return vector_norm(A, ord, dim, keepdim, dtype=dtype, out=out)


def matrix_rank(A, tol=None, hermitian=False, *, atol=None, rtol=None, out=None):
    """How many singular values are not 0, up to a tolerance."""
    from .linalg import svdvals

    values = svdvals(A)
    if not values.shape[-1]:
        return values.sum(-1).long()
    atol = tol if atol is None else atol
    if rtol is None:
        rtol = 0.0 if atol is not None else finfo(A.dtype).eps * max(A.shape[-2:])
    bound = values.amax(-1, True) * rtol
    if atol is not None:
        bound = bound.maximum(unsqueeze(atol, -1)) if isinstance(atol, Tensor) else bound.clamp(min=atol)
    result = (values > bound).sum(-1)
    return result if out is None else store_into(out, result)


def cond(A, p=None, *, out=None):
    """How much larger a matrix makes some vectors than others."""
    from .linalg import inv, svdvals

    if isinstance(p, str) and p not in ("fro", "nuc") or p not in (None, 1, -1, 2, -2, float("inf"), float("-inf"),
                                                                  "fro", "nuc"):
        raise ValueError(f"linalg.cond got an invalid norm type: {p}")
    if p not in (None, 2, -2) and A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"linalg.cond(ord={p}): A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} "
            "matrices"
        )
    if not A.numel():
        result = A.new_zeros(A.shape[:-2])
    elif p in (None, 2, -2):
        values = svdvals(A)
        ratio = values.amax(-1) / values.amin(-1)
        result = 1 / ratio if p == -2 else ratio
    else:
        result = matrix_norm(A, p) * matrix_norm(inv(A), p)
    return result if out is None else store_into(out, result)
