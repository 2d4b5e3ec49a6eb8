"""Muon: momentum made orthogonal by Newton-Schulz iterations, for the matrices; AdamW for the rest."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def zeropower_via_newtonschulz5(G, steps: int):
    assert G.ndim >= 2
    a, b, c = (3.4445, -4.7750, 2.0315)
    X = G.clone()
    if G.size(-2) > G.size(-1):
        X = X.mT
    X = X / (X.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        A = X @ X.mT
        B = b * A + c * A @ A
        X = a * X + B @ X
    if G.size(-2) > G.size(-1):
        X = X.mT
    return X


def muon_update(grad, momentum, beta=0.95, ns_steps=5, nesterov=True):
    momentum.lerp_(grad, 1 - beta)
    update = grad.lerp_(momentum, beta) if nesterov else momentum
    if update.ndim == 4:
        update = update.view(len(update), -1)
    update = zeropower_via_newtonschulz5(update, steps=ns_steps)
    update *= max(1, grad.size(-2) / grad.size(-1)) ** 0.5
    return update


class Muon(torch.optim.Optimizer):
    def __init__(self, params, lr=0.02, weight_decay=0.0, momentum=0.95):
        defaults = dict(lr=lr, weight_decay=weight_decay, momentum=momentum)
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if len(state) == 0:
                    state["momentum_buffer"] = torch.zeros_like(p)
                update = muon_update(p.grad, state["momentum_buffer"], beta=group["momentum"])
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(update.reshape(p.shape), alpha=-group["lr"])
        return loss


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 32)
        self.fc1 = nn.Linear(32 * 4, 64, bias=False)
        self.fc2 = nn.Linear(64, 64)
        self.head = nn.Linear(64, 50)

    def forward(self, x):
        x = self.emb(x).flatten(1)
        x = F.relu(self.fc1(x)).square()
        x = x + torch.tanh(self.fc2(x))
        return self.head(F.rms_norm(x, (x.size(-1),)))


torch.manual_seed(0)
model = MLP()
matrices = [p for n, p in model.named_parameters() if p.ndim >= 2 and "emb" not in n and "head" not in n]
rest = [p for n, p in model.named_parameters() if not any(p is q for q in matrices)]
optimizers = [
    Muon(matrices, lr=0.02, weight_decay=0.01, momentum=0.95),
    torch.optim.AdamW([{"params": rest[:1], "lr": 0.01}, {"params": rest[1:]}], lr=3e-3, betas=(0.8, 0.95), eps=1e-10),
]
for opt in optimizers:
    for group in opt.param_groups:
        group["initial_lr"] = group["lr"]
x = torch.randint(0, 50, (64, 4))
y = (x.sum(1) * 7 + x[:, 0]) % 50
for step in range(20):
    for opt in optimizers:
        for group in opt.param_groups:
            group["lr"] = group["initial_lr"] * min(1.0, (step + 1) / 5) * (1 - step / 40)
    loss = F.cross_entropy(model(x), y)
    model.zero_grad(set_to_none=True)
    loss.backward()
    for opt in optimizers:
        opt.step()
    print(f"step {step} loss {loss.item():.7f}")
