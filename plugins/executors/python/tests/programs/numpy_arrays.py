"""NumPy around a PyTorch program: arrays, their views, types and printing, files, and random numbers. Passes under
NumPy 2.4.6 as well."""

import io
import os
import tempfile

import numpy as np
import torch


def test_types():
    assert np.array([1, 2]).dtype == np.int64 and np.array([1.0, 2]).dtype == np.float64 and np.arange(3).sum() == 3
    small = np.array([250, 10], dtype=np.uint8)
    assert (small + 10).tolist() == [4, 20] and (small + 1.5).dtype == np.float64 and (small / 2).dtype == np.float64
    assert (
    np.ones(
        2,
        np.float32) *
        2.0).dtype == np.float32 and (
            np.ones(
                2,
                np.float32) *
                 np.arange(2)).dtype == np.float64
    assert (np.array([65535], dtype=np.uint16) + \
            1).tolist() == [0] and np.array([1.9, -1.9]).astype(int).tolist() == [1, -1]
    assert np.sum([True, True]) == 2 and np.mean([1, 2]) == 1.5 and np.issubdtype(np.float32, np.floating)
    assert isinstance(np.float64(1), float) and np.float32(0.1) + 1 == np.float32(1.1) and np.int32(7) // 2 == 3


def test_printing():
    assert repr(np.arange(3)) == "array([0, 1, 2])" and str(np.array([0.5, 0.25])) == "[0.5  0.25]"
    assert repr(
    np.float32(0.1)) == "np.float32(0.1)" and f"{np.float64(2.5):.2f}" == "2.50" and str(
        np.bool_(True)) == "True"
    assert repr(np.zeros((2, 2), dtype=np.float32)) == "array([[0., 0.],\n       [0., 0.]], dtype=float32)"
    assert str(np.array([1e10, 1.0])) == "[1.e+10 1.e+00]" and str(np.array([np.nan, -np.inf, 1])) == "[ nan -inf   1.]"
    assert repr(np.array([True, False])) == "array([ True, False])"
    assert str(np.arange(2000)) == "[   0    1    2 ... 1997 1998 1999]"


def test_views():
    a = np.arange(10)
    b = a[2:5]
    b[:] = 0
    a[::-1][0] = 99
    assert a.tolist() == [0, 1, 0, 0, 0, 5, 6, 7, 8, 99]
    a.reshape(2, 5)[1] += 100
    assert a.tolist() == [0, 1, 0, 0, 0, 105, 106, 107, 108, 199] and a[[0, 1]].base is None
    m = np.zeros((3, 3))
    m[:, 1] = [1, 2, 3]
    m[np.arange(3), np.arange(3)] = 9
    m.T[0] += 1
    m[m > 8] *= 2
    assert m.tolist() == [[20, 1, 0], [1, 18, 0], [1, 3, 18]]
    assert np.arange(24).reshape(2, 3, 4)[0, :, [0, 1]].shape == (2, 3)


def test_functions():
    x = np.array([[3.0, 1.0], [2.0, 4.0]])
    assert np.sort(x, axis=0).tolist() == [[2, 1], [3, 4]] and x.argmax() == 3 and np.percentile(x, 50) == 2.5
    assert np.unique([3, 1, 1], return_counts=True)[1].tolist() == [2, 1] and np.where(x > 2)[0].tolist() == [0, 1]
    assert np.histogram([1, 2, 1, 4], bins=3)[0].tolist() == [2, 1, 1] and np.interp(1.5, [1, 2], [0, 10]) == 5
    assert np.pad([1, 2], 1).tolist() == [0, 1, 2, 0] and np.diff([1, 4, 9]).tolist() == [3, 5]
    np.testing.assert_allclose(np.linalg.inv(x) @ x, np.eye(2), atol=1e-12)
    assert np.einsum("ij,jk->ik", x, x).tolist() == (x @
                     x).tolist() and np.maximum.accumulate([1, 3, 2]).tolist() == [1, 3, 3]
    assert np.convolve([1, 2, 3], [1, 1]).tolist() == [1, 3, 5, 3] and np.cumsum([1, 2, 3])[-1] == 6
    try:
        np.ones(2) + np.ones(3)
    except ValueError as error:
        assert str(error) == "operands could not be broadcast together with shapes (2,) (3,) "
    else:
        raise AssertionError("shapes that do not go together")


def test_random_numbers():
    np.random.seed(42)
    assert np.random.rand(2).tolist() == [0.3745401188473625, 0.9507143064099162]
    assert np.random.randn(2).tolist() == [0.6476885381006925, 1.5230298564080254]
    assert np.random.randint(0, 10, 5).tolist() == [6, 9, 2, 6, 7]
    assert np.random.permutation(5).tolist() == [0, 1, 2, 3, 4]
    assert np.random.choice(10, 3, replace=False).tolist() == [9, 2, 0]
    g = np.random.default_rng(42)
    assert g.random(2).tolist() == [
    0.7739560485559633,
    0.4388784397520523] and g.integers(
        0,
        100,
        3).tolist() == [
            43,
            85,
             8]
    assert g.normal(size=2).tolist() == [-1.9510351886538364, -1.302179506862318]


def test_files():
    folder = tempfile.gettempdir()
    path = os.path.join(folder, "tokens.bin")
    np.arange(70000, 70100).astype(np.uint16).tofile(path)
    data = np.memmap(path, dtype=np.uint16, mode="r")
    assert len(data) == 100 and data[3] == 70003 - 65536 and data[10:12].astype(np.int64).tolist() == [4474, 4475]
    x = torch.stack([torch.from_numpy(data[i : i + 4].astype(np.int64)) for i in (0, 5)])
    assert x.dtype == torch.int64 and x[1].tolist() == [4469, 4470, 4471, 4472]
    stream = io.BytesIO()
    np.savez(stream, a=[1, 2], b=np.eye(2, dtype=np.float32))
    stream.seek(0)
    loaded = np.load(stream)
    assert sorted(loaded.files) == ["a", "b"] and loaded["b"].dtype == np.float32 and loaded["a"].tolist() == [1, 2]


def test_beside_torch():
    a = np.zeros(3)
    t = torch.from_numpy(a)
    t[0] = 5
    a[1] = 7
    assert a.tolist() == [5, 7, 0] and t.tolist() == [5, 7, 0] and t.dtype == torch.float64
    x = torch.zeros(2)
    x.numpy()[1] = 3
    assert x.tolist() == [0, 3] and torch.tensor(np.arange(2)).dtype == torch.int64
    assert (
    torch.ones(2) *
    np.float32(2)).dtype == torch.float32 and (
        torch.ones(2) *
         np.ones(2)).dtype == torch.float64
    assert torch.tensor([np.float32(1)]).dtype == torch.float32 and torch.zeros(np.int64(2)).shape == (2,)
    assert np.asarray(torch.ones(2)).dtype == np.float32 and isinstance(np.sqrt(torch.ones(2)), torch.Tensor)
    try:
        torch.ones(1, requires_grad=True).numpy()
    except RuntimeError as error:
        assert "requires grad" in str(error)
    else:
        raise AssertionError("an array of what requires a gradient")
