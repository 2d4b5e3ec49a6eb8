"""Products and decompositions of matrices, and their gradients. Passes under PyTorch 2.15.0 as well."""

import torch

A = torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]])
G = torch.tensor([[2.0, 1.0, 0.5], [0.0, 3.0, -1.0], [1.0, 0.0, 2.0]])
B = torch.tensor([[1.0, 2.0], [0.0, 1.0], [3.0, -1.0]])


def near(a, b, tolerance=1e-4):
    b = torch.as_tensor(b)
    assert a.shape == b.shape and torch.allclose(a, b, rtol=tolerance, atol=tolerance), (a, b)


def slopes(function, x, weight, step=1e-3):
    """The gradient by differences, in float64."""
    x, result = x.double(), torch.zeros(x.shape, dtype=torch.float64)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            up, down = x.clone(), x.clone()
            up[i, j] += step
            down[i, j] -= step
            result[i, j] = ((function(up) - function(down)) * weight.double()).sum() / (2 * step)
    return result.float()


def check(function, x):
    leaf = x.clone().requires_grad_()
    result = function(leaf)
    weight = torch.arange(1.0, result.numel() + 1).reshape(result.shape).cos()
    (result * weight).sum().backward()
    near(leaf.grad, slopes(function, x, weight), 2e-3)


def test_einsum():
    near(torch.einsum("ii->i", A), [4.0, 3.0, 2.0])
    near(torch.einsum("ij,jk,kl", A, G, B), A @ G @ B)
    near(torch.einsum(A, [0, 1], B, [1, 2], [2, 0]), (A @ B).t())
    near(torch.einsum("...ij, ...jk -> ...ik", A.expand(2, 3, 3), G), (A @ G).expand(2, 3, 3))
    near(torch.einsum("ij,ij->", A, G), (A * G).sum())
    for words, equation in (("output subscript k", "ij->k"), ("fewer operands", "ij,jk"), ("does not match", "ijk->i")):
        try:
            torch.einsum(equation, A)
        except RuntimeError as error:
            assert words in str(error), error
        else:
            raise AssertionError(equation)


def test_products():
    near(torch.kron(torch.eye(2), torch.ones(1, 2)), [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]])
    near(torch.tensordot(A, G, ([0], [1])), A.t() @ G.t())
    near(torch.addmm(torch.ones(2), A, B, beta=2, alpha=0.5), 2 + 0.5 * (A @ B))
    near(torch.baddbmm(torch.zeros(1), A[None], B[None]), (A @ B)[None])
    near(torch.linalg.multi_dot([A, G, B]), A @ G @ B)
    near(torch.linalg.matrix_power(A, 3), A @ A @ A)
    near(torch.linalg.matrix_power(A, -1) @ A, torch.eye(3))
    near(torch.linalg.cross(A[0], A[1]), [1.0, -4.0, 11.0])
    assert (torch.arange(4).reshape(2, 2) @ torch.arange(4).reshape(2, 2)).tolist() == [[2, 3], [6, 11]]


def test_decompositions():
    q, r = torch.linalg.qr(B)
    near(q @ r, B)
    near(q.t() @ q, torch.eye(2))
    u, s, vh = torch.linalg.svd(G, full_matrices=False)
    near(u @ torch.diag(s) @ vh, G)
    values, vectors = torch.linalg.eigh(A)
    near(vectors @ torch.diag(values) @ vectors.mT, A)
    p, l, u = torch.linalg.lu(G)
    near(p @ l @ u, G)
    near(torch.linalg.lu_solve(*torch.linalg.lu_factor(G), B), torch.linalg.solve(G, B))
    factor = torch.linalg.cholesky(A)
    near(factor @ factor.mT, A)
    near(torch.cholesky_solve(B, factor), torch.linalg.solve(A, B))
    near(torch.linalg.lstsq(B, A).solution, torch.linalg.pinv(B) @ A)
    near(torch.linalg.det(A), torch.tensor(18.0))
    near(torch.linalg.slogdet(-A).logabsdet, torch.tensor(18.0).log())
    assert torch.linalg.slogdet(-A).sign.item() == -1 and torch.linalg.matrix_rank(torch.ones(3, 3)).item() == 1
    near(torch.linalg.matrix_exp(torch.tensor([[0.0, 1.0], [-1.0, 0.0]])), [[0.5403, 0.8415], [-0.8415, 0.5403]])


