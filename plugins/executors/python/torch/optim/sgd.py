"""Stochastic gradient descent, with momentum."""

from ._stepping import Stepping
from .optimizer import check_implementation, check_rate, number


class SGD(Stepping):
    """p ← p - lr * gradient, or by the buffer in which gradients gather."""

    _added_later = {"nesterov": False, "maximize": False, "foreach": None, "differentiable": False, "fused": False}

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False,
                 foreach=None, differentiable=False, fused=None):
        check_rate(lr)
        for name, value in (("momentum", momentum), ("weight_decay", weight_decay)):
            if value < 0.0:
                raise ValueError(f"Invalid {name} value: {value}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                                      nesterov=nesterov, maximize=maximize, foreach=foreach,
                                      differentiable=differentiable, fused=fused))
        check_implementation(fused, foreach, differentiable)

    def _state_of(self, group, p):
        # Without momentum nothing is remembered, and nothing shows in `state`.
        return self.state[p] if group["momentum"] else {}

    def _begin(self, group, p, state):
        if group["momentum"]:
            state["momentum_buffer"] = None

    def _update(self, group, p, g, state):
        momentum = group["momentum"]
        if group["weight_decay"] != 0:
            g = g.add(p, alpha=number(group["weight_decay"]))
        if momentum:
            buffer = state["momentum_buffer"]
            if buffer is None:
                buffer = state["momentum_buffer"] = g.detach().clone()
            else:
                buffer.mul_(momentum).add_(g, alpha=1 - group["dampening"])
            g = g.add(buffer, alpha=momentum) if group["nesterov"] else buffer
        p.add_(g, alpha=-number(group["lr"]))
