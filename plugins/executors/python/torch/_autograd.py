"""Leaves, `backward`, and the gradient attributes of `Tensor`."""

import weakref

from ._base import Tensor, wrap

from ._grad_mode import record
from ._host import Err, autograd, host, raised
from ._pointwise import add_plain
from ._views import note_detached, rebind, set_data, write

# Every leaf that a program still holds, by the host's identity of it.
_leaves = {}


def make_leaf(x):
    """Turns the tensor `x`, which has no record, into a leaf that requires a gradient."""
    kind = x.dtype
    if not kind.is_floating_point:
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    handle = host(autograd.parameter, x)
    rebind(x, handle)
    identity = x._leaf = autograd.leaf(x)
    _leaves[identity] = weakref.ref(x, lambda _: _leaves.pop(identity, None))
    return x


def _requires_grad(self):
    return self._leaf is not None or autograd.requires_gradient(self)


def _set_requires_grad(self, on):
    requires_grad_(self, on)


def requires_grad_(self, requires_grad=True):
    """Makes a leaf require a gradient, or no longer."""
    if self._leaf is not None:
        if not requires_grad:
            value = autograd.detach(self)
            _leaves.pop(self._leaf, None)
            self._leaf = None
            rebind(self, value)
        return self
    if autograd.requires_gradient(self):
        if not requires_grad:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
                "subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        return self
    return make_leaf(self) if requires_grad else self


def detach(self):
    """The same values without a record. Writing to it in place writes to the original."""
    x = autograd.detach(self)
    x.__class__ = Tensor
    x._dtype = self._dtype
    x._shape = self._shape
    return note_detached(x, self)


def detach_(self):
    """In-place: cuts the tensor from the record."""
    rebind(self, autograd.detach(self))
    if self._leaf is not None:
        _leaves.pop(self._leaf, None)
        self._leaf = None
    return self


def _set_data(self, value):
    if not isinstance(value, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
    if value.shape == self.shape and value.dtype is self.dtype:
        set_data(self, value)
        return
    leaf = self._leaf
    fresh = autograd.detach(value)
    rebind(self, fresh)
    self._shape, self._dtype, self._leaf = value.shape, value.dtype, None
    if leaf is not None:
        _leaves.pop(leaf, None)
        make_leaf(self)


def _check_output(output, gradient):
    if gradient is None and output.numel() != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    if gradient is not None and gradient.shape != output.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of {gradient.shape} and output[0] has a shape of "
            f"{output.shape}."
        )
    if not _requires_grad(output):
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")


def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Adds the gradients of this tensor to `.grad` of the leaves it was computed from."""
    if create_graph:
        raise NotImplementedError("backward(create_graph=True) is not available; there are only first derivatives")
    _check_output(self, gradient)
    try:
        found = autograd.backward(self, gradient)
    except Err as err:
        raise raised(err) from None
    wanted = None if inputs is None else {id(x) for x in ([inputs] if isinstance(inputs, Tensor) else inputs)}
    before = record(False)
    try:
        for entry in found:
            reference = _leaves.get(entry.leaf)
            leaf = None if reference is None else reference()
            if leaf is None or wanted is not None and id(leaf) not in wanted:
                continue
            gradient = entry.gradient
            gradient.__class__ = Tensor
            gradient._dtype = leaf._dtype
            gradient._shape = leaf._shape
            old = leaf.grad
            if old is None:
                leaf.grad = gradient
            else:
                write(old, add_plain(old, gradient))
    finally:
        record(before)


def gradients(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, allow_unused=None,
              is_grads_batched=False, materialize_grads=False):
    """The sum of gradients of `outputs` with respect to each of `inputs`."""
    if create_graph:
        raise NotImplementedError("autograd.grad(create_graph=True) is not available; there are only first derivatives")
    outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if grad_outputs is None or isinstance(grad_outputs, Tensor):
        grad_outputs = [grad_outputs] * len(outputs)
    totals = [None] * len(inputs)
    for x in inputs:
        if not _requires_grad(x):
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    for output, gradient in zip(outputs, grad_outputs):
        _check_output(output, gradient)
        for place, part in enumerate(host(autograd.gradients, output, inputs, gradient)):
            if part is not None:
                part = wrap(part, inputs[place]._dtype)
                totals[place] = part if totals[place] is None else totals[place] + part
    for place, total in enumerate(totals):
        if total is None:
            if materialize_grads:
                totals[place] = inputs[place].detach() * 0
            elif not allow_unused:
                raise RuntimeError(
                    f"The differentiated Tensor at index {place} appears to not have been used in the graph. "
                    "Set allow_unused=True if this is the desired behavior."
                )
    return tuple(totals)


class _Node:
    """Stands for the operation that made a tensor."""

    def name(self):
        return "RecordedOperation"

    def __repr__(self):
        return "<RecordedOperation>"


def _refused(name, instead):
    def method(self, *arguments, **options):
        raise NotImplementedError(f"Tensor.{name} is not available; {instead}")

    return method


def attach():
    """Gives `Tensor` its gradient attributes."""
    Tensor.requires_grad = property(_requires_grad, _set_requires_grad)
    Tensor.requires_grad_ = requires_grad_
    Tensor.detach = detach
    Tensor.detach_ = detach_
    Tensor.data = property(detach, _set_data)
    Tensor.backward = backward
    Tensor.is_leaf = property(lambda self: self._leaf is not None or not _requires_grad(self))
    Tensor.grad_fn = property(lambda self: _Node() if self._leaf is None and _requires_grad(self) else None)
    Tensor.retain_grad = lambda self: None if self._leaf is not None else _refused(
        "retain_grad", "torch.autograd.grad gives the gradient of any tensor")(self)
    Tensor.register_hook = _refused("register_hook", "torch.autograd.grad gives the gradient of any tensor")


