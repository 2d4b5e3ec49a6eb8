"""What a program knows of the house it runs in: its data, its budget, and where it reports to."""

from torch._base import Tensor, wrap
from torch._dtype import int64
from torch._host import host
from wit_world.imports import clock, data
from wit_world.imports import log as _log

_LEVELS = {level.name.lower(): level for level in _log.Level}


class Tokens:
    """A stream of tokens."""

    def __init__(self, name):
        self.name = name
        self._stream = host(data.Tokens.open, name)
        self._length = self._stream.len()
        # One more than the largest token that may occur.
        self.vocabulary = self._stream.vocabulary()

    def __len__(self):
        return self._length

    def windows(self, starts, length):
        """One window of `length` tokens from each of `starts`, wrapping at the end: (starts, length), int64."""
        if isinstance(starts, Tensor):
            starts = starts.tolist()
        count = self._length
        return wrap(host(self._stream.windows, [start % count for start in starts], length), int64)

    def __repr__(self):
        return f"proofhouse.tokens({self.name!r}), {self._length} tokens of {self.vocabulary}"


def tokens(name):
    """The stream of that name; an error that lists those there are, if it is not among them."""
    return Tokens(name)


def elapsed():
    """Device seconds since the program was loaded."""
    return clock.elapsed_seconds()


def deadline():
    """`elapsed()` at which the call that is running will be stopped."""
    return clock.deadline_seconds()


def metric(name, step, value):
    """One point of a curve."""
    _log.metric(str(name), int(step), float(value))


def log(message, level="info"):
    """One line for the trial's log."""
    if level not in _LEVELS:
        raise ValueError(f"level must be one of {', '.join(_LEVELS)}, not {level!r}")
    _log.emit(_LEVELS[level], str(message))
