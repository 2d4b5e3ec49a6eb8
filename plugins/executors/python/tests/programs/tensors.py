"""Creation, arithmetic, promotion, shapes, reductions, order. Passes under PyTorch 2.15.0 as well."""

import math

import torch


def near(value, expected, tolerance=1e-5):
    got = value.flatten().tolist() if isinstance(value, torch.Tensor) else list(value)
    assert len(got) == len(expected), f"{len(got)} elements, expected {len(expected)}"
    for a, b in zip(got, expected):
        assert abs(a - b) <= tolerance * max(1.0, abs(b)), f"{got} != {expected}"


def test_creation():
    assert torch.tensor([[1, 2], [3, 4]]).dtype is torch.int64
    assert torch.tensor([1.0, 2]).dtype is torch.float32
    assert torch.tensor([True, False]).dtype is torch.bool
    assert torch.tensor(5).shape == ()
    assert torch.tensor([]).shape == (0,)
    assert torch.zeros(2, 3).shape == torch.Size([2, 3]) == torch.zeros((2, 3)).shape
    assert torch.arange(5).tolist() == [0, 1, 2, 3, 4]
    near(torch.arange(0, 1, 0.25), [0, 0.25, 0.5, 0.75])
    assert torch.arange(5, 0, -2).tolist() == [5, 3, 1]
    near(torch.linspace(-1, 1, 5), [-1, -0.5, 0, 0.5, 1])
    assert torch.eye(2, 3).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert torch.full((2,), 7).dtype is torch.int64
    assert torch.full_like(torch.zeros(2), 3).tolist() == [3, 3]
    assert torch.ones(3, dtype=torch.bfloat16).dtype is torch.bfloat16
    assert torch.tensor([[]]).shape == (1, 0)


