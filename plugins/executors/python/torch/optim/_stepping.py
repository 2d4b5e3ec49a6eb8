"""What the optimizers share that update one parameter after another."""

from .._base import Tensor
from .._grad_mode import record
from .optimizer import Optimizer, closure_loss, count


class Stepping(Optimizer):
    """An optimizer that updates one parameter after another: subclasses have `_begin` and `_update`."""

    def step(self, closure=None):
        """One update of every parameter that has a gradient."""
        before = record(bool(self.defaults.get("differentiable")))
        try:
            loss = closure_loss(closure)
            for group in self.param_groups:
                for p in group["params"]:
                    g = p.grad
                    if g is None:
                        continue
                    state = self._state_of(group, p)
                    if not state:
                        self._begin(group, p, state)
                    self._update(group, p, -g if group.get("maximize") else g, state)
            return loss
        finally:
            record(before)

    def _state_of(self, group, p):
        return self.state[p]

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in self._added_later.items():
                group.setdefault(name, value)
            for p in group["params"]:
                known = self.state.get(p)
                if known and "step" in known and not isinstance(known["step"], Tensor):
                    known["step"] = count(known["step"])

    # Settings that state from older versions lacks.
    _added_later = {"foreach": None, "maximize": False, "differentiable": False, "capturable": False}
