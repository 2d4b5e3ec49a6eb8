"""Leaves, gradients, gradient modes, finite differences. Passes under PyTorch 2.15.0 as well."""

import torch
import torch.nn.functional as F


def finite(function, x, step=1e-2):
    """The gradient of a scalar function at `x` by central differences."""
    values = x.flatten().tolist()
    result = []
    for place in range(len(values)):
        ends = []
        for sign in (1, -1):
            moved = list(values)
            moved[place] += sign * step
            ends.append(function(torch.tensor(moved).reshape(x.shape)).item())
        result.append((ends[0] - ends[1]) / (2 * step))
    return result


def check(function, x, tolerance=2e-2):
    leaf = x.clone().requires_grad_()
    function(leaf).backward()
    for got, expected in zip(leaf.grad.flatten().tolist(), finite(function, x)):
        assert abs(got - expected) <= tolerance * max(1.0, abs(expected)), f"{got} != {expected}"


X = torch.tensor([[0.3, -0.7, 1.1], [0.9, 0.2, -0.4]])
W = torch.tensor([[0.5, -0.2, 0.1], [0.3, 0.8, -0.6]])


def test_pointwise_gradients():
    for function in (
        torch.exp, torch.sin, torch.cos, torch.tanh, torch.sigmoid, torch.square, torch.erf, F.gelu, F.silu, F.softplus,
        lambda x: F.gelu(x, approximate="tanh"), lambda x: (x + 2).log(), lambda x: (x + 2).sqrt(), lambda x: (x + 2).rsqrt(),
        lambda x: 1 / (x + 2), lambda x: x.abs(), lambda x: F.relu(x).square(), lambda x: (x + 2) ** 1.5, lambda x: x**3,
        lambda x: x.clamp(-0.5, 0.5), lambda x: torch.maximum(x, W), lambda x: torch.where(x > 0, x * 2, x * 3),
        lambda x: 30 * torch.tanh(x / 30), lambda x: x * W / (W + 3), lambda x: 2.0 ** x, lambda x: x.expm1(), F.mish,
    ):
        check(lambda x: (function(x) * W).sum(), X)


def test_shape_gradients():
    for function in (
        lambda x: x.t() @ W, lambda x: x @ W.t(), lambda x: torch.cat([x, x * 2], 1)[:, 1:4], lambda x: x.sum(0),
        lambda x: torch.stack([x, x])[1], lambda x: x.expand(2, 2, 3).mean(0) ** 2, lambda x: x.roll(1, 1) * x,
        lambda x: x.repeat(2, 1), lambda x: x.flip(1) * x, lambda x: x.cumsum(1) ** 2, lambda x: x.max(1).values,
        lambda x: x.var(1), lambda x: x.std(0), lambda x: x.norm(), lambda x: x.logsumexp(1), lambda x: x.softmax(1) * W,
        lambda x: x.log_softmax(0) * W, lambda x: x.sort(1).values * W, lambda x: x.topk(2, 1).values, lambda x: x.tril(),
        lambda x: x.gather(1, torch.tensor([[0, 0], [2, 1]])) ** 2, lambda x: F.pad(x, (1, 2)).square(),
        lambda x: torch.einsum("ij,kj->ik", x, W) ** 2, lambda x: x.prod(1), lambda x: x[:, torch.tensor([2, 0])] ** 2,
    ):
        check(lambda x: function(x).sum(), X)


def test_layer_gradients():
    weight = torch.tensor([1.0, 0.5, 2.0])
    for function in (
        lambda x: F.layer_norm(x, (3,), weight, weight), lambda x: F.rms_norm(x, (3,), weight, eps=1e-6),
        lambda x: F.normalize(x, dim=1), lambda x: F.linear(x, W, torch.ones(2)), lambda x: F.glu(F.pad(x, (0, 1)), 1),
    ):
        check(lambda x: (function(x) ** 2 * 0.5 + function(x)).sum(), X)
    check(lambda x: F.cross_entropy(x, torch.tensor([2, 0])), X)
    check(lambda x: F.cross_entropy(x, torch.tensor([2, 0]), label_smoothing=0.1), X)
    q = torch.linspace(-1, 1, 24).reshape(1, 2, 3, 4)
    target = q.flip(2)
    for causal in (True, False):
        check(lambda x: (F.scaled_dot_product_attention(x, x * 0.5, x + 1, is_causal=causal) * target).sum(), q)
    check(lambda x: (F.conv1d(x, torch.linspace(-1, 1, 12).reshape(2, 2, 3), padding=1) ** 2).sum(),
          q.reshape(1, 2, 12)[:, :, :5])


