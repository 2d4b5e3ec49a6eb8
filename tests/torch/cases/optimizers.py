"""Optimizers and schedules over some steps; what training loops do with them."""

import torch
from torch import nn
from torch.optim import lr_scheduler

from trial.operator import Operator

STEPS = 6
# Steps are sums of small numbers.
TOLERANCE = (2e-5, 2e-6)
# It orthogonalises in bfloat16, of which each product rounds in an order of its own.
TOLERANCES = {"Muon": (2e-2, 2e-2)}
SETTINGS = {
    "SGD": [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        {"momentum": 0.5, "dampening": 0.3},
        {"maximize": True},
    ],
    "Adam": [{}, {"betas": (0.8, 0.9), "eps": 1e-6}, {"weight_decay": 0.1}, {"amsgrad": True}, {"foreach": False}],
    "AdamW": [{}, {"weight_decay": 0.2}, {"betas": (0.5, 0.7)}, {"amsgrad": True}, {"maximize": True}],
    "RMSprop": [{}, {"momentum": 0.5}, {"centered": True}, {"alpha": 0.7, "weight_decay": 0.1}],
    "Adagrad": [{}, {"lr_decay": 0.1}, {"weight_decay": 0.1, "initial_accumulator_value": 0.5}],
    "Adadelta": [{}, {"rho": 0.7}],
    "Adamax": [{}, {"betas": (0.8, 0.9)}],
    "NAdam": [{}, {"weight_decay": 0.1}],
    "RAdam": [{}, {"weight_decay": 0.1}],
    "ASGD": [{}],
    "Rprop": [{}],
    "Adafactor": [{}],
    "Muon": [{}],
}
SCHEDULES = {
    "StepLR": {"step_size": 2, "gamma": 0.5},
    "MultiStepLR": {"milestones": [2, 4], "gamma": 0.1},
    "ExponentialLR": {"gamma": 0.9},
    "CosineAnnealingLR": {"T_max": 5, "eta_min": 0.01},
    "LinearLR": {"start_factor": 0.25, "total_iters": 4},
    "ConstantLR": {"factor": 0.5, "total_iters": 3},
    "PolynomialLR": {"total_iters": 6, "power": 2.0},
    "OneCycleLR": {"max_lr": 0.3, "total_steps": 12},
    "CosineAnnealingWarmRestarts": {"T_0": 3, "T_mult": 2},
    "CyclicLR": {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 3},
    "LambdaLR": {"lr_lambda": lambda step: 1 / (1 + step)},
    "MultiplicativeLR": {"lr_lambda": lambda step: 0.9},
}


def parameters(g, shapes=((3, 4), (4,))):
    return [nn.Parameter(g.floats(shape, grad=False, layout="plain")) for shape in shapes], g.floats((3, 4), grad=False)


def loss_of(tensors, target):
    return sum(((tensor - target[: tensor.shape[0]].mean()) ** 2).sum() + tensor.cos().sum() for tensor in tensors)


def trained(name, settings):
    def call(index, tensors, target):
        if name == "Muon":
            tensors = tensors[:1]
        optimizer = getattr(torch.optim, name)(tensors, lr=0.05, **settings[index % len(settings)])
        curve = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = loss_of(tensors, target)
            loss.backward()
            optimizer.step()
            curve.append(loss.item())
        return curve, [tensor.detach() for tensor in tensors]

    return Operator(
        f"optim.{name}",
        lambda g: (g.index, *parameters(g)),
        call,
        orders=0,
        count=len(settings),
        tolerance=TOLERANCES.get(name, TOLERANCE),
    )


def restored(name):
    """Half of the steps, then the state into a second optimizer."""

    def call(tensors, target):
        optimizer = getattr(torch.optim, name)(tensors, lr=0.05)
        for half in range(2):
            for _ in range(3):
                optimizer.zero_grad()
                loss_of(tensors, target).backward()
                optimizer.step()
            again = getattr(torch.optim, name)(tensors, lr=0.1)
            again.load_state_dict(optimizer.state_dict())
            optimizer = again
        state = optimizer.state_dict()
        return (
            [tensor.detach() for tensor in tensors],
            sorted(state["state"][0]),
            sorted(state["param_groups"][0]),
            state["param_groups"][0]["lr"],
        )

    return Operator(f"optim.{name}.state", lambda g: parameters(g), call, orders=0, tolerance=TOLERANCE, count=1)


