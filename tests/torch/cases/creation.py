"""Tensors from nothing, from numbers, and in another's likeness."""

import torch

from trial.operator import Operator, several

DTYPES = [
    torch.float32,
    torch.float64,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.int32,
    torch.int16,
    torch.int8,
    torch.uint8,
    torch.bool,
]


def sizes(g):
    return g.choice([(2, 3), ((2, 3),), (0,), ((),), (3,), ([1, 2],)])


def typed(g):
    return {"dtype": g.choice([None, *DTYPES])}


def ranged(g):
    return g.choice([(5,), (0,), (2, 7), (1, 10, 3), (5.0,), (0, 1, 0.25), (10, 0, -3), (0.5, 3.2), (3, 3)])


def linear(g):
    return g.choice([(0, 1, 5), (-1, 1, 4), (2, 2, 3), (0, 10, 1), (5, -5, 7), (0, 1, 0), (0.1, 0.7, 6)])


def nested(g):
    return g.choice(
        [
            1,
            2.5,
            True,
            [],
            [1, 2],
            [1, 2.5],
            [True, False],
            [True, 2],
            [[1, 2], [3, 4]],
            [[], []],
            [[[0.5]]],
            (1, 2),
            [float("nan"), float("inf")],
            [2**40],
            1 + 2j,
            [1.0, 1j],
        ]
    )


OPERATORS = [
    *several("zeros ones", lambda g: (*sizes(g), typed(g)), count=8),
    Operator("full", lambda g: (g.choice([(2, 3), (), (0,)]), g.choice([1, 2.5, True]), typed(g)), count=8),
    Operator(
        "empty",
        lambda g: (*sizes(g), typed(g)),
        lambda *a, **k: (lambda x: (list(x.shape), x.dtype, x.is_contiguous()))(torch.empty(*a, **k)),
    ),
    *[
        Operator(f"{name}_like", lambda g: (g.any(), typed(g)), getattr(torch, f"{name}_like"))
        for name in ("zeros", "ones")
    ],
    Operator("full_like", lambda g: (g.any(), g.choice([1, 0.5]), typed(g))),
    Operator("empty_like", lambda g: (g.any(),), lambda x: (lambda y: (list(y.shape), y.dtype))(torch.empty_like(x))),
    Operator(
        "new",
        lambda g: (g.any(),),
        lambda x: (
            x.new_zeros(2),
            x.new_ones((1, 2)),
            x.new_full((2,), 1),
            x.new_tensor([1, 2]),
            list(x.new_empty(3).shape),
        ),
    ),
    Operator("arange", lambda g: (*ranged(g),), count=12),
    Operator("arange.dtype", lambda g: (g.integer(0, 6), {"dtype": g.choice(DTYPES[:9])}), torch.arange, count=6),
    Operator("linspace", linear, count=8),
    Operator("logspace", lambda g: (0, g.integer(0, 2), g.integer(1, 5)), tolerance=(1e-5, 1e-4)),
    Operator("eye", lambda g: g.choice([(3,), (2, 3), (0,), (3, 1)])),
    Operator("tensor", lambda g: (nested(g),), count=20),
    Operator(
        "tensor.dtype",
        lambda g: (g.choice([[1, 0, 3], [1.7, -0.0, 2.2], [True, False]]), typed(g)),
        torch.tensor,
        count=12,
    ),
    Operator("tensor.of tensors", lambda g: ([torch.tensor(1.5), torch.tensor(2)],), torch.tensor),
    *several("as_tensor asarray", lambda g: (g.choice([[1, 2], 2.5, [[1.5]]]),)),
    Operator("scalar_tensor", lambda g: (g.choice([1, 2.5]),)),
    *several("tril_indices triu_indices", lambda g: (g.integer(1, 4), g.integer(1, 4), g.integer(-1, 1))),
    *several("hann_window hamming_window blackman_window bartlett_window", lambda g: (g.integer(1, 8),)),
    Operator("complex", lambda g: (g.floats((2, 3), grad=False), g.floats((2, 3), grad=False))),
    Operator("polar", lambda g: (g.floats((3,), 0, 2, grad=False), g.floats((3,), grad=False))),
    Operator(
        "FloatTensor",
        lambda g: (),
        lambda: (
            torch.FloatTensor([1, 2]),
            torch.LongTensor([3]),
            torch.Tensor([1, 2]),
            list(torch.Tensor(2, 3).shape),
        ),
    ),
    Operator(
        "default dtype",
        lambda g: (),
        lambda: (torch.get_default_dtype(), torch.tensor(1.0).dtype, torch.zeros(1).dtype),
    ),
]
