"""Activations, as functions and as modules, and what is drawn over classes."""

import torch
from torch import nn

from trial.operator import Operator, several

SIMPLE = "relu relu6 gelu silu mish softplus softsign hardtanh hardswish hardshrink softshrink tanhshrink"
MORE = "elu celu selu leaky_relu logsigmoid sigmoid tanh"
MODULES = (
    "ReLU ReLU6 GELU SiLU Mish Softplus Softsign Hardtanh Hardswish Hardshrink Softshrink Tanhshrink "
    "ELU CELU SELU LeakyReLU LogSigmoid Sigmoid Tanh Identity Flatten Softmax2d"
)


def x(g):
    return (g.floats(),)


def module(name, make=lambda g: (), arguments=x):
    def draw(g):
        return (g.module(getattr(nn, name)(*make(g))), *arguments(g))

    return Operator(f"nn.{name}", draw, lambda layer, *values: layer(*values))


def rows(g):
    return (g.floats((2, g.integer(1, 4))),)


OPERATORS = [
    *[Operator(f"F.{name}", x) for name in (SIMPLE + " " + MORE).split()],
    # PyTorch has no second derivative of it.
    Operator("F.hardsigmoid", x, orders=1),
    Operator("F.gelu.tanh", lambda g: (*x(g), {"approximate": "tanh"}), nn.functional.gelu),
    Operator("F.elu.alpha", lambda g: (*x(g), g.number(0.2, 2)), nn.functional.elu),
    Operator("F.celu.alpha", lambda g: (*x(g), g.number(0.2, 2)), nn.functional.celu),
    Operator("F.leaky_relu.slope", lambda g: (*x(g), g.number(-0.5, 0.5)), nn.functional.leaky_relu),
    Operator("F.softplus.beta", lambda g: (*x(g), g.number(0.5, 3), g.number(1, 5)), nn.functional.softplus),
    Operator("F.threshold", lambda g: (*x(g), 0.1, 3.0)),
    Operator("F.hardtanh.bounds", lambda g: (*x(g), -0.5, 0.3), nn.functional.hardtanh),
    Operator("F.prelu", lambda g: (g.floats((2, 3)), g.floats((g.choice([1, 3]),)))),
    Operator("F.glu", lambda g: (g.floats((2, 4)), g.choice([0, 1, -1]))),
    *[
        Operator(f"F.{name}", lambda g: (*rows(g), g.choice([0, 1, -1])))
        for name in "softmax log_softmax softmin".split()
    ],
    Operator(
        "F.softmax.dtype",
        lambda g: (g.floats((2, 3), dtype=torch.float16), 1, {"dtype": torch.float32}),
        nn.functional.softmax,
    ),
    Operator(
        "F.softmax.infinite",
        lambda g: (g.floats((2, 3)), g.bools((2, 3))),
        differences=False,
        call=lambda v, m: v.masked_fill(m, float("-inf")).softmax(-1),
    ),
    Operator(
        "F.softmax.large",
        lambda g: (g.floats((2, 3)) * 1000,),
        lambda v: (v.softmax(0), v.log_softmax(0)),
        differences=False,
    ),
    Operator("F.normalize", lambda g: (g.floats((2, 3)), g.choice([2.0, 1.0]), g.choice([0, 1]))),
    Operator("F.cosine_similarity", lambda g: (g.floats((2, 3)), g.floats((2, 3)), g.choice([0, 1]))),
    Operator("F.pairwise_distance", lambda g: (g.floats((2, 3)), g.floats((2, 3)))),
    *several(".softmax .log_softmax", lambda g: (*rows(g), -1)),
    Operator("F.relu.inplace", x, lambda v: (lambda c: (nn.functional.relu(c, inplace=True), c))(v.clone())),
    *[
        module(name, arguments=(lambda g: (g.floats((2, 3, 2, 2)),)) if name == "Softmax2d" else rows)
        for name in MODULES.split()
    ],
    module("Softmax", lambda g: (g.choice([0, 1]),), rows),
    module("LogSoftmax", lambda g: (g.choice([0, 1]),), rows),
    module("GLU", lambda g: (1,), lambda g: (g.floats((2, 4)),)),
    module("PReLU", lambda g: (3,), lambda g: (g.floats((2, 3)),)),
    module("Threshold", lambda g: (0.1, 2.0)),
    module("Linear", lambda g: (3, g.integer(1, 4), bool(g.index % 2)), lambda g: (g.floats((2, 3)),)),
    module("Bilinear", lambda g: (2, 3, 2), lambda g: (g.floats((4, 2)), g.floats((4, 3)))),
    module("Unflatten", lambda g: (1, (2, 2)), lambda g: (g.floats((3, 4)),)),
]
