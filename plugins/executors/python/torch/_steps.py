"""What a view does with the tensor it is taken from.

A step has `forward(base)`: the view's handle; `back(base, value)`: a handle to `base` with `value` where the view
looks; `layout(shape, strides, offset)`: where the view's elements lie, as PyTorch counts; and `writable`.
"""

from ._host import autograd, tensors

_reshape = tensors.reshape
_permute = tensors.permute
_slice = tensors.slice
_concat = tensors.concat
_shape_of = tensors.Tensor.shape


def contiguous_strides(shape):
    """The strides of a tensor without gaps, row-major."""
    strides, step = [1] * len(shape), 1
    for place in range(len(shape) - 1, -1, -1):
        strides[place] = step
        step *= shape[place] if shape[place] else 1
    return strides


def fitted(shape, strides, new):
    """The strides of the shape `new` over elements that lie as `strides` says; None where only a copy does it."""
    if not shape or 0 in shape:
        return contiguous_strides(new)
    result = [0] * len(new)
    at = len(new) - 1
    step, here, there = strides[-1], 1, 1
    for d in range(len(shape) - 1, -1, -1):
        here *= shape[d]
        if d and (shape[d - 1] == 1 or strides[d - 1] == here * step):
            continue
        while at >= 0 and (there < here or new[at] == 1):
            result[at] = there * step
            there *= new[at]
            at -= 1
        if there != here:
            return None
        if d:
            step, here, there = strides[d - 1], 1, 1
    return result if at == -1 else None


def apart(a, b):
    """Do the paths `a` and `b` from one base lead to views that share no element? False where it is not plain."""
    for step, other in zip(a, b):
        if step is other:
            continue
        span, beside = step.span, other.span
        if span is None or beside is None or span[0] != beside[0]:
            return False
        if span != beside:
            return span[2] <= beside[1] or beside[2] <= span[1]
        if step.__class__ is not other.__class__ or step.__class__ is Slice and step.step != other.step:
            return False
    return False


class Step:
    """What the steps have in common."""

    __slots__ = ()
    # The dimension that a step cuts, and from where to where.
    span = None


class Detach(Step):
    """The same values, no record."""

    writable = True

    def forward(self, base):
        return autograd.detach(base)

    def back(self, base, value):
        return value

    def layout(self, shape, strides, offset):
        return shape, strides, offset


class Reshape(Step):
    """The same elements in another shape."""

    __slots__ = ("shape",)
    writable = True

    def __init__(self, shape):
        self.shape = shape

    def forward(self, base):
        return _reshape(base, self.shape)

    def back(self, base, value):
        return _reshape(value, list(_shape_of(base)))

    def layout(self, shape, strides, offset):
        new = list(self.shape)
        if -1 in new:
            known, total = 1, 1
            for extent in new:
                known *= extent if extent != -1 else 1
            for extent in shape:
                total *= extent
            new[new.index(-1)] = total // known if known else 0
        return new, fitted(shape, strides, new) or contiguous_strides(new), offset


class Permute(Step):
    """Dimensions in another order."""

    __slots__ = ("order",)
    writable = True

    def __init__(self, order):
        self.order = order

    def forward(self, base):
        return _permute(base, self.order)

    def back(self, base, value):
        inverse = [0] * len(self.order)
        for place, dim in enumerate(self.order):
            inverse[dim] = place
        return _permute(value, inverse)

    def layout(self, shape, strides, offset):
        return [shape[d] for d in self.order], [strides[d] for d in self.order], offset


