"""Adam, whose weight decay is part of the gradient."""

from .._grad_mode import no_grad
from .adamw import AdamW


class Adam(AdamW):
    """arXiv 1412.6980. Without weight decay its update is that of AdamW."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *,
                 foreach=None, maximize=False, capturable=False, differentiable=False, fused=None,
                 decoupled_weight_decay=False):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = decoupled_weight_decay

    @no_grad()
    def step(self, closure=None):
        """One update of every parameter that has a gradient."""
        coupled = [g for g in self.param_groups if g["weight_decay"] and not g.get("decoupled_weight_decay")]
        if not coupled:
            return super().step(closure)
        if closure is not None:
            raise NotImplementedError("Adam.step with a closure and weight decay is not available; without either it is")
        kept = [(group, group["weight_decay"], [p.grad for p in group["params"]]) for group in coupled]
        try:
            for group, decay, _ in kept:
                sign = -decay if group["maximize"] else decay
                for p in group["params"]:
                    if p.grad is not None:
                        p.grad = p.grad.add(p, alpha=sign)
                group["weight_decay"] = 0.0
            return super().step()
        finally:
            for group, decay, gradients in kept:
                group["weight_decay"] = decay
                for p, gradient in zip(group["params"], gradients):
                    p.grad = gradient
