"""Data sets, loaders and files; passes under PyTorch 2.15.0 as well."""

import collections
import io
import pickle

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset, WeightedRandomSampler, random_split


class Squares(Dataset):
    def __len__(self):
        return 7

    def __getitem__(self, i):
        return {"x": torch.tensor([i, i * i]), "name": str(i), "value": float(i)}


class Counting(IterableDataset):
    def __iter__(self):
        return iter(range(5))


def test_order_of_a_shuffled_loader():
    torch.manual_seed(5)
    loader = DataLoader(TensorDataset(torch.arange(10)), batch_size=4, shuffle=True)
    seen = [batch[0].tolist() for batch in loader]
    assert seen == ORDER, seen


def test_batches():
    batches = list(DataLoader(Squares(), batch_size=3))
    assert len(batches) == 3 and batches[0]["x"].shape == (3, 2) and batches[2]["name"] == ["6"]
    assert batches[1]["value"].dtype == torch.float64
    assert [b.tolist() for b in DataLoader(Counting(), batch_size=2)] == [[0, 1], [2, 3], [4]]
    assert len(DataLoader(Squares(), batch_size=3, drop_last=True)) == 2
    pair = collections.namedtuple("pair", "a b")
    made = torch.utils.data.default_collate([pair(1, [2.0]), pair(3, [4.0])])
    assert made.a.tolist() == [1, 3] and made.b[0].tolist() == [2.0, 4.0]


def test_split_and_weights():
    parts = random_split(range(10), [0.5, 0.5], generator=torch.Generator().manual_seed(42))
    assert [list(part.indices) for part in parts] == SPLIT, [list(part.indices) for part in parts]
    drawn = list(WeightedRandomSampler([0.0, 1.0, 0.0], 4))
    assert drawn == [1, 1, 1, 1]


def through_a_file(value, **options):
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file, **options)


def test_files():
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    loaded = through_a_file({"model": model.state_dict(), "epoch": 3, "rest": [torch.arange(3), None, "x"]})
    assert loaded["epoch"] == 3 and loaded["rest"][0].tolist() == [0, 1, 2]
    for name, value in model.state_dict().items():
        assert torch.equal(value, loaded["model"][name]) and value.dtype == loaded["model"][name].dtype
    for kind in (torch.bfloat16, torch.float64, torch.bool, torch.int64):
        assert through_a_file(torch.tensor([1, 0, 1]).to(kind)).dtype == kind
    assert through_a_file(torch.arange(6).reshape(2, 3).t()).tolist() == [[0, 3], [1, 4], [2, 5]]
    assert isinstance(through_a_file(nn.Parameter(torch.ones(2))), nn.Parameter)
    model.eval()
    x = torch.ones(1, 2)
    assert torch.equal(through_a_file(model, weights_only=False)(x), model(x))


def test_only_weights_are_loaded():
    try:
        through_a_file(nn.Linear(2, 2))
    except pickle.UnpicklingError:
        return
    raise AssertionError("a class was loaded")


ORDER = [[8, 3, 0, 5], [9, 1, 6, 2], [4, 7]]
SPLIT = [[2, 6, 1, 8, 4], [5, 0, 9, 3, 7]]
