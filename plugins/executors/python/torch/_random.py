"""New tensors of random numbers, drawn as PyTorch draws them on a CPU."""

import math

from ._base import Tensor, wrap
from ._data import finish
from ._dtype import check_device, float64, host_dtype, int64
from ._filling import extents
from ._generator import of
from ._host import host
from ._numbers import create
from ._pointwise import add_plain, mul
from ._promotion import cast, default_dtype
from ._views import filled_like


def normals(shape, kind, mean, deviation, generator):
    """Normal numbers."""
    return wrap(host(of(generator).stream.normal, host_dtype(kind), shape, float(mean), float(deviation)), kind)


def uniforms(shape, kind, low, high, generator):
    """Uniform numbers, `low` included, `high` excluded."""
    return wrap(host(of(generator).stream.uniform, host_dtype(kind), shape, float(low), float(high)), kind)


def whole_numbers(shape, low, high, generator):
    """int64 numbers, `low` included, `high` excluded."""
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    return wrap(host(of(generator).stream.integers, shape, low, high), int64)


def _complex(draw, shape, kind, generator):
    """Complex numbers, whose parts are drawn one after the other: normal ones of variance 1 together."""
    from ._complex import view_as_complex

    return view_as_complex(draw([*shape, 2], kind, 0.0, math.sqrt(0.5) if draw is normals else 1.0, generator))


def _random(draw, name, kernel):
    def make(*size, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False,
             pin_memory=False, names=None, **named):
        check_device(device)
        size = (named.pop("size"),) if "size" in named else size
        if named:
            raise TypeError(f"{name}() got an unexpected keyword argument '{next(iter(named))}'")
        kind = dtype or default_dtype()
        if kind.is_complex:
            return finish(_complex(draw, extents(name, size), kind.to_real(), generator), requires_grad)
        if not kind.is_floating_point:
            raise NotImplementedError(f"\"{kernel}\" not implemented for '{kind.title}'")
        return finish(draw(extents(name, size), kind, 0.0, 1.0, generator), requires_grad)

    make.__name__ = make.__qualname__ = name
    return make


rand = _random(uniforms, "rand", "check_uniform_bounds")
randn = _random(normals, "randn", "normal_kernel_cpu")


def rand_like(input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None,
              generator=None, pin_memory=False):
    """Uniform in [0, 1), in the shape and type of `input`."""
    result = filled_like(
        input, lambda shape: rand(shape, dtype=dtype or input.dtype, device=device, generator=generator))
    return finish(result, requires_grad)


def randn_like(input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None,
               generator=None, pin_memory=False):
    """Standard normal, in the shape and type of `input`."""
    result = filled_like(
        input, lambda shape: randn(shape, dtype=dtype or input.dtype, device=device, generator=generator))
    return finish(result, requires_grad)


def _integer(value):
    return int(value.item()) if isinstance(value, Tensor) else int(value)


def randint(low=None, high=None, size=None, *, generator=None, out=None, dtype=None, layout=None, device=None,
            requires_grad=False, pin_memory=False):
    """Integers from `low` (included) to `high` (excluded)."""
    check_device(device)
    if size is None:
        low, high, size = 0, low, high
    elif high is None or low is None:
        low, high = 0, high if low is None else low
    if size is None:
        raise TypeError("randint() received an invalid combination of arguments: a size is missing")
    if dtype is not None and dtype.is_complex:
        raise RuntimeError("check_random_bounds handles only integral, floating-point and boolean types")
    x = whole_numbers(extents("randint", (size,)), _integer(low), _integer(high), generator)
    return finish(cast(x, dtype or int64), requires_grad)


def randint_like(input, low, high=None, *, dtype=None, layout=None, device=None, requires_grad=False,
                 memory_format=None, generator=None, pin_memory=False):
    """Integers in the shape and type of `input`."""
    return randint(low, high, list(input.shape), dtype=dtype or input.dtype, device=device, generator=generator,
                   requires_grad=requires_grad)


def randperm(n, *, generator=None, out=None, dtype=None, layout=None, device=None, requires_grad=False,
             pin_memory=False):
    """0 … n - 1 in random order."""
    check_device(device)
    if n < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    return finish(cast(wrap(host(of(generator).stream.permutation, int(n)), int64), dtype or int64), requires_grad)


