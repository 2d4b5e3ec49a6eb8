"""Reading and assignment by integers, slices, masks and index tensors."""

import torch

from trial.operator import Operator


def read(name, key, shape=(3, 4)):
    """`key` makes an index of the inputs."""
    return Operator(f"get.{name}", lambda g: (g.any(shape), key(g)), lambda x, index: x[index])


def assigned(name, key, value=lambda g: g.number(), shape=(3, 4)):
    def call(x, index, new):
        result = x.clone()
        result[index] = new
        return result

    return Operator(f"set.{name}", lambda g: (g.floats(shape), key(g), value(g)), call)


def places(g, shape=(2,), size=3):
    return g.ints(shape, -size, size - 1)


def few(g, count=2, size=3):
    """Places of which no two are the same."""
    return torch.tensor(g.shuffled(size)[:count])


KEYS = {
    "int": lambda g: g.integer(-3, 2),
    "ints": lambda g: (g.integer(-3, 2), g.integer(-4, 3)),
    "slice": lambda g: slice(g.integer(0, 1), g.integer(1, 4), g.integer(1, 2)),
    "slices": lambda g: (slice(None, None, 2), slice(-3, None)),
    "empty slice": lambda g: slice(2, 1),
    "ellipsis": lambda g: (..., g.integer(-4, 3)),
    "none": lambda g: (None, 1, None),
    "full": lambda g: (slice(None),),
    "mask": lambda g: g.bools((3, 4)),
    "row mask": lambda g: g.bools((3,)),
    "column mask": lambda g: (slice(None), g.bools((4,))),
    "nothing": lambda g: torch.zeros(3, 4, dtype=torch.bool),
    "true": lambda g: True,
    "false": lambda g: False,
    "empty list": lambda g: [],
}
READ_ONLY = {
    "tensor": lambda g: places(g),
    "tensor 2d": lambda g: places(g, (2, 2)),
    "tensor 0d": lambda g: places(g, ()),
    "tensors": lambda g: (places(g), places(g, (2,), 4)),
    "broadcast": lambda g: (places(g, (2, 1)), places(g, (3,), 4)),
    "list": lambda g: [0, 2, 1, 0],
    "nested list": lambda g: ([0, 2], [1, 3]),
    "tensor and slice": lambda g: (places(g), slice(1, 3)),
    "slice and tensor": lambda g: (slice(1, None), places(g, (2,), 4)),
    "none and tensor": lambda g: (None, places(g)),
    "int and tensor": lambda g: (1, places(g, (2,), 4)),
    "mask and int": lambda g: (g.bools((3,)), 2),
    "int32": lambda g: places(g).to(torch.int32),
    "uint8": lambda g: g.ints((3, 4), 0, 1, torch.uint8),
    "empty tensor": lambda g: torch.zeros(0, dtype=torch.long),
}

OPERATORS = [
    *[read(name, key) for name, key in {**KEYS, **READ_ONLY}.items()],
    read("apart", lambda g: (places(g, (2,), 2), slice(None), places(g, (2,), 4)), (2, 3, 4)),
    read("together", lambda g: (slice(None), places(g), places(g, (2,), 4)), (2, 3, 4)),
    read("mask of three", lambda g: g.bools((2, 3)), (2, 3, 4)),
    *[assigned(name, key) for name, key in KEYS.items() if name not in ("true", "false", "empty list")],
    assigned("tensor", lambda g: few(g)),
    assigned("tensors", lambda g: (few(g), few(g, 2, 4))),
    assigned("list", lambda g: [0, 2]),
    assigned("twice", lambda g: [1, 1], lambda g: 2.5),
    assigned("rows", lambda g: slice(0, 2), lambda g: g.floats((2, 4))),
    assigned("broadcast", lambda g: slice(0, 2), lambda g: g.floats((4,))),
    assigned("column", lambda g: (slice(None), 1), lambda g: g.floats((3,))),
    assigned("element", lambda g: (1, 2), lambda g: g.floats(())),
    assigned("by mask", lambda g: torch.tensor([True, False, True]), lambda g: g.floats((2, 4))),
    assigned("by tensor", lambda g: few(g), lambda g: g.floats((2, 4))),
    assigned("slice and tensor", lambda g: (slice(None), few(g, 2, 4)), lambda g: g.floats((3, 2))),
    assigned("ints into floats", lambda g: 0, lambda g: g.ints((4,))),
    Operator(
        "set.itself",
        lambda g: (g.floats((4, 4)),),
        lambda x: (lambda y: (y.__setitem__(slice(0, 2), y[2:4]), y)[1])(x.clone()),
    ),
    Operator(
        "set.add",
        lambda g: (g.floats((3, 4)), g.floats((4,))),
        lambda x, y: (lambda z: (z.__setitem__(1, z[1] + y), z)[1])(x.clone()),
    ),
    Operator("take", lambda g: (g.floats((3, 4)), g.ints((2, 2), -12, 11))),
    Operator("take_along_dim", lambda g: (g.floats((3, 4)), g.ints((3, 2), 0, 3), 1)),
    Operator("index_select", lambda g: (g.floats((3, 4)), g.choice([0, 1, -1]), g.ints((3,), 0, 2))),
    Operator("masked_select", lambda g: (g.any((3, 4)), g.bools(g.choice([(3, 4), (4,), (3, 1)])))),
    Operator("masked_fill", lambda g: (g.any((3, 4)), g.bools(g.choice([(3, 4), (4,), (3, 1)])), 2)),
    Operator("masked_fill.tensor", lambda g: (g.floats((3, 4)), g.bools((4,)), g.floats(())), torch.masked_fill),
    Operator(
        "masked_fill.infinite",
        lambda g: (g.floats((3, 4)), g.bools((3, 4)), float("-inf")),
        torch.masked_fill,
        differences=False,
    ),
    Operator(".masked_fill_", lambda g: (g.floats((3, 4)), g.bools((4,)), 0.5)),
    Operator("masked_scatter", lambda g: (g.floats((2, 3)), g.bools((2, 3)), g.floats((6,)))),
    Operator("nonzero", lambda g: (g.any(None, -1, 1) * g.bools(()),), orders=0),
    Operator("nonzero.tuple", lambda g: (g.ints((3, 4), 0, 1),), lambda x: x.nonzero(as_tuple=True)),
    Operator("argwhere", lambda g: (g.ints((3, 4), 0, 1),)),
    Operator("where.one", lambda g: (g.bools((3, 4)),), torch.where),
    Operator("item", lambda g: (g.any(g.choice([(), (1,), (1, 1)])),), lambda x: x.item()),
    Operator("tolist", lambda g: (g.any(),), lambda x: x.tolist()),
    Operator("iteration", lambda g: (g.floats((3, 2)),), lambda x: (list(x), len(x), [row.sum() for row in x])),
    Operator("contains", lambda g: (g.ints((3, 2), 0, 3),), lambda x: (2 in x, 9 in x)),
    Operator("unpacked", lambda g: (g.floats((2, 2)),), lambda x: [a * b for a, b in x]),
]
