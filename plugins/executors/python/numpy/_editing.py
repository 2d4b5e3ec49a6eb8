"""Copies with elements added or taken away."""

import torch

from ._joining import broadcast_to, concatenate, expand_dims
from ._making import asarray, shape_of
from ._ndarray import whole_axis, wrapped


def append(arr, values, axis=None):
    """A copy with `values` at the end."""
    return concatenate([asarray(arr).ravel(), asarray(values).ravel()]
                       ) if axis is None else concatenate([arr, values], axis)


def _places(obj, extent):
    if isinstance(obj, slice):
        return list(range(extent))[obj]
    chosen = asarray(obj)
    if chosen.dtype.kind == "b":
        return [place for place, value in enumerate(chosen.tolist()) if value]
    places = [chosen.item()] if not chosen.ndim else [int(place) for place in chosen.ravel().tolist()]
    for place in places:
        if not -extent <= place <= extent:
            raise IndexError(f"index {place} is out of bounds for axis 0 with size {extent}")
    return [place + extent if place < 0 else place for place in places]


def trim_zeros(filt, trim="fb"):
    """Without the zeros in front and behind."""
    places = [place for place, value in enumerate(asarray(filt).tolist()) if value]
    start = places[0] if places and "f" in trim.lower() else 0 if places else len(filt)
    return filt[start : places[-1] + 1 if places and "b" in trim.lower() else len(filt)]


def delete(arr, obj, axis=None):
    """A copy without the parts at `obj`."""
    a = asarray(arr)
    if axis is None:
        a, axis = a.ravel(), 0
    axis = whole_axis(axis, a.ndim)
    gone = set(_places(obj, a.shape[axis]))
    kept = [place for place in range(a.shape[axis]) if place not in gone]
    return wrapped(a._t.index_select(axis, torch.tensor(kept, dtype=torch.int64)), a.dtype)


def insert(arr, obj, values, axis=None):
    """A copy with `values` before the places `obj`."""
    a = asarray(arr)
    if axis is None:
        a, axis = a.ravel(), 0
    axis = whole_axis(axis, a.ndim)
    places = _places(obj, a.shape[axis])
    values = asarray(values).astype(a.dtype)
    single = hasattr(obj, "__index__")
    if single and values.ndim and a.ndim == 1:
        places = places * values.size
    shape = [len(places) if dim == axis else n for dim, n in enumerate(a.shape)]
    if single and values.ndim == a.ndim - 1 and a.ndim > 1:
        values = expand_dims(values, axis)
    fresh = broadcast_to(values, shape)
    both = concatenate([a, fresh], axis)
    order = sorted(range(a.shape[axis] + len(places)), key=lambda n: (n, 1) if n < a.shape[axis] else
                   (places[n - a.shape[axis]], 0))
    return wrapped(both._t.index_select(axis, torch.tensor(order, dtype=torch.int64)), a.dtype)


def resize(a, new_shape):
    """The elements, again and again, in another shape."""
    a = asarray(a).ravel()
    shape = shape_of(new_shape)
    count = 1
    for extent in shape:
        count *= extent
    if not a.size:
        return wrapped(torch.zeros(shape, dtype=a._t.dtype), a.dtype)
    return wrapped(a._t.repeat(-(-count // a.size))[:count].reshape(shape), a.dtype)
