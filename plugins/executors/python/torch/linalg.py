"""`torch.linalg`: norms, products, decompositions and what is made of them."""

import math

from . import _decomposing as D
from ._base import Tensor
from ._creation import eye, full, zeros
from ._decomposing import LinAlgError  # noqa: F401
from ._dtype import finfo, int64
from ._linalg import matmul
from ._missing import absent
from ._norms import cond, matrix_norm, matrix_rank, norm, vector_norm  # noqa: F401
from ._promotion import cast
from ._return_types import return_type
from ._selecting import title
from ._broadcasting import broadcast_pair
from ._shaping import expand, unsqueeze
from ._triangles import diagonal as _diagonal
from ._triangles import tril, triu
from ._out import store_into

_Qr = return_type("linalg_qr", "Q R")
_Svd = return_type("linalg_svd", "U S Vh")
_Eigh = return_type("linalg_eigh", "eigenvalues eigenvectors")
_Slogdet = return_type("linalg_slogdet", "sign logabsdet")
_Lu = return_type("linalg_lu", "P L U")
_LuFactor = return_type("linalg_lu_factor", "LU pivots")
_Lstsq = return_type("linalg_lstsq", "solution residuals rank singular_values")
_CholeskyEx = return_type("linalg_cholesky_ex", "L info")
_InvEx = return_type("linalg_inv_ex", "inverse info")
_SolveEx = return_type("linalg_solve_ex", "result info")


def checked(name, A, square=False):
    """Refuses what is no (square) floating-point matrix or batch of them."""
    if not isinstance(A, Tensor):
        raise TypeError(f"{name.replace('.', '_')}(): argument 'A' (position 1) must be Tensor, not {type(A).__name__}")
    if A.dim() < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if square and A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} matrices"
        )
    if not A.dtype.is_floating_point:
        raise NotImplementedError(f"{name}: Expected a floating point or complex tensor as input. Got {title(A.dtype)}")
    if A.dtype.itemsize < 4:
        raise NotImplementedError(f"{name}: Low precision dtypes not supported. Got {title(A.dtype)}")
    return A


def _out(out, result):
    return result if out is None else store_into(out, result)