def test_norms():
    near(torch.linalg.norm(A), torch.tensor(33.0).sqrt())
    near(torch.linalg.matrix_norm(B, 1), torch.tensor(4.0))
    near(torch.linalg.matrix_norm(B, float("inf")), torch.tensor(4.0))
    near(torch.linalg.matrix_norm(A, 2), torch.linalg.eigvalsh(A)[-1])
    near(torch.linalg.matrix_norm(A, "nuc"), torch.tensor(9.0))
    near(torch.linalg.vector_norm(B, 3, dim=0), (B.abs() ** 3).sum(0) ** (1 / 3))
    near(torch.linalg.cond(torch.diag(torch.tensor([4.0, 2.0]))), torch.tensor(2.0))


def test_gradients():
    check(torch.linalg.inv, G)
    check(torch.linalg.det, G)
    check(lambda x: torch.linalg.slogdet(x).logabsdet, G)
    check(lambda x: torch.linalg.solve(x, B.to(x.dtype)), G)
    check(lambda x: torch.linalg.cholesky(x @ x.mT + torch.eye(3, dtype=x.dtype)), G)
    check(lambda x: torch.linalg.eigvalsh(x + x.mT), G)
    check(lambda x: torch.linalg.eigh(x + x.mT).eigenvectors.square(), G)
    check(lambda x: torch.linalg.svd(x, full_matrices=False).U.square(), B)
    check(torch.linalg.svdvals, B)
    check(lambda x: torch.linalg.qr(x).Q, B)
    check(lambda x: torch.linalg.qr(x.mT).R, B)
    check(torch.linalg.pinv, B)
    check(lambda x: torch.linalg.lu(x).U, G)
    check(lambda x: torch.linalg.solve_triangular(x, B.to(x.dtype), upper=True), G)
    check(torch.linalg.matrix_exp, G * 0.3)


def test_second_derivative():
    x = A.clone().requires_grad_()
    (first,) = torch.autograd.grad(torch.linalg.slogdet(x).logabsdet, x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    inverse = torch.linalg.inv(A)
    near(second, -(inverse.sum(0)[:, None] * inverse.sum(1)[None, :]).mT)


def test_errors():
    for kind, words, function in (
        (torch.linalg.LinAlgError, "singular", lambda: torch.linalg.inv(torch.ones(2, 2))),
        (torch.linalg.LinAlgError, "positive-definite", lambda: torch.linalg.cholesky(-A)),
        (RuntimeError, "batches of square matrices, but they are 3 by 2 matrices", lambda: torch.linalg.inv(B)),
        (RuntimeError, "cannot be multiplied (3x2 and 3x2)", lambda: B @ B),
        (RuntimeError, "expected m1 and m2 to have the same dtype", lambda: A @ A.long()),
    ):
        try:
            function()
        except kind as error:
            assert words in str(error), error
        else:
            raise AssertionError(words)


def test_low_rank():
    torch.manual_seed(0)
    x = torch.randn(8, 2) @ torch.randn(2, 5)
    u, s, v = torch.pca_lowrank(x, q=2)
    centred = x - x.mean(0)
    assert torch.allclose(u @ torch.diag(s) @ v.T, centred, atol=1e-4)
    assert torch.allclose(s, torch.linalg.svdvals(centred)[:2], atol=1e-4)
    u, s, v = torch.svd_lowrank(x.T, q=2)
    assert u.shape == (5, 2) and v.shape == (8, 2) and torch.allclose(u @ torch.diag(s) @ v.T, x.T, atol=1e-4)
    assert repr(torch.linalg.qr(torch.eye(1))).startswith("torch.return_types.linalg_qr(\nQ=")
