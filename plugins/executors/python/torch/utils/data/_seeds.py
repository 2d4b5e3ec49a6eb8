"""The random numbers of loading: seeds from a generator, and a stream of its own for each worker."""

import contextlib
import random

from ..._dtype import int64
from ..._filling import empty
from ..._generator import Generator, default_generator


def drawn_seed(generator):
    """A seed drawn from `generator`, or from the default one."""
    return int(empty((), dtype=int64).random_(generator=generator).item())


class WorkerStreams:
    """What a worker process would draw from: `torch`'s default generator and the module `random`, seeded by `seed`."""

    def __init__(self, seed):
        generator = Generator()
        generator.manual_seed(seed)
        self._kept = (generator._seed, generator.stream)
        self._random = random.Random(seed).getstate()

    @contextlib.contextmanager
    def in_place(self):
        """Draws come from these streams until the end."""
        before, before_random = (default_generator._seed, default_generator.stream), random.getstate()
        default_generator._seed, default_generator._stream = self._kept
        random.setstate(self._random)
        try:
            yield
        finally:
            self._kept, self._random = (default_generator._seed, default_generator._stream), random.getstate()
            default_generator._seed, default_generator._stream = before
            random.setstate(before_random)
