"""Views and what is written through them. Passes under PyTorch 2.15.0 as well."""

import copy

import torch
import torch.nn as nn


def raises(function, *words):
    try:
        function()
    except RuntimeError as error:
        assert all(word in str(error) for word in words), error
    else:
        raise AssertionError(f"no error that says {words}")


def test_views_of_a_base_that_is_gone():
    def views():
        base = torch.zeros(6)
        return base[:4], base[2:]

    a, b = views()
    a[3] = 5
    b[0] = 7
    assert a.tolist() == [0, 0, 7, 5] and b.tolist() == [7, 5, 0, 0]
    x = torch.arange(6.0).view(2, 3)
    row = x[0]
    x = x.t()
    row += 10
    assert x.tolist() == [[10, 3], [11, 4], [12, 5]]


def test_views_of_views():
    a = torch.zeros(2, 3)
    flat = a.view(-1)
    flat[::2].fill_(1)
    a.t()[1:].mul_(5)
    assert a.tolist() == [[1, 0, 5], [0, 5, 0]] and flat.tolist() == [1, 0, 5, 0, 5, 0]
    x = torch.zeros(2, 3, 4)
    x.permute(2, 0, 1)[1, :, 2] = 3
    x.transpose(0, 2)[0].unsqueeze(0).squeeze().t()[1] = 4
    x.movedim(0, 2)[..., 1].add_(1)
    assert x[0].tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 3, 0, 0]]
    assert x[1].tolist() == [[5, 1, 1, 1], [5, 1, 1, 1], [5, 4, 1, 1]]


def test_pieces_write_to_the_whole():
    x = torch.arange(6.0)
    a, b = x.split(3)
    a.copy_(b)
    b.zero_()
    assert x.tolist() == [3, 4, 5, 0, 0, 0]
    for row in x.view(3, 2):
        row += 1
    assert x.tolist() == [4, 5, 6, 1, 1, 1]
    m = torch.zeros(3, 3)
    m.diagonal().fill_(1)
    m.diagonal(1)[0] = 5
    m.T[0] = 7
    m[:, 1] += 1
    assert m.tolist() == [[7, 6, 0], [7, 2, 0], [7, 1, 1]]
    m.as_strided((2, 2), (3, 1), 1).fill_(-1)
    assert m.tolist() == [[7, -1, -1], [7, -1, -1], [7, 1, 1]]


def test_copies_do_not_alias():
    x = torch.arange(6.0).view(2, 3)
    for copied in (x.t().reshape(-1), x.t().contiguous(), x.clone(), x[[0, 1]], x[x >= 0], x.repeat(1, 1)):
        copied.fill_(9)
    assert x.tolist() == [[0, 1, 2], [3, 4, 5]]
    x.reshape(3, 2)[0, 0] = 8
    x.contiguous()[0, 1] = 7
    assert x.tolist() == [[8, 7, 2], [3, 4, 5]]


def test_strides():
    x = torch.arange(24).reshape(2, 3, 4)
    assert x.stride() == (12, 4, 1) and x.transpose(0, 2).stride() == (1, 4, 12) and x[1, 1:].storage_offset() == 16
    assert x[:, ::2].stride() == (12, 8, 1) and x.diagonal().stride() == (1, 16) and not x.mT.is_contiguous()
    assert x[0].is_contiguous() and x[1:].is_contiguous() and not x[:, 0].is_contiguous()
    assert x.mT.contiguous().is_contiguous() and x.unfold(1, 2, 1).stride() == (12, 4, 1, 4)
    raises(lambda: x.transpose(0, 1).view(-1), "view size is not compatible", "Use .reshape(...) instead.")
    assert x.transpose(0, 1).view(3, 2, 2, 2).shape == (3, 2, 2, 2)
    assert x.data_ptr() == x.view(-1).data_ptr() and x[1].data_ptr() == x.data_ptr() + 96
    assert x.data_ptr() != x.clone().data_ptr()


def test_writes_beside_the_record():
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    with torch.no_grad():
        y.mul_(5)
    y.data[0] = 100
    assert y.requires_grad
    y.sum().backward()
    assert x.grad.tolist() == [2, 2, 2] and y.tolist() == [100, 10, 10]
    x = torch.zeros(4, requires_grad=True)
    view = x[:2]
    with torch.no_grad():
        x.add_(3)
    assert view.tolist() == [3, 3]
    view.sum().backward()
    assert x.grad.tolist() == [1, 1, 0, 0]


def test_writes_in_the_record():
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    view = y[:2]
    view.mul_(3)
    (y.sum() + view.sum()).backward()
    assert y.tolist() == [6, 6, 2] and x.grad.tolist() == [12, 12, 2]
    base, w = torch.zeros(3), torch.ones(3, requires_grad=True)
    view = base[1:]
    base.add_(w)
    assert view.requires_grad
    view.sum().backward()
    assert w.grad.tolist() == [0, 1, 1]
    leaf = torch.zeros(4, requires_grad=True)
    raises(lambda: leaf.add_(1), "a leaf Variable that requires grad")
    raises(lambda: leaf[:2].add_(1), "a view of a leaf Variable")
    raises(lambda: torch.zeros(2, 3).expand(4, 2, 3).add_(1), "more than one element of the written-to tensor")


def test_data_is_swapped():
    p = nn.Parameter(torch.zeros(3))
    backup, shadow = p.data, torch.arange(3.0)
    p.data = shadow
    p.data.mul_(2)
    assert shadow.tolist() == [0, 2, 4] and backup.tolist() == [0, 0, 0]
    p.data = backup
    with torch.no_grad():
        p.add_(1)
    assert backup.tolist() == [1, 1, 1] and shadow.tolist() == [0, 2, 4]
    w = torch.zeros(2)
    q = nn.Parameter(w)
    w.fill_(2)
    assert q.tolist() == [2, 2]


def test_a_copy_of_a_parameter_stays():
    p = nn.Parameter(torch.ones(2))
    before, seen = p.clone(), p.detach()
    p.sum().backward()
    torch.optim.SGD([p], lr=0.5).step()
    assert before.tolist() == [1, 1] and seen.tolist() == [0.5, 0.5] and p.tolist() == [0.5, 0.5]
    again = copy.deepcopy(p)
    with torch.no_grad():
        again.zero_()
    assert p.tolist() == [0.5, 0.5] and isinstance(again, nn.Parameter)


def test_shapes_in_place():
    x = torch.arange(6.0).view(2, 3)
    row = x[0]
    x.t_()
    row.zero_()
    x[2] = 8
    assert x.tolist() == [[0, 3], [0, 4], [8, 8]] and row.tolist() == [0, 0, 8]
    x.unsqueeze_(0)
    assert x.shape == (1, 3, 2)
    x.squeeze_().transpose_(0, 1)
    assert x.shape == (2, 3)
    y = torch.arange(4.0)
    z = y.view(2, 2)
    z.resize_(3)
    z += 1
    assert y.tolist() == [1, 2, 3, 3]
