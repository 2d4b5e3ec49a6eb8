"""Adam with the largest gradient in place of the second moment."""

from .._filling import zeros_like
from .._arithmetic import maximum
from ._stepping import Stepping
from .optimizer import check_betas, check_least, check_rate, count, number


class Adamax(Stepping):
    """arXiv 1412.6980, section 7."""

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, foreach=None, *, maximize=False,
                 differentiable=False, capturable=False):
        check_rate(lr)
        if not 0.0 <= eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        check_betas(betas)
        check_least("weight_decay", weight_decay)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=foreach,
                                      maximize=maximize, differentiable=differentiable, capturable=capturable))

    def _begin(self, group, p, state):
        state["step"] = count()
        state["exp_avg"], state["exp_inf"] = zeros_like(p), zeros_like(p)

    def _update(self, group, p, g, state):
        first, second = group["betas"]
        state["step"] += 1
        if group["weight_decay"] != 0:
            g = g.add(p, alpha=group["weight_decay"])
        state["exp_avg"].lerp_(g, 1 - first)
        largest = state["exp_inf"]
        largest.copy_(maximum(largest.mul(second), g.abs().add(group["eps"])))
        p.addcdiv_(state["exp_avg"], largest, value=-number(group["lr"]) / (1 - first ** state["step"].item()))
