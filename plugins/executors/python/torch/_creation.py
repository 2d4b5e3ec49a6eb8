"""New tensors from numbers."""

import struct
from array import array

from ._base import Tensor, wrap
from ._dtype import bool_, check_device, float32, host_dtype, int64
from ._generator import default_generator, of
from ._host import Err, raised, tensors
from ._promotion import cast, default_dtype
from ._shaping import sizes


def finish(handle, kind, requires_grad=False):
    """The host's `handle` as a tensor, a leaf if it shall require a gradient."""
    x = wrap(handle, kind)
    x._packed = True
    return x.requires_grad_() if requires_grad else x


def pack(values, kind):
    """A flat list of numbers as the host's bytes of dtype `kind` (bfloat16 as float32)."""
    try:
        if kind.is_floating_point:
            return array("f", values).tobytes()
        if kind is int64:
            return array("q", values).tobytes()
        if kind is bool_:
            return bytes([1 if value else 0 for value in values])
        return array(kind.code, values).tobytes()
    except TypeError:
        return pack([int(value) for value in values], kind)
    except OverflowError as err:
        if kind.is_floating_point:
            return pack([_float32(value) for value in values], kind)
        raise RuntimeError(f"value cannot be converted to type {kind.name} without overflow") from err


def _float32(value):
    try:
        return struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def integers(values):
    """A vector of int64."""
    values = list(values)
    try:
        return wrap(tensors.create(int64.host, [len(values)], array("q", values).tobytes()), int64)
    except Err as err:
        raise raised(err) from None


def _flatten(data, shape, depth, flat):
    """Appends the numbers of the nested sequence `data` to `flat`, checking it against `shape`."""
    if depth == len(shape):
        if isinstance(data, Tensor):
            data = data.item()
        if isinstance(data, (list, tuple)):
            raise ValueError(f"expected a number at dim {depth} (got a sequence)")
        if not isinstance(data, (int, float)):
            if hasattr(data, "__float__"):
                data = float(data)
            else:
                raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
        flat.append(data)
        return
    if not hasattr(data, "__len__") or isinstance(data, str):
        raise TypeError(f"expected sequence of length {shape[depth]} at dim {depth} (got {type(data).__name__})")
    if len(data) != shape[depth]:
        raise ValueError(f"expected sequence of length {shape[depth]} at dim {depth} (got {len(data)})")
    for item in data.tolist() if isinstance(data, Tensor) else data:
        _flatten(item, shape, depth + 1, flat)


def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """A tensor of the numbers in `data`, which may be nested."""
    check_device(device)
    if isinstance(data, Tensor):
        copy = data.detach().clone()
        return finish(copy if dtype is None else cast(copy, dtype), dtype or copy.dtype, requires_grad)
    if hasattr(data, "typecode"):
        data = data.tolist()
    elif isinstance(data, (bytes, bytearray, range)) or hasattr(data, "__next__"):
        data = list(data)
    shape, item = [], data
    while hasattr(item, "__len__") and not isinstance(item, (str, bytes)):
        if isinstance(item, Tensor):
            shape.extend(item.shape)
            break
        shape.append(len(item))
        if not item:
            break
        item = item[0]
    flat = []
    _flatten(data, shape, 0, flat)
    if dtype is None:
        if all(value.__class__ is bool for value in flat) and flat:
            dtype = bool_
        elif any(isinstance(value, float) for value in flat) or not flat:
            dtype = default_dtype()
        else:
            dtype = int64
    host = host_dtype(dtype)
    stored = float32.host if dtype.is_floating_point else host
    try:
        handle = tensors.create(stored, shape, pack(flat, dtype))
        if stored is not host:
            handle = tensors.cast(handle, host)
    except Err as err:
        raise raised(err) from None
    return finish(handle, dtype, requires_grad)


def as_tensor(data, dtype=None, device=None):
    """`data` as a tensor; itself if it is one of that type."""
    check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return tensor(data, dtype=dtype)


def scalar_tensor(value, *, dtype=None, device=None):
    """A tensor without dimensions."""
    return full((), value, dtype=dtype or default_dtype(), device=device)


def full(size, fill_value, *, dtype=None, device=None, requires_grad=False, out=None, layout=None):
    """All elements the same."""
    check_device(device)
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    if dtype is None:
        dtype = bool_ if fill_value.__class__ is bool else int64 if isinstance(fill_value, int) else default_dtype()
    try:
        handle = tensors.full(host_dtype(dtype), sizes((size,) if isinstance(size, int) else tuple(size)), fill_value)
    except Err as err:
        raise raised(err) from None
    return finish(handle, dtype, requires_grad)


def _filled(value, name):
    def create(*size, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, out=None):
        return full(sizes(size), value, dtype=dtype or default_dtype(), device=device, requires_grad=requires_grad)

    create.__name__ = create.__qualname__ = name
    return create


