"""`torch.func.functional_call`: a module with other parameters and buffers than its own, for one call."""

import contextlib


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Calls `module` with the tensors of the given dict (or dicts) in the place of its own."""
    if not isinstance(parameter_and_buffer_dicts, dict):
        merged = {}
        for some in parameter_and_buffer_dicts:
            twice = merged.keys() & some.keys()
            if twice:
                raise ValueError(f"{sorted(twice)} appeared in multiple dictionaries; behavior of functional call is "
                                 "ambiguous")
            merged.update(some)
        parameter_and_buffer_dicts = merged
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with _swapped(module, parameter_and_buffer_dicts, tie_weights, strict):
        return module(*args, **(kwargs or {}))


def _places(module):
    """Every (dict that holds it, key) of each tensor of `module`, by its qualified names."""
    places = {}
    for prefix, part in module.named_modules(remove_duplicate=False):
        for held in (part._parameters, part._buffers):
            for key, x in held.items():
                if x is not None:
                    places[f"{prefix}.{key}" if prefix else key] = (held, key)
    return places


@contextlib.contextmanager
def _swapped(module, tensors, tie_weights, strict):
    places = _places(module)
    unknown = [name for name in tensors if name not in places]
    missing = [name for name in places if name not in tensors]
    if unknown and strict:
        raise RuntimeError(f"Unexpected key(s): {', '.join(unknown)}.")
    if unknown:
        raise KeyError(f"{unknown[0]} is no parameter or buffer of {type(module).__name__}")
    if strict and missing:
        raise RuntimeError(f"Missing key(s): {', '.join(missing)}.")
    chosen = {name: places[name] for name in tensors}
    values = dict(tensors)
    if tie_weights:
        # A tensor of several names is replaced under all of them.
        owners = {id(held[key]): name for name, (held, key) in chosen.items()}
        for name in missing:
            held, key = places[name]
            if id(held[key]) in owners:
                chosen[name] = places[name]
                values[name] = tensors[owners[id(held[key])]]
    before = {name: held[key] for name, (held, key) in chosen.items()}
    try:
        for name, (held, key) in chosen.items():
            held[key] = values[name]
        yield
    finally:
        for name, (held, key) in chosen.items():
            # A buffer that the call replaced (running statistics) is the caller's now.
            if held[key] is not values[name] and name in tensors:
                tensors[name] = held[key]
            held[key] = before[name]
