"""Order: sorting, the largest few, random choice by weight."""

import builtins
import collections

from ._base import wrap
from ._dtype import float32, int64
from ._generator import of
from ._host import Err, raised, tensors
from ._pointwise import eq, log, lt, ne
from ._promotion import cast
from ._shaping import flatten, sliced, whole_dim

Sorted = collections.namedtuple("sort", ["values", "indices"])
Topk = collections.namedtuple("topk", ["values", "indices"])


def sort(input, dim=-1, descending=False, stable=False):
    """Values in order along `dim`, and where each came from. Always stable."""
    if not input.shape:
        return Sorted(input.clone(), (input * 0).to(int64))
    try:
        values, indices = tensors.sort(input, whole_dim(dim, len(input.shape)), bool(descending))
    except Err as err:
        raise raised(err) from None
    return Sorted(wrap(values, input.dtype), wrap(indices, int64))


def argsort(input, dim=-1, descending=False, stable=False):
    """Where each element of `sort` came from."""
    return sort(input, dim, descending).indices


def topk(input, k, dim=-1, largest=True, sorted=True):
    """The `k` largest (or smallest) along `dim`, in order."""
    dim = whole_dim(dim, len(input.shape))
    extent = input.shape[dim] if input.shape else 1
    if not 0 <= k <= extent:
        raise RuntimeError("selected index k out of range")
    values, indices = sort(input, dim, largest)
    if not input.shape:
        return Topk(values, indices)
    return Topk(sliced(values, dim, 0, k, 1), sliced(indices, dim, 0, k, 1))


def kthvalue(input, k, dim=-1, keepdim=False):
    """The k-th smallest along `dim`."""
    values, indices = sort(input, dim)
    chosen = values.narrow(dim, k - 1, 1), indices.narrow(dim, k - 1, 1)
    return Sorted(*(chosen if keepdim else [x.squeeze(dim) for x in chosen]))


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The distinct elements, in order."""
    if return_inverse or dim is not None:
        raise NotImplementedError("torch.unique with return_inverse or dim is not available")
    from ._creation import tensor

    counts = collections.Counter(flatten(input).tolist())
    values = builtins.sorted(counts)
    result = tensor(values, dtype=input.dtype)
    if return_counts:
        return result, tensor([counts[value] for value in values], dtype=int64)
    return result


def bincount(input, weights=None, minlength=0):
    """How often each of 0, 1, … occurs."""
    from ._creation import ones, zeros

    if input.dim() != 1 or input.dtype.is_floating_point:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    top = int(input.max().item()) + 1 if input.numel() else 0
    counts = zeros(max(top, minlength)).scatter_add(
        0, cast(input, int64), ones(input.numel()) if weights is None else weights
    )
    return counts if weights is not None else cast(counts, int64)


def multinomial(input, num_samples, replacement=False, *, generator=None):
    """Draws by the weights in each row."""
    from ._creation import rand
    from ._joining import stack

    if input.dim() not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not replacement and num_samples > input.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    logits = log(cast(input, float32).detach())
    if replacement or num_samples == 1:
        draws = [wrap(of(generator).categorical(logits), int64) for _ in range(num_samples)]
        return stack(draws, -1)
    # Without replacement: the largest of log-weight plus Gumbel noise.
    noise = rand(input.shape, generator=generator).clamp(min=1e-20)
    return topk(logits - log(-log(noise)), num_samples).indices


def searchsorted(sorted_sequence, input, *, right=False):
    """Where each value of `input` would be inserted in the vector `sorted_sequence`."""
    compare = (lambda a, b: a <= b) if right else lt
    return compare(sorted_sequence, input.unsqueeze(-1)).to(int64).sum(-1)


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Where two tensors are near each other."""
    near = (input - other).abs() <= atol + rtol * other.abs()
    close = near | eq(input, other)
    if equal_nan:
        close = close | (ne(input, input) & ne(other, other))
    return close


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Are two tensors near each other everywhere?"""
    return bool(isclose(input, other, rtol, atol, equal_nan).all())


def equal(input, other):
    """Have two tensors the same shape and elements?"""
    if input.shape != other.shape:
        return False
    return not bool(ne(input, other).any()) if input.numel() else True

