"""Modules as containers: names, states, switches, parameters shared and changed."""

import collections
import copy

import torch
from torch import nn

from trial.operator import Operator


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.norm = nn.LayerNorm(4)
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(2)])
        self.heads = nn.ModuleDict({"a": nn.Linear(4, 2), "b": nn.Linear(4, 1)})
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("mask", torch.tril(torch.ones(2, 2)))
        self.register_buffer("scratch", torch.zeros(1), persistent=False)
        self.register_parameter("none", None)

    def forward(self, x):
        x = self.norm(self.first(x).relu())
        for layer in self.layers:
            x = x + layer(x)
        return {name: head(x) * self.scale for name, head in self.heads.items()}


def block(g):
    return g.module(Block()), g.floats((2, 3), layout="plain")


def described(model):
    return (
        [name for name, _ in model.named_parameters()],
        [name for name, _ in model.named_buffers()],
        [name for name, _ in model.named_modules()],
        [name for name, _ in model.named_children()],
        list(model.state_dict()),
        sum(p.numel() for p in model.parameters()),
        model.training,
        model.eval().layers[0].training,
        model.train().heads["a"].training,
    )


def loaded(model):
    other = Block()
    result = other.load_state_dict(model.state_dict())
    partial = other.load_state_dict({"scale": torch.tensor([2.0])}, strict=False)
    return str(result), sorted(partial.missing_keys)[:3], partial.unexpected_keys, dict(other.state_dict())


def applied(model):
    model.apply(lambda module: nn.init.constant_(module.weight, 0.5) if isinstance(module, nn.Linear) else None)
    return [p.mean() for p in model.parameters()]


def tied(x):
    model = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Tanh(), nn.Linear(3, 3, bias=False))
    nn.init.constant_(model[0].weight, 0.2)
    model[2].weight = model[0].weight
    model(x.detach()).sum().backward()
    return model[0].weight.grad, len(list(model.parameters())), list(model.state_dict())


def copied(model, x):
    twin = copy.deepcopy(model)
    with torch.no_grad():
        for ours, theirs in zip(twin.parameters(), model.parameters()):
            ours.mul_(0.5).add_(theirs, alpha=0.25)
    return twin(x)["a"], model(x)["a"]


def frozen(model, x):
    for parameter in model.first.parameters():
        parameter.requires_grad_(False)
    model.zero_grad()
    model(x)["a"].sum().backward()
    return [parameter.grad is None for parameter in model.parameters()]


def sequential(x):
    model = nn.Sequential(
        collections.OrderedDict([("one", nn.Linear(3, 2)), ("act", nn.ReLU()), ("two", nn.Linear(2, 1))])
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(0.5)
    return model(x.detach()), len(model), list(model.state_dict()), [type(m).__name__ for m in model[:2]], str(model)


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).transpose(-1, -2)


def parametrized(x):
    layer = nn.Linear(3, 3, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.arange(9.0).reshape(3, 3) / 9)
    nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric())
    layer(x.detach()).sum().backward()
    return layer.weight, list(layer.state_dict()), layer.parametrizations.weight.original.grad


def lists():
    items = nn.ModuleList([nn.Linear(1, 1)])
    items.append(nn.ReLU())
    items.extend([nn.Tanh()])
    items.insert(0, nn.Identity())
    named = nn.ModuleDict({"x": nn.ReLU()})
    named["y"] = nn.Tanh()
    values = nn.ParameterList([torch.ones(1), torch.zeros(2)])
    return (
        [type(m).__name__ for m in items],
        len(items),
        list(named.keys()),
        "x" in named,
        [tuple(v.shape) for v in values],
        [type(v).__name__ for v in values],
    )


def vectors(model):
    vector = nn.utils.parameters_to_vector(model.parameters())
    nn.utils.vector_to_parameters(vector * 2, model.parameters())
    return vector, model.scale


OPERATORS = [
    Operator("forward", block, lambda model, x: model(x), tolerance=(5e-5, 1e-5)),
    Operator("named", block, lambda model, x: described(model), orders=0, count=1),
    Operator("load_state_dict", block, lambda model, x: loaded(model), orders=0, count=2),
    Operator(
        "load_state_dict.refused",
        block,
        lambda model, x: model.load_state_dict({"scale": torch.ones(1)}),
        orders=0,
        count=1,
    ),
    Operator(
        "load_state_dict.shapes",
        block,
        lambda model, x: model.load_state_dict({"scale": torch.ones(3)}, strict=False),
        orders=0,
        count=1,
    ),
    Operator("apply", block, lambda model, x: applied(model), orders=0, count=1),
    Operator("tied", lambda g: (g.floats((2, 3)),), tied, orders=0, count=2),
    Operator("deepcopy", block, copied, orders=0, count=2),
    Operator("frozen", block, frozen, orders=0, count=1),
    Operator("sequential", lambda g: (g.floats((2, 3)),), sequential, orders=0, count=2),
    Operator("parametrize", lambda g: (g.floats((2, 3)),), parametrized, orders=0, count=1),
    Operator("containers", lambda g: (), lists, count=1),
    Operator("vectors", block, lambda model, x: vectors(model), orders=0, count=1),
    Operator(
        "to",
        block,
        lambda model, x: (
            model.double()(x.double())["a"],
            model.to(torch.float32).scale.dtype,
            model.half().scale.dtype,
        ),
        orders=0,
        count=1,
    ),
    Operator(
        "text",
        lambda g: (
            g.choice(
                [
                    nn.Linear(2, 3),
                    nn.Conv2d(1, 2, 3, padding=1),
                    nn.LSTM(2, 3),
                    nn.Dropout(0.1),
                    nn.LayerNorm(3),
                    nn.BatchNorm1d(2),
                    nn.Embedding(3, 2),
                ]
            ),
        ),
        str,
        count=8,
    ),
    Operator(
        "attributes",
        block,
        lambda model, x: (
            model.get_parameter("scale"),
            model.get_submodule("layers.1").in_features,
            isinstance(model.scale, nn.Parameter),
            model.none,
        ),
        orders=0,
        count=1,
    ),
    Operator("no such attribute", block, lambda model, x: model.absent, orders=0, count=1, message=True),
    Operator(
        "assigned refused",
        block,
        lambda model, x: setattr(model, "scale", torch.ones(1)),
        orders=0,
        count=1,
        message=True,
    ),
    Operator("not implemented", lambda g: (nn.Module(),), lambda model: model(1), count=1),
    Operator(
        "functional_call",
        block,
        lambda model, x: torch.func.functional_call(model, {"scale": torch.tensor([3.0])}, (x,))["b"],
        orders=1,
        differences=False,
        tolerance=(1e-3, 1e-5),
    ),
]