def normal(mean=0.0, std=1.0, size=None, *, generator=None, out=None, dtype=None, layout=None, device=None,
           requires_grad=False, pin_memory=False):
    """Normal numbers with the given means and deviations, which may be tensors."""
    check_device(device)
    for value in (std,) if not isinstance(std, Tensor) else ():
        if value < 0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {value:g}")
    if isinstance(std, Tensor):
        if std.numel() and bool((std < 0).any()):
            raise RuntimeError("normal expects all elements of std >= 0.0")
        like = add_plain(mean, std) if isinstance(mean, Tensor) else std
        x = normals(list(like.shape), like.dtype, 0.0, 1.0, generator)
        return add_plain(mul(x, std), mean).detach()
    if isinstance(mean, Tensor):
        return add_plain(normals(list(mean.shape), mean.dtype, 0.0, std, generator), mean).detach()
    if size is None:
        raise TypeError("normal() received an invalid combination of arguments: a size is missing")
    return finish(normals(extents("normal", (size,)), dtype or default_dtype(), mean, std, generator), requires_grad)


def chances(probabilities, generator):
    """1 with the probability in each place, else 0."""
    return wrap(host(of(generator).stream.bernoulli_each, probabilities.detach()), probabilities.dtype)


def check_probabilities(p):
    """Refuses what is no probability."""
    if p.numel() and not bool(((p >= 0) & (p <= 1)).all()):
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If "
            "so, please report an enhancement request to PyTorch.)")


def bernoulli(input, p=None, *, generator=None, out=None):
    """1 with the probability in `input` (or `p`), else 0."""
    if p is not None:
        from ._random_fills import bernoulli_

        return bernoulli_(input.detach().clone(), p, generator=generator)
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"\"bernoulli_tensor_cpu_p_\" not implemented for '{input.dtype.title}'")
    check_probabilities(input)
    return chances(input, generator)


def multinomial(input, num_samples, replacement=False, *, generator=None, out=None):
    """Draws by the weights in each row."""
    if input.dim() not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not input.dtype.is_floating_point:
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {input.dtype.title}")
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > input.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    weights = input.detach()
    if weights.numel():
        if not bool((weights.isfinite() & (weights >= 0)).all()):
            raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
        if bool((weights.sum(-1) <= 0).any()):
            raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    # PyTorch draws a single sample in the way of those that are not put back.
    replacement = bool(replacement) and num_samples > 1
    return wrap(host(of(generator).stream.multinomial, weights, int(num_samples), replacement), int64)


class _Uniforms:
    """float64 numbers one by one, drawn many at a time; afterwards the stream is where the last one used left it."""

    def __init__(self, generator):
        self._stream = of(generator).stream
        self._state = host(self._stream.state)
        self._drawn, self._used, self._size = [], 0, 64

    def __call__(self):
        if self._used == len(self._drawn):
            host(self._stream.set_state, self._state)
            self._size *= 2
            self._drawn = wrap(host(self._stream.uniform, float64.host, [self._size], 0.0, 1.0), float64).tolist()
        self._used += 1
        return self._drawn[self._used - 1]

    def end(self):
        """Puts the stream behind the numbers that were used."""
        host(self._stream.set_state, self._state)
        if self._used:
            host(self._stream.uniform, float64.host, [self._used], 0.0, 1.0)


def _poisson(rate, uniform):
    """One draw: by counting for small rates, by transformed rejection (Hörmann 1993) for others."""
    if rate <= 0:
        return 0.0
    if rate < 10:
        limit, count, product = math.exp(-rate), 0, 1.0
        while True:
            product *= uniform()
            if product <= limit:
                return float(count)
            count += 1
    log_rate = math.log(rate)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = uniform() - 0.5, uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= v_r:
            return float(k)
        if k < 0 or us < 0.013 and v > us:
            continue
        if (math.log(v) + math.log(inverse) - math.log(a / (us * us) + b)
                <= -rate + k * log_rate - math.lgamma(k + 1)):
            return float(k)


def poisson(input, generator=None):
    """Poisson-distributed counts with the rates in `input`."""
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"\"poisson_cpu\" not implemented for '{input.dtype.title}'")
    rates = input.detach().flatten().tolist()
    if any(rate < 0 for rate in rates):
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    uniform = _Uniforms(generator)
    counts = [_poisson(rate, uniform) for rate in rates]
    uniform.end()
    return create(counts, list(input.shape), input.dtype)
