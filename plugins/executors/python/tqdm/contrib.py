"""The same bar, around other functions."""

from ._bar import tenumerate  # noqa: F401
