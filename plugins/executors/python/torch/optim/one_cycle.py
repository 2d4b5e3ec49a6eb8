"""The one-cycle schedule."""

import math

from .lr_scheduler import LRScheduler


class OneCycleLR(LRScheduler):
    """Up to `max_lr`, then down to almost nothing, and momentum the other way round."""

    def __init__(self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
                 anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0,
                 final_div_factor=1e4, three_phase=False, last_epoch=-1):
        if three_phase:
            raise NotImplementedError("OneCycleLR(three_phase=True) is not available; three_phase=False is")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
            total_steps = epochs * steps_per_epoch
        self.total_steps, self.anneal_strategy = total_steps, anneal_strategy
        self.cycle = (max_momentum, base_momentum) if cycle_momentum else None
        # The epoch of the peak.
        self.up = float(pct_start * total_steps) - 1
        groups = optimizer.param_groups
        self.peaks = list(max_lr) if isinstance(max_lr, (list, tuple)) else [max_lr] * len(groups)
        self.starts = [peak / div_factor for peak in self.peaks]
        self.ends = [start / final_div_factor for start in self.starts]
        for group, start in zip(groups, self.starts):
            group["initial_lr"] = start
        super().__init__(optimizer, last_epoch)

    def _between(self, start, end, part):
        if self.anneal_strategy == "linear":
            return start + (end - start) * part
        return end + (start - end) / 2.0 * (1 + math.cos(math.pi * part))

    def get_lr(self):
        at = self.last_epoch
        if at > self.total_steps:
            raise ValueError(f"Tried to step {at} times. The specified number of total steps is {self.total_steps}")
        rising = at <= self.up
        part = at / self.up if rising else (at - self.up) / (self.total_steps - 1 - self.up)
        if self.cycle is not None:
            high, low = self.cycle
            momentum = self._between(high, low, part) if rising else self._between(low, high, part)
            for group in self.optimizer.param_groups:
                if "betas" in group:
                    group["betas"] = (momentum, *group["betas"][1:])
                else:
                    group["momentum"] = momentum
        first, last = (self.starts, self.peaks) if rising else (self.peaks, self.ends)
        return [self._between(a, b, part) for a, b in zip(first, last)]
