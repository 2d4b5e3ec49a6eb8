"""What `RandomState` and `Generator` have in common: sizes, limits, choice and order."""

import operator

import torch
from torch._numbers import create

from .._choosing import searchsorted, take
from .._making import array, asarray, from_values
from .._joining import broadcast_arrays
from .._ndarray import ndarray, wrapped
from .._ordering import unique
from .._reducing import cumsum
from .._scalars import scalar
from .._types import float64_d, int64_d, limits, named


def extents(size):
    """`size` as a shape; None for a single number."""
    if size is None:
        return None
    return [operator.index(size)] if hasattr(size, "__index__") else [operator.index(n) for n in size]


def count_of(shape):
    """How many elements there are."""
    count = 1
    for extent in shape or ():
        count *= extent
    return count


def filled(draw, size, kind=float64_d):
    """An array of what `draw()` gives; one number without a size."""
    shape = extents(size)
    if shape is None:
        return draw() if kind is float64_d else scalar(draw(), kind)
    return of_list([draw() for _ in range(count_of(shape))], shape, kind)


def of_list(values, shape, kind=float64_d):
    """An array of Python numbers that `kind` holds."""
    return wrapped(create(values, list(shape), kind.held), kind)


def spread(draw, size, *parameters):
    """`draw(*numbers)` for parameters that may be arrays."""
    if all(not getattr(value, "ndim", 0) and not isinstance(value, (list, tuple)) for value in parameters):
        numbers = [float(value) for value in parameters]
        return filled(lambda: draw(*numbers), size)
    arrays = [asarray(value) for value in parameters]
    if size is not None:
        from .._making import zeros

        arrays.append(zeros(extents(size)))
    arrays = broadcast_arrays(*arrays)
    rows = zip(*[a.ravel().tolist() for a in arrays[: len(parameters)]])
    return from_values([draw(*map(float, row)) for row in rows], list(arrays[0].shape), float64_d)


class Drawing:
    """Draws that both kinds of generators make in the same way, each with its own bits."""

    def _below(self, limit):
        """From 0 to `limit`, both included."""
        raise NotImplementedError

    def _uniforms(self, count):
        raise NotImplementedError

    def _whole_numbers(self, low, high, size, dtype, closed, masked):
        """Whole numbers from `low` to `high`."""
        kind = named(int if dtype is None else dtype)
        if high is None:
            low, high = 0, low
        if getattr(low, "ndim", 0) or getattr(high, "ndim", 0) or isinstance(low, list) or isinstance(high, list):
            return self._each_whole(low, high, size, kind, closed, masked)
        low, high = int(low), int(high) if closed else int(high) - 1
        if low > high:
            raise ValueError("low > high" if closed else "high <= 0" if not low else "low >= high")
        smallest, largest = (0, 1) if kind.kind == "b" else limits(kind)
        if low < smallest:
            raise ValueError(f"low is out of bounds for {kind.name}")
        if high > largest:
            raise ValueError(f"high is out of bounds for {kind.name}")
        bits, span = self._bits, high - low
        if kind.itemsize <= 2:
            bits.forget_pieces()
            width = 8 * kind.itemsize
            return filled(lambda: low + bits.small(span, width, masked), size, kind)
        below = bits.masked if masked else bits.multiplied
        return filled(lambda: low + below(span), size, kind)

    def _each_whole(self, low, high, size, kind, closed, masked):
        lows, highs = broadcast_arrays(asarray(low), asarray(high), *([] if size is None else [
            wrapped(torch.zeros(extents(size)))]))[:2]
        below = self._bits.masked if masked else self._bits.multiplied
        values = []
        for first, last in zip(lows.ravel().tolist(), highs.ravel().tolist()):
            if last - (not closed) < first:
                raise ValueError("low >= high")
            values.append(first + below(last - (not closed) - first))
        return from_values(values, list(lows.shape), kind)

    def _order(self, count, first=1, below=None):
        """0 … count - 1 in random order; only the places from `first` on are drawn for."""
        order, below = list(range(count)), below or self._below
        for place in range(count - 1, first - 1, -1):
            other = below(place)
            order[place], order[other] = order[other], order[place]
        return order

    def shuffle(self, x, axis=0):
        """In-place: the parts along the first axis in random order."""
        if isinstance(x, list):
            for place in range(len(x) - 1, 0, -1):
                other = self._below(place)
                x[place], x[other] = x[other], x[place]
            return
        moved = asarray(x._t if isinstance(x, ndarray) else x).swapaxes(0, axis)
        order = self._order(moved.shape[0])
        shuffled = take(moved, order, 0).swapaxes(0, axis)
        if isinstance(x, ndarray):
            x[...] = wrapped(shuffled._t, x.dtype)
        else:
            x.copy_(shuffled._t)

    def permutation(self, x, axis=0):
        """The parts along an axis in random order; of a number, those below it."""
        if hasattr(x, "__index__") and not getattr(x, "ndim", 0):
            return array(self._order(operator.index(x)), dtype=int64_d)
        x = asarray(x)
        return take(x, self._order(x.shape[axis]), axis)

    def _weighted(self, count, p, replace, total):
        """Places by their probabilities."""
        # NumPy allows for the rounding of float32.
        slack = 3.5e-4 if getattr(p, "dtype", None) == "float32" else 1.5e-8
        p = asarray(p).astype(float64_d)
        if p.size != count:
            raise ValueError("a and p must have same size" if total is not None else "'a' and 'p' must have same size")
        if bool((p < 0).any()):
            raise ValueError(
    "probabilities are not non-negative" if total is None else "Probabilities are not non-negative")
        if abs(float(p.sum()) - 1.0) > slack:
            raise ValueError("probabilities do not sum to 1" if total is None else "Probabilities do not sum to 1. "
                             "See Notes "
                             "section of docstring for more information.")
        return p

    def _by_chance(self, p, count):
        chances = cumsum(p)
        chances = chances / chances[-1]
        drawn = from_values(self._uniforms(count), [count], float64_d)
        return asarray(searchsorted(chances, drawn, "right")).tolist()

    def _by_chance_once(self, p, count):
        """Places by their probabilities, each at most once."""
        if int((p > 0).sum()) < count:
            raise ValueError("Fewer non-zero entries in p than size")
        p, found = p.copy(), []
        while len(found) < count:
            if found:
                p[array(found)] = 0.0
            new = self._by_chance(p, count - len(found))
            first = sorted(unique(array(new), return_index=True)[1].tolist())
            found += [new[place] for place in first]
        return found

    def _choices(self, a, size, axis):
        """What is chosen from, how many there are, and how many are wanted."""
        if hasattr(a, "__index__") and not getattr(a, "ndim", 0):
            count, source = operator.index(a), None
            if count <= 0 and count_of(extents(size)):
                raise ValueError("a must be greater than 0 unless no samples are taken")
        elif isinstance(a, (list, tuple)) and a and isinstance(a[0], str):
            raise NotImplementedError("choice among texts is not available; the nearest is a[choice(len(a))]")
        else:
            source = asarray(a)
            count = source.shape[axis]
            if not count and count_of(extents(size)):
                raise ValueError("'a' cannot be empty unless no samples are taken")
        return source, count, count_of(extents(size))

    def _chosen(self, source, places, size, axis):
        shape = extents(size)
        if shape is None:
            if source is None:
                return int(places[0])
            return source[places[0]] if axis == 0 else take(source, places[0], axis)
        index = array(places, dtype=int64_d).reshape(shape)
        return index if source is None else take(source, index, axis)
