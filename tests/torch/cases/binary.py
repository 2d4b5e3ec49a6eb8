"""Functions of two or three broadcast tensors."""

import torch

from trial.operator import Operator, several


def broadcast(g):
    """Two shapes that go together."""
    shape = g.any_shape()
    other = tuple(1 if g.integer(0, 3) == 0 else size for size in shape)
    return g.choice([(shape, shape), (shape, other), (other, shape), (shape, shape[1:]), (shape, ())])


def pair(low=-3, high=3, low2=None, high2=None):
    def make(g):
        first, second = broadcast(g)
        x = g.any(first, low, high)
        if g.index == 3 and g.integer(0, 1):
            return x, x
        return x, g.any(second, low if low2 is None else low2, high if high2 is None else high2)

    return make


def floats(low=-3, high=3, low2=None, high2=None):
    def make(g):
        first, second = broadcast(g)
        x = g.floats(first, low, high)
        return x, g.floats(second, low if low2 is None else low2, high if high2 is None else high2)

    return make


def integers(low, high, low2=None, high2=None, boolean=False):
    def make(g):
        first, second = broadcast(g)
        if boolean and g.index == 3:
            return g.bools(first), g.bools(second)
        dtype = g.choice([torch.int64, torch.int32, torch.uint8] if low >= 0 else [torch.int64, torch.int32])
        low_, high_ = (low, high) if low2 is None else (low2, high2)
        return g.ints(first, low, high, dtype), g.ints(second, low_, high_, dtype)

    return make


def scalar(low=-3, high=3, values=(2, -1, 0.5, True)):
    return lambda g: (g.any(None, low, high), g.choice(values))


def three(g):
    first, second = broadcast(g)
    return g.floats(first), g.floats(second), g.floats(second, 0.5, 2), {"value": g.choice([1, 0.5, -2])}


def in_place(low, high, low2=None, high2=None):
    def make(g):
        shape = g.any_shape()
        other = g.choice([shape, shape[1:], ()])
        x = g.floats(shape, low, high, layout="plain")
        return x, g.floats(other, low if low2 is None else low2, high if high2 is None else high2)

    return make


COMPARISONS = "eq ne lt le gt ge"
TWO = (2, 3, 0.5, -1.5)

