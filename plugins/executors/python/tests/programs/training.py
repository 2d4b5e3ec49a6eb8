"""Whole training loops: a small language model, research variants of it, hand-written optimizers."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

TEXT = torch.tensor([(7 * i + i * i // 3) % 11 for i in range(256)])


def batch(size=8, length=12):
    starts = torch.randint(len(TEXT) - length - 1, (size,)).tolist()
    window = torch.stack([TEXT[s : s + length + 1] for s in starts])
    return window[:, :-1], window[:, 1:]


def rotate(x):
    """Rotary positions."""
    half = x.shape[-1] // 2
    angles = torch.outer(torch.arange(x.shape[-2]).float(), 100.0 ** (-torch.arange(half).float() / half))
    cos, sin = angles.cos(), angles.sin()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Attention(nn.Module):
    def __init__(self, width, heads, moves):
        super().__init__()
        self.heads, self.moves = heads, moves
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.mix = nn.Parameter(torch.tensor(0.5))
        slopes = 2.0 ** -torch.arange(1, heads + 1).float()
        self.register_buffer("slopes", slopes.view(1, heads, 1, 1))

    def forward(self, x, first):
        B, T, C = x.shape
        q, k, v = (y.view(B, T, self.heads, -1).transpose(1, 2) for y in self.qkv(x).chunk(3, dim=-1))
        if "qk-norm" in self.moves:
            q, k = F.rms_norm(q, (q.size(-1),)), F.rms_norm(k, (k.size(-1),))
        if "rope" in self.moves:
            q, k = rotate(q), rotate(k)
        if "value-residual" in self.moves and first is not None:
            v = self.mix * v + (1 - self.mix) * first
        if "alibi" in self.moves:
            position = torch.arange(T)
            bias = -self.slopes * (position[:, None] - position[None, :]).abs()
            future = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=bias.masked_fill(future, float("-inf")))
        else:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(B, T, C)), v


class Block(nn.Module):
    def __init__(self, width, heads, moves):
        super().__init__()
        self.moves = moves
        self.attention = Attention(width, heads, moves)
        self.norm = nn.LayerNorm(width) if "layer-norm" in moves else nn.RMSNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.gate = nn.Linear(width, 4 * width) if "swiglu" in moves else None
        self.down = nn.Linear(4 * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.5))
        self.shift = nn.Parameter(torch.zeros(width))
        self.conv = nn.Conv1d(width, width, 3, groups=width) if "conv" in moves else None
        self.dropout = nn.Dropout(0.1 if "dropout" in moves else 0.0)

    def feed_forward(self, x):
        if self.gate is not None:
            return self.down(F.silu(self.gate(x)) * self.up(x))
        if "squared-relu" in self.moves:
            return self.down(F.relu(self.up(x)).square())
        return self.down(F.gelu(self.up(x)))

    def forward(self, x, first):
        if "token-shift" in self.moves:
            x = x + self.shift * F.pad(x, (0, 0, 1, 0))[:, :-1]
        if self.conv is not None:
            x = x + self.conv(F.pad(x.transpose(1, 2), (2, 0))).transpose(1, 2)
        y, v = self.attention(self.norm(x), first)
        if "parallel" in self.moves:
            return x + self.dropout(self.scale * (y + self.feed_forward(self.norm(x)))), v
        x = x + self.scale * self.dropout(y)
        return x + self.dropout(self.feed_forward(self.norm(x))), v


class Model(nn.Module):
    def __init__(self, moves=(), width=16, heads=2, layers=2):
        super().__init__()
        self.moves = moves
        self.embed = nn.Embedding(11, width)
        self.place = nn.Embedding(64, width)
        self.blocks = nn.ModuleList([Block(width, heads, moves) for _ in range(layers)])
        self.head = nn.Linear(width, 11, bias=False)
        if "untied" not in moves:
            self.head.weight = self.embed.weight
        self.skips = nn.Parameter(torch.zeros(layers))
        self.apply(self.start)

    def start(self, module):
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.1)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.1)

    def forward(self, idx):
        x = self.embed(idx)
        if "rope" not in self.moves and "alibi" not in self.moves:
            x = x + self.place(torch.arange(idx.shape[1], device=idx.device))
        start, first = x, None
        for i, block in enumerate(self.blocks):
            if "layerdrop" in self.moves and self.training and torch.rand(()).item() < 0.1:
                continue
            x, v = block(x + self.skips[i] * start, first)
            first = v if first is None else first
        logits = self.head(F.rms_norm(x, (x.size(-1),)))
        return 15 * torch.tanh(logits / 15) if "soft-cap" in self.moves else logits


def fit(model, optimizer, steps=30, loss_of=None, accumulate=1, after=None):
    """Trains; returns the first and the mean of the last losses."""
    losses = []
    for step in range(steps):
        optimizer.zero_grad(set_to_none=True)
        for _ in range(accumulate):
            x, y = batch()
            logits = model(x)
            loss = F.cross_entropy(logits.view(-1, logits.size(-1)), y.reshape(-1))
            total = loss if loss_of is None else loss_of(logits, y)
            (total / accumulate).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if after is not None:
            after(step)
        losses.append(loss.item())
    return losses[0], sum(losses[-5:]) / 5


def learns(moves=(), **options):
    torch.manual_seed(3)
    model = Model(moves)
    first, last = fit(model, torch.optim.AdamW(model.parameters(), lr=1e-2, betas=(0.9, 0.95)), **options)
    assert math.isfinite(last) and last < first - 0.3, f"{moves}: {first} -> {last}"
    return last


def test_baseline_is_reproducible():
    assert learns() == learns()


def test_architecture_moves():
    for moves in (
        ("swiglu", "rope"), ("alibi", "qk-norm"), ("value-residual", "layer-norm"), ("soft-cap", "squared-relu"),
        ("conv", "untied"), ("token-shift", "parallel"), ("dropout", "layerdrop"),
    ):
        learns(moves)


def test_loss_moves():
    def smoothed(logits, y):
        return F.cross_entropy(logits.flatten(0, 1), y.flatten(), label_smoothing=0.05)

    def with_z_loss(logits, y):
        z = torch.logsumexp(logits, dim=-1)
        return F.cross_entropy(logits.flatten(0, 1), y.flatten()) + 1e-3 * (z**2).mean()

    learns(loss_of=smoothed)
    learns(loss_of=with_z_loss, accumulate=2)


class Muon(torch.optim.Optimizer):
    def __init__(self, params, lr=0.02, momentum=0.95):
        super().__init__(params, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "buffer" not in state:
                    state["buffer"] = torch.zeros_like(p.grad)
                state["buffer"].lerp_(p.grad, 1 - group["momentum"])
                update = p.grad.lerp(state["buffer"], group["momentum"])
                p.add_(newton_schulz(update), alpha=-group["lr"] * max(1, p.size(0) / p.size(1)) ** 0.5)


def newton_schulz(g, steps=5):
    x = g / (g.norm() + 1e-7)
    if g.size(0) > g.size(1):
        x = x.T
    for _ in range(steps):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if g.size(0) > g.size(1) else x


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=3e-3, betas=(0.9, 0.99)):
        super().__init__(params, dict(lr=lr, betas=betas))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in filter(lambda p: p.grad is not None, group["params"]):
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = m.clone().mul_(group["betas"][0]).add_(p.grad, alpha=1 - group["betas"][0]).sign_()
                p.add_(update, alpha=-group["lr"])
                m.mul_(group["betas"][1]).add_(p.grad, alpha=1 - group["betas"][1])


def test_optimizer_moves():
    for make in (
        lambda model: Lion(model.parameters()),
        lambda model: torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9, nesterov=True),
        lambda model: torch.optim.Adam(model.parameters(), lr=1e-2),
    ):
        torch.manual_seed(3)
        model = Model()
        first, last = fit(model, make(model), steps=40)
        assert last < first - 0.2, f"{first} -> {last}"
    torch.manual_seed(3)
    model = Model()
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n and "place" not in n]
    others = [p for p in model.parameters() if not any(p is m for m in matrices)]
    pair = [Muon(matrices), torch.optim.AdamW(others, lr=1e-2)]

    class Both:
        def zero_grad(self, set_to_none=True):
            for o in pair:
                o.zero_grad(set_to_none=set_to_none)

        def step(self):
            for o in pair:
                o.step()

    first, last = fit(model, Both())
    assert last < first - 0.3, f"{first} -> {last}"
    q = newton_schulz(torch.linspace(-1, 1, 12).reshape(3, 4).sin() + torch.eye(3, 4))
    assert q.shape == (3, 4) and 0.5 < (q @ q.T).trace().item() / 3 < 1.4


def test_weight_average_and_schedule():
    torch.manual_seed(3)
    model = Model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 30, 1e-3)
    average = {n: p.detach().clone() for n, p in model.named_parameters()}

    def after(step):
        scheduler.step()
        with torch.no_grad():
            for n, p in model.named_parameters():
                average[n].mul_(0.9).add_(p, alpha=0.1)

    fit(model, optimizer, after=after)
    with torch.no_grad():
        for n, p in model.named_parameters():
            p.copy_(average[n])
        x, y = batch(32)
        model.eval()
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten()).item()
    assert loss < 2.0 and abs(scheduler.get_last_lr()[0] - 1e-3) < 1e-9
