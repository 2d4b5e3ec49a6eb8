"""A sparse mixture of experts: top-k routing with a load-balancing loss."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Expert(nn.Module):
    def __init__(self, d_model, d_hidden):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d_model, d_hidden), nn.ReLU(), nn.Linear(d_hidden, d_model))

    def forward(self, x):
        return self.net(x)


class SparseMoE(nn.Module):
    def __init__(self, d_model, num_experts, top_k):
        super().__init__()
        self.gate = nn.Linear(d_model, num_experts, bias=False)
        self.experts = nn.ModuleList([Expert(d_model, 2 * d_model) for _ in range(num_experts)])
        self.num_experts, self.top_k = num_experts, top_k

    def forward(self, x):
        shape = x.shape
        x = x.view(-1, shape[-1])
        logits = self.gate(x)
        weights = F.softmax(logits, dim=1, dtype=torch.float)
        top, selected = torch.topk(weights, self.top_k, dim=-1)
        top = top / top.sum(dim=-1, keepdim=True)
        out = torch.zeros_like(x)
        expert_mask = F.one_hot(selected, num_classes=self.num_experts).permute(2, 1, 0)
        for i, expert in enumerate(self.experts):
            idx, token = torch.where(expert_mask[i])
            if token.numel() == 0:
                continue
            current = expert(x[None, token].reshape(-1, shape[-1])) * top[token, idx, None]
            out.index_add_(0, token, current.to(x.dtype))
        load = torch.bincount(selected.flatten(), minlength=self.num_experts).float() / selected.numel()
        importance = weights.mean(0)
        return out.view(shape), self.num_experts * (load * importance).sum()


class Model(nn.Module):
    def __init__(self, vocab, d_model=32):
        super().__init__()
        self.embed = nn.Embedding(vocab, d_model)
        self.norm = nn.LayerNorm(d_model)
        self.moe = SparseMoE(d_model, num_experts=4, top_k=2)
        self.out = nn.Linear(d_model, vocab)

    def forward(self, idx):
        x = self.embed(idx)
        y, aux = self.moe(self.norm(x))
        return self.out(x + y), aux


torch.manual_seed(7)
model = Model(64)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 10))
x = torch.randint(0, 64, (8, 16))
y = (x * 3 + 1) % 64
for step in range(20):
    logits, aux = model(x)
    loss = F.cross_entropy(logits.transpose(1, 2), y, label_smoothing=0.1) + 0.01 * aux
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    print(f"step {step} loss {loss.item():.7f} lr {scheduler.get_last_lr()[0]:.5f}")
