"""A module called with other tensors in place of its own."""

import contextlib


def _named(module):
    """Every parameter and buffer by every name that it has."""
    return {**dict(module.named_parameters(remove_duplicate=False)), **dict(module.named_buffers(remove_duplicate=False))}


def _untied(module, given, strict, tie_weights):
    """`given`, and the same tensor for the other names of what is shared."""
    own = _named(module)
    unknown = [name for name in given if name not in own]
    if strict:
        missing = [name for name in own if name not in given]
        if unknown or missing:
            text = ""
            if unknown:
                text += f"Unexpected key(s): {', '.join(unknown)}."
            if missing:
                text += ("\n" if text else "") + f"Missing key(s): {', '.join(missing)}."
            raise RuntimeError(f"Error(s) in swapping parameters:\n\t{text}")
    if not tie_weights:
        return dict(given)
    result = dict(given)
    by_tensor = {id(own[name]): value for name, value in given.items() if name in own}
    for name, value in own.items():
        if name not in result and id(value) in by_tensor:
            result[name] = by_tensor[id(value)]
    return result


@contextlib.contextmanager
def _reparametrize_module(module, parameters_and_buffers, tie_weights=False, strict=False, stack_weights=False):
    swapped = []
    try:
        for path, value in _untied(module, parameters_and_buffers, strict, tie_weights).items():
            prefix, _, name = path.rpartition(".")
            owner = module.get_submodule(prefix)
            table = next((t for t in (owner._parameters, owner._buffers) if name in t), owner.__dict__)
            if table is owner.__dict__ and name not in table:
                raise AttributeError(f"{owner._get_name()} has no attribute `{name}`")
            swapped.append((table, name, table[name]))
            table[name] = value
        yield
    finally:
        for table, name, before in reversed(swapped):
            table[name] = before


def functional_call(module, parameters_and_buffers, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """`module(*args, **kwargs)` with the tensors of `parameters_and_buffers` in place of its own."""
    if isinstance(parameters_and_buffers, (list, tuple)):
        merged = {}
        for part in parameters_and_buffers:
            repeated = set(merged) & set(part)
            if repeated:
                raise ValueError(f"{sorted(repeated)[0]} appears in multiple dictionaries; behavior of functional call is "
                                 "ambiguous")
            merged.update(part)
        parameters_and_buffers = merged
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with _reparametrize_module(module, parameters_and_buffers, tie_weights, strict):
        return module(*args, **(kwargs or {}))


__all__ = ["functional_call"]
