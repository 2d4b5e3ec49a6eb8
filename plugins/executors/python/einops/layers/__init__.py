"""Layers of patterns."""

from . import torch  # noqa: F401
