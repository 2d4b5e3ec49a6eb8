"""Complex numbers as rotary embeddings use them, and Fourier transforms. Passes under PyTorch 2.15.0 as well."""

import torch


def near(a, b):
    b = torch.as_tensor(b)
    assert a.shape == b.shape and torch.allclose(a, b, rtol=1e-4, atol=1e-4), (a, b)


def test_rotary_embedding():
    x = torch.arange(16.0).reshape(1, 2, 2, 4).requires_grad_()
    freqs = torch.outer(torch.arange(2.0), torch.tensor([1.0, 0.5]))
    cis = torch.polar(torch.ones_like(freqs), freqs)
    assert cis.dtype is torch.complex64 and cis.shape == (2, 2) and torch.is_complex(cis)
    pairs = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
    turned = torch.view_as_real(pairs * cis.view(1, 2, 1, 2)).flatten(3).type_as(x)
    near(turned[0, 0], x[0, 0].detach())
    near(turned[0, 1, 0].detach(), [-3.2508, 11.5945, 3.5021, 14.4477])
    turned.square().sum().backward()
    near(x.grad, 2 * x.detach())


def test_arithmetic():
    a, b = torch.complex(torch.tensor([1.0, 2.0]), torch.tensor([3.0, -1.0])), torch.polar(torch.ones(2), torch.ones(2))
    near(torch.view_as_real(a * a), [[-8.0, 6.0], [3.0, -4.0]])
    near(torch.view_as_real(a / a), [[1.0, 0.0], [1.0, 0.0]])
    near(torch.view_as_real(a.conj() + 1), [[2.0, -3.0], [3.0, 1.0]])
    near(a.abs(), [10.0**0.5, 5.0**0.5])
    near(b.angle(), [1.0, 1.0])
    near(a.real - a.imag, [-2.0, 3.0])
    assert a[0].item() == 1 + 3j and a[None].shape == (1, 2) and torch.stack([a, b]).shape == (2, 2)
    pairs = torch.zeros(2, 2)
    torch.view_as_complex(pairs)[0] = 2 - 1j
    assert pairs.tolist() == [[2, -1], [0, 0]]


def test_transforms():
    x = torch.tensor([1.0, 2.0, 0.0, -1.0, 3.0, 0.5])
    y = torch.fft.rfft(x)
    near(torch.view_as_real(y)[:2], [[5.5, 0.0], [1.75, 1.2990381]])
    near(torch.fft.irfft(y, n=6), x)
    near(torch.fft.ifft(torch.fft.fft(x, norm="ortho"), norm="ortho").real, x)
    long = torch.arange(300.0).sin()
    near(torch.fft.irfft(torch.fft.rfft(long), n=300), long)
    kernel = torch.zeros(300)
    kernel[1] = 1
    near(torch.fft.irfft(torch.fft.rfft(long) * torch.fft.rfft(kernel), n=300), long.roll(1))
    near(torch.fft.fftfreq(5), [0.0, 0.2, 0.4, -0.4, -0.2])
    leaf = x.clone().requires_grad_()
    torch.fft.rfft(leaf).abs().square().sum().backward()
    near(leaf.grad, [6 * v + g for v, g in zip(x.tolist(), _unpaired(x))])


def _unpaired(x):
    """What the frequencies 0 and n/2, unlike the others without a conjugate, add to the gradient of half a spectrum."""
    signs = torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    return (x.sum() + signs * (signs * x).sum()).tolist()


def test_einsum_of_complex_tensors():
    a = torch.complex(torch.tensor([[1.0, 2.0]]), torch.tensor([[0.5, -1.0]]))
    b = torch.complex(torch.tensor([[1.0], [3.0]]), torch.tensor([[2.0], [0.0]]))
    assert torch.einsum("ij,jk->ik", a, b).tolist() == [[complex(6.0, -0.5)]]