def qr(A, mode="reduced", *, out=None):
    """Q with orthonormal columns and upper triangular R, with A = Q R."""
    checked("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    q, r = D.Qr.apply(A, mode == "complete")
    return _Qr(A.new_empty(0), r) if mode == "r" else _Qr(q, r)


def svd(A, full_matrices=True, *, driver=None, out=None):
    """U, S and Vh with A = U diag(S) Vh; S descends."""
    return _Svd(*D.Svd.apply(checked("linalg.svd", A), full_matrices))


def svdvals(A, *, driver=None, out=None):
    """Singular values, descending."""
    return _out(out, D.Svd.apply(checked("linalg.svdvals", A), False)[1])


def eigh(A, UPLO="L", *, out=None):
    """Eigenvalues, ascending, and eigenvectors of symmetric matrices, whose lower or upper triangle is read."""
    checked("linalg.eigh", A, True)
    if UPLO not in ("L", "U", "l", "u"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    return _Eigh(*D.Eigh.apply(A if UPLO in "Ll" else A.mT))


def eigvalsh(A, UPLO="L", *, out=None):
    """Eigenvalues of symmetric matrices, ascending."""
    return _out(out, eigh(A, UPLO)[0])


def eig(A, *, out=None):
    raise NotImplementedError("torch.linalg.eig is not available: its results are complex; torch.linalg.eigh is")


def eigvals(A, *, out=None):
    raise NotImplementedError(
        "torch.linalg.eigvals is not available: its results are complex; torch.linalg.eigvalsh "
        "is"
    )


def cholesky(A, *, upper=False, out=None):
    """The triangular L with A = L Lᵀ, or its transpose."""
    factor = D.Cholesky.apply(checked("linalg.cholesky", A, True))
    return _out(out, factor.mT if upper else factor)


def _one_by_one(function, A):
    """`function` of each matrix, and 0 for each where it went well, else 1."""
    results, info = [], []
    for matrix in A.flatten(0, -3) if A.dim() > 2 else A.unsqueeze(0):
        try:
            results.append(function(matrix))
            info.append(0)
        except LinAlgError:
            results.append(full(matrix.shape, math.nan, dtype=A.dtype))
            info.append(1)
    from ._creation import tensor
    from ._dtype import int32
    from ._joining import stack

    return (stack(results).reshape(A.shape) if results else A.clone()), tensor(info, dtype=int32).reshape(A.shape[:-2])


def cholesky_ex(A, *, upper=False, check_errors=False, out=None):
    """As `cholesky`; `info` is not 0 where a matrix is not positive definite."""
    checked("linalg.cholesky_ex", A, True)
    return _CholeskyEx(*_one_by_one(lambda matrix: cholesky(matrix, upper=upper), A))


def inv_ex(A, *, check_errors=False, out=None):
    """As `inv`; `info` is not 0 where a matrix is singular."""
    checked("linalg.inv_ex", A, True)
    return _InvEx(*_one_by_one(inv, A))


def inv(A, *, out=None):
    """The inverse."""
    checked("linalg.inv", A, True)
    message = "linalg.inv: The inversion could not be completed because the input matrix is singular."
    return _out(out, D.Solve.apply(A, expand(eye(A.shape[-1], dtype=A.dtype), A.shape), message))


def _batched(A, B):
    """Both with the same batch dimensions."""
    batch = broadcast_pair(A.shape[:-2], B.shape[:-2])
    return expand(A, batch + list(A.shape[-2:])), expand(B, batch + list(B.shape[-2:]))


def _same_type(name, A, B):
    if A.dtype is not B.dtype:
        raise RuntimeError(
            f"{name}: Expected A and B to have the same dtype, but found A of type {title(A.dtype)} and B of type "
            f"{title(B.dtype)} instead"
        )


def solve(A, B, *, left=True, out=None):
    """X with A X = B, or X A = B where not `left`."""
    checked("linalg.solve", A, True)
    _same_type("linalg.solve", A, B)
    vector = B.dim() == 1 or A.dim() - 1 == B.dim() and B.shape == A.shape[:-1]
    if vector:
        B = unsqueeze(B, -1)
    if B.shape[-2 if left else -1] != A.shape[-1]:
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
            f"({A.shape[-2]}x{A.shape[-1]} and {B.shape[-2]}x{B.shape[-1]})"
        )
    message = "torch.linalg.solve: The solver failed because the input matrix is singular."
    if left or vector:
        result = D.Solve.apply(*_batched(A, B), message)
    else:
        result = D.Solve.apply(*_batched(A.mT, B.mT), message).mT
    return _out(out, result.squeeze(-1) if vector else result)


def solve_ex(A, B, *, left=True, check_errors=False, out=None):
    """As `solve`; a singular matrix is an error, `info` is 0."""
    return _SolveEx(solve(A, B, left=left), zeros(A.shape[:-2], dtype=int64))


def solve_triangular(A, B, *, upper, left=True, unitriangular=False, out=None):
    """X with A X = B (or X A = B) for triangular A, whose other triangle is not read."""
    checked("linalg.solve_triangular", A, True)
    _same_type("linalg.solve_triangular", A, B)
    if B.dim() < 2:
        raise RuntimeError("linalg.solve_triangular: The input tensor B must have at least 2 dimensions.")
    if B.shape[-2 if left else -1] != A.shape[-1]:
        raise RuntimeError(
            "linalg.solve_triangular: Incompatible shapes of A and B for the equation "
            f"{'AX = B' if left else 'XA = B'} "
            f"({A.shape[-2]}x{A.shape[-1]} and {B.shape[-2]}x{B.shape[-1]})"
        )
    if left:
        result = D.SolveTriangular.apply(*_batched(A, B), upper, unitriangular)
    else:
        result = D.SolveTriangular.apply(*_batched(A.mT, B.mT), not upper, unitriangular).mT
    return _out(out, result)


def lu(A, *, pivot=True, out=None):
    """P, L and U with A = P L U."""
    checked("linalg.lu", A)
    if not pivot:
        raise NotImplementedError("torch.linalg.lu with pivot=False is not available; pivot=True is")
    lower, upper, order, _ = D.Lu.apply(A)
    return _Lu(D.permutation(order, A.dtype), lower, upper)


def lu_factor(A, *, pivot=True, out=None):
    """L and U in one matrix, and the row exchanges, counted from 1."""
    from ._dtype import int32

    checked("linalg.lu_factor", A)
    if not pivot:
        raise NotImplementedError("torch.linalg.lu_factor with pivot=False is not available; pivot=True is")
    lower, upper, _, pivots = D.Lu.apply(A)
    rows, columns = A.shape[-2:]
    below = tril(lower, -1)
    if columns > rows:
        packed = upper + pad_columns(below, columns)
    elif rows > columns:
        packed = below + pad_columns(upper.mT, rows).mT
    else:
        packed = below + upper
    return _LuFactor(packed, cast(pivots + 1, int32))


def pad_columns(x, columns):
    """`x` with columns of 0 up to `columns`."""
    from ._joining import cat

    return cat((x, x.new_zeros([*x.shape[:-1], columns - x.shape[-1]])), -1)


def lu_solve(LU, pivots, B, *, left=True, adjoint=False, out=None):
    """X with A X = B, from `lu_factor` of A."""
    order = D._row_orders(cast(pivots, int64) - 1, LU.shape[-2])
    P = D.permutation(order, LU.dtype)
    if not left:
        return lu_solve(LU, pivots, B.mT, adjoint=not adjoint).mT
    L, U = tril(LU, -1) + eye(LU.shape[-1], dtype=LU.dtype), triu(LU)
    if adjoint:
        inner = solve_triangular(U.mT, B, upper=False)
        return matmul(P, solve_triangular(L.mT, inner, upper=True, unitriangular=True))
    inner = solve_triangular(L, matmul(P.mT, B), upper=False, unitriangular=True)
    return _out(out, solve_triangular(U, inner, upper=True))


def det(A, *, out=None):
    """The determinant."""
    return _out(out, D.Det.apply(checked("linalg.det", A, True)))


def slogdet(A, *, out=None):
    """The sign of the determinant and the logarithm of its size."""
    return _Slogdet(*D.Slogdet.apply(checked("linalg.slogdet", A, True)))


def _least(A, atol, rtol):
    """Up to where a singular value counts as 0, for each matrix."""
    s = svdvals(A.detach())
    largest = s.amax(-1) if s.shape[-1] else s.sum(-1)
    if rtol is None:
        rtol = 0.0 if atol is not None else finfo(A.dtype).eps * max(A.shape[-2:])
    bound = largest * rtol
    return bound if atol is None else bound.clamp(min=atol) if not isinstance(atol, Tensor) else bound.maximum(atol)


def pinv(A, rcond=None, hermitian=False, *, atol=None, rtol=None, out=None):
    """The pseudo-inverse."""
    checked("linalg.pinv", A)
    return _out(out, D.Pinv.apply(A, _least(A, atol, rcond if rtol is None else rtol)))


def lstsq(A, B, rcond=None, *, driver=None):
    """X that makes A X - B smallest; of several the smallest."""
    checked("linalg.lstsq", A)
    vector = B.dim() == 1 or A.dim() - 1 == B.dim() and B.shape == A.shape[:-1]
    right = unsqueeze(B, -1) if vector else B
    rows, columns = A.shape[-2:]
    rank = matrix_rank(A.detach(), rtol=rcond)
    if bool((rank < min(rows, columns)).any()):
        solution = matmul(pinv(A, rtol=rcond), right)
    elif rows >= columns:
        q, r = qr(A)
        solution = solve_triangular(r, matmul(q.mT, right), upper=True)
    else:
        q, r = qr(A.mT)
        solution = matmul(q, solve_triangular(r.mT, right, upper=False))
    residuals = A.new_empty(0)
    if driver in ("gels", "gelss", "gelsd") and rows > columns and bool((rank == columns).all()):
        residuals = (matmul(A, solution) - right).square().sum(-2)
        residuals = residuals.squeeze(-1) if vector else residuals
    return _Lstsq(solution.squeeze(-1) if vector else solution, residuals, rank, A.new_empty(0))


def matrix_power(A, n, *, out=None):
    """The product of `n` times A; of its inverse for a negative `n`."""
    if A.dim() < 2 or A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            "linalg.matrix_power: A must be batches of square matrices, but they are "
            f"{A.shape[-2] if A.dim() > 1 else 1} by {A.shape[-1] if A.dim() else 1} matrices"
        )
    if n == 0:
        return _out(out, expand(eye(A.shape[-1], dtype=A.dtype), A.shape).clone())
    if n < 0:
        A, n = inv(A), -n
    result = None
    while n:
        if n & 1:
            result = A if result is None else matmul(result, A)
        n >>= 1
        if n:
            A = matmul(A, A)
    return _out(out, result.clone())


