"""Normalisation, dropout without chance, and embedding."""

import torch
from torch import nn
from torch.nn import functional as F

from trial.operator import Operator

# Second derivatives divide by small variances.
TOLERANCE = (5e-5, 2e-5)


def affine(g, shape):
    return g.choice([(None, None), (g.floats(shape), g.floats(shape)), (g.floats(shape), None)])


def layer_norm(g):
    shape = g.choice([(4,), (3, 4)])
    return g.floats((2, 3, 4), layout="plain"), shape, *affine(g, shape)


def batch_norm(g):
    shape = g.choice([(4, 3), (3, 3, 4), (2, 3, 2, 3)])
    running = g.floats((3,), grad=False, layout="plain"), g.floats((3,), 0.5, 2, grad=False, layout="plain")
    # PyTorch's gradient is wrong where a weight is expanded.
    weight = g.floats((3,), layout="plain")
    return g.floats(shape, layout="plain"), *running, weight, weight * 0.5, bool(g.index % 2)


def trained(layer, *values):
    """Two passes in training, one in evaluation, and what the module keeps."""
    first = layer(*values)
    second = layer(*[value * 1.5 + 1 for value in values])
    layer.eval()
    return first, second, layer(*values), dict(layer.state_dict())


def module(name, make, shape, call=lambda layer, x: layer(x), **settings):
    def draw(g):
        positional, keywords = make(g)
        return g.module(getattr(nn, name)(*positional, **keywords)), g.floats(shape, layout="plain")

    # Of rows that are constant nothing but rounding is left: always plain.
    return Operator(f"nn.{name}", draw, call, tolerance=TOLERANCE, **settings)


def batch(name, shape):
    # What runs along is no function of the input for autograd.
    return module(
        name,
        lambda g: ((3,), {"affine": bool(g.index % 2), "momentum": g.choice([0.1, 0.5, None])}),
        shape,
        trained,
        differences=False,
    )


def bag(g):
    return g.ints((6,), 0, 4), g.floats((5, 2)), torch.tensor([0, 2, 2]), {"mode": g.choice(["sum", "mean"])}


OPERATORS = [
    Operator("F.layer_norm", layer_norm, tolerance=TOLERANCE, count=6),
    Operator(
        "F.rms_norm",
        lambda g: (g.floats((2, 4)), (4,), g.choice([None, g.floats((4,))]), g.choice([None, 1e-5])),
        tolerance=TOLERANCE,
    ),
    Operator(
        "F.group_norm",
        lambda g: (g.floats((2, 4, 3), layout="plain"), g.choice([1, 2, 4]), *affine(g, (4,))),
        tolerance=TOLERANCE,
    ),
    Operator("F.instance_norm", lambda g: (g.floats((2, 2, 4), layout="plain"),), tolerance=TOLERANCE),
    Operator(
        "F.batch_norm",
        lambda g: batch_norm(g),
        lambda x, m, v, w, b, t: (F.batch_norm(x, m, v, w, b, t), m, v),
        tolerance=TOLERANCE,
        count=6,
    ),
    Operator("F.local_response_norm", lambda g: (g.floats((2, 4, 3)), 3), tolerance=TOLERANCE),
    module("LayerNorm", lambda g: ((4,), {"elementwise_affine": bool(g.index % 2)}), (2, 3, 4)),
    module("RMSNorm", lambda g: ((4,), {}), (2, 3, 4)),
    module("GroupNorm", lambda g: ((2, 4), {}), (2, 4, 3)),
    module("InstanceNorm1d", lambda g: ((3,), {"affine": True}), (2, 3, 4)),
    module("InstanceNorm2d", lambda g: ((3,), {}), (2, 3, 2, 3)),
    batch("BatchNorm1d", (5, 3)),
    batch("BatchNorm2d", (2, 3, 2, 3)),
    module("Dropout", lambda g: ((g.choice([0.0, 1.0]),), {}), (2, 3)),
    Operator("nn.Dropout.evaluation", lambda g: (g.floats((2, 3)),), lambda x: nn.Dropout(0.5).eval()(x)),
    Operator("F.dropout", lambda g: (g.floats((2, 3)), g.choice([0.0, 1.0]))),
    Operator("F.embedding", lambda g: (g.ints(g.any_shape(), 0, 4), g.floats((5, 3)))),
    Operator(
        "F.embedding.padding", lambda g: (g.ints((2, 3), 0, 4), g.floats((5, 3)), 1), F.embedding, differences=False
    ),
    Operator("F.embedding_bag", bag, orders=1),
    Operator(
        "nn.Embedding", lambda g: (g.module(nn.Embedding(5, 3)), g.ints(g.any_shape(), 0, 4)), lambda layer, i: layer(i)
    ),
    Operator(
        "nn.Embedding.padding",
        lambda g: (g.ints((2, 3), 0, 4),),
        lambda i: nn.Embedding(5, 3, padding_idx=2)(i)[i == 2],
    ),
    Operator(
        "nn.EmbeddingBag",
        lambda g: (g.module(nn.EmbeddingBag(5, 3)), g.ints((2, 3), 0, 4)),
        lambda layer, i: layer(i),
        orders=1,
    ),
    # Of its own second derivative PyTorch loses a part: it is not that of the same expression written out.
    Operator(
        "nn.utils.weight_norm",
        lambda g: (g.module(nn.utils.parametrizations.weight_norm(nn.Linear(3, 2))), g.floats((2, 3))),
        lambda layer, x: layer(x),
        tolerance=TOLERANCE,
        orders=1,
    ),
]
