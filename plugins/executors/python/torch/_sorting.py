"""Order: sorting, the largest few, the k-th, the middle, the most frequent."""

from ._base import Tensor, wrap
from ._creation import multinomial  # noqa: F401
from ._dtype import bool_, int64
from ._equality import allclose, equal  # noqa: F401
from ._host import Err, host, raised, tensors
from ._numbers import create
from ._pointwise import add_plain, ceil, floor, isnan, mul, round_plain, sub_plain
from ._promotion import cast
from ._reductions import at_places
from ._return_types import return_type
from ._selecting import choose, gather
from ._shaping import flatten, reshape, sliced, squeeze, unsqueeze, whole_dim

_PAIR = "values indices"
Sorted = return_type("sort", _PAIR)
Topk = return_type("topk", _PAIR)


def sort(input, dim=-1, descending=False, stable=False):
    """Values in order along `dim`, and where each came from. Always stable."""
    if isinstance(dim, bool):
        dim, descending = -1, dim
    rank = len(input.shape)
    dim = whole_dim(dim, rank)
    if not rank:
        return Sorted(input.clone(), create([0], [], int64))
    try:
        values, indices = tensors.sort(input, dim, bool(descending))
    except Err as err:
        raise raised(err) from None
    return Sorted(wrap(values, input.dtype), wrap(indices, int64))


def argsort(input, dim=-1, descending=False, stable=False):
    """Where each element of `sort` came from."""
    return sort(input, dim, descending).indices


def msort(input):
    """Sorted along the first dimension."""
    return sort(input, 0).values


def topk(input, k, dim=-1, largest=True, sorted=True):
    """The `k` largest (or smallest) along `dim`, in order."""
    dim = whole_dim(dim, len(input.shape))
    if input.dtype is bool_:
        raise NotImplementedError("topk does not support bool dtypes on CPU")
    extent = input.shape[dim] if input.shape else 1
    if isinstance(k, Tensor):
        k = k.item()
    if not 0 <= k <= extent:
        raise RuntimeError("selected index k out of range")
    values, indices = sort(input, dim, largest)
    if not input.shape:
        return Topk(values, indices)
    return Topk(_first(values, dim, k), _first(indices, dim, k))


def _first(x, dim, k):
    """The first `k` along `dim`: a tensor of its own."""
    return wrap(host(tensors.slice, x, dim, 0, k, 1), x.dtype)


def _one_of_order(name, input, dim, keepdim, place):
    """The element at `place(extent)` of each row in order, and where it was."""
    dim = whole_dim(dim, len(input.shape))
    kind = return_type(name, _PAIR)
    if input.dtype is bool_:
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'")
    if not input.shape:
        return kind(input.clone(), create([0], [], int64))
    if input.shape[dim] == 0:
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")
    indices = sort(input.detach(), dim).indices
    at = place(input.shape[dim])
    if isinstance(at, Tensor):
        indices = gather(indices, dim, at)
    else:
        indices = sliced(indices, dim, at, at + 1, 1)
    indices = squeeze(indices, dim).clone()
    values = at_places(input, indices, dim)
    return kind(unsqueeze(values, dim), unsqueeze(indices, dim)) if keepdim else kind(values, indices)


def kthvalue(input, k, dim=-1, keepdim=False):
    """The k-th smallest along `dim`."""
    extent = input.shape[whole_dim(dim, len(input.shape))] if input.shape else 1
    if extent == 0:
        raise IndexError(f"kthvalue(): Expected reduction dim {whole_dim(dim, input.dim())} to have non-zero size.")
    if not 1 <= k <= extent:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {whole_dim(dim, input.dim())}")
    return _one_of_order("kthvalue", input, dim, keepdim, lambda _: k - 1)


