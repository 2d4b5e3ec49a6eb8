"""Adam, whose weight decay is part of the gradient, and what it shares with AdamW."""

import collections

from .._base import Tensor
from .._filling import zeros_like
from .._arithmetic import maximum
from .._grad_mode import record
from .._host import optimizers
from ._host_moments import HostMoments, alone
from ._stepping import Stepping
from .optimizer import (
    check_betas, check_implementation, check_least, check_rate, closure_loss, count, number,
)


def _check(lr, betas, eps, weight_decay, foreach, capturable):
    if isinstance(lr, Tensor):
        if foreach and not capturable:
            raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
        if lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
    check_rate(lr)
    if not 0.0 <= eps:
        raise ValueError(f"Invalid epsilon value: {eps}")
    check_betas(betas)
    check_least("weight_decay", weight_decay)
    if not (all(isinstance(beta, float) for beta in betas[:2]) or all(isinstance(beta, Tensor) for beta in betas[:2])):
        raise ValueError("betas must be either both floats or both Tensors")
    for place, beta in enumerate(betas[:2]):
        if isinstance(beta, Tensor) and beta.numel() != 1:
            raise ValueError(f"Tensor betas[{place}] must be 1-element")


class Adam(Stepping):
    """arXiv 1412.6980; `amsgrad` arXiv 1904.09237.

    The moments stay on the host while nobody looks at them. Who reads `state` gets them as tensors, and they are
    updated one by one for as long as anybody holds them.
    """

    _added_later = {**Stepping._added_later, "amsgrad": False, "decoupled_weight_decay": False, "fused": None}

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *,
                 foreach=None, maximize=False, capturable=False, differentiable=False, fused=None,
                 decoupled_weight_decay=False):
        _check(lr, betas, eps, weight_decay, foreach, capturable)
        super().__init__(params, dict(
            lr=lr, betas=tuple(number(beta) for beta in betas), eps=eps, weight_decay=weight_decay, amsgrad=amsgrad,
            maximize=maximize, foreach=foreach, capturable=capturable, differentiable=differentiable, fused=fused,
            decoupled_weight_decay=decoupled_weight_decay))
        check_implementation(fused, foreach, differentiable)

    @property
    def state(self):
        """What is remembered of each parameter."""
        state, moments = self._state, self._moments
        if moments:
            for p in list(moments):
                state[p] = moments.take(p)
            self._moments = HostMoments()
        return state

    @state.setter
    def state(self, value):
        self._state, self._moments = value, HostMoments()

    def __setstate__(self, state):
        if "_state" not in self.__dict__:
            self.state = collections.defaultdict(dict)
        super().__setstate__(state)

    def step(self, closure=None):
        """One update of every parameter that has a gradient."""
        before = record(bool(self.defaults.get("differentiable")))
        try:
            loss = closure_loss(closure)
            unseen = alone(self.__dict__, "_state")
            for group in self.param_groups:
                together = []
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    if unseen and not group["amsgrad"] and not group["differentiable"] and self._on_host(p):
                        together.append(p)
                    else:
                        self._alone(group, p)
                if together:
                    self._together(group, together)
            return loss
        finally:
            record(before)

    def _on_host(self, p):
        """Are the moments of `p` on the host, or can they be?"""
        if not HostMoments.fits(p):
            return False
        if self._state and p in self._state:
            entry = self._state[p] if not alone(self._state, p) else None
            if entry is not None or self._state[p] and not self._moments.put(p, self._state[p]):
                return False
            del self._state[p]
        return True

    def _together(self, group, params):
        """Updates `params` in one call."""
        gradients = [-p.grad if group["maximize"] else p.grad for p in params]
        decay = float(group["weight_decay"])
        if decay and not group["decoupled_weight_decay"]:
            gradients = [g.add(p, alpha=decay) for g, p in zip(gradients, params)]
            decay = 0.0
        first, second = group["betas"]
        self._moments.step(params, gradients, optimizers.Adamw(
            float(group["lr"]), float(first), float(second), float(group["eps"]), decay))

    def _alone(self, group, p):
        """Updates `p` by itself."""
        if p in self._moments:
            self._state[p] = self._moments.take(p)
        state = self._state[p]
        if not state:
            self._begin(group, p, state)
        self._update(group, p, -p.grad if group["maximize"] else p.grad, state)

    def _begin(self, group, p, state):
        state["step"] = count()
        state["exp_avg"], state["exp_avg_sq"] = zeros_like(p), zeros_like(p)
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = zeros_like(p)

    def _update(self, group, p, g, state):
        first, second = (float(beta) for beta in group["betas"])
        lr, decay = number(group["lr"]), group["weight_decay"]
        state["step"] += 1
        step = state["step"].item()
        if decay != 0:
            if group["decoupled_weight_decay"]:
                p.mul_(1 - lr * decay)
            else:
                g = g.add(p, alpha=decay)
        state["exp_avg"].lerp_(g, 1 - first)
        square = state["exp_avg_sq"].mul_(second).addcmul_(g, g, value=1 - second)
        if group["amsgrad"]:
            square = state["max_exp_avg_sq"].copy_(maximum(state["max_exp_avg_sq"], square))
        root = (square.sqrt() / (1 - second**step) ** 0.5).add(group["eps"])
        p.addcdiv_(state["exp_avg"], root, value=-lr / (1 - first**step))
