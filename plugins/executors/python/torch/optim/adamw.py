"""Adam with decoupled weight decay, all parameters in one host call."""

from .._grad_mode import no_grad
from .._host import Err, optimizers, raised
from .._views import show
from .optimizer import Optimizer, closure_loss

_Hyper = optimizers.Adamw


class AdamW(Optimizer):
    """arXiv 1711.05101. The moments stay on the host."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *,
                 maximize=False, foreach=None, capturable=False, differentiable=False, fused=None):
        check_settings(lr, betas, eps, weight_decay)
        if amsgrad:
            raise NotImplementedError("AdamW(amsgrad=True) is not available; amsgrad=False is")
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=False,
                                      maximize=maximize))
        self._moments = optimizers.AdamwState()

    @no_grad()
    def step(self, closure=None):
        """One update of every parameter that has a gradient."""
        loss = closure_loss(closure)
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if not params:
                continue
            gradients = [-p.grad if group["maximize"] else p.grad for p in params]
            first, second = group["betas"]
            hyper = _Hyper(float(group["lr"]), float(first), float(second), float(group["eps"]),
                           float(group["weight_decay"]))
            try:
                self._moments.step(params, gradients, hyper)
            except Err as err:
                raise raised(err) from None
            for p in params:
                show(p, None)
        return loss

    def state_dict(self):
        raise NotImplementedError("AdamW.state_dict is not available: its moments stay on the host; SGD's is")


def check_settings(lr, betas, eps, weight_decay):
    """Refuses settings outside their ranges."""
    if not 0.0 <= lr:
        raise ValueError(f"Invalid learning rate: {lr}")
    if not 0.0 <= eps:
        raise ValueError(f"Invalid epsilon value: {eps}")
    for place, beta in enumerate(betas):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {place}: {beta}")
    if not 0.0 <= weight_decay:
        raise ValueError(f"Invalid weight_decay value: {weight_decay}")
