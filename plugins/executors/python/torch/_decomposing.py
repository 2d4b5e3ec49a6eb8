"""The host's decompositions of matrices, with PyTorch's formulas for their gradients.

The host does not record them. Each is a function of its own whose backward is made of recorded operations, so that
gradients have gradients.
"""

from ._base import wrap
from ._creation import eye
from ._custom import Function
from ._host import Err, linear_algebra, raised
from ._linalg import matmul
from ._triangles import diag_embed, diagonal, tril, triu


class LinAlgError(RuntimeError):
    """A matrix has not the property that an operation needs."""


LinAlgError.__name__ = LinAlgError.__qualname__ = "_LinAlgError"


def _on_host(function, singular, *arguments):
    """The host's `function`; a matrix it cannot work with is an error that says `singular`."""
    kind = arguments[0].dtype
    try:
        result = function(*arguments)
    except Err as err:
        if err.value.code == "argument" and singular is not None:
            raise LinAlgError(singular) from None
        raise raised(err) from None
    return tuple(wrap(x) for x in result) if isinstance(result, tuple) else wrap(result, kind)


def _identity_like(x):
    return eye(x.shape[-1], dtype=x.dtype)


class Solve(Function):
    """X with A X = B; batch dimensions are the same."""

    @staticmethod
    def forward(ctx, a, b, message):
        x = _on_host(linear_algebra.solve, message, a, b)
        ctx.save_for_backward(a, x)
        ctx.message = message
        return x

    @staticmethod
    def backward(ctx, gradient):
        a, x = ctx.saved_tensors
        of_b = Solve.apply(a.mT, gradient, ctx.message)
        return (-matmul(of_b, x.mT) if ctx.needs_input_grad[0] else None), of_b, None


class SolveTriangular(Function):
    """X with A X = B for a triangular A; batch dimensions are the same."""

    @staticmethod
    def forward(ctx, a, b, upper, unit):
        singular = "linalg.solve_triangular: a diagonal element is zero"
        x = _on_host(linear_algebra.solve_triangular, singular, a, b, upper, unit)
        ctx.save_for_backward(a, x)
        ctx.form = upper, unit
        return x

    @staticmethod
    def backward(ctx, gradient):
        a, x = ctx.saved_tensors
        upper, unit = ctx.form
        of_b = SolveTriangular.apply(a.mT, gradient, not upper, unit)
        of_a = None
        if ctx.needs_input_grad[0]:
            of_a = -matmul(of_b, x.mT)
            of_a = triu(of_a, int(unit)) if upper else tril(of_a, -int(unit))
        return of_a, of_b, None, None


class Cholesky(Function):
    """The lower triangular L with A = L Lᵀ."""

    @staticmethod
    def forward(ctx, a):
        factor = _on_host(
            linear_algebra.cholesky,
            "linalg.cholesky: The factorization could not be completed because the input is not positive-definite (a "
            "leading minor is not positive-definite).", a)
        ctx.save_for_backward(factor)
        return factor

    @staticmethod
    def backward(ctx, gradient):
        (factor,) = ctx.saved_tensors
        inner = tril(matmul(factor.mT, gradient))
        inner = inner + tril(inner, -1).mT
        # L⁻ᵀ (inner / 2) L⁻¹
        left = SolveTriangular.apply(factor.mT, inner * 0.5, True, False)
        return SolveTriangular.apply(factor.mT, left.mT, True, False).mT


class Qr(Function):
    """Q with orthonormal columns and upper triangular R."""

    @staticmethod
    def forward(ctx, a, complete):
        q, r = _on_host(linear_algebra.qr, None, a, complete)
        ctx.save_for_backward(a, q, r)
        ctx.complete = complete
        return q, r

    @staticmethod
    def backward(ctx, of_q, of_r):
        a, q, r = ctx.saved_tensors
        rows, columns = a.shape[-2:]
        if ctx.complete and rows > columns:
            raise RuntimeError(
                "The QR decomposition is not differentiable when mode='complete' and nrows > ncols"
            )
        if rows >= columns:
            return _qr_backward(of_q, of_r, q, r), None
        of_tail = of_r[..., rows:]
        of_head = _qr_backward(of_q + matmul(a[..., rows:], of_tail.mT), of_r[..., :rows], q, r[..., :rows])
        from ._joining import cat

        return cat((of_head, matmul(q, of_tail)), -1), None


