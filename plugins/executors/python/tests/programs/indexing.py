"""Indexing, assignment, masks, gather and scatter. Passes under PyTorch 2.15.0 as well."""

import torch

X = torch.arange(24).reshape(2, 3, 4)


def test_basic():
    assert X[1, 2, 3].item() == 23 and X[-1, -1].tolist() == [20, 21, 22, 23]
    assert X[0, 1:, ::2].tolist() == [[4, 6], [8, 10]] and X[..., 0].tolist() == [[0, 4, 8], [12, 16, 20]]
    assert X[:, None].shape == (2, 1, 3, 4) and X[..., None].shape == (2, 3, 4, 1) and X[None, :, 0].shape == (1, 2, 4)
    assert X[:, -1:, :].shape == (2, 1, 4) and X[:, 5:].shape == (2, 0, 4) and X[:, :-1].shape == (2, 2, 4)
    assert X[torch.tensor(1)].shape == (3, 4)


def test_index_tensors():
    i = torch.tensor([1, 0, 1])
    assert X[i].shape == (3, 3, 4) and X[:, i].shape == (2, 3, 4) and X[0, [0, 2]].tolist() == [[0, 1, 2, 3], [8, 9, 10, 11]]
    rows, columns = torch.tensor([0, 1]), torch.tensor([2, 0])
    assert X[rows, columns].tolist() == [[8, 9, 10, 11], [12, 13, 14, 15]]
    assert X[:, rows, columns].tolist() == [[2, 4], [14, 16]]
    assert X[rows, :, columns].tolist() == [[2, 6, 10], [12, 16, 20]]
    assert X[0][torch.tensor([[0, 1], [2, -1]])].shape == (2, 2, 4)
    assert X[0][torch.tensor([-1])].tolist() == [[8, 9, 10, 11]]
    logits = torch.arange(6.0).reshape(2, 3)
    assert logits[torch.arange(2), torch.tensor([2, 0])].tolist() == [2, 3]


def test_masks():
    x = torch.tensor([[1.0, -2.0], [3.0, -4.0]])
    assert x[x > 0].tolist() == [1, 3] and x[torch.tensor([True, False])].tolist() == [[1, -2]]
    assert x.masked_fill(x < 0, 0.0).tolist() == [[1, 0], [3, 0]]
    assert torch.where(x > 0, x, -x).tolist() == [[1, 2], [3, 4]] and torch.where(x > 0, 1.0, 0.0).sum().item() == 2
    assert x.masked_select(x < 0).tolist() == [-2, -4]
    assert (x > 0).nonzero().tolist() == [[0, 0], [1, 0]]
    causal = torch.tril(torch.ones(3, 3)).bool()
    scores = torch.zeros(3, 3).masked_fill(~causal, float("-inf"))
    assert scores[0].tolist() == [0, float("-inf"), float("-inf")]
    assert torch.triu(torch.ones(3, 3), 1).tolist() == [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
    assert torch.tril(torch.ones(2, 2, 3), -1)[1].tolist() == [[0, 0, 0], [1, 0, 0]]


def test_assignment():
    x = torch.zeros(3, 4)
    x[1] = 5
    x[:, 2] = torch.tensor([1.0, 2.0, 3.0])
    x[0, 0] = -1
    x[2, 1:4:2] = 7
    assert x.tolist() == [[-1, 0, 1, 0], [5, 5, 2, 5], [0, 7, 3, 7]]
    x[x > 4] = 0
    assert x.tolist() == [[-1, 0, 1, 0], [0, 0, 2, 0], [0, 0, 3, 0]]
    x[x == 0] = torch.arange(8.0)
    assert x.tolist() == [[-1, 0, 1, 1], [2, 3, 2, 4], [5, 6, 3, 7]]
    x[torch.tensor([0, 2])] = torch.ones(2, 4)
    assert x[0].tolist() == [1, 1, 1, 1] and x[1].tolist() == [2, 3, 2, 4]
    x[torch.tensor([0, 1]), torch.tensor([1, 2])] = torch.tensor([8.0, 9.0])
    assert x[0, 1].item() == 8 and x[1, 2].item() == 9
    x[..., -1] += 1
    assert x[:, 3].tolist() == [2, 5, 2]
    x[:] = 0
    assert x.sum().item() == 0
    n = torch.zeros(2, dtype=torch.long)
    n[0] = 3
    assert n.tolist() == [3, 0]


def test_gather_scatter():
    x = torch.arange(6.0).reshape(2, 3)
    assert x.gather(1, torch.tensor([[2, 0], [1, 1]])).tolist() == [[2, 0], [4, 4]]
    assert x.index_select(1, torch.tensor([2, 0])).tolist() == [[2, 0], [5, 3]]
    base = torch.zeros(2, 3)
    assert base.scatter_add(1, torch.tensor([[0, 0], [2, 1]]), torch.ones(2, 2)).tolist() == [[2, 0, 0], [0, 1, 1]]
    assert base.scatter(1, torch.tensor([[1], [2]]), 4.0).tolist() == [[0, 4, 0], [0, 0, 4]]
    base.scatter_(1, torch.tensor([[1], [2]]), torch.tensor([[5.0], [6.0]]))
    assert base.tolist() == [[0, 5, 0], [0, 0, 6]]
    assert torch.zeros(3).index_add(0, torch.tensor([0, 0, 2]), torch.ones(3)).tolist() == [2, 0, 1]
    assert torch.diag(torch.tensor([1.0, 2.0])).tolist() == [[1, 0], [0, 2]]
    assert torch.arange(9).reshape(3, 3).diagonal().tolist() == [0, 4, 8] and torch.eye(3).trace().item() == 3


def test_gradients_pass_through_indexing():
    x = torch.arange(6.0).reshape(2, 3).requires_grad_()
    (x[:, 1:] * 2).sum().backward()
    assert x.grad.tolist() == [[0, 2, 2], [0, 2, 2]]
    x.grad = None
    x[torch.tensor([0, 0, 1]), torch.tensor([1, 1, 2])].sum().backward()
    assert x.grad.tolist() == [[0, 2, 0], [0, 0, 1]]
    x.grad = None
    y = x * 1
    y[0] = 0.0
    y.sum().backward()
    assert x.grad.tolist() == [[0, 0, 0], [1, 1, 1]]
    x.grad = None
    x[x > 2].sum().backward()
    assert x.grad.tolist() == [[0, 0, 0], [1, 1, 1]]
