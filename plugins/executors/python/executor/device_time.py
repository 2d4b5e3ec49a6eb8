"""Python's clocks, on device seconds: a program that measures itself does the same on every machine."""

import time

from wit_world.imports import clock


def _seconds():
    return clock.elapsed_seconds()


def _nanoseconds():
    return int(clock.elapsed_seconds() * 1e9)


def install():
    """Puts the clock of the device in the place of Python's. `time.sleep` is Python's own: WASI lets device time pass."""
    for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time"):
        setattr(time, name, _seconds)
        setattr(time, name + "_ns", _nanoseconds)
