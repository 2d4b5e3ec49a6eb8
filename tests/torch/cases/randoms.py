"""Random numbers by seed: distributions' fills, permutations, samples, dropout, and the first weights of modules."""

import torch
from torch import nn
from torch.nn import functional as F

from trial.operator import Operator

INIT = {
    "uniform_": (),
    "normal_": (),
    "zeros_": (),
    "ones_": (),
    "xavier_uniform_": (),
    "xavier_normal_": (0.5,),
    "kaiming_uniform_": (),
    "kaiming_normal_": (0, "fan_out"),
    "trunc_normal_": (0.0, 0.5),
    "orthogonal_": (),
    "eye_": (),
    "constant_": (0.3,),
    "sparse_": (0.3,),
}
MODULES = {
    "Linear": (3, 4),
    "Bilinear": (2, 3, 2),
    "Conv1d": (2, 4, 3),
    "Conv2d": (2, 4, 3),
    "ConvTranspose2d": (2, 4, 3),
    "Embedding": (5, 3),
    "LayerNorm": (4,),
    "BatchNorm1d": (3,),
    "GRU": (3, 2),
    "LSTM": (3, 2, 2),
    "RNNCell": (3, 2),
    "MultiheadAttention": (4, 2),
    "TransformerEncoderLayer": (4, 2, 6),
    "TransformerDecoderLayer": (4, 2, 6),
    "PReLU": (),
    "EmbeddingBag": (5, 3),
}


def seeded(name, call, *arguments, **settings):
    """`call` behind a seed of the case; the number after it says where the generator is."""

    def run(seed, *values):
        torch.manual_seed(seed)
        return call(*values), torch.rand(2)

    draw = arguments[0] if arguments else lambda g: ()
    return Operator(name, lambda g: (g.integer(0, 2**31), *draw(g)), run, **settings)


def parameters(name):
    return lambda: dict(getattr(nn, name)(*MODULES[name]).state_dict())


def initial(name):
    def call(shape):
        x = torch.empty(shape)
        getattr(nn.init, name)(x, *INIT[name])
        return x

    return call


def probabilities(g):
    return (g.floats((3, 4), 0, 1, grad=False, layout="plain"),)


def forked():
    with torch.random.fork_rng():
        inside = torch.rand(2)
    return inside, torch.rand(2)


OPERATORS = [
    *[
        seeded(name, getattr(torch, name), lambda g: (g.choice([(3,), (2, 3), (20,), (0,), (4, 8)]),))
        for name in ("rand", "randn")
    ],
    *[
        seeded(
            f"{name}_like", getattr(torch, f"{name}_like"), lambda g: (g.floats(g.choice([(3,), (4, 5)]), grad=False),)
        )
        for name in ("rand", "randn")
    ],
    *[
        seeded(
            f"{name}.{dtype}",
            lambda shape, name=name, dtype=dtype: getattr(torch, name)(shape, dtype=getattr(torch, dtype)),
            lambda g: (g.choice([(3,), (17,)]),),
        )
        for name in ("rand", "randn")
        for dtype in ("float64", "bfloat16", "float16")
    ],
    seeded(
        "randint",
        lambda low, high, shape: torch.randint(low, high, shape),
        lambda g: (g.integer(-5, 0), g.integer(1, 50), g.choice([(3,), (2, 5)])),
    ),
    seeded("randint_like", lambda x: torch.randint_like(x, 10), lambda g: (g.ints((3,)),)),
    seeded("randperm", torch.randperm, lambda g: (g.integer(0, 12),)),
    seeded(
        "normal",
        lambda m, s: torch.normal(m, s),
        lambda g: (g.floats((3, 2), grad=False), g.floats((3, 2), 0.1, 2, grad=False)),
    ),
    seeded("normal.numbers", lambda: torch.normal(1.0, 2.0, (3, 4))),
    seeded("bernoulli", torch.bernoulli, probabilities),
    seeded(
        "multinomial",
        lambda p, n, r: torch.multinomial(p, n, r),
        lambda g: (*probabilities(g), g.integer(1, 3), bool(g.integer(0, 1))),
        count=6,
    ),
    seeded("poisson", torch.poisson, lambda g: (g.floats((3, 4), 0.1, 5, grad=False),)),
    *[
        seeded(
            f".{name}",
            lambda x, name=name: getattr(x.clone(), name)(),
            lambda g: (g.floats(g.choice([(3,), (4, 5)]), grad=False, layout="plain"),),
        )
        for name in ("uniform_", "normal_", "exponential_", "bernoulli_", "random_", "cauchy_", "log_normal_")
    ],
    seeded(".uniform_.bounds", lambda: torch.empty(7).uniform_(-2, 3)),
    seeded(".geometric_", lambda: torch.empty(7).geometric_(0.3)),
    seeded("F.dropout", lambda x, p: F.dropout(x, p), lambda g: (g.floats((4, 5), grad=False), g.number(0.1, 0.9))),
    seeded("F.alpha_dropout", lambda x: F.alpha_dropout(x, 0.3, True), lambda g: (g.floats((4, 5), grad=False),)),
    seeded("F.dropout2d", lambda x: F.dropout2d(x, 0.5), lambda g: (g.floats((2, 3, 2, 2), grad=False),)),
    seeded(
        "F.gumbel_softmax",
        lambda x, hard: F.gumbel_softmax(x, 0.7, hard),
        lambda g: (g.floats((2, 3), grad=False), bool(g.index % 2)),
    ),
    seeded("F.rrelu", lambda x: F.rrelu(x, training=True), lambda g: (g.floats((3, 4), grad=False),)),
    *[
        seeded(
            f"nn.init.{name}",
            initial(name),
            lambda g: (g.choice([(3, 4), (5, 2), (4, 4)]),),
            tolerance=(1e-4, 1e-5) if name == "orthogonal_" else None,
        )
        for name in INIT
    ],
    *[seeded(f"nn.{name}", parameters(name), count=2) for name in MODULES],
    Operator(
        "Generator",
        lambda g: (g.integer(0, 99),),
        lambda seed: (lambda r: (torch.rand(3, generator=r), torch.randn(2, generator=r), r.initial_seed()))(
            torch.Generator().manual_seed(seed)
        ),
    ),
    seeded("state", lambda: (lambda s: (torch.rand(2), torch.set_rng_state(s), torch.rand(2)))(torch.get_rng_state())),
    seeded("fork_rng", forked),
    seeded("mask", lambda: (torch.rand(4, 4) < 0.5, torch.randn(2, 2).tril())),
    seeded(
        "layer in training",
        lambda x: nn.TransformerEncoderLayer(4, 2, 6, 0.5, batch_first=True)(x),
        lambda g: (g.floats((2, 3, 4), grad=False),),
    ),
]
