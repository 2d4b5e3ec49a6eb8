"""Weights set to 0 by a mask that stays."""

import torch

from ..parameter import Parameter


class _Masked:
    """Computes `name` as `name_orig` times `name_mask` before each call."""

    def __init__(self, name):
        self._tensor_name = name

    def __call__(self, module, inputs):
        setattr(module, self._tensor_name, self.apply_mask(module))

    def apply_mask(self, module):
        """The tensor that is left."""
        mask, original = (getattr(module, self._tensor_name + tail) for tail in ("_mask", "_orig"))
        return mask.to(original.dtype) * original


def _hook(module, name):
    for number, hook in module._forward_pre_hooks.items():
        if isinstance(hook, _Masked) and hook._tensor_name == name:
            return number, hook
    return None, None


def custom_from_mask(module, name, mask):
    """Keeps what `mask` has 1 for; with what was pruned before."""
    _, hook = _hook(module, name)
    if hook is None:
        original = module._parameters.pop(name)
        module.register_parameter(name + "_orig", original)
        module.register_buffer(name + "_mask", mask.to(original.dtype))
        hook = _Masked(name)
        module.register_forward_pre_hook(hook)
    else:
        setattr(module, name + "_mask", getattr(module, name + "_mask") * mask)
    setattr(module, name, hook.apply_mask(module))
    return module


def _count(amount, size):
    """How many of `size` elements `amount` means: a share, or a number."""
    if isinstance(amount, bool) or not isinstance(amount, (int, float)):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    if isinstance(amount, int) and amount < 0 or isinstance(amount, float) and not 0.0 <= amount <= 1.0:
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")
    count = round(amount * size) if isinstance(amount, float) else amount
    if count > size:
        raise ValueError(f"amount={amount} should be smaller than the number of parameters to prune={size}")
    return count


def _without(weight, score, count):
    """A mask without the `count` elements of lowest score."""
    mask = torch.ones(weight.numel(), dtype=weight.dtype)
    if count:
        gone = score.reshape(-1).topk(count, largest=False).indices
        mask = mask.scatter(0, gone, torch.zeros(count, dtype=weight.dtype))
    return mask.reshape(weight.shape)


def _left(module, name):
    """What is left of `name`, and its mask so far."""
    weight = getattr(module, name).detach()
    mask = getattr(module, name + "_mask", None)
    return weight, torch.ones_like(weight) if mask is None else mask


def _pruned(module, name, amount, score):
    weight, mask = _left(module, name)
    # What is gone already is not chosen again.
    left = int(mask.sum().item())
    count = _count(amount, left)
    ranked = torch.where(mask > 0, score(weight), float("inf"))
    return custom_from_mask(module, name, mask * _without(weight, ranked, count))


def l1_unstructured(module, name, amount, importance_scores=None):
    """Prunes the elements of smallest magnitude."""
    scores = importance_scores
    return _pruned(module, name, amount, lambda weight: weight.abs() if scores is None else scores)


def random_unstructured(module, name, amount):
    """Prunes elements at random."""
    return _pruned(module, name, amount, lambda weight: torch.rand_like(weight))


def random_structured(module, name, amount, dim):
    """Prunes slices along `dim` at random."""
    return _slices_pruned(module, name, amount, dim, lambda weight: torch.rand(weight.shape[dim]))


def ln_structured(module, name, amount, n, dim, importance_scores=None):
    """Prunes the slices along `dim` of smallest norm."""

    def score(weight):
        others = [d for d in range(weight.dim()) if d != dim % weight.dim()]
        return (weight if importance_scores is None else importance_scores).norm(n, others)

    return _slices_pruned(module, name, amount, dim, score)


def _slices_pruned(module, name, amount, dim, score):
    weight, mask = _left(module, name)
    scores = score(weight)
    keep = _without(scores, scores, _count(amount, scores.numel()))
    shape = [-1 if d == dim % weight.dim() else 1 for d in range(weight.dim())]
    return custom_from_mask(module, name, mask * keep.reshape(shape))


def identity(module, name):
    """Prunes nothing, but as pruned."""
    return custom_from_mask(module, name, torch.ones_like(getattr(module, name).detach()))


def remove(module, name):
    """Makes what is left an ordinary parameter."""
    number, hook = _hook(module, name)
    if hook is None:
        raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")
    weight = hook.apply_mask(module).detach()
    del module._forward_pre_hooks[number]
    module.__dict__.pop(name, None)
    original = module._parameters.pop(name + "_orig")
    del module._buffers[name + "_mask"]
    original.data = weight
    module.register_parameter(name, original if isinstance(original, Parameter) else Parameter(weight))
    return module


def is_pruned(module):
    """Is any tensor of `module`, or of a module below, pruned?"""
    return any(isinstance(hook, _Masked) for part in module.modules() for hook in part._forward_pre_hooks.values())


def global_unstructured(parameters, pruning_method=l1_unstructured, importance_scores=None, **kwargs):
    """Absent: prune each parameter by itself."""
    raise NotImplementedError("torch.nn.utils.prune.global_unstructured is not available; l1_unstructured is, for each "
                              "parameter")


__all__ = ["custom_from_mask", "global_unstructured", "identity", "is_pruned", "l1_unstructured", "ln_structured",
           "random_structured", "random_unstructured", "remove"]
