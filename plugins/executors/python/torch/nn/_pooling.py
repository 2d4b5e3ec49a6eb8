"""Pooling: the largest, the mean or the norm of each window."""

import math

import torch

from ._padding import pad
from ._windows import windows


def extents(value, count, name, function):
    """One number, or `count` of them, as a list."""
    if isinstance(value, (tuple, list)):
        if len(value) == 1:
            return [int(value[0])] * count
        if len(value) != count:
            words = {2: "two", 3: "three"}
            what = "a single int" if count == 1 else f"either be a single int, or a tuple of {words[count]} ints"
            raise RuntimeError(f"{function}: {name} must {what}")
        return [int(n) for n in value]
    return [int(value)] * count


def _count(extent, kernel, stride, padding, dilation, ceil_mode):
    """How many windows there are; with `ceil_mode` a last one may reach beyond the end."""
    room = extent + 2 * padding - dilation * (kernel - 1) - 1
    count = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (count - 1) * stride >= extent + padding:
        count -= 1
    return count


class _Plan:
    """The windows of one pooling: how many, and what is added before and after."""

    def __init__(self, input, kernel, stride, padding, dilation, ceil_mode, name):
        self.kernel, self.stride, self.padding, self.dilation = kernel, stride, padding, dilation
        self.size = list(input.shape[input.dim() - len(kernel) :])
        if name == "max_pool1d":
            if 2 * padding[0] > kernel[0]:
                raise RuntimeError("max_pool1d() padding should be at most half of kernel size, but got padding="
                                   f"{padding[0]} and kernel_size={kernel[0]}")
            count = _count(self.size[0], kernel[0], stride[0], padding[0], dilation[0], ceil_mode)
            if count < 1:
                raise RuntimeError(f"max_pool1d() Invalid computed output size: {count}")
        if any(2 * p > k for p, k in zip(padding, kernel)):
            worst = next(at for at, (p, k) in enumerate(zip(padding, kernel)) if 2 * p > k)
            raise RuntimeError(f"pad should be at most half of effective kernel size, but got pad={padding[worst]}, "
                               f"kernel_size={kernel[worst]} and dilation={dilation[worst]}")
        self.counts = [_count(n, k, s, p, d, ceil_mode)
                       for n, k, s, p, d in zip(self.size, kernel, stride, padding, dilation)]
        if min(self.counts) < 1:
            shape = list(input.shape)
            # PyTorch pools one dimension as an image of one row.
            lead = [shape[-len(kernel) - 1]] + [1] * (len(kernel) == 1)
            before, after = ("x".join(map(str, lead + sizes)) for sizes in (self.size, self.counts))
            raise RuntimeError(f"Given input size: ({before}). Calculated output size: ({after}). Output size is too "
                               "small")
        self.after = [max((c - 1) * s + d * (k - 1) + 1 - n - p, 0) for n, k, s, p, d, c in
                      zip(self.size, kernel, stride, padding, dilation, self.counts)]

    def taken(self, x, fill):
        """The windows of `x`, `fill` around it: (…, *counts, *kernel)."""
        sides = [n for p, a in zip(reversed(self.padding), reversed(self.after)) for n in (p, a)]
        if any(sides):
            x = pad(x, sides, "constant", fill)
        return self.cut(windows(x, self.kernel, self.stride, self.dilation))

    def cut(self, x):
        """Without windows beyond the last that counts."""
        first = x.dim() - 2 * len(self.kernel)
        for at, count in enumerate(self.counts):
            if x.shape[first + at] > count:
                x = x.narrow(first + at, 0, count)
        return x


def _check(input, dimensions, name, batchless=True):
    if input.dim() not in (dimensions + 1, dimensions + 2):
        if name.startswith("adaptive"):
            raise RuntimeError(f"{name}(): Expected {dimensions + 1}D or {dimensions + 2}D tensor, but got "
                               f"{list(input.shape)}")
        if dimensions == 1:
            raise RuntimeError(f"{name}: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for "
                               f"input, but got:{list(input.shape)}")
        raise RuntimeError(f"non-empty {dimensions + 1}D or {dimensions + 2}D (batch mode) tensor expected for input")
    if any(n == 0 for n in input.shape[1:]):
        raise RuntimeError(f"{name}: Expected {dimensions + 1}D or {dimensions + 2}D (batch mode) tensor with optional "
                           f"0 dim batch size for input, but got: {list(input.shape)}")


def _lowest(kind):
    return -math.inf if kind.is_floating_point else torch.iinfo(kind).min


