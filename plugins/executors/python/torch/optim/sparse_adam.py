"""`SparseAdam`: for gradients that a sandbox has not."""

from .optimizer import Optimizer


class SparseAdam(Optimizer):
    """Absent: gradients are dense here."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, maximize=False):
        raise NotImplementedError("torch.optim.SparseAdam is not available; the nearest is torch.optim.Adam")


__all__ = ["SparseAdam"]
