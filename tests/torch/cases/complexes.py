"""Complex numbers, as rotary embeddings and Fourier transforms use them."""

import torch

from trial.operator import Operator, several


def one(g):
    return (g.complexes(),)


def two(g):
    shape = g.shape()
    return g.complexes(shape), g.complexes(shape)


def rotary(x, angles):
    """As Llama's reference does it."""
    turns = torch.polar(torch.ones_like(angles), angles)
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * turns).flatten(-2)


OPERATORS = [
    Operator("rotary", lambda g: (g.floats((2, 3, 4), layout="plain"), g.floats((3, 2), grad=False)), rotary),
    *several("real imag abs angle conj", one, orders=0),
    *several("view_as_real", one, orders=0),
    Operator("view_as_complex", lambda g: (g.floats((3, 2), layout="plain", grad=False),), orders=0),
    *several("add sub mul div", two, orders=0),
    *several("exp neg square", one, orders=0),
    Operator("operators", two, lambda x, y: (x * 2, 1 + x, x * 1j, x.abs() ** 2, x * y.conj()), orders=0),
    Operator("sum", one, lambda x: (x.sum(), x.mean()) if x.numel() else x.sum(), orders=0),
    Operator(
        "indexing", lambda g: (g.complexes((3, 4)),), lambda x: (x[0], x[:, 1:], x.reshape(4, 3), x.t()), orders=0
    ),
    Operator("matmul", lambda g: (g.complexes((2, 3)), g.complexes((3, 2))), lambda x, y: x @ y, orders=0),
    Operator(
        "types",
        lambda g: (g.complexes((2,)),),
        lambda x: (x.dtype, x.is_complex(), x.real.dtype, torch.is_complex(x)),
        orders=0,
    ),
    Operator("stack", two, lambda x, y: (torch.stack([x, y]), torch.cat([x, y])), orders=0),
    Operator("item", lambda g: (g.complexes(()),), lambda x: x.item(), orders=0),
]
