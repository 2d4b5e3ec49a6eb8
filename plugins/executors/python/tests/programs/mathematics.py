"""Pointwise functions, reductions, order, statistics. Passes under PyTorch 2.15.0 as well."""

import math

import torch

inf, nan = math.inf, math.nan


def near(value, expected, tolerance=1e-5):
    got = value.flatten().tolist() if isinstance(value, torch.Tensor) else list(value)
    assert len(got) == len(expected), f"{len(got)} elements, expected {len(expected)}"
    for a, b in zip(got, expected):
        same = a == b or a != a and b != b
        assert same or abs(a - b) <= tolerance * max(1.0, abs(b)), f"{got} != {expected}"


def test_functions_of_one_tensor():
    x = torch.tensor([-0.75, -0.25, 0.5, 0.875])
    for name in "sin cos tan asin acos atan sinh cosh tanh asinh atanh exp expm1 log1p exp2".split():
        near(getattr(torch, name)(x), [getattr(math, name)(v) for v in x.tolist()])
    near(torch.lgamma(torch.tensor([0.5, 3.0, -1.5])), [math.lgamma(v) for v in (0.5, 3.0, -1.5)])
    near(torch.erfinv(torch.erf(x)), x.tolist(), 1e-4)
    near(torch.digamma(torch.tensor([1.0, 2.5])), [-0.5772157, 0.7031566])
    near(torch.polygamma(1, torch.tensor([1.0, 3.0])), [1.6449341, 0.3949341])
    near(torch.special.i0(torch.tensor([0.0, 1.0, -9.0])), [1, 1.2660659, 1093.5884])
    near(torch.sinc(torch.tensor([0.0, 0.5, 1.0])), [1, 0.6366198, 0])
    near(torch.logit(torch.tensor([0.25, 0.5])), [-1.0986123, 0])
    near(torch.nan_to_num(torch.tensor([nan, inf, 1.0]), posinf=9), [0, 9, 1])
    assert torch.signbit(torch.tensor([-0.0, 0.0, -1.0])).tolist() == [True, False, True]
    assert torch.round(torch.tensor([1.25, 15.0]), decimals=-1).tolist() == [0, 20]
    m, e = torch.frexp(torch.tensor([3.0, 0.0, -0.5]))
    assert m.tolist() == [0.75, 0, -0.5] and e.tolist() == [2, 0, 0] and e.dtype is torch.int32


def test_functions_of_two_tensors():
    a, b = torch.tensor([1.0, -2.0, 3.5]), torch.tensor([2.0, 2.0, -1.0])
    near(torch.atan2(a, b), [math.atan2(p, q) for p, q in zip(a.tolist(), b.tolist())])
    near(torch.hypot(a, b), [math.hypot(p, q) for p, q in zip(a.tolist(), b.tolist())])
    near(torch.logaddexp(a, b), [math.log(math.exp(p) + math.exp(q)) for p, q in zip(a.tolist(), b.tolist())])
    near(torch.fmod(a, b), [1, 0, 0.5])
    near(torch.remainder(a, b), [1, 0, -0.5])
    near(torch.copysign(a, b), [1, 2, -3.5])
    near(torch.xlogy(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 3.0])), [0, 2 * math.log(3)])
    near(torch.heaviside(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor(0.5)), [0, 0.5, 1])
    near(torch.float_power(torch.tensor([2, 3]), -1), [0.5, 1 / 3])
    assert torch.float_power(torch.tensor([2]), 2).dtype is torch.float64
    assert torch.fmax(torch.tensor([nan, 1.0]), torch.tensor([2.0, nan])).tolist() == [2, 1]
    assert torch.nextafter(torch.tensor(1.0), torch.tensor(2.0)).item() == 1 + 2.0**-23
    i = torch.tensor([12, -18, 7], dtype=torch.int32)
    assert torch.gcd(i, torch.tensor(8, dtype=torch.int32)).tolist() == [4, 2, 1]
    assert (i & 6).tolist() == [4, 6, 6] and (i | 1).tolist() == [13, -17, 7] and (i ^ 3).tolist() == [15, -19, 4]
    assert (i << 2).tolist() == [48, -72, 28] and (i >> 1).tolist() == [6, -9, 3] and (~i).tolist() == [-13, 17, -8]
    assert torch.isin(i, torch.tensor([7, 12])).tolist() == [True, False, True]
    assert torch.clamp(a, torch.tensor([2.0, 0.0, 0.0]), torch.tensor([9.0, 9.0, 1.0])).tolist() == [2, 0, 1]
    x = a.clone()
    x.atan2_(b).mul_(2).clamp_(max=1)
    near(x, [min(1, 2 * math.atan2(p, q)) for p, q in zip(a.tolist(), b.tolist())])
    assert torch.ones(2).add_(2, torch.ones(2)).tolist() == [3, 3]


