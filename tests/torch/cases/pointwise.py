"""Functions of each element."""

import torch

from trial.operator import Operator, several


def between(low, high):
    return lambda g: (g.any(None, low, high),)


def inplace(names, low, high):
    methods = " ".join(f".{name}_" for name in names.split())
    return several(methods, lambda g: (g.floats(None, low, high),))


SMOOTH = "sin cos tanh sigmoid exp expm1 sinh cosh erf erfc atan asinh square neg exp2"
POSITIVE = "log log2 log10 log1p sqrt rsqrt reciprocal lgamma"
DIGAMMA = "its second derivative is refused"
UNIT = "asin acos atanh erfinv"
STEPS = "floor ceil trunc round frac sign sgn abs"

OPERATORS = [
    *several(SMOOTH, between(-3, 3)),
    *several(POSITIVE, between(0.3, 4)),
    *several("digamma", lambda g: (g.floats(None, 0.3, 4),)),
    *several(".digamma_", lambda g: (g.floats(None, 0.3, 4),), known=DIGAMMA),
    *several(UNIT, between(-0.9, 0.9)),
    *several(STEPS, between(-3, 3)),
    # Near zero PyTorch's second derivative has no more digits.
    *several("sinc", between(-3, 3), tolerance=(1e-4, 1e-4)),
    *several("tan", between(-1.4, 1.4)),
    *several("acosh", between(1.2, 4)),
    *several("logit", between(0.05, 0.95)),
    *several("deg2rad rad2deg positive i0 relu nan_to_num absolute negative fix", between(-3, 3)),
    *several(
        "special.expit special.entr special.ndtr special.log1p special.i0e special.i1 special.i1e", between(0.2, 2.5)
    ),
    *several("special.ndtri", between(0.05, 0.95)),
    *several("special.erfcx special.log_ndtr", lambda g: (g.floats(None, -2, 2),)),
    *several("arcsin arccos arctanh", between(-0.9, 0.9)),
    *several("arctan arcsinh", between(-2, 2)),
    *several("arccosh", between(1.2, 3)),
    *several("isnan isinf isfinite isposinf isneginf signbit isreal", between(-3, 3)),
    Operator(
        "specials",
        lambda g: (g.choice("isnan isinf isfinite exp log sqrt tanh sign floor abs".split()),),
        lambda name: getattr(torch, name)(torch.tensor([float("nan"), float("inf"), -float("inf"), 0.0, -0.0])),
    ),
    Operator(
        "nan_to_num.values",
        lambda g: (),
        lambda: torch.tensor([float("nan"), float("inf"), -float("inf"), 1.5]).nan_to_num(0.5, 9.0, -9.0),
    ),
    Operator("round.decimals", lambda g: (g.floats(None, -20, 20), {"decimals": g.integer(0, 2)}), torch.round),
    Operator("logit.eps", lambda g: (g.floats(None, -0.2, 1.2), 0.1), torch.logit),
    Operator("clamp", lambda g: (g.any(None), g.number(-2, 0), g.number(0.1, 2))),
    Operator("clamp.ints", lambda g: (g.ints(), -2, 3), torch.clamp),
    Operator("clamp.one", lambda g: (g.any(None), {g.choice(["min", "max"]): g.number(-1, 1)}), torch.clamp),
    Operator(
        "clamp.tensors", lambda g: (g.floats((3, 4)), g.floats((4,), -2, 0), g.floats((3, 1), 0.1, 2)), torch.clamp
    ),
    Operator("clip", lambda g: (g.floats(), -1.0, 1.0)),
    Operator("polygamma", lambda g: (g.integer(0, 2), g.floats(None, 0.6, 3)), orders=1),
    Operator("mvlgamma", lambda g: (g.floats(None, 2.5, 5), g.integer(1, 3))),
    Operator("bitwise_not", lambda g: (g.choice([g.ints(), g.bools(), g.ints(None, 0, 200, torch.uint8)]),)),
    Operator("logical_not", lambda g: (g.any(),)),
    Operator("frexp", lambda g: (g.floats(None, -50, 50),), orders=0),
    # PyTorch has no derivative of asinh_ and atanh_.
    *inplace("sin cos tanh sigmoid exp expm1 sinh cosh erf erfc atan square neg exp2 zero", -2, 2),
    *inplace(POSITIVE, 0.3, 4),
    *inplace("asin acos erfinv", -0.9, 0.9),
    *inplace(STEPS, -3, 3),
    *inplace("tan relu nan_to_num deg2rad", -1.2, 1.2),
    Operator(".clamp_", lambda g: (g.floats(), -1.0, g.number(0, 1))),
    Operator(".clamp_min_", lambda g: (g.floats(), g.number())),
    Operator(".clamp_max_", lambda g: (g.floats(), g.number())),
    Operator(".fill_", lambda g: (g.any(), 2)),
    Operator(".pow_", lambda g: (g.floats(None, 0.2, 2), g.choice([2, 3, 0.5, -1]))),
]
