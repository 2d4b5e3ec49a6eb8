"""Functions of whole numbers and of the bits of fractions, computed one by one."""

import itertools
import math
import struct

from ._arithmetic import common, of_tensors
from ._dtype import bfloat16, bool_, float16, float32, float64
from ._numbers import as_tensor_operand, create, integers, limits
from ._broadcasting import broadcast_tensors


def _each(function, a, b, kind):
    """`function` of each pair of elements of two operands, broadcast."""
    a, b = broadcast_tensors(as_tensor_operand(a, kind), as_tensor_operand(b, kind))
    pairs = zip(a.flatten().tolist(), b.flatten().tolist())
    values = [function(x, y) for x, y in pairs]
    if not kind.is_floating_point:
        low, high = limits(kind)
        values = [(value - low) % (high - low + 1) + low for value in values]
    return create(values, list(a.shape), kind)


def _of_integers(name, function):
    def operation(input, other):
        kind = common(name, input, other)
        if kind.is_floating_point or kind is bool_:
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{kind.title}'")
        return _each(function, input, other, kind)

    operation.__doc__ = f"Elementwise {name}."
    return of_tensors(operation, name)


gcd = _of_integers("gcd", math.gcd)
lcm = _of_integers("lcm", math.lcm)


def _next(number, whole):
    """The step from `x` towards `y` among the fractions whose bits `number` reads and `whole` reads as an integer."""

    def step(x, y):
        if x != x or y != y:
            return math.nan
        if x == y:
            return y
        if x == 0:
            return math.copysign(struct.unpack(number, struct.pack(whole, 1))[0], y)
        bits = struct.unpack(whole, struct.pack(number, x))[0]
        return struct.unpack(number, struct.pack(whole, bits + (1 if (y > x) == (x > 0) else -1)))[0]

    return step


def _next_bfloat16(x, y):
    """A bfloat16 is the upper half of a float32."""
    if x != x or y != y or x == y:
        return y if x == y else math.nan
    if x == 0:
        return math.copysign(2.0**-133, y)
    bits = struct.unpack("<I", struct.pack("<f", x))[0]
    return struct.unpack("<f", struct.pack("<I", bits + (1 << 16 if (y > x) == (x > 0) else -(1 << 16))))[0]


_STEPS = {float32: _next("<f", "<I"), float64: _next("<d", "<Q"), float16: _next("<e", "<H"), bfloat16: _next_bfloat16}


def _nextafter(input, other):
    """The fraction next to `input` in the direction of `other`."""
    kind = common("nextafter", input, other)
    if kind not in _STEPS:
        raise NotImplementedError(f"\"nextafter_cpu\" not implemented for '{kind.title}'")
    return _each(_STEPS[kind], input, other, kind)


nextafter = of_tensors(_nextafter, "nextafter")


def cartesian_prod(*tensors):
    """All combinations of one element of each vector, one row each."""
    from ._joining import meshgrid, stack

    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tensors[0]
    for x in tensors:
        if x.dim() != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(x.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return stack([grid.flatten() for grid in meshgrid(*tensors, indexing="ij")], -1)


def combinations(input, r=2, with_replacement=False):
    """All choices of `r` elements of a vector, one row each."""
    if input.dim() != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = list(choose(range(input.shape[0]), r))
    return input.index_select(0, integers(at for row in rows for at in row)).reshape(len(rows), r)
