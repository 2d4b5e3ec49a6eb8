"""Derivatives of whole expressions: accumulation, hooks, functions of one's own, higher orders, modes."""

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from trial.operator import Operator


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(x)
        ctx.factor = factor
        return factor * x**3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return 3 * ctx.factor * x**2 * grad, None


class Straight(torch.autograd.Function):
    """Rounds, and passes the gradient through."""

    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, grad):
        return grad


class Pair(torch.autograd.Function):
    @staticmethod
    def forward(x, y):
        return x * y, x + y

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, product, total):
        x, y = ctx.saved_tensors
        return product * y + total, product * x + total


def leaf(x):
    return x.detach().clone().requires_grad_()


def hooked(x):
    seen = []
    y = leaf(x)
    z = y * 2
    z.register_hook(lambda grad: grad * 3)
    y.register_hook(lambda grad: seen.append(grad.clone()))
    handle = y.register_hook(lambda grad: grad * 100)
    handle.remove()
    z.sum().backward()
    return seen, y.grad


def accumulated(x):
    y = leaf(x)
    grads = []
    for factor in (1, 2, 3):
        (y * factor).pow(2).sum().backward()
        grads.append(y.grad.clone())
    y.grad = None
    (y * 5).sum().backward()
    return grads, y.grad


def retained(x):
    y = leaf(x)
    z = y.exp()
    z.retain_grad()
    loss = (z**2).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    return y.grad, z.grad


def module_hooks(x):
    layer, seen = nn.Linear(3, 2), []
    nn.init.constant_(layer.weight, 0.3)
    nn.init.constant_(layer.bias, 0.1)
    layer.register_forward_hook(lambda module, inputs, output: seen.append(output.detach()) or output * 2)
    layer.register_forward_pre_hook(lambda module, inputs: (inputs[0] + 1,))
    layer.register_full_backward_hook(lambda module, inputs, outputs: seen.append([inputs[0], outputs[0]]))
    y = layer(leaf(x))
    y.sum().backward()
    return y, seen, layer.weight.grad


def penalty(x, w):
    """As in WGAN-GP: a gradient inside of the loss."""
    y = leaf(x)
    score = torch.tanh(y @ w).sum()
    (grad,) = torch.autograd.grad(score, y, create_graph=True)
    return ((grad.norm(dim=1) - 1) ** 2).mean()


def hessian_vector(x):
    y = leaf(x)
    (grad,) = torch.autograd.grad((y**3).sum() * y.prod(), y, create_graph=True)
    (product,) = torch.autograd.grad((grad * torch.arange(1.0, 4.0)).sum(), y)
    return grad, product


def modes(x):
    y = leaf(x)
    with torch.no_grad():
        a = y * 2
        with torch.enable_grad():
            b = y * 2
    with torch.inference_mode():
        c = y * 2
    with torch.set_grad_enabled(False):
        d = y * 2
    return [t.requires_grad for t in (a, b, c, d, y.detach(), y.data)], torch.is_grad_enabled(), c.is_inference()


def clipped(x):
    parameters = [nn.Parameter(part.clone()) for part in x.detach()]
    sum((p**2).sum() for p in parameters).backward()
    norm = nn.utils.clip_grad_norm_(parameters, 1.0)
    grads = [p.grad.clone() for p in parameters]
    nn.utils.clip_grad_value_(parameters, 0.1)
    return norm, grads, [p.grad for p in parameters]


def unused(x):
    y, z = leaf(x), leaf(x)
    return torch.autograd.grad((y * 2).sum(), [y, z], allow_unused=True)


def functional(name):
    def call(x):
        function = getattr(torch.autograd.functional, name)
        arguments = (torch.ones_like(x),) if name in ("vhp", "hvp", "jvp") else ()
        body = (lambda v: v**3) if name in ("jacobian", "jvp") else (lambda v: (v**3).sum() * v[0])
        return function(body, x.detach(), *arguments)

    return call


def vector(g):
    return (g.floats((3,), layout="plain"),)


def matrix(g):
    return (g.floats((2, 3)),)


