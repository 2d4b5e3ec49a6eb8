"""Gradients divided by the root of their mean square."""

from .._filling import zeros_like
from ._stepping import Stepping
from .optimizer import check_least, check_rate, count, number


class RMSprop(Stepping):
    """Hinton's lecture 6e; `centered` as arXiv 1308.0850 has it."""

    _added_later = {**Stepping._added_later, "momentum": 0, "centered": False}

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False,
                 capturable=False, foreach=None, maximize=False, differentiable=False):
        check_rate(lr)
        if not 0.0 <= eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        check_least("momentum", momentum)
        check_least("weight_decay", weight_decay)
        check_least("alpha", alpha)
        super().__init__(params, dict(lr=lr, momentum=momentum, alpha=alpha, eps=eps, centered=centered,
                                      weight_decay=weight_decay, capturable=capturable, foreach=foreach,
                                      maximize=maximize, differentiable=differentiable))

    def _begin(self, group, p, state):
        state["step"] = count()
        state["square_avg"] = zeros_like(p)
        if group["momentum"] > 0:
            state["momentum_buffer"] = zeros_like(p)
        if group["centered"]:
            state["grad_avg"] = zeros_like(p)

    def _update(self, group, p, g, state):
        alpha, lr, mean = group["alpha"], number(group["lr"]), state["square_avg"]
        state["step"] += 1
        if group["weight_decay"] != 0:
            g = g.add(p, alpha=group["weight_decay"])
        mean.mul_(alpha).addcmul_(g, g, value=1 - alpha)
        if group["centered"]:
            center = state["grad_avg"].lerp_(g, 1 - alpha)
            mean = mean.addcmul(center, center, value=-1)
        root = mean.sqrt().add(group["eps"])
        if group["momentum"] > 0:
            p.add_(state["momentum_buffer"].mul_(group["momentum"]).addcdiv_(g, root), alpha=-lr)
        else:
            p.addcdiv_(g, root, value=-lr)
