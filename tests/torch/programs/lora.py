"""LoRA: low-rank adapters put into a frozen transformer, by replacing modules and by a parametrization."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.nn.utils.parametrize as parametrize


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r: int, alpha: int, dropout: float = 0.0):
        super().__init__()
        self.base = base
        self.base.weight.requires_grad = False
        if self.base.bias is not None:
            self.base.bias.requires_grad = False
        self.lora_A = nn.Parameter(base.weight.new_zeros((r, base.in_features)))
        self.lora_B = nn.Parameter(base.weight.new_zeros((base.out_features, r)))
        self.scaling = alpha / r
        self.dropout = nn.Dropout(dropout) if dropout > 0 else nn.Identity()
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        nn.init.normal_(self.lora_B, std=0.02)

    def forward(self, x):
        return self.base(x) + (self.dropout(x) @ self.lora_A.transpose(0, 1) @ self.lora_B.transpose(0, 1)) * self.scaling


class LoRAParametrization(nn.Module):
    def __init__(self, fan_in, fan_out, rank=2):
        super().__init__()
        self.lora_A = nn.Parameter(torch.randn(rank, fan_in) * 0.02)
        self.lora_B = nn.Parameter(torch.zeros(fan_out, rank))

    def forward(self, W):
        return W + self.lora_B @ self.lora_A


class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.attn = nn.MultiheadAttention(dim, 4, batch_first=True)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.fc1, self.fc2 = nn.Linear(dim, 2 * dim), nn.Linear(2 * dim, dim)

    def forward(self, x, mask):
        h = self.norm1(x)
        x = x + self.attn(h, h, h, attn_mask=mask, need_weights=False)[0]
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x)), approximate="tanh"))


class Model(nn.Module):
    def __init__(self, vocab=32, dim=32):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.blocks = nn.ModuleList(Block(dim) for _ in range(2))
        self.head = nn.Linear(dim, vocab)

    def forward(self, idx):
        mask = nn.Transformer.generate_square_subsequent_mask(idx.size(1))
        x = self.embed(idx)
        for block in self.blocks:
            x = block(x, mask)
        return self.head(x)


def add_lora(module):
    for name, child in module.named_children():
        if isinstance(child, nn.Linear) and name.startswith("fc"):
            setattr(module, name, LoRALinear(child, r=4, alpha=8))
        else:
            add_lora(child)


torch.manual_seed(6)
model = Model()
for p in model.parameters():
    p.requires_grad_(False)
add_lora(model)
parametrize.register_parametrization(model.head, "weight", LoRAParametrization(32, 32))
trainable = [n for n, p in model.named_parameters() if p.requires_grad]
print(len(trainable), "of", len(list(model.parameters())), "tensors are trained")
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=1e-2)
tokens = torch.randint(0, 32, (8, 13))
for step in range(20):
    logits = model(tokens[:, :-1])
    loss = F.cross_entropy(logits.permute(0, 2, 1), tokens[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.7f}")
parametrize.remove_parametrizations(model.head, "weight")
for block in model.blocks:
    for name in ("fc1", "fc2"):
        lora = getattr(block, name)
        lora.base.weight.data += lora.lora_B.data @ lora.lora_A.data * lora.scaling
        setattr(block, name, lora.base)
with torch.no_grad():
    merged = F.cross_entropy(model(tokens[:, :-1]).permute(0, 2, 1), tokens[:, 1:])
print(f"step 20 loss {merged.item():.7f}")
