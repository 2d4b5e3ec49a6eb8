"""Decompositions, solving, and functions of matrices. Of what is not unique, the product is compared."""

import torch

from trial.operator import Operator, several

TOLERANCE = (1e-4, 1e-4)


def square(g, n=None):
    """Far from singular."""
    n = n or g.integer(1, 4)
    batch = (2,) if g.index == 3 else ()
    return g.floats((*batch, n, n), layout="plain") + 3 * torch.eye(n)


def positive(g, n=3):
    x = g.floats((n, n), layout="plain")
    return x @ x.t() + 2 * torch.eye(n)


def tall(g):
    return g.distinct((4, 3), layout="plain")


def symmetric(g):
    x = g.distinct((3, 3), layout="plain")
    return x + x.t() + torch.diag(torch.tensor([0.0, 5.0, 10.0]))


def of(make):
    return lambda g: (make(g),)


def slogdet(name, x):
    sign, logarithm = (torch if name == "slogdet" else torch.linalg).slogdet(x)
    return sign.detach(), logarithm


OPERATORS = [
    *several("linalg.det", of(square), tolerance=(1e-3, 1e-3)),
    *[
        operator
        for name in "inv cond matrix_norm".split()
        for operator in several(f"linalg.{name}", of(square), tolerance=TOLERANCE)
    ],
    *several("det logdet inverse", of(positive), tolerance=TOLERANCE),
    *[
        Operator(name, of(square), lambda x, name=name: slogdet(name, x), tolerance=TOLERANCE)
        for name in ("slogdet", "linalg.slogdet")
    ],
    Operator("linalg.solve", lambda g: (square(g, 3), g.floats((3, 2))), tolerance=TOLERANCE),
    Operator("linalg.solve.vector", lambda g: (positive(g), g.floats((3,))), torch.linalg.solve, tolerance=TOLERANCE),
    *several("linalg.cholesky", of(positive), tolerance=TOLERANCE),
    Operator(
        "cholesky_solve",
        lambda g: (g.floats((3, 2)), positive(g)),
        lambda b, a: torch.cholesky_solve(b, torch.linalg.cholesky(a)),
        tolerance=TOLERANCE,
    ),
    Operator(
        "linalg.qr",
        of(tall),
        lambda x: (lambda q, r: (q @ r, q.t() @ q, r.abs()))(*torch.linalg.qr(x)),
        tolerance=TOLERANCE,
    ),
    Operator(
        "linalg.svd",
        of(tall),
        lambda x: (lambda u, s, v: (s, u @ torch.diag(s) @ v))(*torch.linalg.svd(x, full_matrices=False)),
        tolerance=TOLERANCE,
        orders=1,
    ),
    Operator(
        "svd",
        of(tall),
        lambda x: (lambda u, s, v: (s, u @ torch.diag(s) @ v.t()))(*torch.svd(x)),
        tolerance=TOLERANCE,
        orders=1,
    ),
    Operator("linalg.svdvals", of(tall), tolerance=TOLERANCE, orders=1),
    Operator(
        "linalg.eigh",
        of(symmetric),
        lambda x: (lambda w, v: (w, v.abs(), v @ torch.diag(w) @ v.t()))(*torch.linalg.eigh(x)),
        tolerance=TOLERANCE,
        orders=1,
    ),
    Operator("linalg.eigvalsh", of(symmetric), tolerance=TOLERANCE, orders=1),
    Operator("linalg.pinv", of(tall), tolerance=(1e-3, 1e-3), orders=1),
    Operator("pinverse", of(tall), tolerance=(1e-3, 1e-3), orders=1),
    Operator(
        "linalg.lstsq",
        lambda g: (tall(g), g.floats((4, 2))),
        lambda a, b: torch.linalg.lstsq(a, b).solution,
        tolerance=(1e-3, 1e-3),
        orders=0,
    ),
    Operator("linalg.matrix_rank", lambda g: (g.floats((3, 1), 0.5, 2) @ g.floats((1, 3), 0.5, 2),), orders=0),
    Operator("linalg.matrix_power", lambda g: (square(g, 3), g.choice([-1, 1, 2, 3])), tolerance=(1e-3, 1e-3)),
    Operator("matrix_exp", lambda g: (g.floats((3, 3), -1, 1),), tolerance=TOLERANCE, orders=1),
    Operator(
        "linalg.solve_triangular",
        lambda g: (square(g, 3).tril(), g.floats((3, 2)), {"upper": False}),
        tolerance=TOLERANCE,
    ),
    Operator("linalg.lu", of(lambda g: square(g, 3)), tolerance=TOLERANCE, orders=0),
    Operator(
        "linalg.norm",
        lambda g: (tall(g), g.choice([None, "fro", "nuc", 2, 1, float("inf")])),
        tolerance=TOLERANCE,
        orders=1,
    ),
    Operator("linalg.norm.vector", lambda g: (g.floats((5,), 0.3, 2), g.choice([None, 1, 3])), torch.linalg.norm),
    Operator("linalg.cross", lambda g: (g.floats((2, 3)), g.floats((2, 3)))),
    Operator("linalg.vander", lambda g: (g.floats((3,)),), orders=0),
    Operator("linalg.cholesky.refused", lambda g: (-positive(g),), torch.linalg.cholesky),
    Operator("linalg.inv.refused", lambda g: (torch.zeros(2, 2),), torch.linalg.inv),
    Operator("fft.fft", lambda g: (g.floats((g.choice([4, 5, 8]),), grad=False),), tolerance=TOLERANCE, orders=0),
    Operator("fft.rfft", lambda g: (g.floats((2, 6), grad=False),), tolerance=TOLERANCE, orders=0),
    Operator(
        "fft.round",
        lambda g: (g.floats((2, 6)),),
        lambda x: torch.fft.irfft(torch.fft.rfft(x), n=6),
        tolerance=TOLERANCE,
    ),
    Operator("fft.fftfreq", lambda g: (g.integer(1, 7),)),
    Operator("fft.fftshift", lambda g: (g.floats((5,)),)),
]
