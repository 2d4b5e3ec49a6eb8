"""Shapes, joins and arrangements. Passes under PyTorch 2.15.0 as well."""

import torch

X = torch.arange(6).reshape(2, 3)


def test_pieces():
    y = torch.arange(7)
    assert [p.tolist() for p in y.tensor_split(3)] == [[0, 1, 2], [3, 4], [5, 6]]
    assert [p.tolist() for p in y.tensor_split([2, 5])] == [[0, 1], [2, 3, 4], [5, 6]]
    assert [p.shape[0] for p in y.chunk(4)] == [2, 2, 2, 1] and [p.shape[0] for p in y.split([3, 4])] == [3, 4]
    assert [p.tolist() for p in torch.hsplit(X, [1])] == [[[0], [3]], [[1, 2], [4, 5]]]
    assert [p.tolist() for p in torch.vsplit(X, 2)] == [[[0, 1, 2]], [[3, 4, 5]]]


def test_joins():
    a, b = torch.tensor([1, 2]), torch.tensor([3, 4])
    assert torch.hstack((a, b)).tolist() == [1, 2, 3, 4] and torch.vstack((a, b)).tolist() == [[1, 2], [3, 4]]
    assert torch.dstack((a, b)).tolist() == [[[1, 3], [2, 4]]]
    assert torch.column_stack((a, b)).tolist() == [[1, 3], [2, 4]]
    assert torch.block_diag(a, b.reshape(2, 1)).tolist() == [[1, 2, 0], [0, 0, 3], [0, 0, 4]]
    assert torch.cat([a, torch.tensor([0.5])]).dtype is torch.float32
    assert torch.cat([torch.zeros(0), X.float()]).shape == (2, 3)
    xs, ys = torch.meshgrid(a, torch.arange(3), indexing="xy")
    assert xs.tolist() == [[1, 2]] * 3 and ys.tolist() == [[0, 0], [1, 1], [2, 2]]
    assert [x.shape for x in torch.broadcast_tensors(torch.zeros(3, 1), torch.zeros(2))] == [(3, 2)] * 2
    assert torch.atleast_3d(a).shape == (1, 2, 1) and torch.broadcast_shapes((3, 1), (2,)) == (3, 2)


def test_arrangements():
    assert X.roll(1).tolist() == [[5, 0, 1], [2, 3, 4]] and X.roll((1, -1), (0, 1)).tolist() == [[4, 5, 3], [1, 2, 0]]
    assert torch.rot90(X).tolist() == [[2, 5], [1, 4], [0, 3]] and X.flip((0, 1)).tolist() == [[5, 4, 3], [2, 1, 0]]
    assert X.repeat(2, 1, 2).shape == (2, 2, 6) and X.tile(2).shape == (2, 6) and X.tile((2, 1, 1)).shape == (2, 2, 3)
    assert X.repeat_interleave(torch.tensor([1, 2]), 0).tolist() == [[0, 1, 2], [3, 4, 5], [3, 4, 5]]
    assert X.repeat_interleave(2).tolist()[:4] == [0, 0, 1, 1]
    assert torch.repeat_interleave(torch.tensor([2, 0, 1])).tolist() == [0, 0, 2]
    assert torch.arange(5).unfold(0, 3, 2).tolist() == [[0, 1, 2], [2, 3, 4]]


def test_diagonals():
    assert X.diagonal(1).tolist() == [1, 5]
    assert torch.diag(torch.tensor([1, 2]), -1).tolist() == [[0, 0, 0], [1, 0, 0], [0, 2, 0]]
    assert torch.diag_embed(X)[1].tolist() == [[3, 0, 0], [0, 4, 0], [0, 0, 5]] and X.trace().item() == 4
    assert torch.diagflat(torch.tensor([[1, 2]])).tolist() == [[1, 0], [0, 2]]
    assert X.triu(1).tolist() == [[0, 1, 2], [0, 0, 5]]
    assert torch.tril_indices(2, 3).tolist() == [[0, 1, 1], [0, 0, 1]]
    assert torch.zeros(2, 2).fill_diagonal_(3).tolist() == [[3, 0], [0, 3]]


def test_dimensions():
    y = torch.zeros(1, 2, 1, 3)
    assert y.squeeze((0, 2)).shape == (2, 3)
    assert y.squeeze(1).shape == (1, 2, 1, 3)
    assert y.movedim((0, 1), (-1, 0)).shape == (2, 1, 3, 1)
    assert y.unflatten(-1, (3, -1)).shape == (1, 2, 1, 3, 1) and y.flatten(1, 2).shape == (1, 2, 3)
    assert torch.tensor(1.0).flatten().shape == (1,) and torch.arange(3).flatten(0, 0).shape == (3,)
    assert X.float().view(torch.int32).tolist()[0] == [0, 1065353216, 1073741824] and X.mT.shape == (3, 2)
    for function, words in (
        (lambda: X.view(4), "shape '[4]' is invalid for input of size 6"),
        (lambda: X.expand(2, 2), "The expanded size of the tensor (2) must match the existing size (3)"),
        (lambda: X.permute(0), "number of dimensions in the tensor input does not match"),
        (lambda: torch.cat([X, torch.zeros(3, 2)]), "Sizes of tensors must match except in dimension 0"),
        (lambda: torch.stack([X, X.t()]), "stack expects each tensor to be equal size, but got [2, 3] at entry 0"),
        (lambda: X.split([1, 2]), "split_with_sizes expects split_sizes to sum exactly to 2"),
    ):
        try:
            function()
        except RuntimeError as error:
            assert words in str(error), error
        else:
            raise AssertionError(words)


def test_classes():
    class Mine(torch.Tensor):
        pass

    x = Mine([1.0, 2.0])
    assert isinstance(x, Mine) and x.sum().item() == 3 and isinstance(torch.ones(1).as_subclass(Mine), Mine)
    assert isinstance(torch.zeros(1), torch.FloatTensor) and torch.Tensor(2, 3).shape == (2, 3)
    assert torch.LongTensor([1, 2]).dtype is torch.int64 and X.type() == "torch.LongTensor"
