"""Limited-memory BFGS."""

from .._base import Tensor
from .._functions import FUNCTIONS
from .._grad_mode import enable_grad, record
from ._wolfe import strong_wolfe
from .optimizer import Optimizer, check_rate, number


class LBFGS(Optimizer):
    """Nocedal, Wright 2006, chapter 7. `step` calls the closure several times."""

    def __init__(self, params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9,
                 history_size=100, line_search_fn=None, *, maximize=False):
        check_rate(lr)
        super().__init__(params, dict(
            lr=lr, max_iter=max_iter, max_eval=max_iter * 5 // 4 if max_eval is None else max_eval,
            tolerance_grad=tolerance_grad, tolerance_change=tolerance_change, history_size=history_size,
            line_search_fn=line_search_fn, maximize=maximize))
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    @property
    def _params(self):
        return self.param_groups[0]["params"]

    def _flat_gradient(self):
        flat = FUNCTIONS["cat"]([
            p.new_zeros(p.numel()) if p.grad is None else p.grad.reshape(-1) for p in self._params])
        return flat.neg() if self.param_groups[0]["maximize"] else flat

    def _move(self, step, direction):
        at = 0
        for p in self._params:
            p.add_(direction[at:at + p.numel()].view_as(p), alpha=number(step))
            at += p.numel()

    def _loss(self, closure):
        loss = float(closure())
        return -loss if self.param_groups[0]["maximize"] else loss

    def _evaluate_at(self, closure, start, step, direction):
        """The loss and its gradient `step` along `direction` from `start`, where the parameters are left."""
        self._move(step, direction)
        loss = self._loss(closure)
        gradient = self._flat_gradient()
        for p, value in zip(self._params, start):
            p.copy_(value)
        return loss, gradient

    def step(self, closure):
        """Up to `max_iter` iterations; gives the loss before them."""
        before = record(False)
        try:
            closure = enable_grad()(closure)
            if not self._params:
                return closure()
            return self._minimize(closure, self.param_groups[0], self.state[self._params[0]])
        finally:
            record(before)

    def _minimize(self, closure, group, state):
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        original = closure()
        loss = -float(original) if group["maximize"] else float(original)
        evaluations = 1
        state["func_evals"] += 1
        gradient = self._flat_gradient()
        if gradient.abs().max() <= group["tolerance_grad"]:
            return original
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            self._choose_direction(group, state, gradient)
            if state.get("prev_flat_grad") is None:
                state["prev_flat_grad"] = gradient.clone()
            else:
                state["prev_flat_grad"].copy_(gradient)
            previous = state["prev_loss"] = loss
            direction, lr = state["d"], number(group["lr"])
            state["t"] = min(1.0, (1.0 / gradient.abs().sum()).item()) * lr if state["n_iter"] == 1 else lr
            slope = gradient.dot(direction)
            if slope > -group["tolerance_change"]:
                break
            last = iteration == group["max_iter"]
            loss, gradient, used = self._search(closure, group, state, loss, gradient, slope, evaluations, last)
            evaluations += used
            state["func_evals"] += used
            if (last or evaluations >= group["max_eval"]
                    or gradient.abs().max() <= group["tolerance_grad"]
                    or direction.mul(state["t"]).abs().max() <= group["tolerance_change"]
                    or abs(loss - previous) < group["tolerance_change"]):
                break
        return original

    def _choose_direction(self, group, state, gradient):
        """Sets `state["d"]` from the last `history_size` changes of the parameters and of their gradients."""
        if state["n_iter"] == 1:
            state.update(d=gradient.neg(), old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return
        changes, steps, factors = state["old_dirs"], state["old_stps"], state["ro"]
        y = gradient.sub(state["prev_flat_grad"])
        s = state["d"].mul(state["t"])
        ys = y.dot(s)
        if ys > 1e-10:
            if len(changes) == group["history_size"]:
                for kept in (changes, steps, factors):
                    kept.pop(0)
            changes.append(y)
            steps.append(s)
            factors.append(1.0 / ys)
            state["H_diag"] = ys / y.dot(y)
        weights = state.setdefault("al", [None] * group["history_size"])
        q = gradient.neg()
        for i in range(len(changes) - 1, -1, -1):
            weights[i] = steps[i].dot(q) * factors[i]
            q = q - changes[i] * weights[i]
        d = q * state["H_diag"]
        for i in range(len(changes)):
            d = d + steps[i] * (weights[i] - changes[i].dot(d) * factors[i])
        state["d"] = d

    def _search(self, closure, group, state, loss, gradient, slope, evaluations, last):
        """Moves the parameters; gives the loss and gradient there, and how often the closure was called."""
        direction, search = state["d"], group["line_search_fn"]
        if search is None:
            self._move(state["t"], direction)
            if last:
                return loss, gradient, 0
            loss = self._loss(closure)
            return loss, self._flat_gradient(), 1
        if search != "strong_wolfe":
            raise RuntimeError("only 'strong_wolfe' is supported")
        start = [p.clone() for p in self._params]

        def evaluate(step):
            loss, gradient = self._evaluate_at(closure, start, step, direction)
            return loss, gradient, gradient.dot(direction).item()

        width = direction.abs().max().item()
        loss, gradient, state["t"], used = strong_wolfe(
            evaluate, state["t"], width, loss, gradient.clone(), slope.item() if isinstance(slope, Tensor) else slope,
            most=group["max_eval"] - evaluations)
        self._move(state["t"], direction)
        return loss, gradient, used
