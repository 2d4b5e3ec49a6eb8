"""`torch.testing`: `assert_close` with PyTorch's messages, and `make_tensor`."""

import collections.abc
import math

from ._base import Tensor
from ._creation import empty
from ._dtype import bfloat16, bool_, complex64, complex128, dtype as Dtype, float16, float32, float64
from ._functions import FUNCTIONS

_TOLERANCES = {
    float16: (0.001, 1e-5), bfloat16: (0.016, 1e-5), float32: (1.3e-6, 1e-5), float64: (1e-7, 1e-7),
    complex64: (1.3e-6, 1e-5), complex128: (1e-7, 1e-7),
}


def _tolerances(kinds, rtol, atol):
    if (rtol is None) != (atol is None):
        missing = "rtol" if rtol is None else "atol"
        raise ValueError(f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}.")
    if rtol is not None:
        return rtol, atol
    both = [_TOLERANCES.get(kind, (0.0, 0.0)) for kind in kinds]
    return max(r for r, _ in both), max(a for _, a in both)


def _message(what, extra, differences, rtol, atol):
    exact = rtol == 0 and atol == 0
    lines = [f"{what} are not {'equal' if exact else 'close'}!", "", extra]
    for (kind, value, place), allowed in zip(differences, (atol, rtol)):
        line = f"{kind.title()} difference: {value}" if place is None else \
            f"Greatest {kind} difference: {value} at index {place}"
        lines.append(line if exact else f"{line} (up to {allowed} allowed)")
    return "\n".join(lines)


def _compare_scalars(actual, expected, kinds, options):
    rtol, atol = _tolerances(kinds, options["rtol"], options["atol"])
    off = abs(actual - expected)
    close = actual == expected or (math.isfinite(off) and off <= atol + rtol * abs(expected))
    both_nan = actual != actual and expected != expected
    if close or (both_nan and options["equal_nan"]):
        return None
    relative = math.inf if expected == 0 else off / abs(expected)
    return _message("Scalars", f"Expected {expected} but got {actual}.",
                    [("absolute", off, None), ("relative", relative, None)], rtol, atol)


def _place(flat, shape):
    index = []
    for extent in reversed(shape):
        flat, at = divmod(flat, extent)
        index.append(at)
    return tuple(reversed(index))


def _compare_tensors(actual, expected, options):
    for name, asked in (("shape", True), ("layout", options["check_layout"]), ("dtype", options["check_dtype"])):
        a, b = getattr(actual, name), getattr(expected, name)
        if asked and a != b:
            return f"The values for attribute '{name}' do not match: {a} != {b}."
    if options["check_stride"] and actual.stride() != expected.stride():
        return f"The values for attribute 'stride()' do not match: {actual.stride()} != {expected.stride()}."
    rtol, atol = _tolerances((actual.dtype, expected.dtype), options["rtol"], options["atol"])
    if actual.dtype != expected.dtype:
        from ._promotion import promote_types

        kind = promote_types(actual.dtype, expected.dtype)
        actual, expected = actual.to(kind), expected.to(kind)
    actual, expected = actual.detach(), expected.detach()
    matches = FUNCTIONS["isclose"](actual, expected, rtol=rtol, atol=atol, equal_nan=options["equal_nan"])
    if bool(matches.all()):
        return None
    if actual.dim() == 0:
        return _compare_scalars(actual.item(), expected.item(), (),
                                {"rtol": rtol, "atol": atol, "equal_nan": options["equal_nan"]})
    flat, other = actual.flatten(), expected.flatten()
    if not (actual.dtype.is_floating_point or actual.dtype.is_complex):
        flat, other = flat.long(), other.long()
    off = (flat - other).abs().masked_fill(matches.flatten(), 0)
    relative = (off / other.abs()).masked_fill(matches.flatten(), 0)
    differences = []
    for name, values in (("absolute", off), ("relative", relative)):
        largest, at = values.max(0)
        differences.append((name, largest.item(), _place(at.item(), actual.shape)))
    count = matches.numel()
    wrong = count - int(matches.sum())
    extra = f"Mismatched elements: {wrong} / {count} ({wrong / count:.1%})"
    return _message("Tensor-likes", extra, differences, rtol, atol)