class Slice(Step):
    """Elements `start`, `start + step`, … before `end` along `dim`."""

    __slots__ = ("dim", "start", "end", "step")
    writable = True

    def __init__(self, dim, start, end, step):
        self.dim = dim
        self.start = start
        self.end = end
        self.step = step

    @property
    def span(self):
        return self.dim, self.start, self.end

    def forward(self, base):
        return _slice(base, self.dim, self.start, self.end, self.step)

    def back(self, base, value):
        dim, start, end, step = self.dim, self.start, self.end, self.step
        extent = _shape_of(base)[dim]
        if step == 1 or end - start == 1:
            parts = [value]
            if start > 0:
                parts.insert(0, _slice(base, dim, 0, start, 1))
            if end < extent:
                parts.append(_slice(base, dim, end, extent, 1))
            return _concat(parts, dim) if len(parts) > 1 else value
        # Which of the old and new elements each place takes.
        source = list(range(extent))
        for number, place in enumerate(range(start, end, step)):
            source[place] = extent + number
        packed = b"".join(n.to_bytes(8, "little") for n in source)
        index = tensors.create(tensors.Dtype.I64, [extent], packed)
        return tensors.index_select(_concat([base, value], dim), index, dim)

    def layout(self, shape, strides, offset):
        dim = self.dim
        count = len(range(self.start, self.end, self.step))
        return (
            [*shape[:dim], count, *shape[dim + 1 :]],
            [*strides[:dim], strides[dim] * self.step, *strides[dim + 1 :]],
            offset + self.start * strides[dim],
        )


class Select(Step):
    """The part at `at` along `dim`, without that dimension."""

    __slots__ = ("dim", "at", "shape")
    writable = True

    def __init__(self, dim, at, shape):
        self.dim = dim
        self.at = at
        self.shape = shape

    @property
    def span(self):
        return self.dim, self.at, self.at + 1

    def forward(self, base):
        return _reshape(_slice(base, self.dim, self.at, self.at + 1, 1), self.shape)

    def back(self, base, value):
        one = [*self.shape[: self.dim], 1, *self.shape[self.dim :]]
        return Slice(self.dim, self.at, self.at + 1, 1).back(base, _reshape(value, one))

    def layout(self, shape, strides, offset):
        dim = self.dim
        return (
            [*shape[:dim], *shape[dim + 1 :]],
            [*strides[:dim], *strides[dim + 1 :]],
            offset + self.at * strides[dim],
        )


class Expand(Step):
    """Dimensions of extent 1 grow."""

    __slots__ = ("shape", "writable")

    def __init__(self, shape, writable):
        self.shape = shape
        # Where nothing grows, no element is seen twice.
        self.writable = writable

    def forward(self, base):
        return tensors.expand(base, self.shape)

    def back(self, base, value):
        return _reshape(value, list(_shape_of(base)))

    def layout(self, shape, strides, offset):
        lead = len(self.shape) - len(shape)
        grown = [0] * lead + [
            step if have == want else 0 for step, have, want in zip(strides, shape, self.shape[lead:])
        ]
        return self.shape, grown, offset


class Unfold(Step):
    """Windows along a dimension."""

    __slots__ = ("dim", "size", "step", "writable")

    def __init__(self, dim, size, step):
        self.dim = dim
        self.size = size
        self.step = step
        self.writable = False

    def forward(self, base):
        return tensors.unfold(base, self.dim, self.size, self.step)

    def back(self, base, value):
        raise NotImplementedError("writing through Tensor.unfold is not available; torch.scatter is")

    def layout(self, shape, strides, offset):
        if not shape:
            return [self.size], [1], offset
        dim = self.dim
        count = (shape[dim] - self.size) // self.step + 1
        return (
            [*shape[:dim], count, *shape[dim + 1 :], self.size],
            [*strides[:dim], strides[dim] * self.step, *strides[dim + 1 :], strides[dim]],
            offset,
        )


class Places(Step):
    """Elements at `places`, a vector of positions in the flat base, in `shape`. `strides` and `offset` say the same."""

    __slots__ = ("places", "shape", "steps", "start", "writable")

    def __init__(self, places, shape, steps, start, writable=True):
        self.places = places
        self.shape = shape
        # In multiples of the base's own contiguous strides.
        self.steps = steps
        self.start = start
        self.writable = writable

    def forward(self, base):
        return _reshape(tensors.index_select(_reshape(base, [-1]), self.places, 0), self.shape)

    def back(self, base, value):
        flat = tensors.scatter(tensors.ScatterOp.REPLACE, _reshape(base, [-1]), self.places, _reshape(value, [-1]), 0)
        return _reshape(flat, list(_shape_of(base)))

    def layout(self, shape, strides, offset):
        return self.shape, self.steps, offset + self.start