OPERATORS = [
    *several("add mul", pair()),
    *several("maximum minimum fmax fmin", floats()),
    Operator("sub", floats()),
    Operator("rsub", floats()),
    *several("div true_divide", pair(-3, 3, 1, 4)),
    *several("atan2 hypot copysign logaddexp logaddexp2", floats(0.3, 3)),
    Operator("pow", floats(0.3, 2, -2, 2)),
    *several("fmod remainder", floats(-5, 5, 0.7, 2)),
    Operator("floor_divide", floats(-5, 5, 0.7, 2), orders=0),
    Operator("xlogy", floats(0.2, 3)),
    Operator("special.xlog1py", floats(0.2, 3)),
    Operator("float_power", floats(0.3, 2, -2, 2)),
    Operator("heaviside", floats(), orders=0),
    Operator("nextafter", floats(), orders=0),
    Operator("ldexp", lambda g: (g.floats(), g.integer(-3, 3)), lambda x, e: torch.ldexp(x, torch.tensor(e))),
    *several(COMPARISONS + " isclose", pair(-2, 2)),
    *several("logical_and logical_or logical_xor", pair(-1, 1)),
    *several("bitwise_and bitwise_or bitwise_xor", integers(0, 20, boolean=True)),
    *several("bitwise_left_shift bitwise_right_shift", integers(0, 20, 0, 3)),
    *several("gcd lcm", integers(-30, 30)),
    *[
        Operator(f"{name}.ints", integers(-9, 9, 1, 5), getattr(torch, name))
        for name in "add sub mul div floor_divide fmod remainder maximum minimum".split()
    ],
    Operator("div.floor", lambda g: (*pair(-5, 5, 1, 3)(g), {"rounding_mode": "floor"}), torch.div, orders=1),
    Operator("div.trunc", lambda g: (*floats(-5, 5, 1, 3)(g), {"rounding_mode": "trunc"}), torch.div, orders=1),
    Operator("pow.ints", integers(-4, 4, 0, 4), torch.pow),
    Operator("add.alpha", lambda g: (*floats()(g), {"alpha": 3}), torch.add),
    Operator("sub.alpha", lambda g: (*floats()(g), {"alpha": 0.5}), torch.sub),
    *[Operator(f"{name}.scalar", scalar(), getattr(torch, name)) for name in "add mul div eq lt ge".split()],
    Operator("sub.scalar", scalar(values=(2, -1, 0.5)), lambda x, y: torch.sub(x.float(), y), orders=0),
    *[
        Operator(f"{name}.scalar", lambda g: (g.floats(None, -4, 4), g.choice(TWO)), getattr(torch, name))
        for name in "fmod remainder".split()
    ],
    Operator("copysign.scalar", lambda g: (g.floats(None, -4, 4), g.choice(TWO)), torch.copysign, orders=1),
    Operator(
        "floor_divide.scalar", lambda g: (g.any(None, -4, 4), g.choice((2, 3, 0.5, -1.5))), torch.floor_divide, orders=0
    ),
    Operator(
        "operators.floor", lambda g: (g.floats(None, 0.6, 3),), lambda x: (7 // x, 5 % x, x // 2, x % 0.7), orders=0
    ),
    Operator("pow.scalar", lambda g: (g.any(None, 0.5, 3), g.choice([2, 3, 0.5, 1, 0])), torch.pow),
    Operator("pow.negative", lambda g: (g.floats(None, 0.5, 2), g.choice([-1, -2, -0.5, -1.5])), torch.pow),
    Operator("pow.base", lambda g: (g.choice([2, 0.5, 3]), g.any(None, 0, 3)), torch.pow),
    Operator("operators", pair(0.5, 3), lambda x, y: (x + y, x * y, x / y, x**2, 2 * x, 1 + y, 2 / y, 2**y)),
    Operator(
        "operators.reflected", lambda g: (g.floats(None, 0.6, 3),), lambda x: (1 - x, 3.0 / x, 2**x, -x, abs(x), +x)
    ),
    Operator(
        "operators.integers",
        integers(1, 9),
        lambda x, y: (x & y, x | y, x ^ y, ~x, x << 1, x >> 1, x % y, x // y, x == y, 7 & x, 1 << (y % 3)),
        orders=0,
    ),
    Operator(
        "operators.comparisons", pair(), lambda x, y: (x == y, x != y, x < y, x <= y, x > y, x >= y, x == 1), orders=0
    ),
    *several(".add_ .sub_ .mul_ .copysign_", in_place(-2, 2)),
    *several(".div_ .atan2_ .pow_ .xlogy_ .hypot_", in_place(0.5, 2)),
    *several(".fmod_ .remainder_", in_place(-5, 5, 0.7, 2)),
    *several(".eq_ .ne_ .lt_ .le_ .gt_ .ge_ .logical_and_", in_place(-1, 1), orders=0),
    *several(".bitwise_and_ .bitwise_or_ .bitwise_xor_", lambda g: (g.ints((3, 4), 0, 9), g.ints((4,), 0, 9))),
    Operator("addcmul", three),
    Operator("addcdiv", three),
    Operator(".addcmul_", lambda g: (g.floats((3, 2)), g.floats((3, 2)), g.floats((2,)), {"value": 0.3})),
    Operator(".addcdiv_", lambda g: (g.floats((3, 2)), g.floats((3, 2)), g.floats((2,), 0.5, 2), {"value": -0.3})),
    Operator("lerp", lambda g: (*floats()(g), g.number(0, 1))),
    Operator("lerp.tensor", lambda g: (g.floats((2, 3)), g.floats((2, 3)), g.floats((3,), 0, 1)), torch.lerp),
    Operator(".lerp_", lambda g: (g.floats((2, 3)), g.floats((2, 3)), g.choice([0.1, 0.5, 0.9]))),
    Operator("where", lambda g: (g.bools((3, 4)), g.any((4,)), g.floats((3, 1)))),
    Operator("where.scalar", lambda g: (g.bools(), g.floats(()), g.choice([1, 0.5])), torch.where),
    Operator("where.method", lambda g: (g.floats((2, 3)), g.floats((2, 1))), lambda x, y: x.where(x > y, y)),
    Operator("equal", lambda g: (g.ints((2,), 0, 1), g.ints((2,), 0, 1))),
    Operator("allclose", pair()),
    Operator("cross", lambda g: (g.floats((2, 3)), g.floats((2, 3)), {"dim": 1})),
    Operator("dist", lambda g: (g.floats((2, 3)), g.floats((3,)), g.choice([1, 2, 3]))),
]
