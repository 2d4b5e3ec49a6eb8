"""Adam's moments on the host, where one call updates all parameters."""

import sys

from .._base import wrap
from .._dtype import float32, float64
from .._filling import zeros_like
from .._host import Err, host, optimizers, raised, tensors
from .._views import show
from .optimizer import count

_NAMES = ("step", "exp_avg", "exp_avg_sq")


def _references(container, key):
    return sys.getrefcount(container[key])


# What `_references` says of an object that only the container holds.
_ALONE = _references({"only": object()}, "only")


def alone(container, key):
    """Does nobody but `container` hold what it has at `key`?"""
    return _references(container, key) == _ALONE


class HostMoments:
    """Step counts and moments by parameter."""

    def __init__(self):
        self._state = optimizers.AdamwState()
        # A second handle to each parameter as it was when it was last updated: the host knows a parameter by its
        # leaf, which changes with `requires_grad_(False)` and when its data is replaced by some of another shape.
        self._anchors = {}
        # Leaves of which the host still has moments that no longer hold.
        self._stale = set()

    def __contains__(self, p):
        return p in self._anchors

    def __bool__(self):
        return bool(self._anchors)

    def __iter__(self):
        return iter(self._anchors)

    @staticmethod
    def fits(p):
        """Can the host update `p` as PyTorch does? Its moments of narrower types are wider than PyTorch's."""
        return (p._leaf is not None and (p.dtype is float32 or p.dtype is float64)
                and p.grad.dtype is p.dtype and p.grad.shape == p.shape)

    def step(self, params, gradients, settings):
        """One update of `params`."""
        for p in params:
            anchor = self._anchors.get(p)
            if anchor is None:
                self._anchor(p)
                if p._leaf in self._stale:
                    self._stale.discard(p._leaf)
                    host(self._state.restore, p, 0, zeros_like(p), zeros_like(p))
            elif anchor[0] != p._leaf:
                self._move(p, anchor[1])
        try:
            self._state.step(params, gradients, settings)
        except Err as err:
            raise raised(err) from None
        for p in params:
            show(p, None)

    def _anchor(self, p):
        self._anchors[p] = (p._leaf, host(tensors.reshape, p, list(p.shape)))

    def _move(self, p, old):
        self._anchor(p)
        known = host(self._state.moments, old)
        if known is not None:
            host(self._state.restore, p, known.step, known.first, known.second)

    def take(self, p):
        """What is remembered of `p`, as PyTorch shows it; from here on it is remembered there."""
        leaf, anchor = self._anchors.pop(p)
        self._stale.add(leaf)
        known = host(self._state.moments, anchor)
        if known is None:
            return {}
        return dict(zip(_NAMES, (count(known.step), wrap(known.first, p.dtype), wrap(known.second, p.dtype))))

    def put(self, p, entry):
        """Takes back what `take` gave, if it still has that form and nobody else looks at it; says whether it did."""
        if tuple(entry) != _NAMES or not all(alone(entry, name) for name in _NAMES):
            return False
        step, first, second = (entry[name] for name in _NAMES)
        if any(m.shape != p.shape or m.dtype is not p.dtype for m in (first, second)):
            return False
        done = step.item()
        if done < 0 or done != int(done):
            return False
        self._anchor(p)
        self._stale.discard(p._leaf)
        host(self._state.restore, p, int(done), first, second)
        return True