def test_accumulation_and_leaves():
    a = torch.tensor([2.0], requires_grad=True)
    (a * 3).backward()
    (a * 4).backward()
    assert a.grad.item() == 7 and a.is_leaf and a.grad_fn is None
    b = a * 2
    assert not b.is_leaf and b.requires_grad and b.grad_fn is not None
    c = b.detach()
    assert not c.requires_grad and not (c * 2).requires_grad
    a.grad = None
    (a * c).backward()
    assert a.grad.item() == 4
    torch.ones(3, requires_grad=True).sum()
    v = torch.tensor([1.0, 2.0], requires_grad=True)
    (v * v).backward(torch.tensor([1.0, 10.0]))
    assert v.grad.tolist() == [2, 40]
    assert not torch.zeros(2).requires_grad and torch.zeros(2).requires_grad_().requires_grad


def test_grad_function():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x**2).sum()
    (g,) = torch.autograd.grad(y, x)
    assert g.tolist() == [2, 4] and x.grad is None
    z = torch.tensor([1.0], requires_grad=True)
    assert torch.autograd.grad((x * 2).sum(), [x, z], allow_unused=True)[1] is None


def test_modes():
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        assert not torch.is_grad_enabled() and not (x * 2).requires_grad
        with torch.enable_grad():
            assert (x * 2).requires_grad
        assert not (x * 2).requires_grad
    assert torch.is_grad_enabled() and (x * 2).requires_grad

    @torch.no_grad()
    def f(y):
        return y * 2

    @torch.inference_mode()
    def g(y):
        return y * 2

    assert not f(x).requires_grad and not g(x).requires_grad
    with torch.set_grad_enabled(False):
        assert not (x * 2).requires_grad
    try:
        with torch.no_grad():
            raise KeyError
    except KeyError:
        pass
    assert torch.is_grad_enabled()


def test_straight_through():
    x = torch.tensor([0.4, 0.6], requires_grad=True)
    y = x + (x.round() - x).detach()
    (y * torch.tensor([1.0, 2.0])).sum().backward()
    assert torch.allclose(y, torch.tensor([0.0, 1.0])) and x.grad.tolist() == [1, 2]


def test_variable_is_a_tensor():
    from torch.autograd import Variable

    x = Variable(torch.ones(2), requires_grad=True)
    (x * x).sum().backward()
    assert isinstance(x, Variable) and x.grad.tolist() == [2.0, 2.0] and not Variable(x).requires_grad
    assert repr(torch.nn.Parameter(torch.ones(1))) == "Parameter containing:\ntensor([1.], requires_grad=True)"


def test_arguments_of_grad():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (g,) = torch.autograd.grad(
        outputs=x**2, inputs=x, grad_outputs=torch.ones(2), create_graph=True, retain_graph=True, only_inputs=True)
    assert g.tolist() == [2, 4] and g.requires_grad
    square = torch.func.jacrev(lambda y: (y**2, y * 3), has_aux=True)
    jacobian, aux = square(torch.ones(2))
    assert jacobian.tolist() == [[2, 0], [0, 2]] and not aux.requires_grad
    assert str(type(x)) == "<class 'torch.Tensor'>"


def test_checks_of_second_order():
    a = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(torch.logsumexp, (a, 1)) and torch.autograd.gradgradcheck(torch.tanh, a)

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 3 * x.detach() ** 2

    assert torch.autograd.gradcheck(Wrong.apply, a)
    assert not torch.autograd.gradgradcheck(Wrong.apply, a, raise_exception=False)
