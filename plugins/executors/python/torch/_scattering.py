"""Elements put, or joined, at positions along a dimension."""

from ._base import Tensor, wrap
from ._creation import full, integers
from ._dtype import bool_, int64
from ._host import Err, tensors
from ._pointwise import mul
from ._promotion import cast
from ._selecting import as_scalar, checked_index, choose, flat_places, index_positions, out_of_bounds, title
from ._shaping import expand, reshape, sliced, whole_dim
from ._out import store_into

_OP = tensors.ScatterOp


def _scattered(op, name, input, dim, index, source):
    """The host's `scatter` after PyTorch's checks: `source` may be larger than `index`."""
    own = list(input.shape)
    x, dim, index, _ = checked_index("scatter", input, dim, index)
    if not index.numel():
        return input.clone()
    if not source.dim():
        source = reshape(source, [1])
    if source.dim() != index.dim():
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    for d, (want, have) in enumerate(zip(index.shape, source.shape)):
        if want > have or d != dim and want > x.shape[d]:
            raise RuntimeError(
                f"Expected index {list(index.shape)} to be no larger than self {list(x.shape)} apart from dimension "
                f"{dim} and to be no larger size than src {list(source.shape)}"
            )
    for d, (want, have) in enumerate(zip(index.shape, source.shape)):
        if have > want:
            source = sliced(source, d, 0, want, 1)
    return _joined(op, x, dim, index, source, own)


def _joined(op, x, dim, index, source, shape):
    kind = x.dtype
    if kind is bool_:
        # The host holds a boolean as a byte, where a sum could leave 0 and 1.
        op = {_OP.ADD: _OP.MAXIMUM, _OP.MULTIPLY: _OP.MINIMUM}.get(op, op)
    try:
        result = wrap(tensors.scatter(op, x, index, source, dim), kind)
    except Err as err:
        raise out_of_bounds(err, x, dim, index) from None
    return reshape(result, shape) if list(result.shape) != shape else result


def _same_type(name, input, src):
    if src.dtype is not input.dtype:
        raise RuntimeError(f"{name}(): Expected self.dtype to be equal to src.dtype")


def scatter_add(input, dim, index, src):
    """`src` added at `index` along `dim`."""
    _same_type("scatter", input, src)
    return _scattered(_OP.ADD, "scatter_add", input, dim, index, src)


_REDUCE = {"add": _OP.ADD, "multiply": _OP.MULTIPLY}


def scatter(input, dim, index, src=None, value=None, *, reduce=None):
    """`src` (or a number) at `index` along `dim`."""
    src = value if src is None else src
    if reduce is not None and reduce not in _REDUCE:
        raise RuntimeError("reduce argument must be either add or multiply.")
    if not isinstance(src, Tensor):
        src = expand(as_scalar(src, input.dtype), index.shape)
    else:
        _same_type("scatter", input, src)
    return _scattered(_OP.REPLACE if reduce is None else _REDUCE[reduce], "scatter", input, dim, index, src)


_REDUCTIONS = {"sum": _OP.ADD, "prod": _OP.MULTIPLY, "mean": _OP.ADD, "amax": _OP.MAXIMUM, "amin": _OP.MINIMUM}


def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    """`src` joined at `index` along `dim` by "sum", "prod", "mean", "amax" or "amin"."""
    if reduce not in _REDUCTIONS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    _same_type("scatter", input, src)
    x = input
    touched = index.numel() > 0
    if not include_self and touched:
        first = expand(_neutral(reduce, input.dtype), index.shape)
        x = _scattered(_OP.REPLACE, "scatter", input, dim, index, first)
    result = _scattered(_REDUCTIONS[reduce], "scatter_reduce", x, dim, index, src)
    if reduce != "mean" or not touched:
        return result
    counts = full(input.shape, 1 if include_self else 0, dtype=input.dtype)
    counts = _scattered(_OP.ADD, "scatter", counts, dim, index, full(index.shape, 1, dtype=input.dtype))
    return result.div(counts.clamp(min=1), rounding_mode=None if input.dtype.is_floating_point else "floor")


def _neutral(reduce, kind):
    """What joins with a value to that value."""
    if reduce in ("sum", "mean", "prod"):
        return as_scalar(int(reduce == "prod"), kind)
    if kind.is_floating_point:
        return as_scalar(float("-inf") if reduce == "amax" else float("inf"), kind)
    if kind is bool_:
        return as_scalar(reduce == "amin", kind)
    bits = 8 * kind.itemsize
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if kind.is_signed else (0, (1 << bits) - 1)
    return cast(reshape(integers([low if reduce == "amax" else high]), []), kind)


