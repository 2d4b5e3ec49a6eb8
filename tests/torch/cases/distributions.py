"""Distributions: densities, entropies, moments, divergences, and samples by seed."""

import torch
from torch import distributions

from trial.operator import Operator

POSITIVE, REAL, UNIT = (0.3, 2.0), (-1.5, 1.5), (0.1, 0.9)
# Name: ranges of the parameters, and of a value; whole numbers where it has none between.
KINDS = {
    "Normal": ((REAL, POSITIVE), REAL),
    "LogNormal": ((REAL, POSITIVE), POSITIVE),
    "Laplace": ((REAL, POSITIVE), REAL),
    "Exponential": ((POSITIVE,), POSITIVE),
    "Uniform": (((-2.0, -1.0), (1.0, 2.0)), (-0.9, 0.9)),
    "Gamma": ((POSITIVE, POSITIVE), POSITIVE),
    "Beta": ((POSITIVE, POSITIVE), UNIT),
    "Bernoulli": ((UNIT,), None),
    "Poisson": ((POSITIVE,), None),
}
TOLERANCE = (5e-5, 1e-5)


def density(name):
    ranges, support = KINDS[name]

    def make(g):
        shape = g.choice([(3,), (2, 3), ()])
        value = g.ints(shape, 0, 1).to(torch.float64 if g.double else torch.float32)
        if support is not None:
            value = g.floats(shape, *support)
        return [g.floats(shape, *bounds) for bounds in ranges], value

    def call(parameters, value):
        made = getattr(distributions, name)(*parameters)
        return made.log_prob(value), made.mean, made.variance

    return Operator(f"distributions.{name}", make, call, orders=1, tolerance=TOLERANCE)


def drawn(name, arguments):
    def call(seed):
        torch.manual_seed(seed)
        made = getattr(distributions, name)(*[torch.tensor(argument) for argument in arguments])
        return made.sample(), made.sample((3,)), torch.rand(1)

    return Operator(f"distributions.{name}.sample", lambda g: (g.integer(0, 9999),), call, orders=0, count=2)


def categorical(logits, value):
    made = distributions.Categorical(logits=logits)
    return made.log_prob(value), made.entropy(), made.probs, made.logits


def divergence(a, b, c, d):
    one, other = distributions.Normal(a, b), distributions.Normal(c, d)
    return distributions.kl_divergence(one, other), one.entropy(), one.cdf(a + 0.3)


def reparametrized(mean, deviation):
    torch.manual_seed(3)
    return distributions.Normal(mean, deviation).rsample((2,)) ** 2


OPERATORS = [
    *[density(name) for name in KINDS],
    *[
        drawn(name, arguments)
        for name, arguments in {
            "Normal": ([0.5, 1.0], [1.0, 2.0]),
            "Bernoulli": ([0.3, 0.8],),
            "Categorical": ([0.2, 0.5, 0.3],),
            "Uniform": ([0.0, 1.0], [1.0, 3.0]),
            "Exponential": ([0.5, 2.0],),
        }.items()
    ],
    Operator("distributions.Categorical", lambda g: (g.floats((2, 3)), g.ints((2,), 0, 2)), categorical, orders=1),
    Operator(
        "distributions.kl_divergence",
        lambda g: (g.floats((3,)), g.floats((3,), *POSITIVE), g.floats((3,)), g.floats((3,), *POSITIVE)),
        divergence,
        orders=1,
        tolerance=TOLERANCE,
    ),
    Operator("distributions.rsample", lambda g: (g.floats((3,)), g.floats((3,), *POSITIVE)), reparametrized, orders=1),
    Operator(
        "distributions.refused",
        lambda g: (),
        lambda: distributions.Normal(torch.tensor(0.0), torch.tensor(-1.0)),
        count=1,
    ),
]
