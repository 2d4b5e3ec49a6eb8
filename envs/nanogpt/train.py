"""Pre-trains a small GPT within a budget of device seconds.

The evaluator calls `train` once, then `begin` and `step`: one token in, the logits of the next one out, so that the
model can only look back. Everything else here may change.

The recipe is that of arXiv 2601.14525 (nanoGPT): parameter-free RMSNorm, GELU, learned positions, tied head, AdamW,
warm-up and linear decay.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn as nn
from torch.nn import functional as F

import proofhouse


@dataclass
class Config:
    vocab_size: int = 256
    block_size: int = 64
    n_layer: int = 4
    n_head: int = 4
    n_embd: int = 128
    batch_size: int = 16
    learning_rate: float = 1.5e-3
    warmup_fraction: float = 0.05
    final_lr_fraction: float = 0.091
    weight_decay: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.95
    grad_clip: float = 1.0


PROFILES = {
    # Bytes of source text, for one CPU core.
    "cpu": Config(),
    # GPT-2 124M on GPT-2 tokens, as in the paper; 262 144 tokens a step.
    "paper": Config(
        vocab_size=50257, block_size=1024, n_layer=12, n_head=12, n_embd=768, batch_size=256, warmup_fraction=0.054
    ),
}


def rms_norm(x):
    return F.rms_norm(x, (x.size(-1),), eps=1e-6)


class CausalSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.n_head = config.n_head
        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd, bias=False)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd, bias=False)

    def forward(self, x, cache=None):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(C, dim=2)
        q = q.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        if cache is not None:
            k, v = cache.append(k, v)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=cache is None)
        y = y.transpose(1, 2).contiguous().view(B, T, C)
        return self.c_proj(y)


class MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.c_fc = nn.Linear(config.n_embd, 4 * config.n_embd, bias=False)
        self.c_proj = nn.Linear(4 * config.n_embd, config.n_embd, bias=False)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attn = CausalSelfAttention(config)
        self.mlp = MLP(config)
        self.attn_scale = 1 / math.sqrt(2 * config.n_layer)

    def forward(self, x, cache=None):
        x = x + self.attn_scale * self.attn(rms_norm(x), cache)
        x = x + self.mlp(rms_norm(x))
        return x


class GPT(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.block_size, config.n_embd)
        self.h = nn.ModuleList([Block(config) for _ in range(config.n_layer)])
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.wte.weight
        self.apply(self.init_weights)

    def init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, mean=0.0, std=0.02)

    def forward(self, idx, caches=None, start=0):
        positions = torch.arange(start, start + idx.size(1))
        x = self.wte(idx) + self.wpe(positions)
        for i, block in enumerate(self.h):
            x = block(x, caches[i] if caches is not None else None)
        return self.lm_head(rms_norm(x))


class KVCache:
    """The keys and values of the tokens one attention layer has seen."""

    def __init__(self):
        self.k = None
        self.v = None

    def append(self, k, v):
        self.k = k if self.k is None else torch.cat([self.k, k], dim=2)
        self.v = v if self.v is None else torch.cat([self.v, v], dim=2)
        return self.k, self.v


def get_batch(tokens, config):
    """Windows at random places, and the same moved on by one token."""
    starts = torch.randint(len(tokens) - config.block_size - 1, (config.batch_size,)).tolist()
    window = tokens.windows(starts, config.block_size + 1)
    return window[:, :-1], window[:, 1:]


def learning_rate(progress, config):
    """Linear warm-up, then linear decay, over the fraction of the budget that is used."""
    if progress < config.warmup_fraction:
        return config.learning_rate * max(progress / config.warmup_fraction, 0.01)
    decay = (progress - config.warmup_fraction) / (1 - config.warmup_fraction)
    return config.learning_rate * (1 - (1 - config.final_lr_fraction) * min(decay, 1.0))


def configure_optimizer(model, config):
    return torch.optim.AdamW(
        model.parameters(),
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        weight_decay=config.weight_decay,
    )


model = None
caches = None
position = 0


def train(profile, seed, budget):
    """Trains until `budget` device seconds are used."""
    global model
    torch.manual_seed(seed)
    config = PROFILES[profile]
    tokens = proofhouse.tokens("train")
    model = GPT(config)
    optimizer = configure_optimizer(model, config)
    began = proofhouse.elapsed()
    step = 0
    while True:
        used = proofhouse.elapsed() - began
        # Stop when another step might not fit: the evaluator stops a call that overruns.
        if used + 1.5 * used / max(step, 1) >= budget and step > 0:
            break
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(used / budget, config)
        x, y = get_batch(tokens, config)
        logits = model(x)
        loss = F.cross_entropy(logits.view(-1, logits.size(-1)), y.reshape(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), config.grad_clip)
        optimizer.step()
        if step % 10 == 0:
            proofhouse.metric("train loss", step, loss.item())
        step += 1
    model.eval()
    return step, sum(p.numel() for p in model.parameters())


def begin(rows):
    """Starts `rows` sequences anew."""
    global caches, position
    caches = [KVCache() for _ in model.h]
    position = 0


@torch.no_grad()
def step(tokens):
    """Takes the next token of each sequence, shape (rows,); returns logits, shape (rows, vocab_size)."""
    global position
    logits = model(tokens.view(-1, 1), caches, position)
    position += 1
    return logits[:, -1, :]
