"""Index tensors, masks, gather and scatter in all their forms. Passes under PyTorch 2.15.0 as well."""

import torch

X = torch.arange(24).reshape(2, 3, 4)


def raises(kind, function, words):
    try:
        function()
    except kind as error:
        assert words in str(error), error
    else:
        raise AssertionError(f"no {kind.__name__} that says {words}")


def test_every_kind_of_index_together():
    i, mask = torch.tensor([1, 0]), torch.tensor([True, False, True])
    assert X[:, mask, 1].tolist() == [[1, 9], [13, 21]] and X[i, mask].tolist() == [[12, 13, 14, 15], [8, 9, 10, 11]]
    assert X[i, :, i].shape == (2, 3) and X[:, i, i].shape == (2, 2) and X[i, None, :, i].shape == (2, 1, 3)
    assert X[..., [0, -1]].shape == (2, 3, 2) and X[[[0, 1], [1, 0]], :1].shape == (2, 2, 1, 4)
    assert X[True].shape == (1, 2, 3, 4)
    assert X[False].shape == (0, 2, 3, 4)
    assert X[:, torch.tensor(True)].shape == (2, 1, 3, 4)
    assert X[range(1)].shape == (1, 3, 4)
    assert X[[]].shape == (0, 3, 4)
    assert X[torch.tensor([], dtype=torch.long)].numel() == 0
    assert X[X > 20].tolist() == [21, 22, 23] and X[0, 1:][:, None, ::2].tolist() == [[[4, 6]], [[8, 10]]]
    assert torch.tensor(5)[None].tolist() == [5] and torch.tensor(5)[...].item() == 5


def test_assignment_of_every_kind():
    x = torch.zeros(2, 3, 4)
    x[:, None, torch.tensor([0, 2])] = 1.0
    x[1, [0, 2], 1:3] = torch.tensor([5.0, 6.0])
    x[0, :, 3] = torch.arange(3)
    x[torch.tensor([0, 1]), :, torch.tensor([1, 1])] += 10
    assert x[0].tolist() == [[1, 11, 1, 0], [0, 10, 0, 1], [1, 11, 1, 2]]
    assert x[1].tolist() == [[1, 15, 6, 1], [0, 10, 0, 0], [1, 15, 6, 1]]
    y = torch.zeros(3, dtype=torch.long)
    y[torch.tensor([0, 0, 2])] += 1
    y[torch.tensor([1, 1])] = torch.tensor([7, 8])
    assert y.tolist() == [1, 8, 1]
    y.index_put_((torch.tensor([1, 1]),), torch.tensor(1), accumulate=True)
    y[y > 5] = 2.9
    assert y.tolist() == [1, 2, 1]


def test_gradients_of_both_sides():
    x, v = torch.ones(3, 2, requires_grad=True), torch.ones(2, requires_grad=True)
    y = x * 2
    y[torch.tensor([0, 2]), 1] = v * 3
    y[y > 2.5] *= 4
    (y * torch.arange(6.0).reshape(3, 2)).sum().backward()
    assert x.grad.tolist() == [[0, 0], [4, 6], [8, 0]] and v.grad.tolist() == [12, 60]
    x = torch.ones(4, requires_grad=True)
    (x[torch.tensor([1, 1, 3])] * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    assert x.grad.tolist() == [0, 3, 0, 3]


def test_errors():
    raises(IndexError, lambda: X[2], "index 2 is out of bounds for dimension 0 with size 2")
    raises(IndexError, lambda: X[0, 0, 0, 0], "too many indices for tensor of dimension 3")
    raises(IndexError, lambda: X[torch.tensor([2])], "index 2 is out of bounds for dimension 0 with size 2")
    raises(IndexError, lambda: X[torch.tensor([True] * 3)], "The shape of the mask [3] at index 0 does not match")
    raises(IndexError, lambda: X[torch.tensor([0, 1]), torch.tensor([0, 1, 2])], "shape mismatch: indexing tensors")
    raises(IndexError, lambda: X[torch.tensor([0.5])], "tensors used as indices must be long, int, byte or bool")
    raises(IndexError, lambda: X[1.5], "only integers, slices")
    raises(ValueError, lambda: X[::-1], "step must be greater than zero")
    raises(TypeError, lambda: X.__setitem__(0, [1]), "can't assign a list to a torch.LongTensor")
    raises(RuntimeError, lambda: X.__setitem__(torch.tensor([0]), torch.ones(5).long()), "shape mismatch: value tensor")
    raises(RuntimeError, lambda: X.clone().__setitem__(0, torch.ones(5).long()), "must match the existing size (5)")


def test_scatter():
    x, index = torch.zeros(2, 3), torch.tensor([[0, 0], [2, 1]])
    src = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert x.scatter(1, index, 5.0).tolist() == [[5, 0, 0], [0, 5, 5]]
    assert x.scatter(1, index, src).tolist() == [[2, 0, 0], [0, 4, 3]]
    assert x.scatter_add(1, index, src).tolist() == [[3, 0, 0], [0, 4, 3]]
    ones = torch.ones(2, 3)
    names = ("sum", "prod", "mean", "amax", "amin")
    found = {name: ones.scatter_reduce(1, index, src, name).tolist() for name in names}
    assert found["sum"] == [[4, 1, 1], [1, 5, 4]] and found["prod"] == [[2, 1, 1], [1, 4, 3]]
    assert torch.allclose(torch.tensor(found["mean"]), torch.tensor([[4 / 3, 1, 1], [1, 2.5, 2]]))
    assert found["amax"] == [[2, 1, 1], [1, 4, 3]] and found["amin"] == [[1, 1, 1], [1, 1, 1]]
    assert ones.scatter_reduce(1, index, src, "amin", include_self=False).tolist() == [[1, 1, 1], [1, 4, 3]]
    assert ones.scatter_reduce(1, index, src, "mean", include_self=False).tolist() == [[1.5, 1, 1], [1, 4, 3]]
    raises(RuntimeError, lambda: x.gather(1, torch.tensor([0])), "same number of dimensions as input tensor")
    raises(RuntimeError, lambda: x.gather(1, torch.tensor([[3]])), "index 3 is out of bounds for dimension 1")


def test_along_a_dimension():
    x, i = torch.arange(6.0).reshape(3, 2), torch.tensor([2, 0])
    assert x.index_select(0, i).tolist() == [[4, 5], [0, 1]]
    assert x.index_fill(0, i, -1).tolist() == [[-1, -1], [2, 3], [-1, -1]]
    assert x.index_add(0, i, torch.ones(2, 2), alpha=2).tolist() == [[2, 3], [2, 3], [6, 7]]
    assert x.index_copy(0, i, torch.ones(2, 2)).tolist() == [[1, 1], [2, 3], [1, 1]]
    assert x.index_reduce(0, i, torch.full((2, 2), 3.0), "amax").tolist() == [[3, 3], [2, 3], [4, 5]]
    assert x.take(torch.tensor([0, -1])).tolist() == [0, 5]
    assert x.put(torch.tensor([0, -1]), torch.tensor([8.0, 9.0])).tolist() == [[8, 1], [2, 3], [4, 9]]
    assert torch.take_along_dim(x, x.argmax(1, keepdim=True), 1).tolist() == [[1], [3], [5]]
    assert x.masked_scatter(x > 2, torch.tensor([9.0, 8.0, 7.0])).tolist() == [[0, 1], [2, 9], [8, 7]]
