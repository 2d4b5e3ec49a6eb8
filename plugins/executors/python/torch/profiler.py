"""`torch.profiler`: accepted; nothing is measured here, and a program that asks for what was measured is told so."""

import contextlib
import enum

from ._missing import absent


class ProfilerActivity(enum.Enum):
    """What could be measured."""

    CPU = 0
    XPU = 1
    CUDA = 2


class ProfilerAction(enum.Enum):
    """What a schedule says of a step."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


class record_function(contextlib.ContextDecorator):
    """Names what is done within it."""

    def __init__(self, name, args=None):
        self.name = name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class profile(contextlib.ContextDecorator):
    """Measures nothing."""

    def __init__(self, *arguments, **options):
        self.step_num = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def start(self):
        """Accepted."""

    stop = start

    def step(self):
        """The next step."""
        self.step_num += 1

    def _absent(self, *arguments, **options):
        raise NotImplementedError("torch.profiler measures nothing in a sandbox; time.perf_counter tells seconds")

    key_averages = export_chrome_trace = export_stacks = events = table = total_average = _absent


def schedule(*, wait, warmup, active, repeat=0, skip_first=0, skip_first_wait=0):
    """The action of each step."""

    def action(step):
        if step < skip_first:
            return ProfilerAction.NONE
        step -= skip_first
        cycle = wait + warmup + active
        if repeat > 0 and step // cycle >= repeat:
            return ProfilerAction.NONE
        place = step % cycle
        if place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if place < cycle - 1 else ProfilerAction.RECORD_AND_SAVE

    return action


def tensorboard_trace_handler(dir_name, worker_name=None, use_gzip=False):
    """Nothing is written."""
    return lambda profiler: None


def supported_activities():
    """None."""
    return set()


def __getattr__(name):
    return absent("torch.profiler", name, globals())
