"""Putting tensors together."""

import torch

from trial.operator import Operator, several


def alike(g, count=None):
    shape = g.any_shape()
    return [g.floats(shape) for _ in range(count or g.integer(1, 3))]


def lengths(g):
    dim = g.integer(-2, 1)
    shapes = [[2, 3] for _ in range(3)]
    for shape in shapes:
        shape[dim] = g.integer(0, 3)
    return [g.floats(tuple(shape)) for shape in shapes], dim


def mixed(g):
    dtypes = [torch.float32, torch.int64, torch.float16, torch.bool, torch.float64]
    return [g.ints((2, 2), 0, 1, g.choice(dtypes)) for _ in range(3)]


def flat(g):
    return [g.floats((g.integer(0, 3),)) for _ in range(3)]


OPERATORS = [
    *several("cat concat concatenate", lengths),
    Operator("cat.types", lambda g: (mixed(g),), torch.cat),
    Operator("cat.empty", lambda g: ([torch.zeros(0), g.floats((2, 3))],), torch.cat),
    Operator("cat.same", lambda g: (lambda x: ([x, x, x * 2],))(g.floats((2, 3))), torch.cat),
    Operator("stack", lambda g: (alike(g), g.choice([0, -1]))),
    Operator("stack.types", lambda g: (mixed(g), 1), torch.stack),
    Operator("hstack", lambda g: (g.choice([flat(g), alike(g, 2)]),)),
    *several("vstack row_stack", lambda g: ([g.floats((2, 3)), g.floats((3,)), g.floats((1, 3))],)),
    Operator("dstack", lambda g: ([g.floats((2, 3)), g.floats((2, 3))],)),
    Operator("column_stack", lambda g: ([g.floats((2,)), g.floats((2, 3))],)),
    Operator("block_diag", lambda g: (g.floats((2, 3)), g.floats((1, 2)), g.floats((2,)))),
    Operator("F.pad", lambda g: (g.floats((2, 3)), g.choice([(1, 2), (0, 1, 2, 0), (-1, 1)]), "constant", g.number())),
    *[
        Operator(
            f"F.pad.{mode}", lambda g, mode=mode: (g.floats((1, 2, 4, 4)), (1, 2, 0, 1), mode), torch.nn.functional.pad
        )
        for mode in "reflect replicate circular".split()
    ],
    Operator("nn.utils.rnn.pad_sequence", lambda g: ([g.floats((n, 2)) for n in (3, 1, 2)], bool(g.index % 2), 0.5)),
    Operator("slice_scatter", lambda g: (g.floats((4, 3)), g.floats((2, 3)), 0, 1, 3)),
    Operator("select_scatter", lambda g: (g.floats((4, 3)), g.floats((4,)), 1, 2)),
    Operator("diagonal_scatter", lambda g: (g.floats((3, 3)), g.floats((3,)))),
]
