"""Products of matrices and sums over products."""

import torch

from trial.operator import Operator, several


def matrices(g):
    n, m, k = (0 if g.index == 2 and g.integer(0, 1) else g.integer(1, 4) for _ in range(3))
    return g.floats((n, m)), g.floats((m, k))


def matmul(g):
    return g.choice(
        [
            lambda: (g.floats((3,)), g.floats((3,))),
            lambda: (g.floats((2, 3)), g.floats((3,))),
            lambda: (g.floats((3,)), g.floats((3, 2))),
            lambda: (g.floats((2, 2, 3)), g.floats((3, 2))),
            lambda: (g.floats((2, 1, 2, 3)), g.floats((3, 3, 2))),
            lambda: (g.floats((2, 3)), g.floats((2, 3, 2))),
            lambda: (g.floats((2, 2, 3)), g.floats((3,))),
            lambda: (g.floats((3,)), g.floats((2, 3, 2))),
        ]
    )()


def sums(name, equation, *shapes):
    return Operator(f"einsum.{name}", lambda g: (equation, *[g.floats(shape) for shape in shapes]), torch.einsum)


def scaled(*shapes):
    return lambda g: (
        *[g.floats(shape) for shape in shapes],
        {"beta": g.choice([1, 0.5, 0]), "alpha": g.choice([1, -2])},
    )


OPERATORS = [
    Operator("mm", matrices),
    Operator("matmul", matmul, count=12),
    Operator("matmul.operator", matmul, lambda x, y: x @ y, count=8),
    Operator(
        "matmul.half",
        lambda g: (g.floats((3, 4), dtype=g.choice([torch.float16, torch.bfloat16])),),
        lambda x: x @ x.t(),
        tolerance=(2e-2, 2e-2),
    ),
    Operator("matmul.ints", lambda g: (g.ints((2, 3)), g.ints((3, 2))), torch.matmul),
    Operator("matmul.itself", lambda g: (g.floats((3, 3)),), lambda x: x @ x + x.t() @ x),
    Operator("mv", lambda g: (g.floats((2, 3)), g.floats((3,)))),
    *several("dot inner vdot", lambda g: (lambda n: (g.floats((n,)), g.floats((n,))))(g.integer(0, 5))),
    Operator("inner.matrices", lambda g: (g.floats((2, 3)), g.floats((4, 3))), torch.inner),
    *several("outer ger", lambda g: (g.floats((g.integer(1, 3),)), g.floats((g.integer(1, 3),)))),
    Operator(
        "bmm",
        lambda g: (g.floats((g.integer(0, 3), 2, 3)), g.floats((1, 3, 2))),
        lambda x, y: torch.bmm(x, y.expand(x.shape[0], 3, 2)),
    ),
    Operator("addmm", scaled((2, 4), (2, 3), (3, 4))),
    Operator("addmm.broadcast", scaled((4,), (2, 3), (3, 4)), torch.addmm),
    Operator(".addmm_", scaled((2, 4), (2, 3), (3, 4))),
    Operator("addmv", scaled((2,), (2, 3), (3,))),
    Operator("addr", scaled((2, 3), (2,), (3,))),
    Operator("addbmm", scaled((2, 4), (2, 2, 3), (2, 3, 4))),
    Operator("baddbmm", scaled((2, 2, 4), (2, 2, 3), (2, 3, 4))),
    Operator("tensordot", lambda g: (g.floats((2, 3, 4)), g.floats((3, 4, 2)), 2)),
    Operator("tensordot.dims", lambda g: (g.floats((2, 3, 4)), g.floats((4, 2, 3)), ([2, 0], [0, 1])), torch.tensordot),
    Operator("kron", lambda g: (g.floats((2, 2), layout="plain"), g.floats((1, 3), layout="plain"))),
    Operator("chain_matmul", lambda g: (g.floats((2, 3)), g.floats((3, 2)), g.floats((2, 4)))),
    Operator("linalg.multi_dot", lambda g: ([g.floats((2, 3)), g.floats((3, 2)), g.floats((2, 4))],)),
    Operator("linalg.vecdot", lambda g: (g.floats((2, 3)), g.floats((2, 3)))),
    Operator(
        "cdist", lambda g: (g.floats((3, 2)), g.floats((2, 2)), g.choice([2.0, 1.0])), tolerance=(1e-4, 1e-5), orders=1
    ),
    Operator("F.linear", lambda g: (g.floats((2, 3)), g.floats((4, 3)), g.choice([None, g.floats((4,))]))),
    Operator(
        "F.linear.deep", lambda g: (g.floats((2, 1, 3)), g.floats((4, 3)), g.floats((4,))), torch.nn.functional.linear
    ),
    Operator("F.bilinear", lambda g: (g.floats((2, 3)), g.floats((2, 2)), g.floats((4, 3, 2)), g.floats((4,)))),
    sums("product", "ij,jk->ik", (2, 3), (3, 4)),
    sums("implicit", "ij,jk", (2, 3), (3, 4)),
    sums("trace", "ii", (3, 3)),
    sums("diagonal", "ii->i", (3, 3)),
    sums("transpose", "ij->ji", (2, 3)),
    sums("sum", "ij->", (2, 3)),
    sums("outer", "i,j->ij", (2,), (3,)),
    sums("batch", "bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
    sums("attention", "bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 2, 4)),
    sums("ellipsis", "...ij,...jk->...ik", (2, 2, 3), (3, 2)),
    sums("three", "i,ij,j->", (2,), (2, 3), (3,)),
    sums("elementwise", "ij,ij->ij", (2, 3), (2, 3)),
    sums("bilinear", "bn,anm,bm->ba", (2, 3), (2, 3, 2), (2, 2)),
    sums("spaces", "b i d, b j d -> b i j", (1, 2, 3), (1, 2, 3)),
    sums("broadcast", "ij,jk->ik", (2, 1), (3, 2)),
]
