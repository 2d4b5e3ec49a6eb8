"""The ways of pruning: what each keeps of a tensor, and the hook that keeps a module's tensor pruned."""

import abc
import numbers

import torch


def _check_amount(amount):
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    whole = isinstance(amount, numbers.Integral)
    if whole and amount < 0 or not whole and not 0.0 <= amount <= 1.0:
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")


def _count(amount, size):
    """How many of `size` things `amount` means: a share, or a number."""
    count = amount if isinstance(amount, numbers.Integral) else round(amount * size)
    if count > size:
        raise ValueError(f"amount={count} should be smaller than the number of parameters to prune={size}")
    return count


class BasePruningMethod(abc.ABC):
    """A hook before each call that computes `name` as `name_orig` times `name_mask`."""

    _tensor_name = None

    def __call__(self, module, inputs):
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abc.abstractmethod
    def compute_mask(self, t, default_mask):
        """1 for what stays of `t`, of what `default_mask` left."""

    def apply_mask(self, module):
        """The tensor that is left."""
        assert self._tensor_name is not None, f"Module {module} has to be pruned"
        mask = getattr(module, self._tensor_name + "_mask")
        original = getattr(module, self._tensor_name + "_orig")
        return mask.to(dtype=original.dtype) * original

    @classmethod
    def apply(cls, module, name, *args, importance_scores=None, **kwargs):
        """Prunes the tensor `name` of `module`, after what pruned it before."""
        method = _after_others(module, name, cls(*args, **kwargs))
        tensor = getattr(module, name)
        scores = _scores(importance_scores, tensor, f"parameter {name} of {module}")
        first = not isinstance(method, PruningContainer)
        left = torch.ones_like(tensor) if first else getattr(module, name + "_mask").detach().clone()
        with torch.no_grad():
            mask = method.compute_mask(scores, default_mask=left)
        if first:
            module.register_parameter(name + "_orig", tensor)
            del module._parameters[name]
        module.register_buffer(name + "_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t, default_mask=None, importance_scores=None):
        """`t` with zeros for what goes."""
        scores = _scores(importance_scores, t, "tensor t")
        return t * self.compute_mask(scores, torch.ones_like(t) if default_mask is None else default_mask)

    def remove(self, module):
        """Makes what is left an ordinary parameter."""
        name = self._tensor_name
        assert name is not None, f"Module {module} has to be pruned before pruning can be removed"
        weight = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        original = module._parameters.pop(name + "_orig")
        original.data = weight.data
        del module._buffers[name + "_mask"]
        setattr(module, name, original)


def _scores(scores, tensor, whose):
    if scores is None:
        return tensor
    assert scores.shape == tensor.shape, (
        f"importance_scores should have the same shape as {whose}, got {scores.shape} vs {tensor.shape}")
    return scores


def _after_others(module, name, method):
    """`method`, or the container of those that pruned `name` before, and of it. Their hooks are taken away."""
    method._tensor_name = name
    hooks = module._forward_pre_hooks
    others = [key for key, hook in hooks.items() if isinstance(hook, BasePruningMethod) and hook._tensor_name == name]
    for key in others:
        old = hooks.pop(key)
        container = old if isinstance(old, PruningContainer) else PruningContainer(old)
        container.add_pruning_method(method)
        method = container
    return method


class PruningContainer(BasePruningMethod):
    """Several ways of pruning one tensor: each chooses among what those before left."""

    def __init__(self, *args):
        self._pruning_methods = ()
        if len(args) == 1:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method):
        """One more."""
        if method is not None and not isinstance(method, BasePruningMethod):
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(f"Can only add pruning methods acting on the parameter named '{self._tensor_name}' to "
                             f"PruningContainer {self}. Found '{method._tensor_name}'")
        self._pruning_methods += (method,)

    def __len__(self):
        return len(self._pruning_methods)

    def __iter__(self):
        return iter(self._pruning_methods)

    def __getitem__(self, idx):
        return self._pruning_methods[idx]

    def compute_mask(self, t, default_mask):
        method = self._pruning_methods[-1]
        kind = method.PRUNING_TYPE
        if kind == "unstructured":
            left = default_mask == 1
        elif kind == "structured":
            others = [d for d in range(t.dim()) if d != method.dim % t.dim()]
            left = _along(t, method.dim, default_mask.sum(dim=others) != 0)
        elif kind == "global":
            left = ...
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {kind}")
        mask = default_mask.to(dtype=t.dtype)
        mask[left] = method.compute_mask(t[left], default_mask=default_mask[left]).to(dtype=mask.dtype)
        return mask


