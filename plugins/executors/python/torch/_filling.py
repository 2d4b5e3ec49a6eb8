"""New tensors that a rule fills: one number, a sequence, a pattern."""

import math

from ._base import Tensor, wrap
from ._data import finish, from_host
from ._dtype import bool_, check_device, float64, host_dtype, int64
from ._host import Err, raised, tensors
from ._numbers import create, limits
from ._pointwise import add_plain, div_plain, eq, ge, le, lt, mul, pow, sub_plain
from ._promotion import cast, default_dtype, type_of_number
from ._shaping import sizes

_LARGEST = {"float16": (65504.0, "c10::Half"), "float32": (3.4028235677973366e38, "float"),
            "bfloat16": (3.3961775292304957e38, "c10::BFloat16")}
_IN_C = {"uint8": "uint8_t", "int8": "int8_t", "int16": "short", "int32": "int", "int64": "int64_t"}


def extents(name, arguments):
    """The extents of a new tensor."""
    if len(arguments) == 1 and isinstance(arguments[0], (float, str, type(None))):
        raise TypeError(
            f"{name}(): argument 'size' (position 1) must be tuple of ints, not {type(arguments[0]).__name__}")
    shape = sizes(arguments)
    for extent in shape:
        if extent < 0 and name == "zeros":
            raise RuntimeError("zeros: Dimension size must be non-negative.")
        if extent < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {extent}: {shape}")
    return shape


def _fill_number(value, kind):
    """`value` as an element of `kind`; PyTorch refuses what does not fit."""
    if kind is bool_:
        return 1.0 if value else 0.0
    if kind.is_floating_point:
        largest, name = _LARGEST.get(kind.name, (math.inf, ""))
        if abs(value) > largest and not math.isinf(value):
            raise RuntimeError(f"value cannot be converted to type {name} without overflow")
        return float(value)
    low, high = limits(kind)
    if not (low <= value <= high or low == 0 and isinstance(value, int) and -high <= value < 0):
        raise RuntimeError(f"value cannot be converted to type {_IN_C.get(kind.name, kind.name)} without overflow")
    return int(value) if low <= value else int(value) % (high + 1)


def filled(shape, value, kind):
    """A tensor of one number."""
    if kind.is_complex:
        from ._complex import complex_

        value, part = complex(value), kind.to_real()
        return complex_(filled(shape, value.real, part), filled(shape, value.imag, part))
    number = _fill_number(value, kind)
    try:
        if number.__class__ is int and not -(2**53) <= number <= 2**53:
            return wrap(tensors.expand(create([number], [], kind), shape), kind).clone()
        return wrap(tensors.full(host_dtype(kind), shape, number), kind)
    except Err as err:
        raise raised(err) from None