def test_arithmetic_and_promotion():
    i, f, b = torch.tensor([7, -7]), torch.tensor([1.5, 2.5]), torch.tensor([True, False])
    assert (i + 1).dtype is torch.int64 and (i + 1.0).dtype is torch.float32
    assert (i / 2).tolist() == [3.5, -3.5]
    assert (i // 2).tolist() == [3, -4] and (i % 4).tolist() == [3, 1]
    assert (b + 1).tolist() == [2, 1] and (b + b).dtype is torch.bool
    assert (b * f).tolist() == [1.5, 0.0] and (i * f).dtype is torch.float32
    assert (2 - f).tolist() == [0.5, -0.5] and (3 / f).tolist()[0] == 2.0
    near(2**f, [2.8284271, 5.6568542])
    near(f**2, [2.25, 6.25])
    assert (i**2).tolist() == [49, 49]
    assert (-i).tolist() == [-7, 7] and abs(i).tolist() == [7, 7]
    assert (f > 2).tolist() == [False, True] and (f > 2).dtype is torch.bool
    assert ((f > 1) & (f < 2)).tolist() == [True, False]
    assert (~b).tolist() == [False, True] and (b | True).tolist() == [True, True]
    assert torch.div(i, 2, rounding_mode="trunc").tolist() == [3, -3]
    assert torch.fmod(i, 4).tolist() == [3, -3]
    assert (f.bfloat16() + f).dtype is torch.float32
    assert (f.bfloat16() + torch.tensor(1.0)).dtype is torch.bfloat16
    assert (i + torch.tensor(0.5)).dtype is torch.float32
    near(torch.add(f, f, alpha=2), [4.5, 7.5])
    assert (f == f).all() and not (f != f).any()
    assert torch.maximum(f, torch.tensor([2.0, 2.0])).tolist() == [2.0, 2.5]
    assert (f + b).tolist() == [2.5, 2.5]


def test_pointwise():
    x = torch.tensor([-1.5, -0.5, 0.0, 0.5, 2.5])
    near(x.exp(), [math.exp(v) for v in x.tolist()])
    near(x.abs().sqrt(), [math.sqrt(abs(v)) for v in x.tolist()])
    near(torch.tanh(x), [math.tanh(v) for v in x.tolist()])
    near(x.sin(), [math.sin(v) for v in x.tolist()])
    near(x.erf(), [math.erf(v) for v in x.tolist()])
    near(torch.sigmoid(x), [1 / (1 + math.exp(-v)) for v in x.tolist()])
    assert x.round().tolist() == [-2, 0, 0, 0, 2] and x.floor().tolist() == [-2, -1, 0, 0, 2]
    assert x.sign().tolist() == [-1, -1, 0, 1, 1]
    assert x.clamp(-1, 1).tolist() == [-1, -0.5, 0, 0.5, 1] and x.clamp(min=0).tolist() == [0, 0, 0, 0.5, 2.5]
    assert torch.clamp(torch.arange(4), max=2).dtype is torch.int64
    near(torch.lerp(x, x * 3, 0.5), [-3, -1, 0, 1, 5])
    near(torch.tensor([1, 4]).sqrt(), [1, 2])
    near((x.abs() + 1).log2(), [math.log2(abs(v) + 1) for v in x.tolist()])
    bad = torch.tensor([float("nan"), float("inf"), 1.0])
    assert bad.isnan().tolist() == [True, False, False] and bad.isfinite().tolist() == [False, False, True]
    assert torch.isinf(bad).tolist() == [False, True, False]


def test_shapes():
    x = torch.arange(24).reshape(2, 3, 4)
    assert x.size() == (2, 3, 4) and x.size(-1) == 4 and x.dim() == x.ndim == 3 and x.numel() == 24
    assert x.view(6, -1).shape == (6, 4) and x.flatten().shape == (24,) and x.flatten(1).shape == (2, 12)
    assert x.transpose(1, 2).shape == (2, 4, 3) and x.permute(2, 0, 1).shape == (4, 2, 3)
    assert x.permute(2, 0, 1)[1, 1].tolist() == [13, 17, 21]
    assert x[0].T.tolist() == [[0, 4, 8], [1, 5, 9], [2, 6, 10], [3, 7, 11]]
    assert x.mT.shape == (2, 4, 3) and x.movedim(0, -1).shape == (3, 4, 2)
    assert x.unsqueeze(1).shape == (2, 1, 3, 4) and x.unsqueeze(-1).squeeze().shape == (2, 3, 4)
    assert torch.zeros(1, 2, 1).squeeze(0).shape == (2, 1)
    assert torch.zeros(3, 1).expand(-1, 4).shape == (3, 4) and torch.zeros(3).expand(2, 3).shape == (2, 3)
    assert [c.shape[1] for c in x.chunk(2, 1)] == [2, 1] and [s.tolist() for s in torch.arange(5).split([2, 3])] == [
        [0, 1],
        [2, 3, 4],
    ]
    assert torch.cat([x, x], 1).shape == (2, 6, 4) and torch.stack([x, x], -1).shape == (2, 3, 4, 2)
    assert torch.tensor([1, 2]).repeat(2, 2).tolist() == [[1, 2, 1, 2], [1, 2, 1, 2]]
    assert torch.tensor([1, 2]).repeat_interleave(2).tolist() == [1, 1, 2, 2]
    assert torch.arange(4).roll(1).tolist() == [3, 0, 1, 2] and torch.arange(3).flip(0).tolist() == [2, 1, 0]
    assert torch.roll(x, (1, 1), (0, 2))[0, 0].tolist() == [15, 12, 13, 14]
    assert [t.tolist() for t in torch.arange(4).reshape(2, 2).unbind()] == [[0, 1], [2, 3]]
    assert x.unflatten(2, (2, 2)).shape == (2, 3, 2, 2) and x.narrow(2, 1, 2).shape == (2, 3, 2)
    a, b = torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")
    assert a.tolist() == [[0, 0, 0], [1, 1, 1]] and b.tolist() == [[0, 1, 2], [0, 1, 2]]


def test_reductions():
    x = torch.arange(12.0).reshape(3, 4)
    assert x.sum().item() == 66 and x.sum(0).tolist() == [12, 15, 18, 21] and x.mean(1, keepdim=True).shape == (3, 1)
    assert x.sum((0, 1)).item() == 66 and torch.tensor([True, True]).sum().item() == 2
    assert x.max().item() == 11 and x.max(1).indices.tolist() == [3, 3, 3] and x.min(0).values.tolist() == [0, 1, 2, 3]
    assert x.argmax().item() == 11 and x.argmax(-1).tolist() == [3, 3, 3] and x.amax((0, 1)).item() == 11
    near([x.std().item(), x.var(unbiased=False).item()], [3.605551, 11.916667])
    near(x.std(0, unbiased=False), [3.265986] * 4)
    near(x.logsumexp(1), [3.44019, 7.44019, 11.440189])
    near([x.norm().item(), x.norm(3).item(), x.norm(p=1).item()], [22.494444, 16.331623, 66.0])
    assert x.cumsum(1)[1].tolist() == [4, 9, 15, 22] and x.prod(1).tolist() == [0, 840, 7920]
    assert (x > 3).any() and not (x > 3).all() and (x >= 0).all(1).tolist() == [True] * 3
    near([torch.quantile(torch.tensor([3.0, 1.0, 4.0, 1.5, 9.0]), 0.3).item()], [1.8])
    assert torch.tensor([3.0, 1.0, 2.0, 4.0]).median().item() == 2.0
    near(x.softmax(-1).sum(-1), [1, 1, 1])


def test_order():
    x = torch.tensor([[3.0, 1.0, 2.0], [0.0, 5.0, 4.0]])
    values, indices = x.sort(descending=True)
    assert values.tolist() == [[3, 2, 1], [5, 4, 0]] and indices.tolist() == [[0, 2, 1], [1, 2, 0]]
    assert x.argsort().tolist() == [[1, 2, 0], [0, 2, 1]]
    top = x.topk(2)
    assert top.values.tolist() == [[3, 2], [5, 4]] and top.indices.tolist() == [[0, 2], [1, 2]]
    assert torch.tensor([2, 1, 2]).unique().tolist() == [1, 2]
    assert torch.bincount(torch.tensor([0, 2, 2])).tolist() == [1, 0, 2]
    assert torch.allclose(x, x + 1e-9) and torch.equal(x, x.clone()) and not torch.equal(x, x + 1)


def test_products():
    a, b = torch.arange(6.0).reshape(2, 3), torch.arange(12.0).reshape(3, 4)
    assert (a @ b).tolist() == [[20, 23, 26, 29], [56, 68, 80, 92]]
    assert torch.mm(a, b).equal(a.matmul(b)) and (a @ torch.ones(3)).tolist() == [3, 12]
    assert torch.bmm(a.expand(2, 2, 3), b.expand(2, 3, 4)).shape == (2, 2, 4)
    assert torch.outer(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])).tolist() == [[3, 4], [6, 8]]
    assert torch.einsum("ij,jk->ik", a, b).equal(a @ b)
    assert torch.einsum("ij->ji", a).equal(a.T) and torch.einsum("ij->", a).item() == 15
    q = torch.arange(48.0).reshape(2, 2, 3, 4)
    assert torch.allclose(torch.einsum("bhqd,bhkd->bhqk", q, q), q @ q.transpose(-2, -1))
    assert torch.einsum("...d,d->...", q, torch.ones(4)).equal(q.sum(-1))
    assert torch.einsum("bhqd,hde->bqe", q, torch.ones(2, 4, 5)).equal(q.sum((1, 3)).unsqueeze(-1).expand(2, 3, 5))
    assert torch.tensordot(a, b, 1).equal(a @ b) and torch.dot(torch.ones(3), a[1]).item() == 12