zeros = _filled(0.0, "zeros")
ones = _filled(1.0, "ones")
# Memory is never handed out unwritten.
empty = _filled(0.0, "empty")


def full_like(input, fill_value, *, dtype=None, device=None, requires_grad=False, memory_format=None):
    """All elements the same, in the shape and type of `input`."""
    return full(input.shape, fill_value, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)


def zeros_like(input, *, dtype=None, device=None, requires_grad=False, memory_format=None):
    """Zeros in the shape and type of `input`."""
    return full_like(input, 0.0, dtype=dtype, device=device, requires_grad=requires_grad)


def ones_like(input, *, dtype=None, device=None, requires_grad=False, memory_format=None):
    """Ones in the shape and type of `input`."""
    return full_like(input, 1.0, dtype=dtype, device=device, requires_grad=requires_grad)


empty_like = zeros_like


def arange(start, end=None, step=1, *, dtype=None, device=None, requires_grad=False, out=None, layout=None):
    """Values from `start` (included) to `end` (excluded)."""
    check_device(device)
    if end is None:
        start, end = 0, start
    bounds = [value.item() if isinstance(value, Tensor) else value for value in (start, end, step)]
    if dtype is None:
        dtype = default_dtype() if any(isinstance(value, float) for value in bounds) else int64
    start, end, step = bounds
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    try:
        handle = tensors.arange(host_dtype(dtype), start, end, step)
    except Err as err:
        raise raised(err) from None
    return finish(handle, dtype, requires_grad)


def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    """`steps` values from `start` to `end`, both included."""
    width = (end - start) / (steps - 1) if steps > 1 else 0.0
    values = [start + width * at if 2 * at < steps else end - width * (steps - 1 - at) for at in range(steps)]
    return tensor(values if steps != 1 else [start], dtype=dtype or default_dtype(), device=device,
                  requires_grad=requires_grad)


def logspace(start, end, steps, base=10.0, *, dtype=None, device=None):
    """`steps` powers of `base`, their exponents evenly spaced."""
    return tensor([base**value for value in linspace(start, end, steps).tolist()], dtype=dtype, device=device)


def eye(n, m=None, *, dtype=None, device=None, requires_grad=False):
    """Ones on the diagonal."""
    rows = arange(n).unsqueeze(1)
    columns = arange(n if m is None else m).unsqueeze(0)
    return finish(cast(rows == columns, dtype or default_dtype()), dtype or default_dtype(), requires_grad)


def _random(draw, name):
    def create(*size, generator=None, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
        check_device(device)
        kind = dtype or default_dtype()
        if not kind.is_floating_point:
            raise RuntimeError(f'"{name}" not implemented for \'{kind.name}\'')
        x = wrap(draw(of(generator), sizes(size)), float32)
        x = cast(x, kind)
        return x.requires_grad_() if requires_grad else x

    create.__name__ = create.__qualname__ = name
    return create


rand = _random(lambda generator, shape: generator.uniform(shape, 0.0, 1.0), "rand")
randn = _random(lambda generator, shape: generator.normal(shape, 0.0, 1.0), "randn")


def rand_like(input, *, dtype=None, device=None, requires_grad=False, generator=None, memory_format=None):
    """Uniform in [0, 1), in the shape and type of `input`."""
    return rand(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad, generator=generator)


def randn_like(input, *, dtype=None, device=None, requires_grad=False, generator=None, memory_format=None):
    """Standard normal, in the shape and type of `input`."""
    return randn(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad, generator=generator)


def randint(low, high=None, size=None, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Integers from `low` (included) to `high` (excluded)."""
    check_device(device)
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    return cast(wrap(of(generator).integers(sizes((size,)), int(low), int(high)), int64), dtype or int64)


def randint_like(input, low, high=None, *, dtype=None):
    """Integers in the shape of `input`."""
    return randint(low, high, input.shape, dtype=dtype or input.dtype)


def randperm(n, *, generator=None, dtype=None, device=None):
    """0 … n - 1 in random order."""
    check_device(device)
    return cast(wrap(of(generator).permutation(n), int64), dtype or int64)


def normal(mean, std=1.0, size=None, *, generator=None, dtype=None, device=None):
    """Normal numbers with the given means and deviations."""
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        shape = (mean + std).shape
        return randn(shape, generator=generator) * std + mean
    return randn(size, generator=generator, dtype=dtype, device=device) * std + mean


def bernoulli(input, p=None, *, generator=None):
    """1 with the probability in `input`, else 0."""
    chance = input if p is None else p
    return cast(rand(input.shape, generator=generator) < chance, input.dtype)


def manual_seed(seed):
    """Seeds the generator that is used where none is given."""
    return default_generator.manual_seed(seed)
