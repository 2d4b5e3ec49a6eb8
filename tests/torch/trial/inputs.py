"""Arguments at random, the same numbers under every torch: they come from Python's `random`."""

import math
import random

import torch

FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
DIFFERENTIABLE = (torch.float32, torch.float64)
LAYOUTS = ("plain", "transposed", "strided", "offset", "expanded")


class Inputs:
    """Draws shapes, numbers and tensors for one case; remembers which tensors gradients are asked of.

    `double` makes float64 of float32, and `shift` moves every tensor that has a gradient along `directions`.
    """

    def __init__(self, key, index, double=False, shift=0.0, differentiable=True):
        self._random = random.Random(key)
        self._steps = random.Random(key + "/direction")
        self.index = index
        self.double = double
        self.shift = shift
        self.differentiable = differentiable
        self.leaves = []
        self.directions = []

    # Numbers

    def integer(self, low, high):
        """From `low` to `high`, both among them."""
        return self._random.randrange(low, high + 1)

    def number(self, low=-2.0, high=2.0):
        return low + (high - low) * self._random.random()

    def choice(self, values):
        return values[self._random.randrange(len(values))]

    def shuffled(self, count):
        order = list(range(count))
        for at in range(count - 1, 0, -1):
            other = self._random.randrange(at + 1)
            order[at], order[other] = order[other], order[at]
        return order

    # Shapes

    def shape(self, least=1, most=3):
        """From `least` to `most` dimensions of 1 to 4."""
        return tuple(self.integer(1, 4) for _ in range(self.integer(least, most)))

    def any_shape(self):
        """The third case of four has no dimension or no element."""
        if self.index % 4 == 2:
            return self.choice([(), (0,), (2, 0), (0, 3), ()])
        return self.shape()

    # Tensors

    def floats(self, shape=None, low=-2.0, high=2.0, dtype=torch.float32, layout=None, grad=True):
        """Uniform numbers. Every second case is not contiguous, if `layout` does not say."""
        shape = self.any_shape() if shape is None else shape
        layout = self._layout(shape) if layout is None else layout
        draw = [self.number(low, high) for _ in range(_base_size(shape, layout))]
        return self._laid(draw, shape, layout, dtype, grad)

    def distinct(self, shape=None, low=-2.0, high=2.0, dtype=torch.float32, layout=None, grad=True):
        """Numbers of which no two are near each other."""
        shape = self.any_shape() if shape is None else shape
        layout = self._layout(shape, repeats=False) if layout is None else layout
        count = _base_size(shape, layout)
        step = (high - low) / max(count, 1)
        draw = [low + step * (place + self.number(0.25, 0.75)) for place in self.shuffled(count)]
        return self._laid(draw, shape, layout, dtype, grad)

    def ints(self, shape=None, low=-5, high=5, dtype=torch.int64, layout=None):
        shape = self.any_shape() if shape is None else shape
        layout = self._layout(shape) if layout is None else layout
        draw = [self.integer(low, high) for _ in range(_base_size(shape, layout))]
        return self._laid(draw, shape, layout, dtype, False)

    def bools(self, shape=None, layout=None):
        return self.ints(shape, 0, 1, torch.bool, layout)

    def complexes(self, shape=None, dtype=torch.complex64):
        """Pairs of numbers; without gradients."""
        shape = self.any_shape() if shape is None else shape
        draw = [complex(self.number(), self.number()) for _ in range(math.prod(shape))]
        return torch.tensor(draw, dtype=dtype).reshape(shape)

    def any(self, shape=None, low=-3, high=3, dtypes=None):
        """Of any type in every fourth case, else as `floats`."""
        if self.index % 4 != 3:
            return self.floats(shape, low, high)
        others = (torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.uint8, torch.bool)
        dtype = self.choice(dtypes or others)
        if dtype in FLOATS:
            return self.floats(shape, low, high, dtype)
        bounds = {torch.bool: (0, 1), torch.uint8: (max(0, math.ceil(low)), max(0, math.floor(high)))}
        least, most = bounds.get(dtype, (math.ceil(low), math.floor(high)))
        return self.ints(shape, least, most, dtype)

    def module(self, module, low=-0.7, high=0.7):
        """The module with numbers of ours as its parameters, of which gradients are asked."""
        if self.double:
            module = module.double()
        for parameter in module.parameters():
            made = self.floats(tuple(parameter.shape), low, high, layout="plain", grad=False)
            values, direction = self._moved(made.flatten().tolist()) if self.differentiable else (None, None)
            if values is not None:
                made = torch.tensor(values, dtype=made.dtype).reshape(made.shape)
                self.leaves.append(parameter)
                self.directions.append(direction)
            with torch.no_grad():
                parameter.copy_(made)
        return module

    def weights(self, shape, dtype):
        """What a result is multiplied by before it is summed up."""
        draw = [self.number(-1, 1) for _ in range(math.prod(shape))]
        return torch.tensor(draw, dtype=dtype).reshape(shape)

    def _layout(self, shape, repeats=True):
        if self.index % 2 == 0 or not shape:
            return "plain"
        return self.choice(LAYOUTS if repeats else LAYOUTS[:-1])

    def _moved(self, draw):
        direction = [self._steps.random() - 0.5 for _ in draw]
        return [value + self.shift * step for value, step in zip(draw, direction)], direction

    def _laid(self, draw, shape, layout, dtype, grad):
        if self.double and dtype == torch.float32:
            dtype = torch.float64
        grad = grad and self.differentiable and dtype in DIFFERENTIABLE
        direction = None
        if grad:
            draw, direction = self._moved(draw)
        base = torch.tensor(draw, dtype=dtype).reshape(_base_shape(shape, layout))
        if grad:
            base.requires_grad_()
            self.leaves.append(base)
            self.directions.append(direction)
        return _view(base, shape, layout)


def _wide(shape):
    """The dimension that is expanded: the longest."""
    return max(range(len(shape)), key=lambda dim: shape[dim])


def _base_shape(shape, layout):
    shape = tuple(shape)
    if not shape or layout == "plain":
        return shape
    if layout == "transposed":
        return shape[::-1]
    if layout == "strided":
        return shape[:-1] + (2 * shape[-1],)
    if layout == "offset":
        return (shape[0] + 1,) + shape[1:]
    wide = _wide(shape)
    return shape[:wide] + (1,) + shape[wide + 1 :]


def _base_size(shape, layout):
    return math.prod(_base_shape(shape, layout))


def _view(base, shape, layout):
    if not shape or layout == "plain":
        return base
    if layout == "transposed":
        return base.permute(*reversed(range(len(shape))))
    if layout == "strided":
        return base[..., ::2]
    if layout == "offset":
        return base[1:]
    return base.expand(*shape)
