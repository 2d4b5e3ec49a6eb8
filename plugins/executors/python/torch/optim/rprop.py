"""Steps by the sign of the gradient alone."""

from .._filling import full_like, zeros_like
from ._stepping import Stepping
from .optimizer import check_rate, count, number


class Rprop(Stepping):
    """Riedmiller, Braun 1993: a step grows while its gradient keeps its sign, and shrinks when it changes."""

    def __init__(self, params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), *, capturable=False, foreach=None,
                 maximize=False, differentiable=False):
        check_rate(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        super().__init__(params, dict(lr=lr, etas=etas, step_sizes=step_sizes, foreach=foreach, maximize=maximize,
                                      differentiable=differentiable, capturable=capturable))

    def _begin(self, group, p, state):
        state["step"] = count()
        state["prev"], state["step_size"] = zeros_like(p), full_like(p, number(group["lr"]))

    def _update(self, group, p, g, state):
        shrink, grow = group["etas"]
        least, most = group["step_sizes"]
        state["step"] += 1
        sign = g.mul(state["prev"]).sign()
        turned = sign.lt(0)
        factor = full_like(sign, 1.0).masked_fill(sign.gt(0), grow).masked_fill(turned, shrink)
        state["step_size"].mul_(factor).clamp_(least, most)
        g = g.masked_fill(turned, 0)
        p.addcmul_(g.sign(), state["step_size"], value=-1)
        state["prev"].copy_(g)