def test_conversion():
    x = torch.tensor([1.7, -1.7, 0.0])
    assert x.long().tolist() == [1, -1, 0] and x.bool().tolist() == [True, True, False]
    assert x.to(torch.int64).dtype is torch.int64 and x.type(torch.bfloat16).dtype is torch.bfloat16
    assert x.to("cpu") is x and x.to(torch.device("cpu")) is x and x.device.type == "cpu"
    assert float(torch.tensor(2.5)) == 2.5 and int(torch.tensor(7)) == 7 and bool(torch.tensor(True))
    assert [10, 20, 30][torch.tensor(1)] == 20 and f"{torch.tensor(0.5):.2f}" == "0.50"
    assert len(x) == 3 and [v.item() for v in torch.arange(3)] == [0, 1, 2]
    assert torch.tensor([300.5]).bfloat16().item() == 300.0


def test_printing():
    assert repr(torch.tensor([[1.5, 2.0], [3.0, -4.25]])) == "tensor([[ 1.5000,  2.0000],\n        [ 3.0000, -4.2500]])"
    assert repr(torch.arange(3)) == "tensor([0, 1, 2])" and repr(torch.tensor([1.0, 2.0])) == "tensor([1., 2.])"
    assert repr(torch.tensor([True, False])) == "tensor([ True, False])" and repr(torch.tensor(2.5)) == "tensor(2.5000)"
    assert str(torch.zeros(1).bfloat16()) == "tensor([0.], dtype=torch.bfloat16)"
    assert repr(torch.float32) == "torch.float32" and repr(torch.zeros(2, 3).shape) == "torch.Size([2, 3])"
    assert repr(torch.tensor([1e-5, 1.0])) == "tensor([1.0000e-05, 1.0000e+00])"