def _qr_backward(of_q, of_r, q, r):
    inner = matmul(r, of_r.mT) - matmul(of_q.mT, q)
    inner = tril(inner) + tril(inner, -1).mT
    return SolveTriangular.apply(r, (of_q + matmul(q, inner)).mT, True, False).mT


class Svd(Function):
    """U, S and Vᵀ with A = U diag(S) Vᵀ."""

    @staticmethod
    def forward(ctx, a, full):
        u, s, vh = _on_host(linear_algebra.svd, None, a, full)
        ctx.save_for_backward(u, s, vh)
        return u, s, vh

    @staticmethod
    def backward(ctx, of_u, of_s, of_vh):
        u, s, vh = ctx.saved_tensors
        k = s.shape[-1]
        u, of_u, vh, of_vh = u[..., :k], of_u[..., :k], vh[..., :k, :], of_vh[..., :k, :]
        squares = s * s
        between = squares.unsqueeze(-2) - squares.unsqueeze(-1) + _identity_like(vh[..., :k])
        left, right = matmul(u.mT, of_u), matmul(vh, of_vh.mT)
        inner = (left - left.mT) / between * s.unsqueeze(-2) + s.unsqueeze(-1) * ((right - right.mT) / between)
        result = matmul(matmul(u, inner + diag_embed(of_s)), vh)
        if u.shape[-2] > k:
            outside = (of_u - matmul(u, left)) / s.unsqueeze(-2)
            result = result + matmul(outside, vh)
        if vh.shape[-1] > k:
            outside = (of_vh - matmul(matmul(of_vh, vh.mT), vh)) / s.unsqueeze(-1)
            result = result + matmul(u, outside)
        return result, None


class Eigh(Function):
    """Eigenvalues, ascending, and eigenvectors of symmetric matrices."""

    @staticmethod
    def forward(ctx, a):
        values, vectors = _on_host(linear_algebra.eigh, None, a)
        ctx.save_for_backward(values, vectors)
        return values, vectors

    @staticmethod
    def backward(ctx, of_values, of_vectors):
        values, vectors = ctx.saved_tensors
        one = _identity_like(vectors)
        between = values.unsqueeze(-2) - values.unsqueeze(-1) + one
        inner = matmul(vectors.mT, of_vectors) / between * (1 - one) + diag_embed(of_values)
        return matmul(matmul(vectors, inner), vectors.mT)


class Lu(Function):
    """L (with 1 on its diagonal), U, and as a number the rows' order: A = P L U."""

    @staticmethod
    def forward(ctx, a):
        packed, pivots = _on_host(linear_algebra.lu, None, a)
        rows, columns = a.shape[-2:]
        k = min(rows, columns)
        lower = tril(packed[..., :k], -1) + eye(rows, k, dtype=a.dtype)
        upper = triu(packed[..., :k, :])
        order = _row_orders(pivots, rows)
        ctx.save_for_backward(lower, upper, order)
        ctx.square = rows == columns
        ctx.mark_non_differentiable(order, pivots)
        return lower, upper, order, pivots

    @staticmethod
    def backward(ctx, of_lower, of_upper, *_):
        lower, upper, order = ctx.saved_tensors
        if not ctx.square:
            raise NotImplementedError("the gradient of torch.linalg.lu is available for square matrices")
        inner = tril(matmul(lower.mT, of_lower), -1) + triu(matmul(of_upper, upper.mT))
        left = SolveTriangular.apply(lower.mT, inner, True, True)
        right = SolveTriangular.apply(upper, left.mT, True, False).mT
        return permutation(order, right.dtype) @ right


