"""Trajectories and schedules against PyTorch 2.15.0's numbers; passes under it as well."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def near(got, expected, tolerance=2e-5):
    assert len(got) == len(expected)
    for a, b in zip(got, expected):
        assert abs(a - b) <= tolerance * max(1.0, abs(b)), f"{got} != {expected}"


def trajectory(make, steps=5):
    """Weights, biases and last loss after some steps on a small regression."""
    w = nn.Parameter(torch.tensor([[0.5, -0.3], [0.8, 0.1]]))
    b = nn.Parameter(torch.tensor([0.1, -0.2]))
    optimizer = make([w, b])
    x = torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])
    y = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(x @ w.t() + b, y)
        loss.backward()
        optimizer.step()
    return [*w.flatten().tolist(), *b.tolist(), loss.item()]


def test_sgd():
    sgd = torch.optim.SGD
    near(trajectory(lambda p: sgd(p, lr=0.05)), [0.250562, -0.006279, 0.587419, 0.088608, 0.119433, -0.249812, 0.581688])
    near(trajectory(lambda p: sgd(p, lr=0.05, momentum=0.9, weight_decay=0.01)),
         [-0.094959, 0.438995, 0.294265, 0.068805, 0.16778, -0.302344, 0.319325])
    near(trajectory(lambda p: sgd(p, lr=0.05, momentum=0.9, nesterov=True)),
         [-0.056672, 0.492505, 0.334845, 0.058974, 0.22673, -0.250438, 0.283312])
    near(trajectory(lambda p: sgd(p, lr=0.05, momentum=0.9, dampening=0.3)),
         [-0.027067, 0.32138, 0.351134, 0.076325, 0.140604, -0.306375, 0.333454])


def test_adam():
    adam, adamw = torch.optim.Adam, torch.optim.AdamW
    near(trajectory(lambda p: adam(p, lr=0.05)), [0.255997, -0.052357, 0.563063, 0.126676, 0.185906, -0.404632, 0.637634])
    near(trajectory(lambda p: adam(p, lr=0.05, weight_decay=0.1)),
         [0.25619, -0.052395, 0.561788, 0.11748, 0.172025, -0.392339, 0.638492])
    near(trajectory(lambda p: adamw(p, lr=0.05, betas=(0.9, 0.95), weight_decay=0.1)),
         [0.244917, -0.046678, 0.544559, 0.122489, 0.183323, -0.395803, 0.621146])
    near(trajectory(adamw), [0.494977, -0.294986, 0.794962, 0.095023, 0.095033, -0.204986, 1.258886])


class Handwritten(torch.optim.Optimizer):
    """AdamW as programs write it themselves."""

    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["step"], state["m"], state["v"] = 0, torch.zeros_like(p), torch.zeros_like(p)
                state["step"] += 1
                state["m"].mul_(first).add_(p.grad, alpha=1 - first)
                state["v"].mul_(second).addcmul_(p.grad, p.grad, value=1 - second)
                p.mul_(1 - group["lr"] * group["weight_decay"])
                denominator = (state["v"] / (1 - second ** state["step"])).sqrt_().add_(1e-8)
                p.addcdiv_(state["m"] / (1 - first ** state["step"]), denominator, value=-group["lr"])


def test_handwritten_optimizer():
    near(trajectory(lambda p: Handwritten(p, 0.05, (0.9, 0.95), 0.1)),
         [0.244917, -0.046678, 0.544559, 0.122489, 0.183323, -0.395803, 0.621146])


def test_groups_and_state():
    a, b = nn.Parameter(torch.ones(1)), nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([{"params": [a], "lr": 0.5}, {"params": b, "weight_decay": 1.0}], lr=0.1, momentum=0.9)
    (a + b).sum().backward()
    optimizer.step()
    near([a.item(), b.item()], [0.5, 0.8])
    saved = optimizer.state_dict()
    assert saved["param_groups"][0]["params"] == [0] and saved["state"][1]["momentum_buffer"].item() == 2.0
    optimizer.zero_grad()
    assert a.grad is None
    other = torch.optim.SGD([{"params": [a]}, {"params": b}], lr=9.0, momentum=0.1)
    other.load_state_dict(saved)
    assert other.param_groups[0]["lr"] == 0.5 and other.state[b]["momentum_buffer"].item() == 2.0
    for wrong in ([], torch.ones(1)):
        try:
            torch.optim.SGD(wrong, lr=0.1)
        except (ValueError, TypeError):
            continue
        raise AssertionError("accepted")


def rates(make, steps=8):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
    scheduler = make(optimizer)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


def test_schedules():
    s = torch.optim.lr_scheduler
    near(rates(lambda o: s.CosineAnnealingLR(o, 6, 0.01)), [0.1, 0.093971, 0.0775, 0.055, 0.0325, 0.016029, 0.01, 0.016029])
    near(rates(lambda o: s.LinearLR(o, 0.5, 1.0, 4)), [0.05, 0.0625, 0.075, 0.0875, 0.1, 0.1, 0.1, 0.1])
    near(rates(lambda o: s.StepLR(o, 3, 0.5)), [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025])
    near(rates(lambda o: s.OneCycleLR(o, 0.4, total_steps=10)),
         [0.016, 0.208, 0.4, 0.380194, 0.324698, 0.244505, 0.155497, 0.075303])
    near(rates(lambda o: s.ExponentialLR(o, 0.9), 3), [0.1, 0.09, 0.081])
    near(rates(lambda o: s.MultiStepLR(o, [2, 5], 0.1)), [0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001])
    near(rates(lambda o: s.LambdaLR(o, lambda epoch: 1 / (epoch + 1)), 3), [0.1, 0.05, 0.033333])
    near(rates(lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.1, 1.0, 3), s.CosineAnnealingLR(o, 5)], [3])),
         [0.01, 0.04, 0.07, 0.1, 0.090451, 0.065451, 0.034549, 0.009549])


def test_clipping():
    p = nn.Parameter(torch.zeros(2))
    p.grad = torch.tensor([3.0, 4.0])
    near([nn.utils.clip_grad_norm_([p], 1.0).item()], [5.0])
    near(p.grad.tolist(), [0.6, 0.8])
    near([nn.utils.clip_grad_norm_([p], 10.0).item()], [1.0])
    near(p.grad.tolist(), [0.6, 0.8])
    nn.utils.clip_grad_value_([p], 0.7)
    near(p.grad.tolist(), [0.6, 0.7])
