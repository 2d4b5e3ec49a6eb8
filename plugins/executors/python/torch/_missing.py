"""What is not there says so, and names the nearest thing that is."""

import difflib

# Where the nearest name is not the nearest thing.
_INSTEAD = {
    "distributed": "a sandbox has one device and no network",
    "jit": "torch.compile returns its argument",
    "hub": "a sandbox has no network",
    "multiprocessing": "a sandbox has one process",
    "from_numpy": "torch.tensor",
    "FloatTensor": "torch.tensor(…, dtype=torch.float32)",
    "LongTensor": "torch.tensor(…, dtype=torch.int64)",
    "numpy": "Tensor.tolist",
    "map_": "an expression of tensors",
    "apply_": "an expression of tensors",
    "complex64": "torch.float32",
}


def absent(where, name, names):
    """Raises the AttributeError of a name that `where` does not have."""
    if name.startswith("__"):
        raise AttributeError(f"module '{where}' has no attribute '{name}'")
    instead = _INSTEAD.get(name)
    if instead is None:
        near = difflib.get_close_matches(name, [n for n in names if not n.startswith("_")], 2, 0.5)
        instead = " or ".join(f"{where}.{n}" for n in near)
    hint = f"; the nearest is {instead}" if instead else ""
    raise AttributeError(f"module '{where}' has no attribute '{name}' in this sandbox{hint}")


def absent_method(self, name):
    """The same for a tensor."""
    if name.startswith("__") or name in ("handle", "finalizer"):
        raise AttributeError(f"'Tensor' object has no attribute '{name}'")
    instead = _INSTEAD.get(name)
    if instead is None:
        near = difflib.get_close_matches(name, [n for n in dir(type(self)) if not n.startswith("_")], 2, 0.6)
        instead = " or ".join(f"Tensor.{n}" for n in near)
    hint = f" in this sandbox; the nearest is {instead}" if instead else ""
    raise AttributeError(f"'Tensor' object has no attribute '{name}'{hint}")
