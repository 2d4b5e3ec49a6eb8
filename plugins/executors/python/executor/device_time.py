"""Python's clocks, on device seconds: a program that measures itself does the same on every machine."""

import time

from wit_world.imports import clock


def _seconds():
    return clock.elapsed_seconds()


def _nanoseconds():
    return int(clock.elapsed_seconds() * 1e9)


def _sleep(seconds):
    """Nothing happens while a program sleeps, so no device time passes."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")


def install():
    """Puts the clock of the device in the place of Python's."""
    for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time"):
        setattr(time, name, _seconds)
        setattr(time, name + "_ns", _nanoseconds)
    time.sleep = _sleep
