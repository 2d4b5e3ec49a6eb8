"""Element types, casts, promotion, creation, errors. Passes under PyTorch 2.15.0 as well."""

import math

import torch

FLOATS = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def raises(kind, function):
    """The message of the exception of type `kind` that `function` raises."""
    try:
        function()
    except kind as error:
        return str(error)
    raise AssertionError(f"{kind.__name__} was not raised")


def test_every_type_holds_and_gives_back():
    for kind in FLOATS + INTEGERS:
        x = torch.tensor([0, 1, 100], dtype=kind)
        assert x.dtype is kind and x.tolist() == [0, 1, 100] and x.element_size() == kind.itemsize, kind
        assert torch.ones(2, dtype=kind).sum().item() == 2 and torch.full((2,), 3, dtype=kind).tolist() == [3, 3]
        assert torch.arange(4, dtype=kind).tolist() == [0, 1, 2, 3] and torch.zeros(2, dtype=kind).dtype is kind
    x = torch.tensor([1.5, -2.5])
    assert [x.half().dtype, x.double().dtype, x.int().dtype, x.short().dtype, x.char().dtype, x.bfloat16().dtype] == [
        torch.float16, torch.float64, torch.int32, torch.int16, torch.int8, torch.bfloat16]
    assert x.int().tolist() == [1, -2] and torch.tensor(1 / 3).half().item() == 0.333251953125
    assert torch.tensor(0.1, dtype=torch.float64).item() == 0.1 and torch.tensor(0.1).item() != 0.1
    assert torch.tensor([300, -129]).to(torch.int8).tolist() == [44, 127]
    assert x.type() == "torch.FloatTensor" and x.type(torch.DoubleTensor).dtype is torch.float64
    assert torch.tensor(2**62).item() == 2**62 and (torch.tensor(2**53) + 1).item() == 2**53 + 1


def test_promotion():
    table = {
        (torch.uint8, torch.int8): torch.int16, (torch.int16, torch.int32): torch.int32,
        (torch.float16, torch.bfloat16): torch.float32, (torch.int64, torch.float16): torch.float16,
        (torch.bool, torch.int8): torch.int8, (torch.float32, torch.float64): torch.float64,
        (torch.uint8, torch.int64): torch.int64,
    }
    for (a, b), kind in table.items():
        assert torch.promote_types(a, b) is torch.promote_types(b, a) is kind, (a, b)
        assert (torch.ones(2, dtype=a) + torch.ones(2, dtype=b)).dtype is kind, (a, b)
    assert (torch.ones(2, dtype=torch.int8) + torch.tensor(1)).dtype is torch.int8
    assert (torch.ones(2, dtype=torch.int8) + torch.tensor(1.0, dtype=torch.float64)).dtype is torch.float64
    assert (torch.ones(2).half() * 2.5).dtype is torch.float16
    assert (torch.ones(2, dtype=torch.int16) / 2).dtype is torch.float32
    assert torch.result_type(torch.tensor(1), 1.5) is torch.float32 and not torch.can_cast(torch.float32, torch.int32)
    assert (torch.tensor([100], dtype=torch.uint8) + 200).tolist() == [44]
    assert (torch.tensor([100], dtype=torch.int8) * 2).tolist() == [-56]


def test_limits():
    assert torch.finfo(torch.float16).max == 65504 and torch.finfo(torch.bfloat16).eps == 0.0078125
    assert torch.finfo(torch.float64).eps == 2.0**-52 and torch.finfo().bits == 32
    assert torch.iinfo(torch.int16).min == -32768 and torch.iinfo(torch.uint8).max == 255
    raises(TypeError, lambda: torch.finfo(torch.int32))
    raises(TypeError, lambda: torch.iinfo(torch.float32))


def test_default_dtype():
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.tensor(1.5).dtype is torch.zeros(1).dtype is torch.rand(1).dtype is torch.float64
        assert (torch.tensor([1]) / 2).dtype is torch.float64 and repr(torch.tensor([1.5])) == "tensor([1.5000])"
    finally:
        torch.set_default_dtype(torch.float32)
    raises(TypeError, lambda: torch.set_default_dtype(torch.int64))


