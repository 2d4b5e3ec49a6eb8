"""Averaged stochastic gradient descent."""

from .._filling import zeros_like
from ._stepping import Stepping
from .optimizer import check_least, check_rate, count, number


class ASGD(Stepping):
    """Polyak, Juditsky 1992: the average of the parameters from step `t0` on is in `state["ax"]`."""

    def __init__(self, params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0, foreach=None, maximize=False,
                 differentiable=False, capturable=False):
        check_rate(lr)
        check_least("lambd", lambd)
        check_least("alpha", alpha)
        check_least("weight_decay", weight_decay)
        super().__init__(params, dict(lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay,
                                      foreach=foreach, maximize=maximize, differentiable=differentiable,
                                      capturable=capturable))

    def _begin(self, group, p, state):
        state["step"], state["eta"], state["mu"] = count(), count(number(group["lr"])), count(1.0)
        state["ax"] = zeros_like(p)

    def _update(self, group, p, g, state):
        lambd, lr = group["lambd"], number(group["lr"])
        state["step"] += 1
        step, eta = state["step"].item(), state["eta"].item()
        if group["weight_decay"] != 0:
            g = g.add(p, alpha=group["weight_decay"])
        p.mul_(1 - lambd * eta)
        p.add_(g, alpha=-eta)
        mu = state["mu"].item()
        if mu != 1:
            state["ax"].add_(p.sub(state["ax"]).mul_(mu))
        else:
            state["ax"].copy_(p)
        state["eta"].fill_(lr / (1 + lambd * lr * step) ** group["alpha"])
        state["mu"].fill_(1 / max(1, step - group["t0"]))
