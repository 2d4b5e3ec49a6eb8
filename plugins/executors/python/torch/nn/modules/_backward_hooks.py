"""Gradients on their way through a module: hooks see them and may replace them."""

from ..._base import Tensor
from ...autograd import Function


class Passing:
    """What the backward hooks of one call of a module have seen so far."""

    def __init__(self, module, hooks, pre_hooks):
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.grad_outputs = None
        self.places = None
        self.count = 0

    def inputs(self, args):
        """The arguments, so that their gradients are seen."""
        places = [at for at, x in enumerate(args) if isinstance(x, Tensor) and x.requires_grad]
        self.count = len(args)
        if not places:
            return args
        self.places = places
        changed = list(args)
        for at, x in zip(places, _apply(_Inputs, self, [args[at] for at in places])):
            changed[at] = x
        return tuple(changed)

    def outputs(self, result):
        """The result, so that its gradients are seen."""
        single = not isinstance(result, tuple)
        values = [result] if single else list(result)
        places = [at for at, x in enumerate(values) if isinstance(x, Tensor) and x.requires_grad]
        if not places:
            return result
        self.width, self.output_places = len(values), places
        for at, x in zip(places, _apply(_Outputs, self, [values[at] for at in places])):
            values[at] = x
        return values[0] if single else tuple(values)

    def at_outputs(self, gradients):
        """The gradients of the result are known."""
        full = [None] * self.width
        for at, gradient in zip(self.output_places, gradients):
            full[at] = gradient
        full = tuple(full)
        for hook in self.pre_hooks:
            changed = hook(self.module, full)
            if changed is not None:
                full = _same_count(changed, full, "Backward pre hook")
        self.grad_outputs = full
        if self.places is None:
            for hook in self.hooks:
                if hook(self.module, (None,) * self.count, full) is not None:
                    raise RuntimeError("Backward hook for Modules where no input requires gradient should always "
                                       "return None or None for all gradients.")
        return tuple(full[at] for at in self.output_places)

    def at_inputs(self, gradients):
        """The gradients of the arguments are known."""
        full = [None] * self.count
        for at, gradient in zip(self.places, gradients):
            full[at] = gradient
        full = tuple(full)
        for hook in self.hooks:
            changed = hook(self.module, full, self.grad_outputs)
            if changed is not None:
                full = _same_count(changed, full, "Backward hook")
        return tuple(full[at] for at in self.places)


def _same_count(changed, before, what):
    changed = changed if isinstance(changed, tuple) else (changed,)
    if len(changed) != len(before):
        raise RuntimeError(f"{what} returned an invalid number of grad_input, got {len(changed)}, "
                           f"but expected {len(before)}")
    return changed


def _apply(function, passing, values):
    changed = function.apply(passing, *values)
    return changed if isinstance(changed, tuple) else (changed,)


class _Inputs(Function):
    """Nothing but a place to stop at on the way back."""

    @staticmethod
    def forward(ctx, passing, *values):
        ctx.passing = passing
        return tuple(x.view_as(x) for x in values)

    @staticmethod
    def backward(ctx, *gradients):
        return None, *ctx.passing.at_inputs(gradients)


class _Outputs(Function):
    """Nothing but a place to stop at on the way back."""

    @staticmethod
    def forward(ctx, passing, *values):
        ctx.passing = passing
        return tuple(x.view_as(x) for x in values)

    @staticmethod
    def backward(ctx, *gradients):
        return None, *ctx.passing.at_outputs(gradients)
