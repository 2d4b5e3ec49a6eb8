"""`numpy.random`: the old functions over one generator, `RandomState`, `default_rng` and `Generator`.

The same seeds give NumPy's own numbers.
"""

from .._missing import absent
from ._bits import MT19937, PCG64, SeedSequence  # noqa: F401
from ._generator import Generator, default_rng  # noqa: F401
from ._legacy import RandomState

BitGenerator = (MT19937, PCG64)
_state = RandomState()

globals().update({name: getattr(_state, name) for name in dir(RandomState) if not name.startswith("_")})


def __getattr__(name):
    return absent("numpy.random", name, globals())
