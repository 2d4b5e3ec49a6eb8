"""Batches from samples."""

import collections.abc
import copy

from ...._base import Tensor
from ...._data import as_tensor, tensor
from ...._dtype import float64
from ...._joining import stack

_NO_BATCH = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"


def _is_numpy(kind):
    return kind.__module__.partition(".")[0] == "numpy" and kind.__name__ not in ("str_", "string_")


def _of_mapping(sample, values):
    """A mapping like `sample` with other values."""
    try:
        if isinstance(sample, collections.abc.MutableMapping):
            result = copy.copy(sample)
            result.update(values)
            return result
        return type(sample)(values)
    except TypeError:
        return values


def _of_sequence(sample, values):
    """A sequence like `sample` with other values."""
    try:
        if isinstance(sample, collections.abc.MutableSequence):
            result = copy.copy(sample)
            for place, value in enumerate(values):
                result[place] = value
            return result
        return type(sample)(values)
    except TypeError:
        return values


def default_convert(data):
    """Arrays and numbers of numpy as tensors, within containers too."""
    kind = type(data)
    if isinstance(data, Tensor):
        return data
    if _is_numpy(kind):
        return as_tensor(data)
    if isinstance(data, collections.abc.Mapping):
        return _of_mapping(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return kind(*(default_convert(part) for part in data))
    if isinstance(data, tuple):
        return [default_convert(part) for part in data]
    if isinstance(data, collections.abc.Sequence) and not isinstance(data, (str, bytes)):
        return _of_sequence(data, [default_convert(part) for part in data])
    return data


def collate(batch, *, collate_fn_map=None):
    """One object in the form of the samples, with tensors of one more dimension in it."""
    sample = batch[0]
    kind = type(sample)
    functions = collate_fn_map or {}
    if kind in functions:
        return functions[kind](batch, collate_fn_map=collate_fn_map)
    # Before the plain numbers: NumPy's are those as well.
    if _is_numpy(kind):
        return collate([as_tensor(part) for part in batch], collate_fn_map=collate_fn_map)
    for known, function in functions.items():
        if isinstance(sample, known):
            return function(batch, collate_fn_map=collate_fn_map)

    def inner(parts):
        return collate(parts, collate_fn_map=collate_fn_map)

    if isinstance(sample, collections.abc.Mapping):
        return _of_mapping(sample, {key: inner([part[key] for part in batch]) for key in sample})
    if isinstance(sample, tuple) and hasattr(sample, "_fields"):
        return kind(*(inner(parts) for parts in zip(*batch)))
    if isinstance(sample, collections.abc.Sequence):
        if any(len(part) != len(sample) for part in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [inner(parts) for parts in zip(*batch)]
        return columns if isinstance(sample, tuple) else _of_sequence(sample, columns)
    raise TypeError(_NO_BATCH.format(kind))


def collate_tensor_fn(batch, *, collate_fn_map=None):
    """Tensors of one shape, stacked."""
    return stack(list(batch), 0)


def collate_float_fn(batch, *, collate_fn_map=None):
    """Numbers as float64."""
    return tensor(list(batch), dtype=float64)


def collate_int_fn(batch, *, collate_fn_map=None):
    """Integers (and booleans)."""
    return tensor(list(batch))


def collate_str_fn(batch, *, collate_fn_map=None):
    """Texts stay a list."""
    return batch


default_collate_fn_map = {
    Tensor: collate_tensor_fn, float: collate_float_fn, int: collate_int_fn, str: collate_str_fn, bytes: collate_str_fn,
}


def default_collate(batch):
    """What `DataLoader` makes of a list of samples."""
    return collate(batch, collate_fn_map=default_collate_fn_map)