def _maximum(dimensions):
    name = f"max_pool{dimensions}d"

    def operation(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        _check(input, dimensions, name)
        kernel = extents(kernel_size, dimensions, "kernel_size", name)
        stride = kernel if stride is None or stride == [] else extents(stride, dimensions, "stride", name)
        padding = extents(padding, dimensions, "padding", name)
        dilation = extents(dilation, dimensions, "dilation", name)
        plan = _Plan(input, kernel, stride, padding, dilation, ceil_mode, name)
        x = plan.taken(input, _lowest(input.dtype))
        x = x.reshape(*x.shape[: x.dim() - dimensions], -1)
        if not return_indices and not (torch.is_grad_enabled() and input.requires_grad):
            return x.amax(-1)
        # Where the first of the largest is: it alone gets the gradient.
        chosen = x.argmax(-1, keepdim=True)
        values = x.gather(-1, chosen).squeeze(-1)
        return (values, _flat_places(plan, chosen.squeeze(-1))) if return_indices else values

    def with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=True):
        return operation(input, kernel_size, stride, padding, dilation, ceil_mode, True)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"The largest of each window over the last {dimensions} dimension(s)."
    with_indices.__name__ = with_indices.__qualname__ = name + "_with_indices"
    with_indices.__doc__ = f"`{name}`, and where each was in the flattened image."
    return operation, with_indices


def _flat_places(plan, chosen):
    """Positions in the flattened image of what is at `chosen` in each flattened window."""
    rank = len(plan.kernel)
    flat = None
    inside = 1
    steps = []
    for k in reversed(plan.kernel):
        steps.insert(0, inside)
        inside *= k
    for at in range(rank):
        offset = torch.div(chosen, steps[at], rounding_mode="floor") % plan.kernel[at]
        start = torch.arange(plan.counts[at]) * plan.stride[at] - plan.padding[at]
        place = offset * plan.dilation[at] + start.reshape([-1] + [1] * (rank - 1 - at))
        flat = place if flat is None else flat * plan.size[at] + place
    return flat


max_pool1d, max_pool1d_with_indices = _maximum(1)
max_pool2d, max_pool2d_with_indices = _maximum(2)
max_pool3d, max_pool3d_with_indices = _maximum(3)


def _covered(plan, at, include):
    """How many elements each window has along one dimension: with or without what was added around."""
    n, k, s, p = plan.size[at], plan.kernel[at], plan.stride[at], plan.padding[at]
    counts = []
    for place in range(plan.counts[at]):
        start = place * s - p
        end = min(start + k, n + p)
        counts.append(end - start if include else min(end, n) - max(start, 0))
    return counts


def _mean(dimensions):
    name = f"avg_pool{dimensions}d"

    def operation(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
                  divisor_override=None):
        _check(input, dimensions, name)
        kernel = extents(kernel_size, dimensions, "kernel_size", name)
        stride = kernel if stride is None or stride == [] else extents(stride, dimensions, "stride", name)
        padding = extents(padding, dimensions, "padding", name)
        if divisor_override == 0:
            raise RuntimeError("divisor must be not zero")
        plan = _Plan(input, kernel, stride, padding, [1] * dimensions, ceil_mode, name)
        x = plan.taken(input, 0.0)
        inner = list(range(x.dim() - dimensions, x.dim()))
        if divisor_override is not None:
            return x.sum(inner) / divisor_override
        rows = [_covered(plan, at, count_include_pad) for at in range(dimensions)]
        if all(n == k for row, k in zip(rows, kernel) for n in row):
            return x.mean(inner)
        total = x.sum(inner)
        for at, row in enumerate(rows):
            scale = torch.tensor([float(n) for n in row], dtype=input.dtype)
            total = total / scale.reshape([-1] + [1] * (dimensions - 1 - at))
        return total

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"The mean of each window over the last {dimensions} dimension(s)."
    return operation


avg_pool2d, avg_pool3d = _mean(2), _mean(3)
_avg_pool1d = _mean(1)


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """The mean of each window over the last dimension."""
    return _avg_pool1d(input, kernel_size, stride, padding, ceil_mode, count_include_pad)


