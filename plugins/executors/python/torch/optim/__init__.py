"""`torch.optim`: optimizers and learning-rate schedules."""

from .._missing import absent
from . import lr_scheduler
from .adam import Adam
from .adamw import AdamW
from .one_cycle import OneCycleLR
from .optimizer import Optimizer
from .sgd import SGD

lr_scheduler.OneCycleLR = OneCycleLR

__all__ = ["Adam", "AdamW", "Optimizer", "SGD", "lr_scheduler"]


def __getattr__(name):
    return absent("torch.optim", name, globals())
