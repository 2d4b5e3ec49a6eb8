"""Sums, means and extremes over all or some dimensions."""

from ._arithmetic import larger, smaller
from ._base import Tensor
from ._dtype import bool_, float32, int64, uint8
from ._grad_mode import grad_mode
from ._host import Err, raised, tensors
from ._pointwise import abs as abs_
from ._pointwise import add_plain, div_plain, eq, isnan, ne, sqrt, square, sub_plain
from ._pointwise import pow as pow_
from ._promotion import cast, default_dtype
from ._return_types import return_type
from ._selecting import gather
from ._shaping import squeeze, unsqueeze, whole_dim

_R = tensors.ReduceOp
_reduce = tensors.reduce


def dims_of(dim, rank):
    """The dimensions that `dim` (None, a number or several) names, counted from the front; none for all of them."""
    if dim is None:
        return []
    if dim.__class__ is int:
        return [whole_dim(dim, rank)]
    dims = [whole_dim(int(d), rank) for d in (dim if isinstance(dim, (tuple, list)) else (dim,))]
    for at, d in enumerate(dims):
        if d in dims[:at]:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return dims


def reduced(op, input, dim, keepdim, kind):
    """The host's reduction over `dim`, in the type `kind`."""
    dims = [] if dim is None else dims_of(dim, len(input.shape))
    if dims and not input.shape:
        dims = []
    try:
        result = _reduce(op, input, dims, keepdim)
    except Err as err:
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = kind
    return result


def _summed(op, input, dim, keepdim, dtype):
    """A sum or product: of integers an int64, unless `dtype` is given."""
    kind = input._dtype
    if kind is float32 and dtype is None:
        return reduced(op, input, dim, keepdim, kind)
    kind = dtype or (input.dtype if input.dtype.is_floating_point else int64)
    if kind.is_floating_point or kind is int64:
        return reduced(op, cast(input, kind), dim, keepdim, kind)
    # The host sums integers in int64; a smaller type keeps the last of its bits.
    return cast(reduced(op, cast(cast(input, kind), int64), dim, keepdim, int64), kind)


def sum(input, dim=None, keepdim=False, *, dtype=None):
    """The sum over all or some dimensions; of integers an int64."""
    result = _summed(_R.SUM, input, dim, keepdim, dtype)
    result._made = "SumBackward0" if dim is None else "SumBackward1"
    return result


def prod(input, dim=None, keepdim=False, *, dtype=None):
    """The product over all elements or one dimension."""
    if isinstance(dim, (tuple, list)):
        raise TypeError("prod() received an invalid combination of arguments: dim must be one int")
    return _summed(_R.PROD, input, dim, keepdim, dtype)


def nansum(input, dim=None, keepdim=False, *, dtype=None):
    """The sum of what is a number."""
    if input.dtype.is_floating_point:
        input = input.masked_fill(isnan(input), 0.0)
    return sum(input, dim, keepdim, dtype=dtype)


def mean(input, dim=None, keepdim=False, *, dtype=None):
    """The mean over all or some dimensions."""
    kind = input._dtype
    if kind is not float32 or dtype is not None:
        kind = dtype or input.dtype
        if not kind.is_floating_point:
            which = "Input" if dtype is None else "Optional"
            raise NotImplementedError(
                f"mean(): could not infer output dtype. {which} dtype must be either a floating point or complex "
                f"dtype. Got: {kind.title}"
            )
        input = cast(input, kind)
    result = reduced(_R.MEAN, input, dim, keepdim, kind)
    result._made = "MeanBackward0" if dim is None else "MeanBackward1"
    return result


def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    """The mean of what is a number."""
    if not input.dtype.is_floating_point:
        raise RuntimeError("nanmean(): expected input to have floating point or complex dtype but got "
                           f"{input.dtype.title}")
    if dtype is not None and not dtype.is_floating_point:
        raise RuntimeError("nanmean(): could not infer output dtype. Optional dtype must be either a floating point or "
                           f"complex dtype. Got: {dtype.title}")
    count = sum(cast(eq(input, input), int64), dim, keepdim)
    return div_plain(nansum(input, dim, keepdim, dtype=dtype), count)


def _check_not_empty(name, input, dim, error=IndexError):
    """Refuses to look for an extreme where there is none."""
    if 0 not in input.shape:
        return
    dims = dims_of(dim, len(input.shape))
    if not dims:
        raise error(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
            + ("" if error is IndexError else " Specify the reduction dim with the 'dim' argument.")
        )
    for d in dims:
        if input.shape[d] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


def at_places(input, indices, dim):
    """The elements of `input` at `indices`, which name one place along `dim`: reduced, as `max(dim)` gives them."""
    if not input.shape:
        return input.clone()
    return squeeze(gather(input, dim, unsqueeze(indices, dim)), dim)


def _one_per_row(name, input, dim, keepdim, op, arg):
    """Values and indices of the extreme element along `dim`. The gradient goes to the place at the index."""
    rank = len(input.shape)
    dim = whole_dim(dim, rank)
    _check_not_empty(name, input, dim)
    kind = return_type(name, "values indices")
    if 0 in input.shape:
        shape = [1 if at == dim else n for at, n in enumerate(input.shape) if keepdim or at != dim]
        return kind(input.new_empty(shape), input.new_empty(shape, dtype=int64))
    if not grad_mode.recording or not input.requires_grad:
        return kind(reduced(op, input, dim, keepdim, input.dtype), reduced(arg, input, dim, keepdim, int64))
    indices = reduced(arg, input, dim, False, int64)
    values = at_places(input, indices, dim)
    if keepdim and rank:
        return kind(unsqueeze(values, dim), unsqueeze(indices, dim))
    return kind(values, indices)