def _norm(dimensions):
    name = f"lp_pool{dimensions}d"
    pool = (avg_pool1d, avg_pool2d, avg_pool3d)[dimensions - 1]

    def operation(input, norm_type, kernel_size, stride=None, ceil_mode=False):
        taps = 1
        for n in extents(kernel_size, dimensions, "kernel_size", name):
            taps *= n
        x = pool(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
        return (torch.sign(x) * torch.relu(torch.abs(x)) * taps).pow(1.0 / norm_type)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"The norm of each window over the last {dimensions} dimension(s)."
    return operation


lp_pool1d, lp_pool2d, lp_pool3d = _norm(1), _norm(2), _norm(3)


def _targets(input, output_size, dimensions, name):
    _check(input, dimensions, name)
    own = list(input.shape[input.dim() - dimensions :])
    if not isinstance(output_size, (tuple, list)):
        return own, [own[at] if output_size is None else int(output_size) for at in range(dimensions)]
    if len(output_size) == 1:
        output_size = list(output_size) * dimensions
    if len(output_size) != dimensions:
        raise RuntimeError(f"{name}: output_size must be {dimensions}")
    return own, [own[at] if n is None else int(n) for at, n in enumerate(output_size)]


def _ranges(extent, count):
    """Where each of `count` windows over `extent` elements begins and ends."""
    return [(at * extent // count, -(-(at + 1) * extent // count)) for at in range(count)]


def _adaptive_mean(dimensions):
    name = f"adaptive_avg_pool{dimensions}d"

    def operation(input, output_size):
        own, wanted = _targets(input, output_size, dimensions, name)
        first = input.dim() - dimensions
        if all(n == 1 for n in wanted):
            return input.mean(list(range(first, input.dim())), keepdim=True)
        x = input
        for at, (n, count) in enumerate(zip(own, wanted)):
            dim = first + at
            shape = list(x.shape)
            if n == count:
                continue
            if count and n % count == 0:
                x = x.reshape(*shape[:dim], count, n // count, *shape[dim + 1 :]).mean(dim + 1)
            else:
                x = torch.cat([x.narrow(dim, a, b - a).mean(dim, keepdim=True) for a, b in _ranges(n, count)], dim)
        return x

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"The mean of as many windows as `output_size` says, over {dimensions} dimension(s)."
    return operation


adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = (_adaptive_mean(n) for n in (1, 2, 3))


def _adaptive_maximum(dimensions):
    name = f"adaptive_max_pool{dimensions}d"

    def operation(input, output_size, return_indices=False):
        own, wanted = _targets(input, output_size, dimensions, name)
        first = input.dim() - dimensions
        # Windows differ in length: the shorter ones see their last element again, which changes no maximum.
        place = torch.arange(max(1, math.prod(own))).reshape(own)
        x = input
        for at, (n, count) in enumerate(zip(own, wanted)):
            ranges = _ranges(n, count)
            width = max(b - a for a, b in ranges)
            index = torch.tensor([min(a + k, b - 1) for a, b in ranges for k in range(width)], dtype=torch.int64)
            x = _regrouped(x, first + 2 * at, index, count, width)
            place = _regrouped(place, 2 * at, index, count, width)
        inner = [2 * at + 1 for at in range(dimensions)]
        x = _inner_last(x, first, inner)
        place = _inner_last(place, 0, inner)
        chosen = x.argmax(-1, keepdim=True)
        values = x.gather(-1, chosen).squeeze(-1)
        if not return_indices:
            return values
        return values, place.expand(x.shape).gather(-1, chosen).squeeze(-1)

    def with_indices(input, output_size, return_indices=True):
        return operation(input, output_size, True)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"The largest of as many windows as `output_size` says, over {dimensions} dimension(s)."
    with_indices.__name__ = with_indices.__qualname__ = name + "_with_indices"
    with_indices.__doc__ = f"`{name}`, and where each was in the flattened image."
    return operation, with_indices


def _regrouped(x, dim, index, count, width):
    shape = list(x.shape)
    return x.index_select(dim, index).reshape(*shape[:dim], count, width, *shape[dim + 1 :])


def _inner_last(x, first, inner):
    """The dimensions `inner` (after `first`) as one, the last."""
    inner = [first + dim for dim in inner]
    outer = [dim for dim in range(x.dim()) if dim not in inner]
    x = x.permute(outer + inner)
    return x.reshape(*x.shape[: len(outer)], -1)


adaptive_max_pool1d, adaptive_max_pool1d_with_indices = _adaptive_maximum(1)
adaptive_max_pool2d, adaptive_max_pool2d_with_indices = _adaptive_maximum(2)
adaptive_max_pool3d, adaptive_max_pool3d_with_indices = _adaptive_maximum(3)


def _unpool(dimensions):
    name = f"max_unpool{dimensions}d"

    def operation(input, indices, kernel_size, stride=None, padding=0, output_size=None):
        kernel = extents(kernel_size, dimensions, "kernel_size", name)
        stride = kernel if stride is None else extents(stride, dimensions, "stride", name)
        padding = extents(padding, dimensions, "padding", name)
        if indices.dtype is not torch.int64:
            raise RuntimeError("elements in indices should be type int64 but got: " + str(indices.dtype))
        first = input.dim() - dimensions
        own = list(input.shape[first:])
        size = [(n - 1) * s + k - 2 * p for n, s, k, p in zip(own, stride, kernel, padding)]
        if output_size is not None:
            wanted = list(output_size)[-dimensions:]
            for want, have, step in zip(wanted, size, stride):
                if not have - step < want < have + step:
                    raise ValueError(f"invalid output_size {list(wanted)} (dim 0 must be between {have - step} and "
                                     f"{have + step})")
            size = wanted
        lead = list(input.shape[:first])
        count = math.prod(size)
        target = torch.zeros(*lead, count, dtype=input.dtype)
        result = target.scatter(-1, indices.reshape(*lead, -1), input.reshape(*lead, -1))
        return result.reshape(*lead, *size)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"Puts what `max_pool{dimensions}d` took back to its place; 0 elsewhere."
    return operation


max_unpool1d, max_unpool2d, max_unpool3d = (_unpool(n) for n in (1, 2, 3))

__all__ = [name for name in list(globals()) if "pool" in name and not name.startswith("_")]