def _number_message(actual, expected, options):
    if isinstance(actual, bool) or isinstance(expected, bool):
        return None if actual is expected else f"Booleans mismatch: {actual} is not {expected}"
    if type(actual) is not type(expected) and options["check_dtype"]:
        return f"The (d)types do not match: {type(actual)} != {type(expected)}."
    kinds = [{int: None, float: float64, complex: complex128}[type(x)] for x in (actual, expected)]
    return _compare_scalars(actual, expected, kinds, options)


def _pairs(actual, expected, path):
    """(actual, expected, path) of the leaves, or a message where the structures differ."""
    sequences = isinstance(actual, collections.abc.Sequence) and isinstance(expected, collections.abc.Sequence)
    if sequences and not isinstance(actual, str) and not isinstance(expected, str):
        if len(actual) != len(expected):
            yield f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", None, path
            return
        for at, (a, b) in enumerate(zip(actual, expected)):
            yield from _pairs(a, b, (*path, at))
    elif isinstance(actual, collections.abc.Mapping) and isinstance(expected, collections.abc.Mapping):
        if set(actual) != set(expected):
            missing, more = sorted(set(expected) - set(actual), key=str), sorted(set(actual) - set(expected), key=str)
            yield (f"The keys of the mappings do not match:\nMissing keys in the actual mapping: {missing}\n"
                   f"Additional keys in the actual mapping: {more}"), None, path
            return
        for key in sorted(actual, key=lambda key: (str(type(key)), key)):
            yield from _pairs(actual[key], expected[key], (*path, key))
    else:
        yield None, (actual, expected), path


def _compare(actual, expected, options):
    if isinstance(actual, Tensor) and isinstance(expected, Tensor):
        return _compare_tensors(actual, expected, options)
    if isinstance(actual, (int, float, complex)) and isinstance(expected, (int, float, complex)):
        return _number_message(actual, expected, options)
    if hasattr(actual, "__array__") and hasattr(expected, "__array__") and type(actual) is type(expected):
        from ._creation import as_tensor

        return _compare_tensors(as_tensor(actual), as_tensor(expected), options)
    if actual is None or expected is None:
        return None if actual is expected else f"None mismatch: {actual} is not {expected}"
    raise TypeError(
        f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}.")


def assert_close(actual, expected, *, allow_subclasses=True, rtol=None, atol=None, equal_nan=False, check_device=True,
                 check_dtype=True, check_layout=True, check_stride=False, msg=None):
    """Raises AssertionError where the two, or what is in them, are not close."""
    options = {"rtol": rtol, "atol": atol, "equal_nan": equal_nan, "check_dtype": check_dtype,
               "check_layout": check_layout, "check_stride": check_stride}
    for trouble, pair, path in _pairs(actual, expected, ()):
        trouble = trouble or _compare(*pair, options)
        if trouble is None:
            continue
        if path:
            trouble += "\n\nThe failure occurred for item " + "".join(f"[{step!r}]" for step in path)
        raise AssertionError(trouble if msg is None else msg(trouble) if callable(msg) else msg)


def assert_allclose(actual, expected, rtol=None, atol=None, equal_nan=True, msg=""):
    """The old name: types and strides are not compared."""
    if rtol is None and atol is None:
        rtol, atol = _tolerances((getattr(actual, "dtype", float32), getattr(expected, "dtype", float32)), None, None)
    from ._creation import as_tensor

    actual, expected = as_tensor(actual), as_tensor(expected)
    assert_close(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False, msg=msg or None)


def make_tensor(*shape, dtype, device="cpu", low=None, high=None, requires_grad=False, noncontiguous=False,
                exclude_zero=False, memory_format=None):
    """Random numbers between `low` and `high`; by default from -9 to 9."""
    if not isinstance(dtype, Dtype):
        raise TypeError(f"make_tensor(): argument 'dtype' must be torch.dtype, not {type(dtype).__name__}")
    shape = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
    made = empty(shape, dtype=dtype)
    if dtype is bool_:
        made.random_(0, 2)
    elif dtype.is_floating_point:
        made.uniform_(-9 if low is None else low, 9 if high is None else high)
    else:
        made.random_(math.ceil((-9 if dtype.is_signed else 0) if low is None else low),
                     math.ceil(10 if high is None else high))
    if exclude_zero:
        made.masked_fill_(made == 0, 1)
    return made.requires_grad_() if requires_grad else made


__all__ = ["assert_allclose", "assert_close", "make_tensor"]