def expression(name, call, make=vector, **settings):
    return Operator(name, make, call, **settings)


def weighed(x):
    y = leaf(x)
    return torch.autograd.grad(y**2, y, grad_outputs=torch.tensor([1.0, 2.0, 3.0]))


def filled(x):
    result = torch.zeros(2, 3, dtype=x.dtype)
    result[0] = x * 2
    result[1, 1:] = x[:2] ** 2
    return result


def recurrence(x):
    state = torch.zeros_like(x[0])
    states = []
    for value in x:
        state = torch.tanh(state * 0.5 + value)
        states.append(state)
    return torch.stack(states)


def third(x):
    y = leaf(x)
    value = (y**5).sum()
    orders = []
    for _ in range(3):
        (value,) = torch.autograd.grad(value.sum(), y, create_graph=True)
        orders.append(value)
    return orders


def changed(x):
    y = leaf(x).exp()
    z = y * y
    y.add_(1)
    z.sum().backward()


OPERATORS = [
    expression("Function", lambda x: Cube.apply(x, 2.0)),
    expression("Function.pair", lambda x, y: Pair.apply(x, y), lambda g: (g.floats((3,)), g.floats((3,)))),
    expression("Function.straight through", lambda x: Straight.apply(x) * x, differences=False),
    expression("hooks", hooked, orders=0),
    expression("accumulation", accumulated, orders=0),
    expression("retain", retained, orders=0),
    expression("module hooks", module_hooks, matrix, orders=0),
    expression(
        "gradient penalty", penalty, lambda g: (g.floats((2, 3), grad=False), g.floats((3, 2))), tolerance=(5e-4, 1e-5)
    ),
    expression("hessian vector", hessian_vector, orders=0),
    expression("modes", modes, orders=0, known="tensors do not remember that they were made in inference mode"),
    expression("clipping", clipped, matrix, orders=0),
    expression("unused", unused, orders=0),
    expression(
        "checkpoint", lambda x: checkpoint(lambda v: torch.tanh(v * v), x, use_reentrant=False), tolerance=(1e-4, 1e-5)
    ),
    expression("detach", lambda x: x * x.detach() + x.clone(), differences=False),
    expression("stop in the middle", lambda x: (x.exp().detach() * x).sum(), differences=False),
    expression("reused", lambda x: (lambda y: (y * y + y).sum() + y.mean())(x.sin())),
    expression("in place", lambda x: x.clone().mul_(2).exp_() + x),
    expression("buffer", filled),
    expression("loop", recurrence),
    expression("branches", lambda x: torch.where(x > 0, x.exp(), x**2)),
    expression("third order", third, orders=0),
    expression("grad_outputs", weighed, orders=0),
    expression(
        "backward gradient",
        lambda x: (lambda y: ((y**2).backward(torch.tensor([1.0, 2.0, 3.0])), y.grad)[1])(leaf(x)),
        orders=0,
    ),
    expression(
        "names",
        lambda x: (lambda y: (y.grad_fn is None, (y * 2).grad_fn is not None, y.is_leaf, (y * 2).is_leaf))(leaf(x)),
        orders=0,
    ),
    *[expression(f"functional.{name}", functional(name), orders=0) for name in "jacobian hessian jvp vhp hvp".split()],
    expression("twice refused", lambda x: (lambda y: (y.backward(), y.backward()))((leaf(x) ** 2).sum()), orders=0),
    expression(
        "changed refused",
        changed,
        orders=0,
        known="a value that backward needs is kept as it was, so the gradient is right and nothing is refused",
    ),
    expression("no gradient refused", lambda x: x.detach().sum().backward(), orders=0),
    expression("not scalar refused", lambda x: (leaf(x) * 2).backward(), orders=0),
    expression("leaf refused", lambda x: leaf(x).add_(1), orders=0),
    expression("integer refused", lambda x: x.detach().long().requires_grad_(), orders=0),
    expression(
        "gradcheck",
        lambda x: torch.autograd.gradcheck(lambda v: v.sin() * v, (x.detach().double().requires_grad_(),)),
        orders=0,
    ),
]
