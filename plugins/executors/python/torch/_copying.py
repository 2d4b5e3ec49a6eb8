"""`copy`, `deepcopy` and `pickle` of tensors."""

import copy

from ._arranging import own_copy
from ._base import wrap
from ._dtype import host_dtype
from ._host import autograd, host, tensors

# What a tensor knows of itself; everything else in its `__dict__` is the program's.
_OWN = frozenset("handle finalizer grad retains_grad".split())


def _extras(x):
    """The attributes that a program gave the tensor."""
    return {name: value for name, value in x.__dict__.items() if name not in _OWN and not name.startswith("_")}


def _like(x, source):
    """`x` as what `source` is: a leaf that requires a gradient, of the same class."""
    if source._leaf is not None:
        x.requires_grad_()
    x.__class__ = source.__class__
    return x


def deepcopy(self, memo):
    """A tensor of its own, with the same attributes."""
    if id(self) in memo:
        return memo[id(self)]
    if self._leaf is None and self.requires_grad:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001"
        )
    x = _like(own_copy(wrap(autograd.detach(self), self.dtype)), self)
    memo[id(self)] = x
    if self.grad is not None:
        x.grad = copy.deepcopy(self.grad, memo)
    for name, value in _extras(self).items():
        x.__dict__[name] = copy.deepcopy(value, memo)
    return x


def shallow(self):
    """Another tensor with the same elements."""
    x = _like(self.detach(), self)
    x.__dict__.update(_extras(self))
    return x


def _rebuilt(cls, data, shape, kind, requires_grad, extras):
    """What `pickle` makes of `reduce_ex`'s answer."""
    x = wrap(host(tensors.create, host_dtype(kind), shape, data), kind)
    if requires_grad:
        x.requires_grad_()
    x.__class__ = cls
    x.__dict__.update(extras)
    return x


def reduce_ex(self, protocol):
    """For `pickle`: the bytes, the shape and the type."""
    if self._leaf is None and self.requires_grad:
        raise RuntimeError(
            "Pickle of a non-leaf tensor that requires a gradient is not available; .detach() first"
        )
    data = host(tensors.Tensor.read, self)
    return _rebuilt, (self.__class__, data, list(self.shape), self.dtype, self._leaf is not None, _extras(self))


def install(cls):
    """Gives the class `Tensor` the protocols."""
    cls.__deepcopy__ = deepcopy
    cls.__copy__ = shallow
    cls.__reduce_ex__ = reduce_ex
