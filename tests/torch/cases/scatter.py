"""Gathering and scattering along a dimension."""

import torch

from trial.operator import Operator


def gathered(g):
    return g.floats((3, 4)), g.choice([0, -2]), g.ints((g.integer(1, 3), g.integer(1, 4)), 0, 2)


def unique_places(g):
    """Along dimension 1 of four, no place twice in a row."""
    return torch.tensor([g.shuffled(4)[:3] for _ in range(2)])


def repeated(g):
    return g.ints((2, 3), 0, 3)


REDUCES = ("sum", "prod", "mean", "amax", "amin")

OPERATORS = [
    Operator("gather", gathered),
    Operator("gather.last", lambda g: (g.floats((2, 3, 4)), -1, g.ints((2, 3, 2), 0, 3)), torch.gather),
    Operator("gather.types", lambda g: (g.any((3, 4)), 1, g.ints((3, 2), 0, 3)), torch.gather),
    Operator("scatter", lambda g: (g.floats((3, 4)), 1, unique_places(g), g.floats((2, 3)))),
    Operator("scatter.value", lambda g: (g.floats((3, 4)), 1, repeated(g), 1.5), torch.scatter),
    Operator(
        "scatter.reduce",
        lambda g: (
            g.floats((3, 4), grad=False),
            1,
            repeated(g),
            g.floats((2, 3), grad=False),
            {"reduce": g.choice(["add", "multiply"])},
        ),
        torch.scatter,
    ),
    Operator(".scatter_", lambda g: (g.floats((3, 4)), 1, unique_places(g), g.floats((2, 3)))),
    Operator("scatter_.one_hot", lambda g: (g.ints((5, 1), 0, 3),), lambda i: torch.zeros(5, 4).scatter_(1, i, 1.0)),
    Operator("scatter_add", lambda g: (g.floats((3, 4)), 1, repeated(g), g.floats((2, 3)))),
    Operator(".scatter_add_", lambda g: (g.floats((3, 4)), 0, g.ints((2, 3), 0, 2), g.floats((2, 3)))),
    *[
        Operator(
            f"scatter_reduce.{reduce}",
            lambda g, reduce=reduce: (
                g.distinct((3, 4), 0.5, 2, layout="plain"),
                1,
                repeated(g),
                g.distinct((2, 3), 0.6, 2.1, layout="plain"),
                reduce,
                {"include_self": bool(g.index % 2)},
            ),
            torch.scatter_reduce,
            orders=1,
        )
        for reduce in REDUCES
    ],
    Operator(
        "index_add",
        lambda g: (g.floats((3, 4)), 0, g.ints((5,), 0, 2), g.floats((5, 4)), {"alpha": g.choice([1, 0.5])}),
    ),
    Operator(".index_add_", lambda g: (g.floats((3, 4)), 1, g.ints((2,), 0, 3), g.floats((3, 2)))),
    Operator("index_copy", lambda g: (g.floats((4, 3)), 0, torch.tensor(g.shuffled(4)[:2]), g.floats((2, 3)))),
    Operator("index_fill", lambda g: (g.floats((4, 3)), 1, g.ints((2,), 0, 2), 0.5)),
    Operator("index_put", lambda g: (g.floats((3, 4)), (torch.tensor([0, 2]), torch.tensor([1, 1])), g.floats((2,)))),
    Operator(
        "index_put.accumulate",
        lambda g: (g.floats((3, 4)), (g.ints((4,), 0, 2), g.ints((4,), 0, 3)), g.floats((4,)), True),
        torch.index_put,
    ),
    Operator(".index_put_", lambda g: (g.floats((3, 4)), (torch.tensor([0, 2]),), g.floats((4,)))),
    Operator("put", lambda g: (g.floats((3, 4)), torch.tensor(g.shuffled(12)[:3]), g.floats((3,)))),
    Operator(
        "index_reduce",
        lambda g: (
            g.floats((3, 2), 0.5, 2, grad=False),
            0,
            g.ints((4,), 0, 2),
            g.floats((4, 2), 0.5, 2, grad=False),
            g.choice(["prod", "mean", "amax", "amin"]),
        ),
    ),
    Operator("F.one_hot", lambda g: (g.ints((2, 3), 0, 3), g.choice([-1, 4, 6]))),
]
