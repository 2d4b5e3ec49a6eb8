"""`Generator`: NumPy's new generator, over PCG64."""

import math

from .._making import asarray
from .._types import BY_NAME, float64_d, named
from ._bits import PCG64
from ._drawing import Drawing, extents, filled, spread
from ._ziggurat import normal


class Generator(Drawing):
    """Random numbers of PCG64."""

    def __init__(self, bit_generator):
        self._bits = bit_generator

    @property
    def bit_generator(self):
        return self._bits

    def __repr__(self):
        return f"Generator({type(self._bits).__name__})"

    def spawn(self, n_children):
        """Other generators, independent of each other."""
        return [Generator(type(self._bits)(seed)) for seed in self._bits.seed_seq.spawn(n_children)]

    def _below(self, limit):
        return self._bits.masked(limit) if limit else 0

    def _uniforms(self, count):
        return [self._bits.double() for _ in range(count)]

    def random(self, size=None, dtype=float, out=None):
        """Numbers in [0, 1)."""
        kind = named(dtype)
        made = filled(self._bits.single if kind is BY_NAME["float32"] else self._bits.double,
                      size if out is None else out.shape, kind)
        if out is not None:
            out[...] = made
            return out
        return made

    def integers(self, low, high=None, size=None, dtype=int, endpoint=False):
        """Whole numbers from `low` (included) to `high` (excluded, unless it is the `endpoint`)."""
        return self._whole_numbers(low, high, size, dtype, endpoint, False)

    def _gauss(self):
        return normal(self._bits)

    def standard_normal(self, size=None, dtype=float, out=None):
        """Normal numbers."""
        if named(dtype) is not float64_d:
            raise NotImplementedError(
                "standard_normal of float32 is not available; the nearest is standard_normal().astype")
        return filled(self._gauss, size)

    def normal(self, loc=0.0, scale=1.0, size=None):
        """Normal numbers around `loc`."""
        if not getattr(scale, "ndim", 0) and not isinstance(scale, (list, tuple)) and scale < 0:
            raise ValueError("scale < 0")
        return spread(lambda mean, deviation: mean + deviation * self._gauss(), size, loc, scale)

    def lognormal(self, mean=0.0, sigma=1.0, size=None):
        """Numbers whose logarithm is normal."""
        return spread(lambda m, s: math.exp(m + s * self._gauss()), size, mean, sigma)

    def uniform(self, low=0.0, high=1.0, size=None):
        """Numbers from `low` to `high`."""
        return spread(lambda a, b: a + (b - a) * self._bits.double(), size, low, high)

    def permuted(self, x, axis=None, out=None):
        raise NotImplementedError("Generator.permuted is not available; the nearest is Generator.permutation")

    def shuffle(self, x, axis=0):
        """In-place: the parts along an axis in random order."""
        super().shuffle(x, axis)

    def choice(self, a, size=None, replace=True, p=None, axis=0, shuffle=True):
        """Elements of `a`, or numbers below it."""
        source, count, wanted = self._choices(a, size, axis)
        if p is not None:
            p = self._weighted(count, p, replace, 1)
        if replace:
            if p is not None:
                places = self._by_chance(p, wanted)
            else:
                places = asarray(self.integers(0, count, size=extents(size) or [1])).ravel().tolist()
        else:
            if wanted > count:
                raise ValueError("Cannot take a larger sample than population when replace is False")
            places = self._by_chance_once(p, wanted) if p is not None else self._sample(count, wanted, shuffle)
        return self._chosen(source, places, size, axis)

    def _sample(self, count, wanted, shuffle):
        """Different numbers below `count`: the end of a shuffle where many are wanted, else by Floyd's method."""
        if count > 10000 and wanted > count // (50 if shuffle else 20):
            return self._order(count, max(count - wanted, 1), self._bits.multiplied)[count - wanted :]
        seen, places = set(), []
        for last in range(count - wanted, count):
            value = self._bits.multiplied(last)
            value = last if value in seen else value
            seen.add(value)
            places.append(value)
        if shuffle:
            for place in range(wanted - 1, 0, -1):
                other = self._bits.multiplied(place)
                places[place], places[other] = places[other], places[place]
        return places

    def bytes(self, length):
        """Random bytes."""
        words = -(-length // 4)
        return b"".join(self._bits.next32().to_bytes(4, "little") for _ in range(words))[:length]

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotImplementedError(f"Generator.{name} is not available in this sandbox; the nearest is "
                                  "random.RandomState, or torch.distributions")


def default_rng(seed=None):
    """A generator of the stream of `seed`."""
    if isinstance(seed, Generator):
        return seed
    if isinstance(seed, PCG64):
        return Generator(seed)
    if hasattr(seed, "tolist"):
        seed = seed.tolist()
    return Generator(PCG64(seed))
