"""Variance, covariance, distances."""

import warnings

from ._arithmetic import larger
from ._creation import ones
from ._dtype import bool_
from ._host import tensors
from ._linalg import matmul
from ._pointwise import add_plain, div_plain, mul, square, sub_plain
from ._promotion import cast, default_dtype
from ._reductions import count_along, mean, norm, reduced, root
from ._reductions import sum as sum_
from ._shaping import unsqueeze

_VARIANCE = tensors.ReduceOp.VARIANCE


def _var(name, input, dim, unbiased, keepdim, correction):
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 0 if unbiased is False else 1
    if not input.dtype.is_floating_point:
        raise NotImplementedError("std and var only support floating point and complex dtypes")
    left = count_along(input, dim) - correction
    if left <= 0:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
            "(input numel divided by output numel).", UserWarning, stacklevel=3)
    if correction == 1 and left > 0:
        return reduced(_VARIANCE, input, dim, keepdim, input.dtype)
    off = sub_plain(input, mean(input, dim, True))
    return div_plain(sum_(square(off), dim, keepdim), float(left) if left > 0 else 0.0)


def var(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The variance; its divisor is the count less `correction` (1)."""
    return _var("var", input, dim, unbiased, keepdim, correction)


def std(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """The square root of `var`."""
    return root(_var("std", input, dim, unbiased, keepdim, correction))


def var_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Variance and mean."""
    return (_var("var_mean", input, dim, unbiased, keepdim, correction),
            mean(input, None if isinstance(dim, bool) else dim, keepdim))


def std_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Standard deviation and mean."""
    return (root(_var("std_mean", input, dim, unbiased, keepdim, correction)),
            mean(input, None if isinstance(dim, bool) else dim, keepdim))


def cov(input, *, correction=1, fweights=None, aweights=None):
    """The covariance of variables (rows) over observations (columns)."""
    if input.dim() > 2:
        raise RuntimeError(f"cov(): expected input to have two or fewer dimensions but got an input with "
                           f"{input.dim()} dimensions")
    if input.dtype is bool_:
        raise NotImplementedError("cov(): bool dtype is not supported for input")
    x = input if input.dtype.is_floating_point else cast(input, default_dtype())
    rows = x if x.dim() == 2 else x.reshape(1, -1)
    count = rows.shape[1]
    weights = None
    for given in (fweights, aweights):
        if given is not None:
            given = cast(given, rows.dtype)
            weights = given if weights is None else mul(weights, given)
    if weights is None:
        divisor = max(count - correction, 0)
        off = sub_plain(rows, mean(rows, 1, True))
        weighted = off
    else:
        total = sum_(weights)
        off = sub_plain(rows, div_plain(sum_(mul(rows, weights), 1, True), total))
        weighted = mul(off, weights)
        lost = correction
        if correction and aweights is not None:
            lost = div_plain(sum_(mul(weights, cast(aweights, rows.dtype))), total) * correction
        divisor = sub_plain(total, lost).clamp(min=0)
    if isinstance(divisor, int) and divisor == 0:
        warnings.warn("cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of "
                      "observations.", UserWarning, stacklevel=2)
    result = div_plain(matmul(weighted, off.t()), divisor)
    return result if input.dim() == 2 else result.reshape([])


def corrcoef(input):
    """The correlation of variables (rows) over observations (columns)."""
    c = cov(input)
    if c.dim() == 0:
        return div_plain(c, c)
    deviations = c.diagonal().sqrt()
    return div_plain(div_plain(c, unsqueeze(deviations, 1)), unsqueeze(deviations, 0)).clamp(-1, 1)


def dist(input, other, p=2):
    """The norm of the difference."""
    return norm(sub_plain(input, other), p)


def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """The distance between each row of `x1` and each of `x2`."""
    for place, x in (("X1", x1), ("X2", x2)):
        if x.dim() < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {place} got: {x.dim()}D")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    many = x1.shape[-2] > 25 or x2.shape[-2] > 25
    if p == 2 and (compute_mode == "use_mm_for_euclid_dist" or many and compute_mode != "donot_use_mm_for_euclid_dist"):
        squares = add_plain(sum_(square(x1), -1, True), sum_(square(x2), -1).unsqueeze(-2))
        apart = sub_plain(squares, mul(matmul(x1, x2.transpose(-2, -1)), 2))
        return root(larger(apart, 0.0))
    return norm(sub_plain(unsqueeze(x1, -2), unsqueeze(x2, -3)), p, -1)


def pdist(input, p=2.0):
    """The distance between each two rows."""
    if input.dim() != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.dim()}D")
    from ._creation import triu_indices

    first, second = triu_indices(input.shape[0], input.shape[0], 1).unbind()
    return norm(sub_plain(input.index_select(0, first), input.index_select(0, second)), p, -1)


def renorm(input, p, dim, maxnorm):
    """Each part along `dim` scaled down to the norm `maxnorm` where it exceeds that."""
    others = [at for at in range(input.dim()) if at != dim % input.dim()]
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    size = norm(input, p, others, True)
    from ._selecting import choose

    factor = choose(size > maxnorm, div_plain(maxnorm, add_plain(size, 1e-7)), ones([], dtype=input.dtype))
    return mul(input, factor)


def vander(x, N=None, increasing=False):
    """Powers of `x`, one column each."""
    count = x.shape[0] if N is None else N
    from ._creation import arange

    powers = arange(count)
    if not increasing:
        powers = powers.flip(0)
    return unsqueeze(x, -1).pow(powers)
