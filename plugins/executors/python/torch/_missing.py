"""What is not there says so, and names the nearest thing that is."""

import builtins
import difflib

from ._pytorch_names import NAMES as _WRITTEN

NAMES = {where: frozenset(names.split()) for where, names in _WRITTEN.items()}

# Where the nearest name is not the nearest thing.
_INSTEAD = {
    "distributed": "a loop over shards: a sandbox has one device and no network",
    "hub": "the program's own files: a sandbox has no network",
    "multiprocessing": "a loop: a sandbox has one process",
    "sparse": "index_add_, scatter_add_ and dense matrices",
    "sparse_coo_tensor": "index_add_, scatter_add_ and dense matrices",
    "onnx": "nothing: a model stays in its sandbox",
    "export": "torch.compile, which returns its argument",
    "fx": "nothing near it",
    "quantization": "torch.round with a straight-through gradient",
    "ao": "torch.round with a straight-through gradient",
    "quantize_per_tensor": "torch.round with a straight-through gradient",
    "to_sparse": "a dense tensor: index_add_, scatter_add_",
    "eig": "torch.linalg.eigh, for symmetric matrices",
}
# Modules of PyTorch's that are not here.
_MODULES = frozenset(
    """torch.ao torch.distributed torch.export torch.fx torch.hub torch.monitor torch.multiprocessing torch.nested
    torch.onnx torch.package torch.quantization torch.sparse""".split()
)


class NotImplementedError(builtins.NotImplementedError, AttributeError):
    """The NotImplementedError of a name that PyTorch has: `hasattr` still answers False."""

    __module__ = "builtins"


def absent(where, name, names):
    """Raises what a module says of a name that it does not have."""
    if name not in NAMES.get(where, ()) and f"{where}.{name}" not in _MODULES:
        raise AttributeError(f"module '{where}' has no attribute '{name}'")
    raise NotImplementedError(f"{where}.{name} is not available in this sandbox{_hint(where, name, names)}")


def absent_method(self, name):
    """The same for a tensor."""
    if name not in NAMES["torch.Tensor"] or name.startswith("__"):
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
    hint = _hint("Tensor", name, dir(type(self)))
    raise NotImplementedError(f"Tensor.{name} is not available in this sandbox{hint}")


def _hint(where, name, names):
    instead = _INSTEAD.get(name)
    if instead is None:
        near = difflib.get_close_matches(name, [n for n in names if not n.startswith("_")], 2, 0.6)
        instead = " or ".join(f"{where}.{n}" for n in near)
    return f"; the nearest is {instead}" if instead else "; nothing is near it"