def _extreme(op, arg, name, pair):
    def operation(input, dim=None, keepdim=False, *, other=None):
        dim = other if other is not None else dim
        if isinstance(dim, Tensor):
            return pair(input, dim)
        if dim is None:
            _check_not_empty(name, input, None, RuntimeError)
            return reduced(op, input, None, False, input.dtype)
        return _one_per_row(name, input, dim, keepdim, op, arg)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = "The extreme of all elements, those along a dimension and where they are, or of two tensors."
    return operation


max = _extreme(_R.MAX, _R.ARGMAX, "max", larger)
min = _extreme(_R.MIN, _R.ARGMIN, "min", smaller)


def amax(input, dim=(), keepdim=False):
    """The largest over all or some dimensions."""
    _check_not_empty("amax", input, dim, RuntimeError)
    if 0 in input.shape:
        return _of_none(input, dim, keepdim)
    return reduced(_R.MAX, input, dim, keepdim, input.dtype)


def amin(input, dim=(), keepdim=False):
    """The smallest over all or some dimensions."""
    _check_not_empty("amin", input, dim, RuntimeError)
    if 0 in input.shape:
        return _of_none(input, dim, keepdim)
    return reduced(_R.MIN, input, dim, keepdim, input.dtype)


def _of_none(input, dim, keepdim):
    dims = dims_of(dim, len(input.shape))
    shape = [1 if at in dims else n for at, n in enumerate(input.shape) if keepdim or at not in dims]
    return input.new_empty(shape)


def aminmax(input, *, dim=None, keepdim=False):
    """Smallest and largest."""
    if dim is None:
        _check_not_empty("aminmax", input, None, RuntimeError)
    else:
        _check_one_dim("aminmax", dim)
    dim = () if dim is None else dim
    return return_type("aminmax", "min max")(amin(input, dim, keepdim), amax(input, dim, keepdim))


def _check_one_dim(name, dim):
    if isinstance(dim, (tuple, list)):
        raise TypeError(f"{name}(): argument 'dim' must be int, not {type(dim).__name__}")


def _arg(op, name):
    def operation(input, dim=None, keepdim=False):
        if input.dtype is bool_:
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'")
        _check_one_dim(name, dim)
        _check_not_empty(name, input, dim)
        if 0 in input.shape:
            return cast(_of_none(input, dim, keepdim), int64)
        return reduced(op, input, dim, keepdim, int64)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = "Where the extreme element is; the first of equals."
    return operation


argmax = _arg(_R.ARGMAX, "argmax")
argmin = _arg(_R.ARGMIN, "argmin")


def logsumexp(input, dim, keepdim=False):
    """The logarithm of the sum of exponentials, without overflow."""
    if not input.dtype.is_floating_point:
        input = cast(input, default_dtype())
    return reduced(_R.LOGSUMEXP, input, dim, keepdim, input.dtype)


def all(input, dim=None, keepdim=False):
    """Are all elements other than 0?"""
    return _boolean(_R.MIN, input, dim, keepdim, True)


def any(input, dim=None, keepdim=False):
    """Is any element other than 0?"""
    return _boolean(_R.MAX, input, dim, keepdim, False)


def _boolean(op, input, dim, keepdim, of_none):
    mask = cast(input, bool_)
    if dim == ():
        # No dimension at all, where other reductions take all of them.
        return mask if mask is not input else mask.clone()
    if 0 in input.shape:
        count = sum(mask, dim, keepdim)
        result = eq(count, 0) if of_none else ne(count, 0)
    else:
        result = reduced(op, mask, dim, keepdim, bool_)
    return cast(result, uint8) if input.dtype is uint8 else result


def count_nonzero(input, dim=None, *more):
    """How many elements are not 0."""
    dim = (dim, *more) if more else dim
    return sum(cast(input, bool_), dim)


def count_along(input, dim):
    """How many elements a reduction over `dim` puts together."""
    shape = input.shape
    count = 1
    for d in dims_of(dim, len(shape)) or range(len(shape)):
        count *= shape[d] if shape else 1
    return count


def root(x):
    """The square root of a sum of squares; its gradient is 0 where that is 0, as PyTorch's is."""
    if not grad_mode.recording or not x.requires_grad:
        return sqrt(x)
    none = cast(eq(x, 0), x.dtype)
    return sub_plain(sqrt(add_plain(x, none)), none)


def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    """The vector norm of order `p` over all or some dimensions."""
    if dtype is not None:
        input = cast(input, dtype)
    if not input.dtype.is_floating_point:
        raise NotImplementedError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got " + input.dtype.title
        )
    if p is None or p == "fro" or p == 2:
        return root(sum(square(input), dim, keepdim))
    if p == "nuc":
        from .linalg import matrix_norm

        return matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim)
    if isinstance(p, str):
        raise RuntimeError(f"Expected p to be a number, 'fro' or 'nuc', but got {p!r}")
    size = abs_(input)
    if p == float("inf"):
        return amax(size, () if dim is None else dim, keepdim)
    if p == float("-inf"):
        return amin(size, () if dim is None else dim, keepdim)
    if p == 0:
        return sum(cast(ne(input, 0), input.dtype), dim, keepdim)
    if p == 1:
        return sum(size, dim, keepdim)
    total = sum(pow_(size, p), dim, keepdim)
    if not grad_mode.recording or not total.requires_grad:
        return pow_(total, 1.0 / p)
    # As `root`: the gradient of the norm of nothing but zeros is 0.
    none = cast(eq(total, 0), total.dtype)
    return sub_plain(pow_(add_plain(total, none), 1.0 / p), none)
