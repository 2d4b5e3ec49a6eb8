"""Adam with Nesterov's momentum."""

from .._filling import ones, zeros_like
from ._stepping import Stepping
from .optimizer import check_betas, check_least, check_rate, count, number, scalar_type


class NAdam(Stepping):
    """Dozat 2016: the momentum grows towards `betas[0]` as `momentum_decay` says."""

    _added_later = {**Stepping._added_later, "decoupled_weight_decay": False}

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3,
                 decoupled_weight_decay=False, *, foreach=None, maximize=False, capturable=False,
                 differentiable=False):
        check_rate(lr)
        if not 0.0 <= eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        check_betas(betas)
        check_least("weight_decay", weight_decay)
        check_least("momentum_decay", momentum_decay)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
                                      momentum_decay=momentum_decay, decoupled_weight_decay=decoupled_weight_decay,
                                      maximize=maximize, foreach=foreach, capturable=capturable,
                                      differentiable=differentiable))

    def _begin(self, group, p, state):
        state["step"] = count()
        state["mu_product"] = ones((), dtype=scalar_type())
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
        mu = first * (1.0 - 0.5 * 0.96 ** (step * group["momentum_decay"]))
        mu_next = first * (1.0 - 0.5 * 0.96 ** ((step + 1) * group["momentum_decay"]))
        state["mu_product"] *= mu
        product = state["mu_product"].item()
        state["exp_avg"].lerp_(g, 1 - first)
        state["exp_avg_sq"].mul_(second).addcmul_(g, g, value=1 - second)
        root = state["exp_avg_sq"].div(1 - second**step).sqrt().add(group["eps"])
        p.addcdiv_(g, root, value=-lr * (1.0 - mu) / (1.0 - product))
        p.addcdiv_(state["exp_avg"], root, value=-lr * mu_next / (1.0 - product * mu_next))
