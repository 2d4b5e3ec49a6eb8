"""`torch.random`."""

from ._creation import manual_seed
from ._generator import default_generator, initial_seed

__all__ = ["default_generator", "initial_seed", "manual_seed"]