def full(size, fill_value, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """All elements the same."""
    check_device(device)
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    if not isinstance(fill_value, (int, float, complex)):
        raise TypeError(
            f"full(): argument 'fill_value' (position 2) must be Number, not {type(fill_value).__name__}")
    if dtype is None:
        dtype = type_of_number(fill_value)
    if isinstance(size, int):
        raise TypeError("full(): argument 'size' (position 1) must be tuple of ints, not int")
    return finish(filled(extents("full", (size,)), fill_value, dtype), requires_grad)


def _of_one_number(value, name):
    def make(*size, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False,
             memory_format=None, names=None, **named):
        check_device(device)
        size = (named.pop("size"),) if "size" in named else size
        if named:
            raise TypeError(f"{name}() got an unexpected keyword argument '{next(iter(named))}'")
        return finish(filled(extents(name, size), value, dtype or default_dtype()), requires_grad)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"A tensor of {value:g}s of the given size."
    return make


zeros = _of_one_number(0.0, "zeros")
ones = _of_one_number(1.0, "ones")
# Memory is never handed out unwritten.
empty = _of_one_number(0.0, "empty")


def full_like(input, fill_value, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None,
              pin_memory=False):
    """All elements the same, in the shape and type of `input`."""
    return full(list(input.shape), fill_value, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)


def _like(value, name):
    def make(input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None,
             pin_memory=False):
        if not isinstance(input, Tensor):
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
        check_device(device)
        return finish(filled(list(input.shape), value, dtype or input.dtype), requires_grad)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"A tensor of {value:g}s in the shape and type of `input`."
    return make


zeros_like = _like(0.0, "zeros_like")
ones_like = _like(1.0, "ones_like")
empty_like = _like(0.0, "empty_like")


def empty_strided(size, stride, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """Zeros; the host decides how they lie in memory."""
    return zeros(size, dtype=dtype, device=device, requires_grad=requires_grad)


def empty_permuted(size, physical_layout, *, dtype=None, layout=None, device=None, requires_grad=False,
                   pin_memory=False):
    """Zeros; the host decides how they lie in memory."""
    return zeros(size, dtype=dtype, device=device, requires_grad=requires_grad)


def scalar_tensor(s, *, dtype=None, layout=None, device=None, pin_memory=False):
    """A tensor without dimensions."""
    return full((), s, dtype=dtype or default_dtype(), device=device)


def _plain_number(value):
    return value.item() if isinstance(value, Tensor) else value


def arange(start=None, end=None, step=1, *, out=None, dtype=None, layout=None, device=None, requires_grad=False,
           pin_memory=False):
    """Values from `start` (included) to `end` (excluded)."""
    check_device(device)
    if end is None:
        start, end = 0, start
    elif start is None:
        start = 0
    if end is None:
        raise TypeError("arange() received an invalid combination of arguments: an end is missing")
    start, end, step = (_plain_number(value) for value in (start, end, step))
    if dtype is None:
        dtype = default_dtype() if any(isinstance(value, float) for value in (start, end, step)) else int64
    _refuse_bool("arange", dtype)
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not math.isfinite(start) or not math.isfinite(end):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if not dtype.is_floating_point and any(isinstance(value, float) for value in (start, end, step)):
        # The number of values follows from the fractions, the values themselves do not.
        count = math.ceil((end - start) / step)
        return finish(create([int(start) + int(step) * at for at in range(count)], [count], dtype), requires_grad)
    try:
        return from_host(tensors.arange(host_dtype(dtype), start, end, step), dtype, requires_grad)
    except Err as err:
        raise raised(err) from None


def _refuse_bool(name, kind):
    if kind is bool_:
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'")


def range_(start=0, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """Values from `start` to `end`, both included."""
    count = math.floor((end - start) / step) + 1
    return arange(start, start + step * (count - 0.5), step, dtype=dtype or default_dtype(), device=device,
                  requires_grad=requires_grad)


def _spaced(start, end, steps):
    """`steps` float64 values from `start` to `end`, each computed from the nearer end, as PyTorch does."""
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    at = arange(steps, dtype=float64)
    if steps < 2:
        return add_plain(at, float(start))
    width = (end - start) / (steps - 1)
    from ._selecting import choose

    left = add_plain(mul(at, width), float(start))
    right = sub_plain(float(end), mul(sub_plain(float(steps - 1), at), width))
    return choose(lt(at, steps // 2), left, right)


def linspace(start, end, steps, *, out=None, dtype=None, layout=None, device=None, requires_grad=False,
             pin_memory=False):
    """`steps` values from `start` to `end`, both included."""
    check_device(device)
    _refuse_bool("linspace", dtype)
    values = _spaced(_plain_number(start), _plain_number(end), _plain_number(steps))
    return finish(cast(values, dtype or default_dtype()), requires_grad)


def logspace(start, end, steps, base=10.0, *, out=None, dtype=None, layout=None, device=None, requires_grad=False,
             pin_memory=False):
    """`steps` powers of `base`, their exponents evenly spaced."""
    check_device(device)
    _refuse_bool("logspace", dtype)
    values = pow(float(base), _spaced(_plain_number(start), _plain_number(end), _plain_number(steps)))
    return finish(cast(values, dtype or default_dtype()), requires_grad)


def eye(n, m=None, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """Ones on the diagonal."""
    check_device(device)
    m = n if m is None else m
    for name, extent in (("n", n), ("m", m)):
        if extent < 0 and name == "zeros":
            raise RuntimeError("zeros: Dimension size must be non-negative.")
        if extent < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {extent}")
    on = eq(arange(n).unsqueeze(1), arange(m).unsqueeze(0))
    return finish(cast(on, dtype or default_dtype()), requires_grad)


def _triangle_indices(row, col, offset, keep, dtype):
    rows, columns = arange(row).unsqueeze(1), arange(col).unsqueeze(0)
    places = keep(columns, add_plain(rows, offset)).flatten().nonzero().flatten()
    from ._joining import stack

    return cast(stack([places // col if col else places, places % col if col else places]), dtype or int64)


def tril_indices(row, col, offset=0, *, dtype=None, device=None, layout=None):
    """Rows and columns of what lies on and below a diagonal."""
    return _triangle_indices(row, col, offset, le, dtype)


def triu_indices(row, col, offset=0, *, dtype=None, device=None, layout=None):
    """Rows and columns of what lies on and above a diagonal."""
    return _triangle_indices(row, col, offset, ge, dtype)


def _window(name, terms):
    """A window function that is a sum of cosines."""

    def make(window_length, periodic=True, *, dtype=None, layout=None, device=None, requires_grad=False):
        kind = dtype or default_dtype()
        if not kind.is_floating_point:
            raise RuntimeError(f"{name} expects floating point dtypes, got: {kind.title}")
        if window_length == 1:
            return ones(1, dtype=kind, requires_grad=requires_grad)
        turn = mul(arange(window_length, dtype=float64), 2 * math.pi / max(window_length - (not periodic), 1))
        total = filled([window_length], terms[0], float64)
        for order, size in enumerate(terms[1:], 1):
            total = add_plain(total, mul(mul(turn, order).cos(), size))
        return finish(cast(total, kind), requires_grad)

    make.__name__ = make.__qualname__ = name
    return make


hann_window = _window("hann_window", (0.5, -0.5))
hamming_window = _window("hamming_window", (0.54, -0.46))
blackman_window = _window("blackman_window", (0.42, -0.5, 0.08))


def bartlett_window(window_length, periodic=True, *, dtype=None, layout=None, device=None, requires_grad=False):
    """A triangle."""
    if window_length == 1:
        return ones(1, dtype=dtype, requires_grad=requires_grad)
    half = max(window_length - (not periodic), 1) / 2
    at = div_plain(arange(window_length, dtype=float64), half)
    return finish(cast(sub_plain(1, (sub_plain(at, 1)).abs()), dtype or default_dtype()), requires_grad)