def groups(tensors, target):
    optimizer = torch.optim.AdamW(
        [{"params": [tensors[0]], "weight_decay": 0.5}, {"params": [tensors[1]], "lr": 0.2}], lr=0.01
    )
    for _ in range(STEPS):
        optimizer.zero_grad(set_to_none=False)
        loss_of(tensors, target).backward()
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] *= 0.9
    return [tensor.detach() for tensor in tensors], [group["lr"] for group in optimizer.param_groups]


def closure(tensors, target):
    optimizer = torch.optim.LBFGS(tensors, lr=0.5, max_iter=4, line_search_fn="strong_wolfe")

    def evaluate():
        optimizer.zero_grad()
        loss = sum(((tensor - 0.5) ** 2).sum() for tensor in tensors)
        loss.backward()
        return loss

    return [optimizer.step(evaluate).item() for _ in range(3)], [tensor.detach() for tensor in tensors]


def scheduled(name):
    def call(seed):
        parameter = nn.Parameter(torch.ones(2))
        optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
        schedule = getattr(lr_scheduler, name)(optimizer, **SCHEDULES[name])
        rates = []
        for _ in range(10):
            rates.append(
                (optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"], schedule.get_last_lr())
            )
            optimizer.step()
            schedule.step()
        return rates

    return Operator(f"optim.lr_scheduler.{name}", lambda g: (g.index,), call, orders=0, count=1)


def plateau():
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0)
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    rates = []
    for loss in (3.0, 2.0, 2.1, 2.2, 2.3, 1.0, 1.5, 1.5, 1.5):
        schedule.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def sequential():
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0)
    warm = lr_scheduler.LinearLR(optimizer, 0.1, total_iters=3)
    schedule = lr_scheduler.SequentialLR(
        optimizer, [warm, lr_scheduler.CosineAnnealingLR(optimizer, 5)], milestones=[3]
    )
    rates = []
    for _ in range(8):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


class Lion(torch.optim.Optimizer):
    """Of one's own, in the public style."""

    def __init__(self, params, lr=1e-2, betas=(0.9, 0.99), weight_decay=0.1):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if len(state) == 0:
                    state["exp_avg"] = torch.zeros_like(p)
                p.data.mul_(1 - group["lr"] * group["weight_decay"])
                average, (first, second) = state["exp_avg"], group["betas"]
                update = average.clone().mul_(first).add(p.grad, alpha=1 - first).sign_()
                p.add_(update, alpha=-group["lr"])
                average.mul_(second).add_(p.grad, alpha=1 - second)


def lion(tensors, target):
    optimizer = Lion(tensors)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss_of(tensors, target).backward()
        optimizer.step()
    return [tensor.detach() for tensor in tensors]


OPERATORS = [
    *[trained(name, settings) for name, settings in SETTINGS.items()],
    *[restored(name) for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad")],
    Operator("groups", parameters, groups, orders=0, tolerance=TOLERANCE, count=2),
    Operator("optim.LBFGS", parameters, closure, orders=0, tolerance=(1e-4, 1e-5), count=2),
    *[scheduled(name) for name in SCHEDULES],
    Operator("optim.lr_scheduler.ReduceLROnPlateau", lambda g: (), plateau, count=1),
    Operator("optim.lr_scheduler.SequentialLR", lambda g: (), sequential, count=1),
    Operator("user's own", parameters, lion, orders=0, tolerance=TOLERANCE, count=2),
    Operator("optim.refused", lambda g: (), lambda: torch.optim.SGD([], lr=0.1), count=1, message=True),
    Operator(
        "optim.rate refused",
        lambda g: (),
        lambda: torch.optim.Adam([nn.Parameter(torch.ones(1))], lr=-1.0),
        count=1,
        message=True,
    ),
]
