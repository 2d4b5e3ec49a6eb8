"""Values counted and found: distinct ones, histograms, places in an order."""

import math

from ._base import Tensor
from ._creation import full, linspace, ones, zeros
from ._dtype import bool_, float32, float64, int32, int64
from ._joining import cat
from ._numbers import as_tensor_operand, create
from ._pointwise import (
    add_plain, div_plain, eq, floor_divide, ge, gt, le, logical_and, logical_not, logical_or, lt, mul, ne, sub_plain,
)
from ._promotion import cast, result_of
from ._return_types import return_type
from ._scattering import scatter_add
from ._selecting import choose, gather, index_select, nonzero
from ._shaping import flatten, narrow, reshape, whole_dim
from ._sorting import sort


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The distinct elements, or parts along `dim`, in order."""
    if dim is not None:
        return _unique_parts(input, dim, return_inverse, return_counts, True)
    flat = flatten(input.detach())
    values, places = sort(flat)
    starts, inverse = _runs(values)
    if return_inverse:
        inverse = zeros(flat.shape, dtype=int64).scatter(0, places, inverse).reshape(input.shape)
    from ._no_gradients import refused_unique

    found = refused_unique(index_select(values, 0, starts), input)
    return _found(found, inverse, starts, values.shape[0], return_inverse, return_counts)


def _runs(values):
    """Where each run of equal neighbours begins, and the number of the run each element is in."""
    count = values.shape[0]
    if count == 0:
        return zeros(0, dtype=int64), zeros(0, dtype=int64)
    new = cat([ones(1, dtype=bool_), ne(narrow(values, 0, 1, count - 1), narrow(values, 0, 0, count - 1))])
    return flatten(nonzero(new)), sub_plain(cast(new, int64).cumsum(0), 1)


def _found(values, inverse, starts, total, return_inverse, return_counts):
    result = [values]
    if return_inverse:
        result.append(inverse)
    if return_counts:
        ends = cat([narrow(starts, 0, 1, max(starts.shape[0] - 1, 0)), create([total], [1], int64)]) \
            if starts.shape[0] else starts
        result.append(sub_plain(ends, starts))
    return tuple(result) if len(result) > 1 else result[0]


def _unique_parts(input, dim, return_inverse, return_counts, in_order):
    dim = whole_dim(dim, input.dim())
    parts = reshape(input.detach().movedim(dim, 0), [input.shape[dim], -1]).tolist() if input.numel() else []
    known, firsts, counts, inverse, before = {}, [], [], [], None
    for at, part in enumerate(map(tuple, parts)):
        if part not in known or not in_order and part != before:
            known[part] = len(firsts)
            firsts.append(at)
            counts.append(0)
        before = part
        counts[known[part]] += 1
        inverse.append(known[part])
    if in_order:
        order = sorted(range(len(firsts)), key=lambda n: parts[firsts[n]])
        rank = {old: new for new, old in enumerate(order)}
        firsts, counts = [firsts[n] for n in order], [counts[n] for n in order]
        inverse = [rank[n] for n in inverse]
    result = [index_select(input, dim, create(firsts, [len(firsts)], int64))]
    if return_inverse:
        result.append(create(inverse, [len(inverse)], int64))
    if return_counts:
        result.append(create(counts, [len(counts)], int64))
    return tuple(result) if len(result) > 1 else result[0]


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The first of each run of equal neighbours."""
    if dim is not None:
        return _unique_parts(input, dim, return_inverse, return_counts, False)
    flat = flatten(input.detach())
    starts, inverse = _runs(flat)
    return _found(index_select(flat, 0, starts), inverse.reshape(input.shape), starts, flat.shape[0], return_inverse,
                  return_counts)


def bincount(input, weights=None, minlength=0):
    """How often each of 0, 1, … occurs, or the sum of its weights."""
    if input.dtype.is_floating_point or input.dtype is bool_:
        raise NotImplementedError(f"\"bincount_cpu\" not implemented for '{input.dtype.title}'")
    if input.dim() != 1 or input.numel() and bool((input < 0).any()):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if weights is not None and weights.shape != input.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    top = int(input.max().item()) + 1 if input.numel() else 0
    kind = int64 if weights is None else float32 if weights.dtype is float32 else float64
    source = ones(input.shape, dtype=int64) if weights is None else cast(weights, kind)
    return scatter_add(zeros(max(top, minlength), dtype=kind), 0, cast(input, int64), source)


def histc(input, bins=100, min=0, max=0):
    """How many elements lie in each of `bins` equal parts of [min, max]."""
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"\"histogramdd\" not implemented for '{input.dtype.title}'")
    low, high = _range_of(input, min, max, "torch.histc")
    flat = flatten(input.detach())
    inside = logical_and(ge(flat, low), le(flat, high))
    # As PyTorch finds the place: in the input's own type, from the lower end.
    low = create([low], [], input.dtype)
    width = sub_plain(create([high], [], input.dtype), low)
    places = cast(div_plain(mul(sub_plain(flat, low), bins), width), int64).clamp(0, bins - 1)
    return scatter_add(zeros(bins, dtype=input.dtype), 0, places, cast(inside, input.dtype))


