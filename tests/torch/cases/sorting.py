"""Order, the largest, what is unique, and where something would be put."""

import torch

from trial.operator import Operator


def plain(g):
    shape = g.shape() if g.index != 2 else g.choice([(0,), (2, 0), ()])
    return shape, g.distinct(shape)


def sorted_along(g):
    shape, x = plain(g)
    return x, (g.integer(-len(shape), len(shape) - 1) if shape else 0), bool(g.integer(0, 1))


def largest(g):
    size = g.integer(1, 6)
    return g.distinct((2, size)), g.integer(0, size), -1, bool(g.integer(0, 1))


def boundaries(g):
    return torch.tensor([-1.5, -0.5, 0.0, 1.0, 2.0])


def nucleus(logits, p):
    """As samplers do it."""
    values, places = torch.sort(logits, descending=True)
    keep = torch.cumsum(torch.softmax(values, -1), -1) <= p
    keep[..., 0] = True
    return logits.masked_fill(~keep.scatter(1, places, keep), float("-inf")).softmax(-1)


OPERATORS = [
    Operator("sort", sorted_along),
    Operator("sort.stable", lambda g: (g.ints((3, 5), 0, 2), {"dim": g.choice([0, 1]), "stable": True}), torch.sort),
    Operator(
        "sort.types",
        lambda g: (g.choice([g.ints((5,)), g.bools((5,)), g.distinct((5,), dtype=torch.float16)]), {"stable": True}),
        torch.sort,
    ),
    Operator(
        "sort.nan",
        lambda g: (bool(g.index % 2),),
        lambda down: torch.sort(torch.tensor([1.0, float("nan"), -2.0, float("inf")]), descending=down),
    ),
    Operator("argsort", sorted_along),
    Operator("msort", lambda g: (g.distinct((4, 2)),)),
    Operator("topk", largest),
    Operator("topk.dim", lambda g: (g.distinct((4, 3)), 2, 0), torch.topk),
    Operator("kthvalue", lambda g: (g.distinct((3, 5)), g.integer(1, 5), 1)),
    Operator("unique", lambda g: (g.ints((3, 4), 0, 4),)),
    Operator(
        "unique.all", lambda g: (g.ints((8,), 0, 3), {"return_inverse": True, "return_counts": True}), torch.unique
    ),
    Operator("unique.dim", lambda g: (g.ints((5, 2), 0, 1), {"dim": 0, "return_counts": True}), torch.unique),
    Operator("unique_consecutive", lambda g: (g.ints((8,), 0, 1), True, True)),
    Operator("searchsorted", lambda g: (boundaries(g), g.floats((2, 3), grad=False), {"right": bool(g.index % 2)})),
    Operator(
        "searchsorted.rows",
        lambda g: (g.ints((2, 4), 0, 9).sort(1).values, g.ints((2, 3), 0, 9), {"side": g.choice(["left", "right"])}),
        torch.searchsorted,
    ),
    Operator("bucketize", lambda g: (g.floats((4,), grad=False), boundaries(g), {"right": bool(g.index % 2)})),
    Operator("isin", lambda g: (g.ints((3, 4)), g.ints((4,)))),
    Operator("max.pair", lambda g: (g.distinct((3,)), g.distinct((2, 3))), torch.max),
    Operator("min.pair", lambda g: (g.distinct((3,)), g.distinct((2, 3))), torch.min),
    Operator(
        "topk.named",
        lambda g: (g.distinct((5,)),),
        lambda x: (x.topk(2).values, x.topk(2).indices, x.sort().values, x.max(0).indices),
    ),
    Operator("top-p", lambda g: (g.distinct((2, 6)), g.number(0.3, 0.9)), nucleus, orders=1),
]
