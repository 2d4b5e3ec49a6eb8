"""Modules: registration, state, containers, defaults. Passes under PyTorch 2.15.0 as well."""

import copy
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(5, 4)
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(2)])
        self.head = nn.Linear(4, 5, bias=False)
        self.head.weight = self.embed.weight
        self.scale = nn.Parameter(torch.ones(4))
        self.register_buffer("mask", torch.tril(torch.ones(2, 2)))
        self.register_buffer("scratch", torch.zeros(1), persistent=False)
        self.note = "text"

    def forward(self, idx):
        x = self.embed(idx)
        for layer in self.layers:
            x = x + F.gelu(layer(x))
        return self.head(x * self.scale)


def test_registration():
    net = Net()
    names = [name for name, _ in net.named_parameters()]
    assert names == ["scale", "embed.weight", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]
    assert list(net.state_dict()) == [
        "scale", "mask", "embed.weight", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "head.weight",
    ]
    assert sum(p.numel() for p in net.parameters()) == 4 + 20 + 2 * 20
    assert [name for name, _ in net.named_children()] == ["embed", "layers", "head"]
    assert len(list(net.modules())) == 6 and [n for n, _ in net.named_buffers()] == ["mask", "scratch"]
    assert net(torch.tensor([[1, 2]])).shape == (1, 2, 5) and net.note == "text"
    assert net.get_submodule("layers.1") is net.layers[1]


def test_state():
    a, b = Net(), Net()
    keys = b.load_state_dict(a.state_dict())
    assert keys.missing_keys == [] and keys.unexpected_keys == []
    x = torch.tensor([[0, 4]])
    assert torch.equal(a(x), b(x))
    c = copy.deepcopy(a)
    with torch.no_grad():
        a.scale.mul_(2)
    assert not torch.equal(a(x), c(x)) and torch.equal(b(x), c(x))
    assert c.head.weight is c.embed.weight and c.scale.requires_grad
    a.train()
    assert a.training and not a.eval().training and not a.layers[0].training
    for p in a.parameters():
        p.requires_grad = False
    assert not a(x).requires_grad and not any(p.requires_grad for p in a.parameters())
    a.requires_grad_(True)
    assert a(x).requires_grad


def test_default_initialisation():
    torch.manual_seed(0)
    linear = nn.Linear(64, 300)
    bound = 1 / math.sqrt(64)
    for p in (linear.weight, linear.bias):
        assert p.abs().max().item() <= bound and abs(p.mean().item()) < bound / 4
        assert abs(p.std().item() - bound / math.sqrt(3)) < bound / 10
    table = nn.Embedding(100, 50, padding_idx=3)
    assert abs(table.weight.std().item() - 1) < 0.05 and table.weight[3].abs().sum().item() == 0
    norm = nn.LayerNorm(6)
    assert norm.weight.tolist() == [1] * 6 and norm.bias.tolist() == [0] * 6 and nn.LayerNorm(6, bias=False).bias is None
    assert nn.Linear(2, 2, bias=False).bias is None


def test_init_functions():
    torch.manual_seed(1)
    w = torch.empty(20, 50)
    nn.init.normal_(w, std=0.02)
    assert abs(w.std().item() - 0.02) < 0.003
    nn.init.xavier_uniform_(w)
    assert w.abs().max().item() <= math.sqrt(6 / 70)
    nn.init.kaiming_normal_(w, nonlinearity="relu")
    assert abs(w.std().item() - math.sqrt(2 / 50)) < 0.03
    nn.init.orthogonal_(w, gain=2)
    assert torch.allclose(w @ w.T, 4 * torch.eye(20), atol=1e-3)
    nn.init.trunc_normal_(w, std=1.0, a=-1.0, b=1.0)
    assert w.abs().max().item() <= 1
    nn.init.zeros_(w), nn.init.constant_(w[0], 3.0)
    assert w.sum().item() == 150
    p = nn.Parameter(torch.empty(3))
    nn.init.ones_(p)
    assert p.tolist() == [1, 1, 1] and p.requires_grad


def test_containers():
    seq = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Dropout(0.5), nn.Linear(3, 1)).eval()
    assert seq(torch.ones(4, 2)).shape == (4, 1) and len(seq) == 4 and isinstance(seq[1], nn.ReLU)
    table = nn.ModuleDict({"a": nn.Identity(), "b": nn.Tanh()})
    assert list(table.keys()) == ["a", "b"] and "a" in table and table["b"](torch.zeros(1)).item() == 0
    many = nn.ParameterList([torch.zeros(2), nn.Parameter(torch.ones(1))])
    assert len(list(many.parameters())) == 2 and many[1].item() == 1
    stack = nn.ModuleList()
    stack.append(nn.Linear(1, 1))
    stack.extend([nn.Identity()])
    assert len(stack) == 2 and [name for name, _ in stack.named_parameters()] == ["0.weight", "0.bias"]


def test_printing():
    assert repr(nn.Linear(2, 3)) == "Linear(in_features=2, out_features=3, bias=True)"
    assert str(nn.Sequential(nn.Linear(2, 3), nn.GELU(), nn.Dropout(0.1))) == (
        "Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n  (1): GELU(approximate='none')\n"
        "  (2): Dropout(p=0.1, inplace=False)\n)"
    )


def test_hooks_and_apply():
    seen = []
    layer = nn.Linear(2, 2)
    handle = layer.register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
    layer(torch.zeros(1, 2))
    handle.remove()
    layer(torch.zeros(1, 2))
    assert seen == [torch.Size([1, 2])]
    count = []
    Net().apply(lambda module: count.append(type(module).__name__))
    assert count[-1] == "Net" and len(count) == 6


def test_dropout():
    torch.manual_seed(0)
    x = torch.ones(1000)
    y = F.dropout(x, 0.25)
    kept = (y != 0).sum().item()
    assert 690 < kept < 810 and abs(y.max().item() - 4 / 3) < 1e-6
    assert F.dropout(x, 0.25, training=False).equal(x) and nn.Dropout(0.9).eval()(x).equal(x)


def test_multihead_attention():
    mha = nn.MultiheadAttention(4, 2, batch_first=True)
    with torch.no_grad():
        for p in mha.parameters():
            p.copy_(torch.linspace(-0.5, 0.5, p.numel()).reshape(p.shape))
    z = torch.linspace(-1, 1, 24).reshape(2, 3, 4)
    out, weights = mha(z, z, z)
    expected = [0.025737, -0.003667, -0.033071, -0.062476]
    assert all(abs(a - b) < 1e-4 for a, b in zip(out[0, 0].tolist(), expected))
    assert all(abs(a - b) < 1e-4 for a, b in zip(weights[1, 2].tolist(), [0.311192, 0.325421, 0.363386]))
    assert len(list(mha.parameters())) == 4
