"""Leaves, `backward`, and the gradient attributes of `Tensor`."""

import weakref

from . import _reverse
from ._base import Tensor, wrap
from ._creation import zeros_like
from ._grad_mode import record
from ._host import Err, autograd, host, raised
from ._joining import stack
from ._origins import node_of
from ._pointwise import add_plain
from ._promotion import cast
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


def _checked(outputs, gradients):
    """Outputs and their gradients as lists; refuses what has none."""
    outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    if gradients is None or isinstance(gradients, Tensor):
        gradients = [gradients] * len(outputs)
    gradients = list(gradients)
    if len(gradients) != len(outputs):
        raise RuntimeError("got {} tensors and {} gradients".format(len(outputs), len(gradients)))
    for at, (output, gradient) in enumerate(zip(outputs, gradients)):
        if not _requires_grad(output):
            raise RuntimeError(f"element {at} of tensors does not require grad and does not have a grad_fn")
        if gradient is None and output.numel() != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        if gradient is not None:
            if gradient.shape != output.shape:
                raise RuntimeError(
                    f"Mismatch in shape: grad_output[{at}] has a shape of {gradient.shape} and output[{at}] has a "
                    f"shape of {output.shape}."
                )
            gradients[at] = cast(gradient, output.dtype)
    return outputs, gradients


def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Adds the gradients of this tensor to `.grad` of the leaves it was computed from."""
    backward_all(self, gradient, retain_graph, create_graph, inputs)


def backward_all(outputs, gradients, retain_graph, create_graph, inputs):
    """Adds the gradients of `outputs` to `.grad` of their leaves, or of `inputs`."""
    outputs, gradients = _checked(outputs, gradients)
    retain = create_graph if retain_graph is None else bool(retain_graph)
    if inputs is not None:
        inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
        if not inputs:
            raise RuntimeError("'inputs' argument to backward() cannot be empty.")
        found = host(_reverse.run(outputs, gradients, inputs, create_graph, retain).inputs)
        for x, gradient in zip(inputs, found):
            if gradient is not None:
                _accumulate(x, wrap(gradient, x.dtype), create_graph)
        return
    if create_graph or len(outputs) > 1 or _reverse.is_needed():
        found = host(_reverse.run(outputs, gradients, None, create_graph, retain).leaves)
    else:
        try:
            found = autograd.backward(outputs[0], gradients[0], retain)
        except Err as err:
            raise raised(err) from None
    for entry in found:
        reference = _leaves.get(entry.leaf)
        leaf = None if reference is None else reference()
        if leaf is not None:
            gradient = entry.gradient
            gradient.__class__ = Tensor
            gradient._dtype = leaf._dtype
            gradient._shape = leaf._shape
            _accumulate(leaf, gradient, create_graph)


def _accumulate(x, gradient, create_graph):
    """Adds to `x.grad`, after the hooks on `x`."""
    hooks = x._hooks
    before = record(create_graph)
    try:
        if hooks is not None and x._leaf is not None:
            gradient = hooks.applied(gradient)
        old = x.grad
        if old is None:
            x.grad = gradient
        elif create_graph:
            x.grad = add_plain(old, gradient)
        else:
            write(old, add_plain(old, gradient))
        if x._after_hooks is not None:
            for hook in tuple(x._after_hooks.values()):
                hook(x)
    finally:
        record(before)


def gradients(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True,
              allow_unused=None, is_grads_batched=False, materialize_grads=False):
    """The sum of gradients of `outputs` with respect to each of `inputs`."""
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if is_grads_batched:
        several = [grad_outputs] if isinstance(grad_outputs, Tensor) else list(grad_outputs)
        rows = [
            gradients(outputs, inputs, [g[row] for g in several], True, create_graph,
                      allow_unused=allow_unused, materialize_grads=materialize_grads)
            for row in range(several[0].shape[0])
        ]
        return tuple(None if column[0] is None else stack(list(column)) for column in zip(*rows))
    outputs, grad_outputs = _checked(outputs, grad_outputs)
    retain = create_graph if retain_graph is None else bool(retain_graph)
    for x in inputs:
        if not _requires_grad(x):
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    if create_graph or len(outputs) > 1 or _reverse.is_needed():
        found = host(_reverse.run(outputs, grad_outputs, inputs, create_graph, retain).inputs)
    else:
        found = host(autograd.gradients, outputs[0], inputs, grad_outputs[0], retain)
    totals = []
    for place, (x, gradient) in enumerate(zip(inputs, found)):
        if gradient is not None:
            gradient = wrap(gradient, x._dtype)
            if x._leaf is not None and x._hooks is not None:
                gradient = x._hooks.applied(gradient)
        elif materialize_grads:
            gradient = zeros_like(x)
        elif not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {place} appears to not have been used in the graph. Set "
                "allow_unused=True if this is the desired behavior."
            )
        totals.append(gradient)
    return tuple(totals)


def register_hook(self, hook):
    """Calls `hook(gradient)` when the gradient of this tensor is whole; what it returns, if anything, replaces it."""
    if not _requires_grad(self):
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if self._leaf is None:
        return _reverse.watch(self).hooks.add(hook)
    if self._hooks is None:
        self._hooks = _reverse.Hooks()
    return self._hooks.add(hook)


def register_post_accumulate_grad_hook(self, hook):
    """Calls `hook(self)` after `.grad` of this leaf was added to."""
    if self._leaf is None:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    if self._after_hooks is None:
        self._after_hooks = _reverse.Hooks()
    return self._after_hooks.add(hook)


def retain_grad(self):
    """Keeps the gradient of this computed tensor in `.grad`."""
    if not _requires_grad(self):
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if self._leaf is None and not self.retains_grad:
        _reverse.watch(self).retained = weakref.ref(self)
        self.retains_grad = True


def _grad_fn(self):
    """The node of the operation that made this tensor, where that was recorded."""
    return node_of(self) if self._leaf is None and _requires_grad(self) else None


def attach():
    """Gives `Tensor` its gradient attributes."""
    Tensor.requires_grad = property(_requires_grad, _set_requires_grad)
    Tensor.requires_grad_ = requires_grad_
    Tensor.detach = detach
    Tensor.detach_ = detach_
    Tensor.data = property(detach, _set_data)
    Tensor.backward = backward
    Tensor.is_leaf = property(lambda self: self._leaf is not None or not _requires_grad(self))
    Tensor.grad_fn = property(_grad_fn)
    Tensor.retain_grad = retain_grad
    Tensor.retains_grad = False
    Tensor.register_hook = register_hook
    Tensor.register_post_accumulate_grad_hook = register_post_accumulate_grad_hook
    Tensor._hooks = Tensor._after_hooks = None
