"""Results as JSON: every type, shape and number, of long tensors some of the numbers."""

import math

import torch

LONG = 24
SAMPLED = 12
DIGITS = {"float16": 5, "bfloat16": 4, "float32": 9, "float64": 12, "complex64": 9, "complex128": 12}


def recorded(result):
    """A tensor as `{"t": type, "s": shape, "v": values}`, a sequence as a list, anything else as what it is."""
    if isinstance(result, torch.Tensor):
        return _tensor(result)
    if isinstance(result, (bool, int, str)) or result is None:
        return {"py": type(result).__name__, "v": result}
    if isinstance(result, float):
        return {"t": "float", "v": [number(result, 9)]}
    if isinstance(result, complex):
        return {"t": "complex", "v": [number(result.real, 9), number(result.imag, 9)]}
    if isinstance(result, dict):
        return [[str(name), recorded(value)] for name, value in result.items()]
    if isinstance(result, (tuple, list)):
        return [recorded(part) for part in result]
    return {"py": type(result).__name__, "v": str(result)}


def number(value, digits):
    """Rounded; what JSON can't hold as a word."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return float(f"{value:.{digits}g}")


def _tensor(tensor):
    name = str(tensor.dtype).removeprefix("torch.")
    # A clone, since PyTorch has gradients of zero that hold no numbers.
    tensor = tensor.detach().clone()
    values = tensor.resolve_conj().flatten().tolist() if tensor.is_complex() else tensor.flatten().tolist()
    record = {"t": name, "s": list(tensor.shape)}
    if len(values) > LONG:
        if name not in DIGITS:
            record["h"] = _hash(values)
        values = [values[place * len(values) // SAMPLED] for place in range(SAMPLED)]
    if tensor.is_complex():
        values = [part for value in values for part in (value.real, value.imag)]
    if name in DIGITS:
        values = [number(value, DIGITS[name]) for value in values]
    record["v"] = [int(value) if value is True or value is False else value for value in values]
    return record


def _hash(values):
    total = 0
    for value in values:
        total = (total * 31 + int(value)) % (2**53 - 111)
    return total
