"""What `grad_fn` and a printed tensor say of how it was made. Passes under PyTorch 2.15.0 as well."""

import torch
import torch.nn as nn
import torch.nn.functional as F

X = torch.rand(3, 4, requires_grad=True)
S = torch.rand(4, 4, requires_grad=True)
V = torch.rand(4, requires_grad=True)
IMAGE = torch.rand(1, 4, 6, 6, requires_grad=True)
PLACES = torch.tensor([0, 2, 1])

NODES = {
    "Add": (lambda: X + 1, lambda: 1 + X, lambda: X + V, lambda: X.clone().add_(1)),
    "Rsub": (lambda: 1 - X,), "Mul": (lambda: 1 / X, lambda: 2 * X, lambda: F.dropout(X)),
    "Pow": (lambda: X**2, lambda: X**0.5, lambda: X**V, lambda: 2**X, lambda: X.square()),
    "Mm": (lambda: X @ S, lambda: F.linear(X, S)), "Mv": (lambda: X @ V,), "Dot": (lambda: V @ V,),
    "Addmm": (lambda: nn.Linear(4, 2)(X),), "UnsafeView": (lambda: IMAGE @ IMAGE, lambda: X.T.reshape(12)),
    "Sum": (lambda: X.sum(), lambda: X.sum(1)), "Mean": (lambda: X.mean(), lambda: F.l1_loss(X, V.expand(3, 4))),
    "Max": (lambda: X.max(), lambda: X.max(dim=1)[0]), "Maximum": (lambda: torch.max(X, V),),
    "MseLoss": (lambda: nn.MSELoss()(X, S[:3]),), "NllLoss": (lambda: F.cross_entropy(X, PLACES),),
    "Select": (lambda: X[0], lambda: X[:, 1]), "Slice": (lambda: X[1:],), "Unsqueeze": (lambda: X[None],),
    "Index": (lambda: X[PLACES], lambda: X[X > 0.5]), "View": (lambda: X.view(12), lambda: X.flatten()),
    "Transpose": (lambda: X.transpose(0, 1),), "T": (lambda: X.t(),), "Permute": (lambda: X.T,),
    "Squeeze": (lambda: X[:1].squeeze(),), "Clone": (lambda: X.T.contiguous(),), "ToCopy": (lambda: X.double(),),
    "Convolution": (lambda: nn.Conv2d(4, 2, 3)(IMAGE),), "NativeBatchNorm": (lambda: nn.BatchNorm2d(4)(IMAGE),),
    "MaxPool2DWithIndices": (lambda: nn.MaxPool2d(2)(IMAGE),), "NativeLayerNorm": (lambda: nn.LayerNorm(4)(X),),
    "Softmax": (lambda: X.softmax(1),), "Cat": (lambda: torch.cat([X, X]),), "Split": (lambda: X.split(2, 1)[0],),
    "UpsampleNearest2D": (lambda: F.interpolate(IMAGE, scale_factor=2),), "Clamp": (lambda: X.clamp(0, 1),),
}


def test_nodes():
    for name, makers in NODES.items():
        for make in makers:
            made = make().grad_fn.name()
            assert made.rstrip("0123456789") == name + "Backward", f"{name}: {made}"


def test_printed():
    x = torch.ones(2, requires_grad=True)
    assert str(x * 2) == "tensor([2., 2.], grad_fn=<MulBackward0>)"
    y = x * 2
    y[0] = 5.0
    assert str(y) == "tensor([5., 2.], grad_fn=<CopySlices>)" and type(y.grad_fn).__name__ == "CopySlices"
    assert x.grad_fn is None and (x.detach() * 2).grad_fn is None
    with torch.no_grad():
        assert (x * 2).grad_fn is None


def test_own_functions():
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    assert type(Doubled.apply(X).grad_fn).__name__ == "DoubledBackward"