def _range_of(input, low, high, name):
    if low == high and input.numel():
        low, high = float(input.min().item()), float(input.max().item())
        if not (math.isfinite(low) and math.isfinite(high)):
            raise RuntimeError(f"{name}: range of [{low:g}, {high:g}] is not finite")
    if low > high:
        raise RuntimeError(f"{name}: max must be larger than min")
    if low == high:
        low, high = low - 1, high + 1
    return float(low), float(high)


def _counted(input, edges, weight):
    """How many elements (or what weight) lie between neighbouring edges; the last part includes its end."""
    flat, bins = flatten(input.detach()), edges.shape[0] - 1
    inside = logical_and(ge(flat, edges[0]), le(flat, edges[-1]))
    places = sub_plain(searchsorted(edges, flat, right=True), 1).clamp(0, bins - 1)
    weight = ones(flat.shape, dtype=input.dtype) if weight is None else flatten(weight)
    return scatter_add(zeros(bins, dtype=input.dtype), 0, places, mul(weight, cast(inside, input.dtype)))


def histogram(input, bins=100, *, range=None, weight=None, density=False):
    """How many elements lie between neighbouring edges, and the edges."""
    if isinstance(bins, Tensor):
        edges = bins
    else:
        low, high = _range_of(input, *(range or (0, 0)), "torch.histogram")
        edges = linspace(low, high, bins + 1, dtype=input.dtype)
    counts = _counted(input, edges, weight)
    if density:
        counts = div_plain(div_plain(counts, counts.sum()), edges.diff())
    return return_type("histogram", "hist bin_edges")(counts, edges)


def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """Where each value of `input` would be inserted in `sorted_sequence`, along its last dimension."""
    if side is not None:
        if side not in ("left", "right"):
            raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
        if side == "left" and right:
            raise RuntimeError("torch.searchsorted(): side and right can't be set to opposites, got side of left while "
                               "right was True")
        right = side == "right"
    if sorter is not None:
        sorted_sequence = gather(sorted_sequence, -1, sorter)
    values = input if isinstance(input, Tensor) else as_tensor_operand(input, sorted_sequence.dtype)
    if sorted_sequence.dim() != 1 and sorted_sequence.shape[:-1] != values.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(sorted_sequence.shape)} and "
            f"input value tensor {list(values.shape)}")
    kind = result_of(sorted_sequence, values)
    sorted_sequence, values = cast(sorted_sequence, kind), cast(values, kind)
    if values.dtype is bool_:
        raise NotImplementedError("\"searchsorted_out_cpu\" not implemented for 'Bool'")
    places = _bisected(sorted_sequence, values, right)
    return cast(places, int32) if out_int32 else places


def _bisected(sequence, values, right):
    extent = sequence.shape[-1]
    shape = list(values.shape)
    if sequence.dim() == 1:
        sequence, values = reshape(sequence, [extent]), flatten(values)
    low = zeros(values.shape, dtype=int64)
    if extent == 0 or not values.numel():
        return reshape(low, shape)
    high = full(values.shape, extent, dtype=int64)
    for _ in range(extent.bit_length()):
        middle = floor_divide(add_plain(low, high), 2)
        at = gather(sequence, -1, middle.clamp(max=extent - 1))
        # What is not a number comes last.
        before = logical_not(gt(at, values)) if right else logical_not(le(values, at))
        before = logical_and(before, lt(low, high))
        high = choose(logical_or(before, ge(low, high)), high, middle)
        low = choose(before, add_plain(middle, 1), low)
    return reshape(low, shape)


def bucketize(input, boundaries, *, out_int32=False, right=False):
    """Which of the parts that `boundaries` bound each value of `input` lies in."""
    if boundaries.dim() != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.dim()})")
    if not isinstance(input, Tensor):
        input = as_tensor_operand(input, boundaries.dtype)
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def isin(elements, test_elements, *, assume_unique=False, invert=False):
    """Which of `elements` are among `test_elements`."""
    if not isinstance(elements, Tensor):
        elements = as_tensor_operand(elements, test_elements.dtype)
    if not isinstance(test_elements, Tensor):
        test_elements = as_tensor_operand(test_elements, elements.dtype)
    kind = result_of(elements, test_elements)
    if kind is bool_:
        raise NotImplementedError("Unsupported input type encountered for isin(): Bool")
    among, x = sort(flatten(cast(test_elements, kind))).values, cast(elements, kind)
    if not among.numel():
        found = zeros(x.shape, dtype=bool_)
    else:
        at = _bisected(among, x, False).clamp(max=among.shape[0] - 1)
        found = eq(reshape(index_select(among, 0, flatten(at)), list(x.shape)), x)
    return logical_not(found) if invert else found
