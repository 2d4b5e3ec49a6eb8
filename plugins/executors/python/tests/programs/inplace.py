"""In-place operations, views and detached tensors share what they share in PyTorch. Passes under 2.15.0 as well."""

import torch
import torch.nn as nn


def test_operators():
    x = torch.tensor([1.0, 2.0])
    same = x
    x += 1
    x *= 2
    x -= torch.tensor([1.0, 1.0])
    x /= 2
    assert x is same and x.tolist() == [1.5, 2.5]
    assert x.add_(1).mul_(2).clamp_(max=6).tolist() == [5, 6] and same.tolist() == [5, 6]
    n = torch.tensor([1, 2])
    n += 1
    assert n.tolist() == [2, 3] and n.dtype is torch.int64
    assert x.zero_().tolist() == [0, 0] and x.fill_(3).tolist() == [3, 3]
    assert x.copy_(torch.tensor([1, 2])).tolist() == [1, 2] and x.copy_(torch.tensor(7.0)).tolist() == [7, 7]
    assert x.lerp_(torch.zeros(2), 0.5).tolist() == [3.5, 3.5]
    assert x.masked_fill_(torch.tensor([True, False]), 0).tolist() == [0, 3.5]
    assert x.neg_().tolist() == [0, -3.5]


def test_writes_through_views():
    x = torch.zeros(2, 3)
    x[0].add_(1)
    x[:, 1:].mul_(5)
    assert x.tolist() == [[1, 5, 5], [0, 0, 0]]
    x.view(-1)[4] = 9
    x.t()[0].copy_(torch.tensor([7.0, 8.0]))
    assert x.tolist() == [[7, 5, 5], [8, 9, 0]]
    a, b = x.chunk(2)
    a.zero_()
    b += 1
    assert x.tolist() == [[0, 0, 0], [9, 10, 1]]
    x[1][2] = 4
    x[:, ::2].neg_()
    assert x.tolist() == [[0, 0, 0], [-9, 10, -4]]
    for row in x:
        row.fill_(2)
    assert x.sum().item() == 12


def test_views_see_writes():
    x = torch.arange(6.0)
    v, w = x.view(2, 3), x[2:4]
    t = v.t()
    x.mul_(10)
    assert v.tolist() == [[0, 10, 20], [30, 40, 50]] and w.tolist() == [20, 30] and t[1].tolist() == [10, 40]
    v[0, 2] = -1
    assert w.tolist() == [-1, 30] and x[2].item() == -1 and t[2, 0].item() == -1
    c = x.clone()
    x.zero_()
    assert c[1].item() == 10


def test_parameters():
    p = nn.Parameter(torch.ones(3))
    q = p
    with torch.no_grad():
        p.mul_(2)
        p -= 1
        p[0] = 5
        p.view(-1)[1:].add_(1)
    assert q.tolist() == [5, 2, 2] and q.requires_grad and q.is_leaf
    p.data.mul_(2)
    p.data[2] = 0
    p.detach().add_(1)
    assert p.tolist() == [11, 5, 1] and p.requires_grad
    p.data = torch.zeros(3)
    assert p.tolist() == [0, 0, 0] and p.requires_grad
    d = p.detach()
    with torch.no_grad():
        p.add_(3)
    assert d.tolist() == [3, 3, 3]
    (p * 2).sum().backward()
    assert p.grad.tolist() == [2, 2, 2]
    p.grad.zero_()
    (p * 2).sum().backward()
    assert p.grad.tolist() == [2, 2, 2]


def test_in_place_on_recorded_tensors():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y += 1
    y[0] = 0
    y.mul_(3)
    y.sum().backward()
    assert x.grad.tolist() == [0, 6] and y.tolist() == [0, 15]


def test_moving_average_of_weights():
    model = nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        model.weight.fill_(1.0)
    average = [p.detach().clone() for p in model.parameters()]
    with torch.no_grad():
        for p in model.parameters():
            p.fill_(3.0)
        for mean, p in zip(average, model.parameters()):
            mean.lerp_(p, 0.5)
        assert average[0].tolist() == [[2, 2], [2, 2]] and model.weight[0, 0].item() == 3
        for mean, p in zip(average, model.parameters()):
            p.copy_(mean)
    assert model.weight.tolist() == [[2, 2], [2, 2]]


def test_expanded_tensors_are_not_written_to():
    x = torch.zeros(1).expand(3)
    try:
        x.add_(1)
    except RuntimeError as error:
        assert "more than one element of the written-to tensor refers to a single memory location" in str(error)
    else:
        raise AssertionError("written")