def _median(ignore, name):
    def along(input, dim, keepdim):
        dim = whole_dim(dim, len(input.shape))
        if not input.dtype.is_floating_point or not input.shape:
            return _one_of_order(name, input, dim, keepdim, lambda extent: (extent - 1) // 2)
        # In order, what is not a number comes last.
        missing = isnan(input)

        def place(extent):
            count = cast(missing, int64).sum(dim, True)
            if ignore:
                return ((extent - 1 - count).clamp(min=0)) // 2
            middle = (count * 0) + (extent - 1) // 2
            return choose(count > 0, extent - count, middle)

        return _one_of_order(name, input, dim, keepdim, place)

    def operation(input, dim=None, keepdim=False):
        if dim is not None:
            return along(input, dim, keepdim)
        if not input.numel():
            if input.dtype.is_floating_point:
                return create([float("nan")], [], input.dtype)
            raise RuntimeError(f"{name}(): Expected a non-empty tensor of integers")
        return along(flatten(input), 0, False).values

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = "The middle element; of an even count the lower of the two."
    return operation


median = _median(False, "median")
nanmedian = _median(True, "nanmedian")


def mode(input, dim=-1, keepdim=False):
    """The most frequent element along `dim`, the smallest of several, and where it is last."""
    rank = len(input.shape)
    dim = whole_dim(dim, rank)
    kind = return_type("mode", _PAIR)
    if not rank:
        return kind(input.clone(), create([0], [], int64))
    if input.shape[dim] == 0:
        raise IndexError(f"mode(): Expected reduction dim {dim} to have non-zero size.")
    rows = input.detach().movedim(dim, -1)
    shape = list(rows.shape[:-1])
    places = [_most_frequent(row) for row in reshape(rows, [-1, input.shape[dim]]).tolist()] if rows.numel() else []
    indices = create(places, shape, int64)
    values = at_places(input, indices, dim)
    return kind(unsqueeze(values, dim), unsqueeze(indices, dim)) if keepdim else kind(values, indices)


def _most_frequent(row):
    counts = {}
    for value in row:
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values())
    best = min(value for value, count in counts.items() if count == most)
    return len(row) - 1 - row[::-1].index(best)


_ROUNDED = {"lower": floor, "higher": ceil, "nearest": round_plain}


def _quantile(ignore, name):
    def operation(input, q, dim=None, keepdim=False, *, interpolation="linear"):
        if input.dtype.name not in ("float32", "float64"):
            raise RuntimeError(f"{name}() input tensor must be either float or double dtype")
        if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
            raise RuntimeError(
                f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got "
                f"{interpolation}")
        if isinstance(q, Tensor):
            if q.dtype is not input.dtype:
                raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor")
            several, wanted = q.dim() == 1, flatten(q).tolist()
        else:
            several, wanted = False, [q]
        for value in wanted:
            if not 0 <= value <= 1:
                raise RuntimeError(f"{name}() q {'values ' if isinstance(q, Tensor) else ''}must be in the range [0, 1]"
                                   + ("" if isinstance(q, Tensor) else f" but got {value:g}"))
        if not input.numel():
            raise RuntimeError(f"{name}() input tensor must be non-empty")
        rank = input.dim()
        along = whole_dim(dim, rank) if dim is not None else 0
        rows = flatten(input) if dim is None or not rank else input.movedim(along, -1)
        found = [_interpolated(rows, value, interpolation, ignore) for value in wanted]
        if keepdim:
            shape = [1] * rank if dim is None else [1 if at == along else n for at, n in enumerate(input.shape)]
            found = [reshape(x, shape) for x in found]
        if not several:
            return found[0]
        from ._joining import stack

        return stack(found)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = "The element below which the part `q` of all lie; between two of them as `interpolation` says."
    return operation


def _interpolated(rows, q, interpolation, ignore):
    """The `q`-th quantile of each row (the last dimension)."""
    extent = rows.shape[-1]
    values = sort(rows, -1).values
    missing = cast(isnan(rows), int64).sum(-1, True)
    last = (extent - 1 - missing).clamp(min=0) if ignore else missing * 0 + (extent - 1)
    place = mul(cast(last, rows.dtype), q)
    if interpolation in _ROUNDED:
        place = _ROUNDED[interpolation](place)
    low = cast(floor(place), int64)
    high = cast(ceil(place), int64)
    part = mul(sub_plain(place, floor(place)), 0) + 0.5 if interpolation == "midpoint" else sub_plain(
        place, floor(place))
    below, above = gather(values, -1, low), gather(values, -1, high)
    result = squeeze(add_plain(below, mul(sub_plain(above, below), part)), -1)
    wrong = squeeze(missing == extent if ignore else missing > 0, -1)
    return choose(wrong, create([float("nan")], [], rows.dtype), result)


quantile = _quantile(False, "quantile")
nanquantile = _quantile(True, "nanquantile")
