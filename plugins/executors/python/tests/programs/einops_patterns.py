"""einops over tensors, arrays and lists: patterns, gradients, errors. Passes under einops 0.8.2 as well."""

import numpy as np
import torch
from einops import EinopsError, einsum, pack, parse_shape, rearrange, reduce, repeat, unpack
from einops.layers.torch import Rearrange, Reduce

X = torch.arange(24.0).reshape(2, 3, 4)


def test_rearrange():
    assert torch.equal(rearrange(X, "a b c -> c b a"), X.permute(2, 1, 0))
    assert rearrange(X, "a b (c d) -> (a c) b d", c=2).shape == (4, 3, 2)
    assert rearrange(X, "a ... -> (...) a").shape == (12, 2) and rearrange(X,
                     "a b c -> a 1 (b c) ()").shape == (2, 1, 12, 1)
    assert rearrange([X[0], X[1]], "n h w -> h (n w)").shape == (3, 8)
    assert rearrange(np.arange(6), "(a b) -> b a", a=2).tolist() == [[0, 3], [1, 4], [2, 5]]


def test_reduce_and_repeat():
    assert torch.equal(reduce(X, "a b c -> a c", "max"), X.amax(1)) and reduce(X, "... -> ", "mean").item() == 11.5
    assert reduce(X, "a b (c 2) -> a b c", "sum")[0, 0].tolist() == [1, 5]
    assert repeat(X, "a b c -> (r a) b c", r=2).shape == (4, 3, 4) and repeat(X, "a b c -> a (b 2) c")[0, 1, 1] == 1


def test_more():
    assert torch.equal(einsum(X, X, "batch i k, batch j k -> batch i j"), X @ X.transpose(1, 2))
    packed, shapes = pack([X, X[:, :, 0]], "a b *")
    assert packed.shape == (2, 3, 5) and [tuple(s) for s in shapes] == [(4,), ()]
    assert torch.equal(unpack(packed, shapes, "a b *")[0], X) and parse_shape(X, "a _ c") == {"a": 2, "c": 4}
    model = torch.nn.Sequential(Rearrange("b c (h p) -> b (c h) p", p=2), Reduce("b c p -> b c", "max"))
    assert model(X).shape == (2, 6) and "Rearrange('b c (h p) -> b (c h) p', p=2)" in str(model)


def test_gradients():
    x = X.clone().requires_grad_()
    (reduce(rearrange(x, "a b (c d) -> (a b) c d", d=2), "x c d -> c", "sum") ** 2).sum().backward()
    assert x.grad[0, 0].tolist() == [252, 252, 300, 300]
    y = X.clone().requires_grad_()
    repeat(y, "a b c -> a b (c r)", r=3).sum().backward()
    assert y.grad.unique().tolist() == [3]


def test_errors():
    for pattern, sizes in (("a b -> b a", {}), ("a b c -> a b", {}), ("a b (c d) -> a b c d", {"c": 3}), ("a a c -> "
                                                                                                          "a c", {}),
                           ("a (b c -> a b c", {}), ("a b c -> a b c", {"z": 2})):
        try:
            rearrange(X, pattern, **sizes)
        except EinopsError:
            continue
        raise AssertionError(pattern)
