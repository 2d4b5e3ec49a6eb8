"""Errors have PyTorch's types and messages. Passes under PyTorch 2.15.0 as well."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def raises(kind, text, function):
    try:
        function()
    except kind as error:
        assert text in str(error), f"{error!r} does not say {text!r}"
    else:
        raise AssertionError(f"nothing raised; expected {kind.__name__}: {text}")


def test_shapes():
    raises(RuntimeError, "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)", lambda: torch.ones(2, 3) @ torch.ones(4, 5))
    raises(RuntimeError, "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)", lambda: nn.Linear(4, 5)(torch.ones(2, 3)))
    raises(RuntimeError, "shape '[4, 2]' is invalid for input of size 6", lambda: torch.ones(6).view(4, 2))
    raises(RuntimeError, "must match the existing size", lambda: torch.ones(2, 3).expand(2, 4))
    raises(RuntimeError, "", lambda: torch.ones(2) + torch.ones(3))
    raises(RuntimeError, "", lambda: torch.cat([torch.ones(2, 2), torch.ones(3, 3)]))
    raises(RuntimeError, "stack expects each tensor to be equal size", lambda: torch.stack([torch.ones(2), torch.ones(3)]))
    raises(RuntimeError, "split_sizes to sum exactly to 5", lambda: torch.ones(5).split([2, 2]))
    raises(RuntimeError, "normalized_shape", lambda: F.layer_norm(torch.ones(2, 3), (4,)))


def test_dimensions_and_indices():
    x = torch.ones(2, 3)
    raises(IndexError, "Dimension out of range (expected to be in range of [-2, 1], but got 2)", lambda: x.sum(2))
    raises(IndexError, "Dimension out of range", lambda: x.size(5))
    raises(IndexError, "Dimension out of range", lambda: x.softmax(3))
    raises(IndexError, "index 5 is out of bounds for dimension 0 with size 2", lambda: x[5])
    raises(IndexError, "too many indices for tensor of dimension 2", lambda: x[0, 0, 0])
    raises(IndexError, "index 7 is out of bounds for dimension 0 with size 2", lambda: x[torch.tensor([0, 7])])
    raises(IndexError, "index out of range in self", lambda: F.embedding(torch.tensor([9]), x))
    raises(IndexError, "", lambda: F.cross_entropy(x, torch.tensor([0, 5])))
    raises(ValueError, "Expected input batch_size (2) to match target batch_size (3)",
           lambda: F.cross_entropy(x, torch.tensor([0, 1, 1])))
    raises(RuntimeError, "selected index k out of range", lambda: x.topk(4))


def test_values():
    x = torch.ones(2)
    raises(RuntimeError, "a Tensor with 2 elements cannot be converted to Scalar", lambda: x.item())
    raises(RuntimeError, "Boolean value of Tensor with more than one value is ambiguous", lambda: bool(x))
    raises(TypeError, "iteration over a 0-d tensor", lambda: list(torch.tensor(1)))
    raises(TypeError, "len() of a 0-d tensor", lambda: len(torch.tensor(1)))
    raises(TypeError, "unsupported operand type(s)", lambda: x + "a")
    raises(TypeError, "", lambda: torch.cat([x, 3]))
    raises(ValueError, "expected sequence of length 2 at dim 1 (got 1)", lambda: torch.tensor([[1, 2], [3]]))
    raises(ValueError, "dropout probability has to be between 0 and 1", lambda: F.dropout(x, 1.5))


def test_types():
    i = torch.arange(3)
    raises(RuntimeError, "result type Float can't be cast to the desired output type Long", lambda: i.add_(0.5))
    raises(RuntimeError, "output with shape [3] doesn't match the broadcast shape [2, 3]", lambda: torch.ones(3).add_(torch.ones(2, 3)))
    raises(RuntimeError, "mean(): could not infer output dtype", lambda: i.mean())
    raises(RuntimeError, "only Tensors of floating point dtype can require gradients", lambda: i.requires_grad_())
    raises(RuntimeError, "expected m1 and m2 to have the same dtype", lambda: torch.ones(2, 2) @ torch.ones(2, 2).long())
    raises(RuntimeError, "Subtraction, the `-` operator, with two bool tensors is not supported", lambda: (i > 1) - (i > 0))


def test_gradients():
    w = nn.Parameter(torch.ones(2))
    raises(RuntimeError, "a leaf Variable that requires grad is being used in an in-place operation.", lambda: w.add_(1))
    raises(RuntimeError, "grad can be implicitly created only for scalar outputs", lambda: (w * 2).backward())
    raises(RuntimeError, "element 0 of tensors does not require grad and does not have a grad_fn",
           lambda: torch.ones(1).sum().backward())
    raises(RuntimeError, "appears to not have been used in the graph",
           lambda: torch.autograd.grad(w.sum(), nn.Parameter(torch.ones(1))))
    raises(RuntimeError, "you can only change requires_grad flags of leaf variables",
           lambda: (w * 2).requires_grad_(False))


def test_modules():
    class Early(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(1, 1)

    raises(AttributeError, "cannot assign module before Module.__init__() call", Early)
    raises(AttributeError, "'Linear' object has no attribute 'weigth'", lambda: nn.Linear(1, 1).weigth)
    layer = nn.Linear(2, 2)
    raises(TypeError, "cannot assign 'torch.FloatTensor' as parameter 'weight'", lambda: setattr(layer, "weight", torch.ones(2, 2)))
    raises(RuntimeError, 'Missing key(s) in state_dict: "bias"', lambda: layer.load_state_dict({"weight": torch.ones(2, 2)}))
    raises(RuntimeError, "size mismatch for bias", lambda: layer.load_state_dict({"weight": torch.ones(2, 2), "bias": torch.ones(3)}))
    raises(NotImplementedError, "forward", lambda: nn.Module()(1))
    raises(ValueError, "Invalid learning rate: -1", lambda: torch.optim.AdamW(layer.parameters(), lr=-1))


def test_absent_names():
    raises(AttributeError, "no attribute 'no_such_function'", lambda: torch.no_such_function)
    raises(AttributeError, "no attribute 'no_such_method'", lambda: torch.ones(1).no_such_method())
    raises(AttributeError, "no attribute 'gelo'", lambda: F.gelo)