def test_creation():
    assert torch.tensor([torch.tensor(1), 2.5]).tolist() == [1, 2.5] and torch.tensor(range(3)).tolist() == [0, 1, 2]
    assert torch.linspace(0, 10, 4, dtype=torch.int64).tolist() == [0, 3, 6, 10]
    assert torch.logspace(0, 2, 3).tolist() == [1, 10, 100] and torch.arange(1, 2.5, 0.5).tolist() == [1, 1.5, 2]
    assert torch.tril_indices(2, 3).tolist() == [[0, 1, 1], [0, 0, 1]]
    assert torch.eye(2, dtype=torch.int8).dtype is torch.int8
    assert torch.Tensor(2, 3).shape == (2, 3) and torch.Tensor([1, 2]).tolist() == [1, 2]
    assert torch.LongTensor([1]).dtype is torch.int64 and isinstance(torch.ones(1), torch.FloatTensor)
    x = torch.ones(2, dtype=torch.int16)
    assert x.new_zeros(3).dtype is torch.zeros_like(x).dtype is x.new_tensor([1]).dtype is torch.int16
    assert torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4])).tolist() == [[1, 3], [1, 4], [2, 3], [2, 4]]
    assert torch.combinations(torch.tensor([1, 2, 3])).tolist() == [[1, 2], [1, 3], [2, 3]]
    assert torch.vander(torch.tensor([1, 2, 3])).tolist() == [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
    out = torch.empty(0)
    assert torch.add(torch.ones(2), 1, out=out) is out and out.tolist() == [2, 2]


def test_errors():
    assert "overflow" in raises(RuntimeError, lambda: torch.tensor([300], dtype=torch.uint8))
    raises(ValueError, lambda: torch.tensor([[1], [1, 2]]))
    raises(TypeError, lambda: torch.tensor("a"))
    raises(RuntimeError, lambda: torch.arange(3, 1))
    raises(RuntimeError, lambda: torch.zeros(-1))
    raises(TypeError, lambda: torch.exp("a"))
    raises(TypeError, lambda: torch.ones(1) + "a")
    raises(RuntimeError, lambda: torch.tensor([True]) - torch.tensor([True]))
    raises(RuntimeError, lambda: torch.tensor([1]).add_(1.5))
    raises(RuntimeError, lambda: torch.tensor([1, 2]) ** -1)
    raises(RuntimeError, lambda: torch.tensor([1, 2]) // 0)
    raises(NotImplementedError, lambda: torch.ones(1) & 1)
    raises(NotImplementedError, lambda: torch.tensor([1]).mean())
    raises(IndexError, lambda: torch.ones(2).sum(3))
    raises(RuntimeError, lambda: torch.ones(2).item())
    assert "at non-singleton dimension 1" in raises(RuntimeError, lambda: torch.zeros(2, 3) + torch.zeros(4))
    integer = torch.ones(1, dtype=torch.int64)
    assert "can't be cast" in raises(RuntimeError, lambda: torch.add(torch.ones(1), 1, out=integer))


def test_printing():
    assert repr(torch.tensor([1.5, math.nan, math.inf])) == "tensor([1.5000,    nan,    inf])"
    assert repr(torch.arange(2000)) == "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])"
    assert repr(torch.tensor([1.0]).double()) == "tensor([1.], dtype=torch.float64)"
    assert repr(torch.zeros(2, 0)) == "tensor([], size=(2, 0))" and repr(torch.tensor(3, dtype=torch.int8)) == (
        "tensor(3, dtype=torch.int8)")
    assert repr(torch.zeros(2, 2, 2)) == (
        "tensor([[[0., 0.],\n         [0., 0.]],\n\n        [[0., 0.],\n         [0., 0.]]])")
    assert repr(torch.tensor([2.0, 1.0]).sort()) == (
        "torch.return_types.sort(\nvalues=tensor([1., 2.]),\nindices=tensor([1, 0]))")
    torch.set_printoptions(precision=2, sci_mode=False)
    try:
        assert repr(torch.tensor([1e-3, 12.345])) == "tensor([ 0.00, 12.35])"
    finally:
        torch.set_printoptions(profile="default")
    assert f"{torch.tensor(1.2345):.2f}" == "1.23" and repr(torch.ones(2).requires_grad_()) == (
        "tensor([1., 1.], requires_grad=True)")