def _spread(name, input, dim, index, source):
    """A vector of positions along `dim` as an index in the shape of `source`."""
    dim = whole_dim(dim, input.dim())
    index = index_positions(name, index)
    if not source.dim():
        source = reshape(source, [1])
    x = input if input.dim() else reshape(input, [1])
    if source.dim() != x.dim() or not input.dim() and source.numel() != 1:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got "
            f"self.shape = {list(input.shape)} source.shape = {list(source.shape)}"
        )
    if source.shape[dim] != index.numel():
        raise RuntimeError(
            f"{name}(): Number of indices ({index.numel()}) should be equal to source.size(dim): "
            f"({source.shape[dim]}), for dim: {dim}"
        )
    if [n for d, n in enumerate(source.shape) if d != dim] != [n for d, n in enumerate(x.shape) if d != dim]:
        raise RuntimeError(
            f"source tensor shape must match self tensor shape, excluding the specified dimension. Got "
            f"self.shape = {list(input.shape)} source.shape = {list(source.shape)}"
        )
    if index.numel() and bool((index < 0).any()):
        raise IndexError(f"{name}(): index out of range in self")
    shape = [1] * x.dim()
    shape[dim] = index.numel()
    return x, dim, expand(reshape(index, shape), list(source.shape)), source


def _along(op, name, input, dim, index, source):
    own = list(input.shape)
    x, dim, spread, source = _spread(name, input, dim, index, source)
    if not source.numel():
        return input.clone()
    try:
        return _joined(op, x, dim, spread, source, own)
    except RuntimeError as err:
        if "out of bounds" in str(err):
            raise IndexError("index out of range in self") from None
        raise


def index_add(input, dim, index, source, *, alpha=1, out=None):
    """`source` added at `index` (a vector) along `dim`."""
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"index_add_(): self ({title(input.dtype)}) and source ({title(source.dtype)}) must have the same "
            "scalar type"
        )
    result = _along(_OP.ADD, "index_add", input, dim, index, source if alpha == 1 else mul(source, alpha))
    return result if out is None else store_into(out, result)


def index_copy(input, dim, index, source, *, out=None):
    """`source` at `index` (a vector) along `dim`."""
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"index_copy_(): self and source expected to have the same dtype, but got (self) {title(input.dtype)} and "
            f"(source) {title(source.dtype)}"
        )
    result = _along(_OP.REPLACE, "index_copy_", input, dim, index, source)
    return result if out is None else store_into(out, result)


def index_fill(input, dim, index, value):
    """`value` at `index` (a vector) along `dim`."""
    dim = whole_dim(dim, input.dim())
    index = index_positions("index_fill_", index)
    if isinstance(value, Tensor):
        if value.dim():
            raise RuntimeError(
                f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.dim()} "
                "dimension(s)."
            )
    else:
        value = as_scalar(value, input.dtype)
    extent = input.shape[dim] if input.dim() else 1
    hit = full((extent,), False, dtype=bool_)
    if index.numel():
        hit = hit.index_put((flat_places(index, extent),), full((), True, dtype=bool_))
    return choose(reshape(hit, [extent] + [1] * (input.dim() - dim - 1)) if input.dim() else hit.reshape(()),
                  cast(value, input.dtype), input)


def index_reduce(input, dim, index, source, reduce, *, include_self=True):
    """`source` joined at `index` (a vector) along `dim` by "prod", "mean", "amax" or "amin"."""
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(
            f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}."
        )
    own = list(input.shape)
    x, dim, spread, source = _spread("index_reduce", input, dim, index, source)
    return reshape(scatter_reduce(x, dim, spread, source, reduce, include_self=include_self), own)


def put(input, index, source, accumulate=False):
    """`source` at `index` of the flattened tensor, or added there."""
    if index.dtype is not int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {title(index.dtype)}")
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"put_(): self and source expected to have the same dtype, but got self.dtype = {title(input.dtype)} and "
            f"source.dtype = {title(source.dtype)}"
        )
    if index.numel() != source.numel():
        raise RuntimeError(
            f"put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.numel()}, index.numel() = {index.numel()}"
        )
    if index.numel() and not input.numel():
        raise IndexError("put_(): Tried to put elements into an empty tensor")
    return put_flat(input, flat_places(index, input.numel()), source, accumulate)


def put_flat(input, places, source, accumulate):
    """A copy of `input` with the elements of `source` at the vector `places` of its flat form."""
    count = places.numel()
    if not count:
        return input.clone()
    flat = reshape(input, [input.numel()])
    op = _OP.ADD if accumulate else _OP.REPLACE
    return _joined(op, flat, 0, places, reshape(source, [count]), [input.numel()]).reshape(list(input.shape))