def _along(t, dim, index):
    """An index that is `index` along `dim`, and everything else."""
    parts = [slice(None)] * t.dim()
    parts[dim] = index
    return tuple(parts)


class Identity(BasePruningMethod):
    """Prunes nothing, but as pruned."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        return default_mask


class CustomFromMask(BasePruningMethod):
    """Keeps what a mask has 1 for."""

    PRUNING_TYPE = "global"

    def __init__(self, mask):
        self.mask = mask

    def compute_mask(self, t, default_mask):
        assert default_mask.shape == self.mask.shape, (
            f"default_mask shape {default_mask.shape} must match self.mask shape {self.mask.shape}")
        return default_mask * self.mask.to(dtype=default_mask.dtype)


class _Unstructured(BasePruningMethod):
    PRUNING_TYPE = "unstructured"

    def __init__(self, amount):
        _check_amount(amount)
        self.amount = amount

    def compute_mask(self, t, default_mask):
        count = _count(self.amount, t.nelement())
        mask = default_mask.clone()
        if count:
            mask.view(-1)[self._chosen(t, count)] = 0
        return mask


class RandomUnstructured(_Unstructured):
    """Prunes elements at random."""

    def _chosen(self, t, count):
        return torch.rand_like(t).view(-1).topk(count).indices


class L1Unstructured(_Unstructured):
    """Prunes the elements of smallest magnitude."""

    def _chosen(self, t, count):
        return t.abs().reshape(-1).topk(count, largest=False).indices


class _Structured(BasePruningMethod):
    PRUNING_TYPE = "structured"

    def __init__(self, amount, dim=-1):
        _check_amount(amount)
        self.amount, self.dim = amount, dim

    def compute_mask(self, t, default_mask):
        if t.dim() <= 1:
            raise ValueError("Structured pruning can only be applied to multidimensional tensors. Found tensor of "
                             f"shape {t.shape} with {t.dim()} dims")
        if self.dim >= t.dim():
            raise IndexError(f"Invalid index {self.dim} for tensor of size {t.shape}")
        size = t.shape[self.dim]
        count = _count(self.amount, size)
        if not count:
            return default_mask
        mask = torch.zeros_like(t)
        mask[_along(t, self.dim, self._kept(t, size, count))] = 1
        return mask * default_mask.to(dtype=mask.dtype)


class RandomStructured(_Structured):
    """Prunes slices along `dim` at random."""

    def _kept(self, t, size, count):
        drawn = torch.rand(size)
        return drawn > drawn.kthvalue(count).values


class LnStructured(_Structured):
    """Prunes the slices along `dim` of smallest norm."""

    def __init__(self, amount, n, dim=-1):
        super().__init__(amount, dim)
        self.n = n

    def _kept(self, t, size, count):
        others = [d for d in range(t.dim()) if d != self.dim % t.dim()]
        if self.n == "nuc" or self.n == "fro" and len(others) == 2:
            norm = torch.linalg.matrix_norm(t, ord=self.n, dim=others if len(others) == 2 else (-2, -1))
        else:
            norm = torch.linalg.vector_norm(t, ord=2 if self.n == "fro" else self.n, dim=others)
        return norm.topk(size - count).indices
