"""Sums, means, extremes, norms, and what runs along a dimension."""

import torch

from trial.operator import Operator, several


def dims(shape, g, many=True):
    """A dimension, or several, or none; negative ones too."""
    if not shape:
        return g.choice([0, -1])
    one = g.integer(-len(shape), len(shape) - 1)
    if not many or g.integer(0, 1):
        return one
    return tuple(sorted({one % len(shape), g.integer(0, len(shape) - 1)}))


def reduced(many=True, empty=True, whole=True, low=-3, high=3, any_dtype=False, distinct=False):
    def make(g):
        shape = g.any_shape() if empty else g.shape(0 if g.index == 2 else 1)
        draw = g.distinct if distinct else (g.any if any_dtype else g.floats)
        x = draw(shape, low, high)
        if whole and g.integer(0, 2) == 0:
            return (x,)
        return x, dims(shape, g, many), {"keepdim": bool(g.integer(0, 1))}

    return make


def along(low=-2, high=2, distinct=False, empty=True):
    def make(g):
        shape = g.any_shape() if empty else g.shape()
        return (g.distinct if distinct else g.floats)(shape, low, high), dims(shape, g, False)

    return make


def deviation(g):
    shape = (g.integer(2, 4), g.integer(2, 4))
    x = g.floats(shape)
    settings = {"correction": g.choice([0, 1]), "keepdim": bool(g.integer(0, 1))}
    return x, {"dim": g.choice([None, dims(shape, g)]), **settings}


EXTREMES = "max min"

OPERATORS = [
    *several("sum nansum", reduced()),
    # Nothing has no mean, and finite differences of none are none.
    *several("mean nanmean", reduced(), differences=False),
    Operator("sum.types", reduced(any_dtype=True), torch.sum),
    Operator("sum.dtype", lambda g: (g.ints(), {"dtype": torch.float32}), torch.sum),
    Operator("mean.dtype", lambda g: (g.ints((3, 2)), {"dtype": torch.float32}), torch.mean),
    Operator("prod", reduced(many=False, low=0.5, high=2)),
    Operator("prod.zeros", lambda g: (g.floats((3, 3)) * g.ints((3, 3), 0, 1), g.choice([0, 1])), torch.prod),
    *several("amax amin", reduced(empty=False, whole=False, distinct=True)),
    Operator("amax.ties", lambda g: (g.floats((2, 1)).expand(2, 3), 1), torch.amax),
    *several(EXTREMES, reduced(many=False, empty=False, distinct=True)),
    *several("argmax argmin", reduced(many=False, empty=False, distinct=True)),
    *[
        Operator(f"{name}.ints", lambda g: (g.ints((3, 4)),), getattr(torch, name))
        for name in "max min amax sum".split()
    ],
    Operator("aminmax", lambda g: (g.distinct(g.shape()), {"dim": 0, "keepdim": bool(g.index % 2)})),
    *several("all any", reduced(many=True, any_dtype=True, low=-1, high=1), orders=0),
    *several("var std", deviation),
    *several("var_mean std_mean", deviation),
    Operator("var.unbiased", lambda g: (g.floats(g.shape()), {"unbiased": False}), torch.var),
    *several("logsumexp", reduced(whole=False, empty=False)),
    *several("cumsum cumprod", along(0.4, 2)),
    *several("logcumsumexp", along()),
    *several("cummax cummin", along(distinct=True)),
    Operator(
        "cumsum.ints",
        lambda g: (
            g.ints(),
            0,
        ),
        torch.cumsum,
    ),
    Operator("cumprod.zeros", lambda g: (g.floats((4,)) * g.ints((4,), 0, 1), 0), torch.cumprod),
    Operator("norm", lambda g: (g.floats(g.shape()), g.choice([1, 2, 3, 0.5, float("inf")]))),
    Operator("norm.dim", lambda g: (g.floats((3, 4)), 2, g.choice([0, 1, -1, (0, 1)]), bool(g.index % 2)), torch.norm),
    Operator(
        "linalg.vector_norm",
        lambda g: (g.distinct((3, 4), 0.2, 2), g.choice([0.5, 1, 2, 3, float("inf")]), g.choice([None, 0, -1])),
    ),
    *several("median nanmedian", reduced(many=False, empty=False, distinct=True)),
    Operator("mode", lambda g: (g.ints((3, 5), 0, 2), g.choice([0, 1]))),
    Operator("quantile", lambda g: (g.distinct((3, 4)), g.choice([0.5, 0.3, 1.0]), g.choice([None, 0, 1]))),
    Operator(
        "quantile.several",
        lambda g: (g.distinct((6,)), torch.tensor([0.1, 0.5, 0.9], dtype=g.floats(()).dtype)),
        torch.quantile,
        orders=0,
    ),
    Operator("nanquantile", lambda g: (g.distinct((3, 4)), 0.5, 1)),
    Operator("count_nonzero", lambda g: (g.ints((3, 4), -1, 1), g.choice([None, 0, 1]))),
    Operator("trace", lambda g: (g.floats((g.integer(1, 4), g.integer(1, 4))),)),
    *several("softmax log_softmax", along()),
    Operator("bincount", lambda g: (g.ints((g.integer(0, 9),), 0, 5), {"minlength": g.integer(0, 8)})),
    Operator(
        "bincount.weights", lambda g: (g.ints((7,), 0, 5, layout="plain"), g.floats((7,), grad=False)), torch.bincount
    ),
    Operator("histc", lambda g: (g.floats((20,)), {"bins": 5, "min": -2, "max": 2}), orders=0),
    Operator("cov", lambda g: (g.floats((3, 5)),)),
    Operator("corrcoef", lambda g: (g.floats((3, 5), layout="plain"),), tolerance=(1e-4, 1e-5)),
    Operator("diff", lambda g: (g.floats((3, 4)), {"n": g.integer(1, 2), "dim": g.choice([0, 1])})),
    Operator("trapezoid", lambda g: (g.floats((3, 4)), {"dx": 0.5})),
    Operator("cumulative_trapezoid", lambda g: (g.floats((3, 4)),)),
    Operator("renorm", lambda g: (g.floats((3, 4)), 2, 0, 1.5), tolerance=(1e-4, 1e-5)),
    Operator(
        "methods", lambda g: (g.floats((3, 4)),), lambda x: (x.sum(), x.mean(0), x.std(), x.var(1), x.norm(), x.prod())
    ),
    Operator(
        "axis", lambda g: (g.floats((3, 4)),), lambda x: (x.sum(axis=0), x.mean(axis=-1, keepdims=True), x.max(axis=1))
    ),
    *[
        Operator(
            f"{name}.nan",
            lambda g: (g.choice([0, 1]),),
            lambda dim, name=name: getattr(torch, name)(
                torch.tensor([[1.0, float("nan"), 3.0], [2.0, 1.0, float("inf")]]), dim
            ),
        )
        for name in "max min argmax sum mean".split()
    ],
]
