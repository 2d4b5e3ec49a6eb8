"""Convolutions, pooling, and changes of resolution."""

from torch import nn
from torch.nn import functional as F

from trial.operator import Operator

# float32 sums over a window in another order.
TOLERANCE = (2e-5, 5e-6)


def convolved(dims, transposed=False):
    def make(g):
        groups = g.choice([1, 2])
        kernel = tuple(g.integer(1, 3) for _ in range(dims))
        weight = (2, 2 if groups == 1 else 1, *kernel) if transposed else (4, 2 // groups, *kernel)
        size = tuple(g.integer(4, 6) for _ in range(dims))
        batch = () if g.index == 3 else (2,)
        settings = {
            "stride": g.integer(1, 2),
            "padding": g.integer(0, 1),
            "dilation": g.choice([1, 1, 2]),
            "groups": groups,
        }
        if transposed:
            settings["output_padding"] = 0
            weight = (2, 2 // groups, *kernel)
        bias = g.floats((weight[1] * groups if transposed else 4,)) if g.index % 2 else None
        return g.floats((*batch, 2, *size)), g.floats(weight), bias, settings

    return make


def pooled(dims, average=False):
    def make(g):
        kernel = g.integer(2, 3)
        settings = {"stride": g.choice([None, 1, 2]), "padding": g.integer(0, 1), "ceil_mode": bool(g.integer(0, 1))}
        if average:
            settings["count_include_pad"] = bool(g.integer(0, 1))
        shape = (2, 2, *[g.integer(4, 5) for _ in range(dims)])
        return (g.distinct(shape)), kernel, settings

    return make


def module(name, make, arguments):
    def draw(g):
        positional, keywords = make(g)
        return (g.module(getattr(nn, name)(*positional, **keywords)), *arguments(g))

    return Operator(f"nn.{name}", draw, lambda layer, *values: layer(*values), tolerance=TOLERANCE)


def resized(mode, dims):
    def make(g):
        size = (
            {"size": tuple(g.integer(2, 7) for _ in range(dims))}
            if g.index % 2
            else {"scale_factor": g.choice([2, 2.0, 0.5, 1.5])}
        )
        settings = {} if mode in ("nearest", "area", "nearest-exact") else {"align_corners": bool(g.integer(0, 1))}
        return g.floats((1, 2, *[g.integer(3, 5) for _ in range(dims)])), {**size, **settings, "mode": mode}

    return make


IMAGE = lambda g: (g.floats((2, 2, 5, 4)),)  # noqa: E731
SERIES = lambda g: (g.floats((2, 2, 6)),)  # noqa: E731

OPERATORS = [
    *[
        Operator(f"F.conv{dims}d", convolved(dims), tolerance=TOLERANCE, count=6 if dims < 3 else 3)
        for dims in (1, 2, 3)
    ],
    *[Operator(f"F.conv_transpose{dims}d", convolved(dims, True), tolerance=TOLERANCE) for dims in (1, 2)],
    Operator(
        "F.conv2d.same",
        lambda g: (g.floats((1, 2, 5, 5)), g.floats((3, 2, 3, 3)), {"padding": g.choice(["same", "valid"])}),
        F.conv2d,
        tolerance=TOLERANCE,
    ),
    *[Operator(f"F.max_pool{dims}d", pooled(dims)) for dims in (1, 2)],
    *[Operator(f"F.avg_pool{dims}d", pooled(dims, True)) for dims in (1, 2)],
    Operator("F.max_pool2d.indices", lambda g: (g.distinct((1, 2, 4, 4)), 2, {"return_indices": True}), F.max_pool2d),
    Operator("F.max_pool3d", lambda g: (g.distinct((1, 2, 4, 4, 4)), 2), count=2),
    Operator("F.avg_pool3d", lambda g: (g.floats((1, 2, 4, 4, 4)), 2), count=2),
    *[
        Operator(f"F.adaptive_{kind}_pool2d", lambda g: (g.distinct((2, 2, 5, 4)), g.choice([1, (2, 3), (None, 2)])))
        for kind in ("avg", "max")
    ],
    *[
        Operator(f"F.adaptive_{kind}_pool1d", lambda g: (g.distinct((2, 2, 6)), g.integer(1, 6)))
        for kind in ("avg", "max")
    ],
    Operator("F.lp_pool2d", lambda g: (g.floats((1, 2, 4, 4), 0.2, 2), 2, 2)),
    Operator(
        "F.unfold",
        lambda g: (
            g.floats((1, 2, 4, 5)),
            g.choice([2, (2, 3)]),
            {"padding": g.integer(0, 1), "stride": g.integer(1, 2)},
        ),
    ),
    Operator("F.fold", lambda g: (g.floats((1, 8, 9)), (4, 4), 2)),
    *[
        Operator(f"F.interpolate.{mode}", resized(mode, dims), F.interpolate, orders=1)
        for mode, dims in [
            ("nearest", 2),
            ("bilinear", 2),
            ("linear", 1),
            ("bicubic", 2),
            ("area", 2),
            ("nearest-exact", 1),
        ]
    ],
    Operator(
        "F.grid_sample",
        lambda g: (g.floats((1, 2, 4, 4)), g.floats((1, 3, 2, 2), -0.9, 0.9), {"align_corners": False}),
        orders=1,
        tolerance=(1e-4, 1e-5),
    ),
    Operator("F.affine_grid", lambda g: (g.floats((1, 2, 3)), (1, 1, 2, 3), {"align_corners": bool(g.index % 2)})),
    module("Conv1d", lambda g: ((2, 3, 3), {"padding": 1, "bias": bool(g.index % 2)}), SERIES),
    module("Conv2d", lambda g: ((2, 4, 3), {"padding": g.choice([0, 1, "same"]), "groups": g.choice([1, 2])}), IMAGE),
    Operator(
        "nn.Conv2d.modes",
        lambda g: (
            g.module(nn.Conv2d(2, 3, 3, padding=1, padding_mode=g.choice(["reflect", "circular", "replicate"]))),
            *IMAGE(g),
        ),
        lambda layer, v: layer(v),
        tolerance=TOLERANCE,
    ),
    module("ConvTranspose1d", lambda g: ((2, 3, 3), {"stride": 2}), SERIES),
    module("ConvTranspose2d", lambda g: ((2, 3, 3), {"stride": 2, "padding": 1, "output_padding": 1}), IMAGE),
    module("MaxPool1d", lambda g: ((2,), {}), lambda g: (g.distinct((2, 2, 6)),)),
    module("MaxPool2d", lambda g: ((2,), {"stride": g.choice([1, 2])}), lambda g: (g.distinct((2, 2, 4, 4)),)),
    module("AvgPool2d", lambda g: ((2,), {}), IMAGE),
    module("AdaptiveAvgPool2d", lambda g: ((g.choice([1, (2, 2)]),), {}), IMAGE),
    module("AdaptiveMaxPool1d", lambda g: ((2,), {}), lambda g: (g.distinct((2, 2, 6)),)),
    module("Upsample", lambda g: ((), {"scale_factor": 2, "mode": g.choice(["nearest", "bilinear"])}), IMAGE),
    module("ZeroPad2d", lambda g: ((g.integer(0, 2),), {}), IMAGE),
    module("ReflectionPad2d", lambda g: ((g.integer(0, 2),), {}), IMAGE),
    module("ReplicationPad1d", lambda g: ((2,), {}), SERIES),
    module("ConstantPad1d", lambda g: (((1, 2), 0.5), {}), SERIES),
    module("PixelShuffle", lambda g: ((2,), {}), lambda g: (g.floats((1, 4, 2, 2)),)),
    module("Unfold", lambda g: ((2,), {}), IMAGE),
    module("ChannelShuffle", lambda g: ((2,), {}), lambda g: (g.floats((1, 4, 2, 2)),)),
]
