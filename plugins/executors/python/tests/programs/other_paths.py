"""Names by the paths that research files import them from, and `torch.testing`."""

import torch
import torch.nn.functional as F
import torch.utils._pytree as pytree
from torch import Tensor, nn
from torch._utils import _flatten_dense_tensors, _unflatten_dense_tensors
from torch.autograd.grad_mode import no_grad
from torch.nn.modules.module import _addindent
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.overrides import has_torch_function, is_tensor_like
from torch.signal.windows import gaussian, hann
from torch.testing import assert_close
from torch.types import Device, Number


def raised(function):
    try:
        function()
    except Exception as err:
        return err
    return None


def test_assert_close_says_where():
    assert_close(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0 + 1e-6]))
    err = raised(lambda: assert_close(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.0, 4.0])))
    assert str(err) == (
        "Tensor-likes are not close!\n\nMismatched elements: 1 / 3 (33.3%)\n"
        "Greatest absolute difference: 1.0 at index (2,) (up to 1e-05 allowed)\n"
        "Greatest relative difference: 0.25 at index (2,) (up to 1.3e-06 allowed)")
    err = raised(lambda: assert_close({"a": [1, 2]}, {"a": [1, 3]}))
    assert isinstance(err, AssertionError) and str(err).endswith("The failure occurred for item ['a'][1]")
    err = raised(lambda: assert_close(torch.ones(2), torch.ones(2, dtype=torch.float64)))
    assert "The values for attribute 'dtype' do not match" in str(err)
    assert isinstance(raised(lambda: assert_close(torch.ones(2), torch.ones(2), rtol=1e-3)), ValueError)


def test_flat_and_back():
    parts = [torch.arange(6.0).reshape(2, 3), torch.ones(2)]
    flat = _flatten_dense_tensors(parts)
    assert flat.tolist() == [0, 1, 2, 3, 4, 5, 1, 1]
    assert all(torch.equal(a, b) for a, b in zip(_unflatten_dense_tensors(flat, parts), parts))
    leaves, spec = pytree.tree_flatten({"a": 1, "b": (2, [3])})
    assert leaves == [1, 2, 3] and pytree.tree_unflatten(leaves, spec) == {"a": 1, "b": (2, [3])}


def test_fused_convolution_is_the_two():
    torch.manual_seed(0)
    conv, bn = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
    bn(torch.randn(8, 4, 5, 5) * 2 + 1)
    conv.eval(), bn.eval()
    x = torch.randn(2, 3, 6, 6)
    assert_close(fuse_conv_bn_eval(conv, bn)(x), bn(conv(x)), rtol=1e-4, atol=1e-5)


def test_windows():
    assert_close(hann(4), torch.tensor([0.0, 0.75, 0.75, 0.0]))
    assert_close(gaussian(3, std=2.0), torch.tensor([0.8825, 1.0, 0.8825]), rtol=1e-3, atol=1e-4)
    assert_close(hann(5, sym=False), torch.hann_window(5))


def test_small_names():
    assert is_tensor_like(torch.ones(1)) and not has_torch_function((torch.ones(1),))
    assert not F.has_torch_function_unary(torch.ones(1))
    assert _addindent("a\nb", 2) == "a\n  b"
    assert torch.__version__ >= "1.8" and torch.__version__ >= (2, 0) and torch.__version__ > "2.9"
    assert Device is not None and Number is not None and isinstance(torch.ones(1), Tensor)
    with no_grad():
        assert not torch.is_grad_enabled()


def test_rounded_quotients_have_a_gradient_or_say_so():
    x = torch.tensor([1.5, 2.5], requires_grad=True)
    torch.div(x, 2, rounding_mode="floor").sum().backward()
    assert x.grad.tolist() == [0, 0]
    torch.div(x, 2, rounding_mode="trunc").sum().backward()
    torch.copysign(torch.ones(2), x).sum().backward()
    assert x.grad.tolist() == [0, 0]
    for function in (lambda: x // 2, lambda: torch.heaviside(x, x), lambda: torch.unique(x)):
        err = raised(lambda: (function() + x).sum().backward())
        assert err is not None and "is not implemented" in str(err), err


def test_digamma_twice():
    x = torch.tensor([0.7, 2.5], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(torch.digamma, (x,))
    assert torch.autograd.gradgradcheck(torch.lgamma, (x,))


def test_layouts_sizes_and_copies():
    assert str(torch.strided) == "torch.strided" and torch.ones(1).layout is torch.strided
    assert isinstance(torch.channels_last, torch.memory_format) and isinstance(torch.strided, torch.layout)
    size = (4,) + torch.Size([2, 3]) * 2
    assert type(size) is torch.Size and size == (4, 2, 3, 2, 3) and size.numel() == 144
    assert isinstance(raised(lambda: torch.Size([2]) + [3]), TypeError)
    x = torch.arange(6.0).reshape(2, 3)
    copy = torch.permute_copy(x, (1, 0))
    copy.zero_()
    assert x.sum() == 15 and torch.slice_copy(x, 1, 1, 3).tolist() == [[1, 2], [4, 5]]
    assert torch.ones(1).is_nonzero() and not torch.zeros(1).is_nonzero()
    assert torch.frombuffer(bytearray(b"\0\0\x80?\0\0\0@"), dtype=torch.float32).tolist() == [1, 2]
    assert torch.embedding(x, torch.tensor([1])).tolist() == [[3, 4, 5]]
    assert torch.cond(torch.tensor(True), lambda a: a + 1, lambda a: a - 1, (x,))[0, 0] == 1
    assert "removed" in str(raised(lambda: torch.symeig(x)))
    with torch.inference_mode():
        assert torch.is_inference_mode_enabled()
    assert not torch.is_inference_mode_enabled()


def test_short_time_transforms():
    torch.manual_seed(0)
    x, window = torch.randn(2, 40, requires_grad=True), torch.hann_window(8)
    found = torch.stft(x, 8, 2, window=window, return_complex=True)
    assert found.shape == (2, 5, 21)
    back = torch.istft(found, 8, 2, window=window)
    assert_close(back, x, rtol=1e-4, atol=1e-4)
    (back**2).sum().backward()
    assert_close(x.grad, 2 * x.detach(), rtol=1e-3, atol=1e-3)


def test_out_takes_the_shape_of_the_result():
    for function in (
        lambda out: torch.cat([torch.ones(2), torch.zeros(1)], out=out),
        lambda out: torch.kron(torch.ones(2), torch.ones(2), out=out),
        lambda out: torch.matmul(torch.ones(2, 3), torch.ones(3, 2), out=out),
    ):
        out = torch.empty(0)
        assert function(out) is out and out.numel() > 2
    err = raised(lambda: torch.cat([torch.ones(2, requires_grad=True)], out=torch.empty(2)))
    assert "cat(): functions with out=... arguments don't support automatic differentiation" in str(err)


def test_special_polynomials_and_gamma():
    x = torch.tensor([0.5, 2.0], dtype=torch.float64)
    assert_close(torch.special.chebyshev_polynomial_t(x, torch.tensor([3, 4])), torch.tensor([-1.0, 97.0]).double())
    assert_close(torch.special.legendre_polynomial_p(x, 3), torch.tensor([-0.4375, 17.0]).double())
    assert_close(torch.igamma(x, x) + torch.igammac(x, x), torch.ones(2).double())
    y = torch.tensor([1.0, 3.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda y: torch.igamma(x, y), (y,))
