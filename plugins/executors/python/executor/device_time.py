"""Python's clocks, on device seconds: a program that measures itself does the same on every machine."""

import time

from wit_world.imports import clock

# What the wall clock shows when a program starts: 2026-01-01T00:00:00Z.
_EPOCH = 1_767_225_600


def _seconds():
    return clock.elapsed_seconds()


def _nanoseconds():
    return int(clock.elapsed_seconds() * 1e9)


def _date():
    """The same second as `datetime` and WASI's wall clock: a program's archives and logs have a date."""
    return _EPOCH + clock.elapsed_seconds()


def install():
    """Puts the clock of the device in the place of Python's. `time.sleep` is Python's own: WASI lets device time pass."""
    time.time, time.time_ns = _date, lambda: _EPOCH * 10**9 + _nanoseconds()
    for name in ("monotonic", "perf_counter", "process_time", "thread_time"):
        setattr(time, name, _seconds)
        setattr(time, name + "_ns", _nanoseconds)
