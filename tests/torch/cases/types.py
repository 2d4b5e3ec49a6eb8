"""Element types: promotion, casts, limits, and what integers do."""

import torch

from trial.operator import Operator

TYPES = [
    torch.bool,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
]
FUNCTIONS = "add sub mul div floor_divide remainder pow maximum eq atan2 bitwise_and logical_and where".split()


def of(dtype, shape, g):
    return g.ints(shape, 1, 3).to(dtype)


def name(dtype):
    return str(dtype).removeprefix("torch.")


def applied(function, x, y):
    """The type of a result, or of the error, and its numbers."""
    try:
        result = torch.where(x > 1, x, y) if function == "where" else getattr(torch, function)(x, y)
    except Exception as error:
        return type(error).__name__, []
    return name(result.dtype), result.tolist()


def every_other(function, one):
    """Every second type, in one and in no dimension, and numbers."""

    def call():
        x = torch.tensor([1, 2, 3]).to(one)
        others = [torch.tensor([1, 2, 1]).to(other) for other in TYPES] + [torch.tensor(2).to(other) for other in TYPES]
        if function not in ("maximum", "atan2"):
            others += [2, 1.5, True]
        results = [applied(function, x, y) for y in others]
        values = [float(value) for _, numbers in results for value in numbers]
        # In float16, of which the numbers of every type have the digits.
        return " ".join(kind for kind, _ in results), [
            torch.tensor(values[at : at + 36]).half() for at in range(0, len(values), 36)
        ]

    return call


def unary(function):
    def call():
        found = []
        for dtype in TYPES:
            try:
                found.append(str(getattr(torch, function)(torch.tensor([1, 0]).to(dtype)).dtype))
            except Exception as error:
                found.append(type(error).__name__)
        return found

    return call


UNARY = (
    "sin sqrt exp neg abs sign floor round sigmoid relu square reciprocal bitwise_not logical_not sum mean prod cumsum "
    "max argmax var any all softmax isnan erf tanh log2 trunc frac rsqrt norm median sort unique nonzero"
).split()
# What has more to its result, or needs a dimension.
SKIPPED = ("cumsum", "softmax", "sort")

OPERATORS = [
    *[
        Operator(f"{function}.{name(one)}", lambda g: (), every_other(function, one), count=1)
        for function in FUNCTIONS
        for one in TYPES
    ],
    *[
        Operator(f"type of {function}", lambda g: (), unary(function), count=1)
        for function in UNARY
        if function not in SKIPPED
    ],
    *[
        Operator(
            f"{function}.types",
            lambda g, dtype=None: (g.index,),
            lambda i, function=function: getattr(torch, function)(torch.tensor([2, 1, 3]).to(TYPES[i]), 0),
            count=len(TYPES),
        )
        for function in ("cumsum", "sort", "softmax")
    ],
    *[
        Operator(
            f"promote_types.{name(one)}",
            lambda g, one=one: (one,),
            lambda one: [torch.promote_types(one, other) for other in TYPES],
            count=1,
        )
        for one in TYPES
    ],
    *[
        Operator(
            f"can_cast.{name(one)}",
            lambda g, one=one: (one,),
            lambda one: [torch.can_cast(one, other) for other in TYPES],
            count=1,
        )
        for one in TYPES
    ],
    Operator(
        "result_type",
        lambda g: (of(g.choice(TYPES), (2,), g), g.choice([of(g.choice(TYPES), (), g), 1, 1.5])),
        count=12,
    ),
    *[
        Operator(
            f"to.{name(one)}",
            lambda g, one=one: (g.floats((6,), -3, 3, layout="plain", grad=False).abs().to(one),),
            lambda x: [x.to(other) for other in TYPES],
            count=1,
        )
        for one in TYPES
    ],
    Operator(
        "to.gradient",
        lambda g: (g.floats((3,)), g.choice([torch.float64, torch.float16, torch.bfloat16])),
        lambda x, dtype: x.to(dtype) * 2,
        differences=False,
    ),
    Operator(
        "methods",
        lambda g: (g.floats((3,), 0, 3, grad=False),),
        lambda x: (
            x.float(),
            x.double(),
            x.half(),
            x.bfloat16(),
            x.long(),
            x.int(),
            x.short(),
            x.char(),
            x.byte(),
            x.bool(),
        ),
    ),
    Operator("type_as", lambda g: (g.floats((3,), grad=False), g.any((1,))), lambda x, y: x.type_as(y)),
    Operator("type", lambda g: (g.any(),), lambda x: (x.type(), x.type(torch.float64), x.type("torch.LongTensor"))),
    Operator(
        "rounding",
        lambda g: (g.floats((8,), -300, 300, grad=False),),
        lambda x: (x.to(torch.bfloat16), x.to(torch.float16), x.to(torch.int32)),
    ),
    Operator(
        "overflow",
        lambda g: (),
        lambda: (
            torch.tensor([200], dtype=torch.uint8) + 100,
            torch.tensor([100], dtype=torch.int8) * 2,
            torch.tensor([2**62]) * 4,
            torch.tensor([70000.0]).half(),
        ),
    ),
    Operator(
        "division",
        lambda g: (g.ints((6,), -9, 9), g.choice([2, -2, 3])),
        lambda x, y: (x // y, x % y, torch.fmod(x, y), x / y, torch.div(x, y, rounding_mode="trunc")),
    ),
    Operator("division.zero", lambda g: (), lambda: torch.tensor([1]) // torch.tensor([0])),
    Operator(
        "finfo",
        lambda g: (g.choice(TYPES[6:]),),
        lambda dtype: (lambda i: (i.max, i.min, i.eps, i.tiny, i.bits))(torch.finfo(dtype)),
        count=4,
    ),
    Operator(
        "iinfo",
        lambda g: (g.choice(TYPES[1:6]),),
        lambda dtype: (lambda i: (i.max, i.min, i.bits))(torch.iinfo(dtype)),
        count=4,
    ),
    Operator(
        "attributes",
        lambda g: (g.any((2, 3)),),
        lambda x: (
            x.dtype,
            x.shape,
            x.ndim,
            x.numel(),
            x.element_size(),
            x.is_floating_point(),
            x.is_complex(),
            x.device,
            str(x.layout),
            x.requires_grad,
            x.is_leaf,
            x.nbytes,
        ),
    ),
    Operator(
        "in place",
        lambda g: (g.choice(TYPES), g.choice(TYPES)),
        lambda one, other: torch.tensor([1, 2]).to(one).add_(torch.tensor([1, 1]).to(other)),
        count=16,
    ),
    Operator(
        "accumulation",
        lambda g: (g.floats((200,), 0, 1, g.choice([torch.float16, torch.bfloat16]), grad=False),),
        lambda x: (x.sum(), x.mean()),
    ),
]
