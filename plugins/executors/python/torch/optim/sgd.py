"""Stochastic gradient descent."""

from .._grad_mode import no_grad
from .optimizer import Optimizer, closure_loss


class SGD(Optimizer):
    """With momentum, dampening, Nesterov's look-ahead and weight decay, as PyTorch computes them."""

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False,
                 foreach=None, differentiable=False, fused=None):
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if momentum < 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                                      nesterov=nesterov, maximize=maximize))

    @no_grad()
    def step(self, closure=None):
        """One update of every parameter that has a gradient."""
        loss = closure_loss(closure)
        for group in self.param_groups:
            momentum, decay = group["momentum"], group["weight_decay"]
            for p in group["params"]:
                g = p.grad
                if g is None:
                    continue
                if group["maximize"]:
                    g = -g
                if decay:
                    g = g.add(p, alpha=decay)
                if momentum:
                    state = self.state[p]
                    buffer = state.get("momentum_buffer")
                    if buffer is None:
                        buffer = g.clone()
                    else:
                        buffer = buffer * momentum + g * (1 - group["dampening"])
                    state["momentum_buffer"] = buffer
                    g = g + buffer * momentum if group["nesterov"] else buffer
                p.sub_(g * group["lr"])
        return loss
