"""Where PyTorch keeps the functions that make batches."""

from . import collate

__all__ = ["collate"]