def test_reductions():
    x = torch.tensor([[3.0, nan, 1.0], [2.0, 2.0, 5.0]])
    assert x.nansum().item() == 13 and x.nanmean(1).tolist() == [2, 3] and math.isnan(x.max().item())
    assert x[1].max(0).indices.item() == 2 and x.amin(dim=(0,)).tolist()[0] == 2 and math.isnan(x.amin(0)[1].item())
    y = torch.tensor([[4, -1, 2], [0, 7, 7]], dtype=torch.int32)
    assert y.sum().dtype is torch.int64 and y.sum(dtype=torch.int8).dtype is torch.int8
    assert y.prod(1).tolist() == [-8, 0]
    assert y.max(1).values.dtype is torch.int32 and y.max(1).indices.tolist() == [0, 1]
    assert y.aminmax().min.item() == -1 and y.any(1).tolist() == [True, True] and y.all().item() is False
    assert y.count_nonzero(0).tolist() == [1, 2, 2] and y.float().mean(axis=0, keepdims=True).shape == (1, 3)
    z = torch.tensor([[1.0, 2.0, 4.0], [0.0, 3.0, 6.0]])
    near(z.std(1), [1.5275252, 3.0])
    near(torch.var_mean(z, 0, correction=0)[0], [0.25, 0.25, 1.0])
    near([z.norm(3).item(), z.norm(inf).item(), z.norm(0).item()], [6.811285, 6, 5])
    near(torch.cov(z), [2.3333333, 4.5, 4.5, 9])
    near(torch.corrcoef(z), [1, 0.9819805, 0.9819805, 1])
    near(torch.cdist(z, z), [0, 2.4494897, 2.4494897, 0], 1e-4)
    near(torch.logsumexp(z, (0, 1)), [6.192812])
    assert torch.zeros(0).sum().item() == 0 and torch.zeros(2, 0).sum(1).tolist() == [0, 0]
    assert torch.zeros(2, 0).all(1).tolist() == [True, True] and torch.tensor(3.0).max(0).indices.item() == 0


def test_running():
    x = torch.tensor([3.0, 1.0, 4.0, 4.0, 2.0])
    assert x.cummax(0).indices.tolist() == [0, 0, 2, 3, 3] and x.cummin(0).values.tolist() == [3, 1, 1, 1, 1]
    assert x.cumprod(0).tolist() == [3, 3, 12, 48, 96] and x.diff().tolist() == [-2, 3, 0, -2]
    near(x.logcumsumexp(0), [3, 3.126928, 4.3490122, 4.8823357, 4.9368315], 1e-4)
    assert torch.trapezoid(x).item() == 11.5 and torch.cumulative_trapezoid(x, dx=2).tolist() == [4, 9, 17, 23]


def test_order():
    x = torch.tensor([5.0, 1.0, nan, 3.0, 1.0])
    values, indices = x.sort()
    near(values, [1, 1, 3, 5, nan])
    assert indices.tolist() == [1, 4, 3, 0, 2] and math.isnan(x.median().item()) and x.nanmedian().item() == 1
    assert torch.tensor([4, 2, 9]).kthvalue(2).values.item() == 4
    near(torch.quantile(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0.25, 0.5])), [1.5, 2])
    assert torch.quantile(torch.tensor([1.0, 2.0, 4.0]), 0.3, interpolation="higher").item() == 2
    assert torch.mode(torch.tensor([2, 1, 1, 2])).values.item() == 1
    u, inverse, counts = torch.unique(torch.tensor([3, 1, 3, 2]), return_inverse=True, return_counts=True)
    assert u.tolist() == [1, 2, 3] and inverse.tolist() == [2, 0, 2, 1] and counts.tolist() == [1, 1, 2]
    assert torch.unique_consecutive(torch.tensor([1, 1, 2, 1])).tolist() == [1, 2, 1]
    assert torch.unique(torch.tensor([[1, 2], [0, 1], [1, 2]]), dim=0).tolist() == [[0, 1], [1, 2]]
    edges = torch.tensor([1.0, 3.0, 5.0])
    assert torch.searchsorted(edges, torch.tensor([0.0, 3.0, 9.0])).tolist() == [0, 1, 3]
    assert torch.bucketize(torch.tensor([3.0]), edges, right=True).tolist() == [2]
    assert torch.histc(torch.tensor([0.0, 1.0, 1.5, 4.0]), bins=4, min=0, max=4).tolist() == [1, 2, 0, 1]
    assert torch.bincount(torch.tensor([1, 1, 3]), minlength=5).tolist() == [0, 2, 0, 1, 0]


def test_gradients_where_they_are_hard():
    def gradient(function, *values):
        x = torch.tensor(values, requires_grad=True)
        function(x).sum().backward()
        return x.grad

    assert gradient(lambda x: x.norm(), 0.0, 0.0).tolist() == [0, 0]
    assert gradient(lambda x: x.std(), 1.0, 1.0).tolist() == [0, 0]
    assert gradient(lambda x: x.max(), 2.0, 2.0, 1.0).tolist() == [0.5, 0.5, 0]
    assert gradient(lambda x: x.max(0).values, 2.0, 2.0, 1.0).tolist() == [1, 0, 0]
    assert gradient(lambda x: x.prod(), 0.0, 2.0, 3.0).tolist() == [6, 0, 0]
    assert gradient(lambda x: x.sort(descending=True).values[:1], 1.0, 3.0).tolist() == [0, 1]
    near(gradient(lambda x: x.median(), 3.0, 1.0, 2.0), [0, 0, 1])
    near(gradient(lambda x: torch.xlogy(x, 2.0), 0.0, 1.0), [math.log(2)] * 2)
    near(gradient(lambda x: x.lgamma(), 1.0, 2.5), [-0.5772157, 0.7031566])
    near(gradient(lambda x: torch.special.i0(x), 1.0, -9.0), [0.5651591, -1030.9147])
    near(gradient(lambda x: x.cumprod(0), 1.0, 2.0, 3.0), [9, 4, 2])
    near(gradient(lambda x: torch.logcumsumexp(x, 0)[-1], 1.0, 2.0), [0.26894143, 0.7310586])
