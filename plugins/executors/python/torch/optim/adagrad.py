"""Each parameter's rate falls with the sum of its squared gradients."""

from .._filling import full_like
from ._stepping import Stepping
from .optimizer import check_implementation, check_least, check_rate, count, number


class Adagrad(Stepping):
    """Duchi, Hazan, Singer 2011."""

    _added_later = {"foreach": None, "maximize": False, "differentiable": False, "fused": None}

    def __init__(self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10,
                 foreach=None, *, maximize=False, differentiable=False, fused=None):
        check_rate(lr)
        check_least("lr_decay", lr_decay)
        check_least("weight_decay", weight_decay)
        check_least("initial_accumulator_value", initial_accumulator_value)
        if not 0.0 <= eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        super().__init__(params, dict(lr=lr, lr_decay=lr_decay, eps=eps, weight_decay=weight_decay,
                                      initial_accumulator_value=initial_accumulator_value, foreach=foreach,
                                      maximize=maximize, differentiable=differentiable, fused=fused))
        check_implementation(fused, foreach, differentiable)
        for group in self.param_groups:
            for p in group["params"]:
                self._begin(group, p, self.state[p])

    def share_memory(self):
        """There is one process."""

    def _begin(self, group, p, state):
        state["step"] = count()
        state["sum"] = full_like(p, group["initial_accumulator_value"])

    def _update(self, group, p, g, state):
        state["step"] += 1
        if group["weight_decay"] != 0:
            g = g.add(p, alpha=group["weight_decay"])
        rate = number(group["lr"]) / (1 + (state["step"].item() - 1) * group["lr_decay"])
        state["sum"].addcmul_(g, g, value=1)
        p.addcdiv_(g, state["sum"].sqrt().add(group["eps"]), value=-rate)
