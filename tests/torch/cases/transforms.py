"""`torch.func` and `vmap`."""

import torch
from torch import func

from trial.operator import Operator


def matrix(g):
    return (g.floats((3, 2), layout="plain", grad=False),)


def pair(g):
    return g.floats((3, 2), layout="plain", grad=False), g.floats((3, 2), layout="plain", grad=False)


def energy(x):
    return (x.sin() * x).sum()


def per_sample(x, y):
    w = torch.tensor([0.3, -0.7])

    def loss(weights, inputs, target):
        return ((inputs * weights).sum() - target.sum()) ** 2

    return func.vmap(func.grad(loss), in_dims=(None, 0, 0))(w, x, y)


BODIES = {
    "add": lambda a, b: a + b,
    "product": lambda a, b: (a * b).sum(),
    "dot": torch.dot,
    "stack": lambda a, b: torch.stack([a, b]),
    "softmax": lambda a, b: torch.softmax(a, 0) * b,
    "where": lambda a, b: torch.where(a > b, a, b),
    "mean": lambda a, b: a.mean() - b.std(),
    "outer": torch.outer,
    "cat": lambda a, b: torch.cat([a, b]),
    "index": lambda a, b: a[0] * b[1],
    "reshape": lambda a, b: (a[:, None] @ b[None, :]).reshape(-1),
    "max": lambda a, b: a.max() + b.argmax(),
    "clamp": lambda a, b: a.clamp(-0.5, 0.5) + b.cumsum(0),
    "norm": lambda a, b: a.norm() * b.abs(),
    "linear": lambda a, b: torch.nn.functional.linear(a, b[None].expand(3, 2)),
    "sort": lambda a, b: a.sort().values,
    "two": lambda a, b: (a + b, a - b),
}

OPERATORS = [
    *[
        Operator(f"vmap.{name}", pair, lambda x, y, body=body: func.vmap(body)(x, y), orders=0)
        for name, body in BODIES.items()
    ],
    Operator(
        "vmap.in_dims",
        lambda g: (g.floats((3, 2), grad=False), g.floats((2, 3), grad=False)),
        lambda x, y: func.vmap(torch.dot, in_dims=(0, 1))(x, y),
        orders=0,
    ),
    Operator("vmap.none", matrix, lambda x: func.vmap(lambda a, s: a * s, in_dims=(0, None))(x, 2.0), orders=0),
    Operator("vmap.out_dims", matrix, lambda x: func.vmap(lambda a: a * 2, out_dims=1)(x), orders=0),
    Operator("vmap.nested", pair, lambda x, y: func.vmap(lambda a: func.vmap(lambda b: (a * b).sum())(y))(x), orders=0),
    Operator("vmap.torch", matrix, lambda x: torch.vmap(torch.sum)(x), orders=0),
    Operator(
        "vmap.gradient",
        lambda g: (g.floats((3, 2)), g.floats((3, 2))),
        lambda x, y: func.vmap(lambda a, b: (a * b).sum().exp())(x, y),
    ),
    Operator("func.grad", matrix, lambda x: func.grad(energy)(x), orders=0),
    Operator(
        "func.grad.argnums", pair, lambda x, y: func.grad(lambda a, b: (a * b**2).sum(), argnums=(0, 1))(x, y), orders=0
    ),
    Operator("func.grad.aux", matrix, lambda x: func.grad(lambda a: (energy(a), a * 2), has_aux=True)(x), orders=0),
    Operator("func.grad_and_value", matrix, lambda x: func.grad_and_value(energy)(x), orders=0),
    Operator("func.grad.twice", matrix, lambda x: func.grad(lambda a: func.grad(energy)(a).sum())(x), orders=0),
    Operator("per sample", pair, per_sample, orders=0),
    *[
        Operator(
            f"func.{name}",
            lambda g: (g.floats((3,), layout="plain", grad=False),),
            lambda x, name=name: getattr(func, name)(lambda v: v**2 * v.sum())(x),
            orders=0,
        )
        for name in ("jacrev", "jacfwd")
    ],
    Operator(
        "func.hessian",
        lambda g: (g.floats((3,), layout="plain", grad=False),),
        lambda x: func.hessian(energy)(x),
        orders=0,
    ),
    Operator(
        "func.vjp",
        matrix,
        lambda x: (lambda out, pull: (out, pull(torch.ones(3, 2))))(*func.vjp(torch.sin, x)),
        orders=0,
    ),
    Operator("func.jvp", matrix, lambda x: func.jvp(lambda v: v.sin() * v, (x,), (torch.ones(3, 2),)), orders=0),
]
