"""GRPO: groups of sampled completions, advantages within the group, a clipped objective with a KL penalty."""

import copy

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Categorical


class Policy(nn.Module):
    def __init__(self, vocab=16, dim=32):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.head = nn.Linear(dim, vocab)

    def forward(self, tokens):
        h, _ = self.rnn(self.embed(tokens))
        return self.head(h)


def selective_log_softmax(logits, index):
    return torch.gather(logits.log_softmax(-1), dim=-1, index=index.unsqueeze(-1)).squeeze(-1)


@torch.no_grad()
def rollout(policy, prompts, length):
    tokens = prompts
    for _ in range(length):
        dist = Categorical(logits=policy(tokens)[:, -1])
        tokens = torch.cat([tokens, dist.sample().unsqueeze(1)], dim=1)
    return tokens


torch.manual_seed(11)
policy = Policy()
reference = copy.deepcopy(policy).requires_grad_(False)
optimizer = torch.optim.AdamW(policy.parameters(), lr=1e-2, weight_decay=0.0)
group_size, beta, epsilon = 8, 0.04, 0.2
prompts = torch.tensor([[1, 2], [3, 4], [5, 6]])
for step in range(20):
    tokens = rollout(policy, prompts.repeat_interleave(group_size, dim=0), 6)
    completion = tokens[:, 2:]
    mask = (completion != 0).float()
    rewards = (completion % 2 == 0).float().mean(1) + 0.1 * (completion[:, 0] == 7)
    grouped = rewards.view(-1, group_size)
    mean, std = grouped.mean(dim=1), grouped.std(dim=1)
    advantages = (rewards - mean.repeat_interleave(group_size)) / (std.repeat_interleave(group_size) + 1e-4)
    with torch.no_grad():
        old = selective_log_softmax(policy(tokens[:, :-1])[:, 1:], completion)
        ref = selective_log_softmax(reference(tokens[:, :-1])[:, 1:], completion)
    for _ in range(2):
        logits = policy(tokens[:, :-1])[:, 1:]
        logps = selective_log_softmax(logits, completion)
        ratio = torch.exp(logps - old)
        clipped = torch.clamp(ratio, 1 - epsilon, 1 + epsilon)
        per_token = -torch.min(ratio * advantages.unsqueeze(1), clipped * advantages.unsqueeze(1))
        kl = torch.exp(ref - logps) - (ref - logps) - 1
        loss = (((per_token + beta * kl) * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)).mean()
        entropy = Categorical(logits=logits).entropy().mean()
        optimizer.zero_grad()
        (loss - 0.001 * entropy).backward()
        optimizer.step()
    print(f"step {step} loss {loss.item():.7f} reward {rewards.mean().item():.4f}")