def matrix_exp(A):
    """The exponential of matrices: a Taylor series of a small part of each, squared up again."""
    checked("linalg.matrix_exp", A, True)
    if not A.numel():
        return A.clone()
    size = float(A.detach().abs().sum(-1).amax())
    if not math.isfinite(size):
        return A * math.nan
    halvings = max(0, math.ceil(math.log2(size)) + 1) if size > 0 else 0
    small = A / 2.0**halvings
    result = term = expand(eye(A.shape[-1], dtype=A.dtype), A.shape)
    for order in range(1, 13 if A.dtype.itemsize == 4 else 19):
        term = matmul(term, small) / order
        result = result + term
    for _ in range(halvings):
        result = matmul(result, result)
    return result


def multi_dot(tensors, *, out=None):
    """The product of several matrices; the first and the last may be vectors."""
    tensors = list(tensors)
    if len(tensors) < 2:
        raise RuntimeError("multi_dot(): expected at least 2 tensors but got " f"{len(tensors)}")
    result = tensors[0]
    for matrix in tensors[1:]:
        result = matmul(result, matrix)
    return _out(out, result)


def cross(input, other, *, dim=-1, out=None):
    """The vector product along a dimension of extent 3."""
    input, other = [expand(x, broadcast_pair(input.shape, other.shape)) for x in (input, other)]
    if input.shape[dim] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[dim]} and {other.shape[dim]}"
        )
    a, b = input.unbind(dim), other.unbind(dim)
    from ._joining import stack

    parts = [a[i] * b[j] - a[j] * b[i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return _out(out, stack(parts, dim))


def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """The diagonals of matrices; views."""
    return _diagonal(A, offset, dim1, dim2)


def vecdot(x, y, *, dim=-1, out=None):
    """Inner products along a dimension."""
    return _out(out, (x * y).sum(dim))


def vander(x, N=None):
    """The powers 0 … N - 1 of each element, in columns."""
    from ._creation import arange

    count = x.shape[-1] if N is None else N
    return unsqueeze(x, -1) ** arange(count)


def tensorinv(A, ind=2, *, out=None):
    """The inverse of what `tensordot` with A does."""
    rest, lead = list(A.shape[ind:]), list(A.shape[:ind])
    if math.prod(rest) != math.prod(lead):
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{math.prod(rest)} != {math.prod(lead)}"
        )
    return _out(out, inv(A.reshape(math.prod(lead), -1)).reshape(rest + lead))


def tensorsolve(A, B, dims=None, *, out=None):
    """X with `tensordot(A, X, X.dim())` = B."""
    if dims is not None:
        A = A.movedim(list(dims), list(range(A.dim() - len(dims), A.dim())))
    rest = list(A.shape[B.dim() :])
    return _out(out, solve(A.reshape(B.numel(), -1), B.reshape(-1)).reshape(rest))


def __getattr__(name):
    return absent("torch.linalg", name, globals())
