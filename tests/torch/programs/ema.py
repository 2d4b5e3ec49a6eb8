"""An exponential moving average of weights, by hand and by `AveragedModel`, with Lion as the optimizer."""

import copy

import torch
from torch import nn
from torch.optim.optimizer import Optimizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


class Lion(Optimizer):
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        if not 0.0 <= lr:
            raise ValueError("Invalid learning rate: {}".format(lr))
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                p.data.mul_(1 - group["lr"] * group["weight_decay"])
                grad = p.grad
                state = self.state[p]
                if len(state) == 0:
                    state["exp_avg"] = torch.zeros_like(p)
                exp_avg = state["exp_avg"]
                beta1, beta2 = group["betas"]
                update = exp_avg * beta1 + grad * (1 - beta1)
                p.add_(update.sign_(), alpha=-group["lr"])
                exp_avg.mul_(beta2).add_(grad, alpha=1 - beta2)


class EMA:
    def __init__(self, model, decay):
        self.model = copy.deepcopy(model).eval()
        self.decay = decay
        for p in self.model.parameters():
            p.requires_grad_(False)

    @torch.no_grad()
    def update(self, model):
        for ema_p, p in zip(self.model.parameters(), model.parameters()):
            ema_p.data.mul_(self.decay).add_(p.data, alpha=1 - self.decay)
        for ema_b, b in zip(self.model.buffers(), model.buffers()):
            ema_b.copy_(b)


torch.manual_seed(3)
model = nn.Sequential(nn.Linear(10, 32, bias=False), nn.BatchNorm1d(32), nn.SiLU(), nn.Linear(32, 32), nn.Mish(), nn.Linear(32, 1))
ema = EMA(model, 0.9)
averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
optimizer = Lion(model.parameters(), lr=3e-3, weight_decay=0.01)
X = torch.randn(128, 10)
Y = torch.sin(X).sum(dim=1, keepdim=True)
criterion = nn.SmoothL1Loss()
for step in range(20):
    perm = torch.randperm(128)[:64]
    optimizer.zero_grad()
    loss = criterion(model(X[perm]), Y[perm])
    loss.backward()
    optimizer.step()
    ema.update(model)
    averaged.update_parameters(model)
    print(f"step {step} loss {loss.item():.7f}")
with torch.no_grad():
    print(f"step 20 loss {criterion(ema.model(X), Y).item():.7f}")
    averaged.eval()
    print(f"step 21 loss {criterion(averaged(X), Y).item():.7f}")
