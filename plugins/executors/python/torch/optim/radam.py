"""Adam whose first steps are rectified."""

from .._filling import zeros_like
from ._stepping import Stepping
from .optimizer import check_betas, check_least, check_rate, count, number


class RAdam(Stepping):
    """arXiv 1908.03265: plain momentum until the variance of the second moment can be told."""

    _added_later = {**Stepping._added_later, "decoupled_weight_decay": False}

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled_weight_decay=False, *,
                 foreach=None, maximize=False, capturable=False, differentiable=False):
        check_rate(lr)
        if not 0.0 <= eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        check_betas(betas)
        check_least("weight_decay", weight_decay)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize,
                                      foreach=foreach, capturable=capturable,
                                      decoupled_weight_decay=decoupled_weight_decay, differentiable=differentiable))

    def _begin(self, group, p, state):
        state["step"] = count()
        state["exp_avg"], state["exp_avg_sq"] = zeros_like(p), zeros_like(p)

    def _update(self, group, p, g, state):
        first, second = group["betas"]
        lr, decay = number(group["lr"]), group["weight_decay"]
        state["step"] += 1
        step = state["step"].item()
        if decay != 0:
            if group["decoupled_weight_decay"]:
                p.mul_(1 - lr * decay)
            else:
                g = g.add(p, alpha=decay)
        state["exp_avg"].lerp_(g, 1 - first)
        state["exp_avg_sq"].mul_(second).addcmul_(g, g, value=1 - second)
        rest = 1 - second**step
        update = state["exp_avg"] / (1 - first**step) * lr
        # The length of the averages, at the end and now.
        longest = 2 / (1 - second) - 1
        length = longest - 2 * step * second**step / rest
        if length > 5.0:
            rectified = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) ** 0.5
            update = update * (rest**0.5 / state["exp_avg_sq"].sqrt().add(group["eps"])) * rectified
        p.add_(update, alpha=-1.0)
