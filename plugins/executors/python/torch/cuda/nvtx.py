"""`torch.cuda.nvtx`: marks for a profiler that is not there."""

import contextlib


def range_push(msg):
    """Accepted."""
    return -1


def range_pop():
    """Accepted."""
    return -1


def mark(msg):
    """Accepted."""


@contextlib.contextmanager
def range(msg, *args, **kwargs):
    """Accepted."""
    yield