def _row_orders(pivots, rows):
    """Which row of A each row of L U is, from the exchanges."""
    from ._creation import tensor
    from ._dtype import int64

    batch, orders = list(pivots.shape[:-1]), []
    for exchanges in pivots.reshape(-1, pivots.shape[-1]).tolist() if pivots.numel() else []:
        order = list(range(rows))
        for at, other in enumerate(exchanges):
            order[at], order[other] = order[other], order[at]
        orders.append(order)
    return tensor(orders, dtype=int64).reshape([*batch, rows])


def permutation(order, kind):
    """The matrix P that puts row i of what it multiplies at row `order[i]`."""
    from ._promotion import cast

    return cast(order.unsqueeze(-2) == arange_column(order.shape[-1]), kind)


def arange_column(n):
    """0 … n - 1 as a column."""
    from ._creation import arange

    return arange(n).unsqueeze(-1)


class Pinv(Function):
    """The pseudo-inverse; singular values up to `least` count as 0."""

    @staticmethod
    def forward(ctx, a, least):
        u, s, vh = _on_host(linear_algebra.svd, None, a, False)
        inverse = (1 / s).masked_fill(s <= least.unsqueeze(-1), 0.0)
        result = matmul(vh.mT * inverse.unsqueeze(-2), u.mT)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx, gradient):
        a, p = ctx.saved_tensors
        g, pt = gradient.mT, p.mT
        if a.shape[-2] <= a.shape[-1]:
            k = matmul(g, p)
            kp = matmul(k, pt)
            return -matmul(p, k).mT + kp - matmul(matmul(a, p), kp) + matmul(matmul(pt, p), g - matmul(k, a)), None
        k = matmul(p, g)
        pk = matmul(pt, k)
        return -matmul(k, p).mT + matmul(matmul(g - matmul(a, k), p), pt) + pk - matmul(matmul(pk, p), a), None


class Det(Function):
    """The determinant."""

    @staticmethod
    def forward(ctx, a):
        packed, pivots = _on_host(linear_algebra.lu, None, a)
        result = diagonal(packed, 0, -2, -1).prod(-1) * exchange_sign(pivots, a.dtype)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx, gradient):
        a, value = ctx.saved_tensors
        scaled = (gradient * value).unsqueeze(-1).unsqueeze(-1)
        try:
            inverse = Solve.apply(a, _identity_like(a).expand(a.shape), "singular")
        except LinAlgError:
            return gradient.unsqueeze(-1).unsqueeze(-1) * _cofactors(a)
        return scaled * inverse.mT


def exchange_sign(pivots, kind):
    """-1 where the number of exchanges is odd, else 1."""
    from ._creation import arange
    from ._promotion import cast

    odd = (pivots != arange(pivots.shape[-1])).sum(-1) % 2
    return cast(1 - 2 * odd, kind)


def _cofactors(a):
    """What each element of `a` is multiplied with in the determinant, where there is no inverse."""
    from ._joining import cat

    u, s, vh = Svd.apply(a, False)
    n = s.shape[-1]
    others = [cat((s[..., :at], s[..., at + 1 :]), -1).prod(-1, keepdim=True) for at in range(n)]
    sign = (Det.apply(u) * Det.apply(vh)).unsqueeze(-1).unsqueeze(-1)
    return sign * matmul(u * cat(others, -1).unsqueeze(-2), vh)


class Slogdet(Function):
    """The sign of the determinant, and the logarithm of its size."""

    @staticmethod
    def forward(ctx, a):
        packed, pivots = _on_host(linear_algebra.lu, None, a)
        on = diagonal(packed, 0, -2, -1)
        sign = on.sign().prod(-1) * exchange_sign(pivots, a.dtype)
        ctx.save_for_backward(a)
        ctx.mark_non_differentiable(sign)
        return sign, on.abs().log().sum(-1)

    @staticmethod
    def backward(ctx, _, gradient):
        (a,) = ctx.saved_tensors
        inverse = Solve.apply(a, _identity_like(a).expand(a.shape), "singular")
        return gradient.unsqueeze(-1).unsqueeze(-1) * inverse.mT
