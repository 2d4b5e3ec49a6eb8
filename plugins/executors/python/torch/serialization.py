"""`torch.save` and `torch.load`, in PyTorch's own file format."""

import collections
import contextlib
import io
import os
import pickle
import zipfile

from . import _utils
from ._base import Tensor
from ._copying import _extras
from ._dtype import Size, check_device, device, dtype
from ._host import host, tensors
from ._missing import absent
from ._steps import contiguous_strides
from ._storage_kinds import BY_TYPE, KINDS
from .nn.parameter import Parameter

DEFAULT_PROTOCOL = 2
_MAGIC_OF_OLD_FILES = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."


class _Stored:
    """A storage on its way to a file."""

    def __init__(self, key, kind, count):
        self.key, self.kind, self.count = key, kind, count


class _Pickler(pickle.Pickler):
    """Tensors go to entries of their own."""

    def __init__(self, file, protocol):
        super().__init__(file, protocol)
        self.entries = []
        # Where tensors with the same elements went, and these tensors, so that no other takes their place in memory.
        self._places, self._held = {}, []

    def _stored(self, x):
        """The key of the entry with the elements of `x`: tied weights share one, as in PyTorch."""
        place = (x.data_ptr(), x.numel(), x.dtype, tuple(x.shape)) if x.is_contiguous() and x.numel() else None
        key = self._places.get(place)
        if key is None or place is None:
            key = str(len(self.entries))
            self.entries.append(host(tensors.Tensor.read, x))
            self._places[place] = key
            self._held.append(x)
        return key

    def persistent_id(self, obj):
        if isinstance(obj, _Stored):
            return "storage", BY_TYPE[obj.kind], obj.key, "cpu", obj.count
        return None

    def reducer_override(self, obj):
        if not isinstance(obj, Tensor) or isinstance(obj, type):
            return NotImplemented
        if obj._leaf is None and obj.requires_grad:
            # As PyTorch: it is saved as a leaf.
            obj = obj.detach().requires_grad_()
        kind = obj.dtype
        if kind not in BY_TYPE:
            raise NotImplementedError(f"torch.save of a tensor of type {kind} is not available; of float32 it is")
        key = self._stored(obj)
        shape, hooks = tuple(obj.shape), collections.OrderedDict()
        learned = isinstance(obj, Parameter)
        parts = (_Stored(key, kind, obj.numel()), 0, shape, tuple(contiguous_strides(shape)),
                 obj.requires_grad and not learned, hooks)
        attributes = _extras(obj)
        if learned:
            data = _Rebuilding(_utils._rebuild_tensor_v2, parts)
            if attributes:
                return _utils._rebuild_parameter_with_state, (data, obj.requires_grad, hooks, attributes)
            return _utils._rebuild_parameter, (data, obj.requires_grad, hooks)
        if attributes:
            return _utils._with_attributes, (_Rebuilding(_utils._rebuild_tensor_v2, parts), attributes)
        return _utils._rebuild_tensor_v2, parts


class _Rebuilding:
    """Pickles as a call."""

    def __init__(self, function, arguments):
        self._call = function, arguments

    def __reduce__(self):
        return self._call


def save(obj, f, pickle_module=pickle, pickle_protocol=DEFAULT_PROTOCOL, _use_new_zipfile_serialization=True,
         _disable_byteorder_record=False):
    """Writes `obj` to the path or file `f`."""
    if not isinstance(f, (str, os.PathLike)) and not hasattr(f, "write"):
        raise AttributeError("expected 'f' to be string, path, or a file-like object with a 'write' attribute")
    if isinstance(f, (str, os.PathLike)):
        name = os.path.splitext(os.path.basename(os.fspath(f)))[0] or "archive"
    else:
        name = "archive"
    text = io.BytesIO()
    pickler = _Pickler(text, pickle_protocol)
    pickler.dump(obj)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        entries = [("data.pkl", text.getvalue()), ("byteorder", b"little")]
        entries += [(f"data/{key}", data) for key, data in enumerate(pickler.entries)]
        for path, data in (*entries, ("version", b"3\n")):
            # The time is not the program's business: the same object makes the same file.
            archive.writestr(zipfile.ZipInfo(f"{name}/{path}", (1980, 1, 1, 0, 0, 0)), data)
    if hasattr(f, "write"):
        f.write(packed.getvalue())
        return
    parent = os.path.dirname(os.fspath(f))
    if parent and not os.path.isdir(parent):
        raise RuntimeError(f"Parent directory {parent} does not exist.")
    with open(f, "wb") as file:
        file.write(packed.getvalue())


def _encoded(text, encoding="utf-8"):
    """How old protocols write bytes."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes in the encoding {encoding!r:.20}")
    return text.encode("latin1")


# What a file may name when only weights are read.
_SAFE = {
    "collections.OrderedDict": collections.OrderedDict, "collections.Counter": collections.Counter,
    "collections.defaultdict": collections.defaultdict, "builtins.dict": dict, "builtins.set": set,
    "builtins.bytearray": bytearray, "builtins.complex": complex, "__builtin__.set": set,
    "_codecs.encode": _encoded,
    "builtins.list": list, "builtins.tuple": tuple, "builtins.int": int, "builtins.float": float, "builtins.str": str,
    "builtins.bool": bool, "torch.Size": Size, "torch._dtype.Size": Size, "torch.device": device,
    "torch._dtype.device": device, "torch.nn.parameter.Parameter": Parameter,
    "torch._utils._rebuild_tensor_v2": _utils._rebuild_tensor_v2,
    "torch._utils._rebuild_tensor": _utils._rebuild_tensor,
    "torch._utils._rebuild_parameter": _utils._rebuild_parameter,
    "torch._utils._rebuild_parameter_with_state": _utils._rebuild_parameter_with_state,
    "torch._utils._with_attributes": _utils._with_attributes,
    **{f"torch.{name}": kind for name, kind in KINDS.items()},
}
_added = {}


def _names(safe_globals):
    named = {}
    for entry in safe_globals:
        function, name = entry if isinstance(entry, tuple) else (entry, f"{entry.__module__}.{entry.__qualname__}")
        named[name] = function
    return named


def add_safe_globals(safe_globals):
    """Lets files name these functions and classes when only weights are read."""
    _added.update(_names(safe_globals))


def get_safe_globals():
    """What was added."""
    return list(_added.values())


def clear_safe_globals():
    """Takes back what was added."""
    _added.clear()


@contextlib.contextmanager
def safe_globals(safe_globals):
    """Lets files name these until the end."""
    before = dict(_added)
    add_safe_globals(safe_globals)
    try:
        yield
    finally:
        _added.clear()
        _added.update(before)


_HOW_TO = (
    "Weights only load failed. This file can still be loaded, to do so you have two options, \x1b[1mdo those steps "
    "only if you trust the source of the checkpoint\x1b[0m. \n\t(1) In PyTorch 2.6, we changed the default value of "
    "the `weights_only` argument in `torch.load` from `False` to `True`. Re-running `torch.load` with `weights_only` "
    "set to `False` will likely succeed, but it can result in arbitrary code execution. Do it only if you got the file "
    "from a trusted source.\n\t(2) Alternatively, to load with `weights_only=True` please check the recommended steps "
    "in the following error message.\n\tWeightsUnpickler error: Unsupported global: GLOBAL {0} was not an allowed "
    "global by default. Please use `torch.serialization.add_safe_globals([{0}])` or the "
    "`torch.serialization.safe_globals([{0}])` context manager to allowlist this global if you trust this "
    "class/function."
)


class _Unpickler(pickle.Unpickler):
    """Reads storages from the entries of `archive`."""

    def __init__(self, file, archive, weights_only, map_location, encoding):
        super().__init__(file, encoding=encoding)
        self._archive, self._weights_only, self._map_location = archive, weights_only, map_location
        self._storages = {}

    def find_class(self, module, name):
        full = f"{module}.{name}"
        if full in _SAFE:
            return _SAFE[full]
        if self._weights_only:
            if full in _added:
                return _added[full]
            if module in ("torch", "torch._dtype"):
                found = super().find_class(module, name)
                if isinstance(found, dtype):
                    return found
            raise pickle.UnpicklingError(_HOW_TO.format(full))
        return super().find_class(module, name)

    def persistent_load(self, pid):
        if not isinstance(pid, tuple) or len(pid) != 5 or pid[0] != "storage":
            raise RuntimeError(f"Unknown typename for persistent_load, expected 'storage' but got '{pid!r:.80}'")
        _, kind, key, location, _ = pid
        if kind not in KINDS.values():
            raise NotImplementedError(f"torch.load of a {getattr(kind, '__name__', kind)} is not available")
        if self._map_location is None and str(location).startswith("cuda"):
            raise RuntimeError(
                "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are "
                "running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map "
                "your storages to the CPU."
            )
        if key not in self._storages:
            self._storages[key] = _utils.StoredElements(kind.dtype, self._archive(f"data/{key}"), key)
        return self._storages[key]


def _content(f):
    if hasattr(f, "read"):
        return f.read()
    if not isinstance(f, (str, os.PathLike)):
        raise AttributeError(
            f"'{type(f).__name__}' object has no attribute 'read'. You can only torch.load from a file that is "
            "seekable. Please pre-load the data into a buffer like io.BytesIO and try to load from it instead."
        )
    with open(f, "rb") as file:
        return file.read()


def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """Reads what `save`, here or in PyTorch, wrote to the path or file `f`; only weights, unless told not to."""
    if isinstance(map_location, (str, device)):
        check_device(map_location)
    weights_only = pickle_module is None if weights_only is None else weights_only
    content = _content(f)
    if content[:4] != b"PK\x03\x04":
        if not content:
            raise EOFError
        if _MAGIC_OF_OLD_FILES in content[:32]:
            raise NotImplementedError(
                "torch.load of a file in the format before PyTorch 1.6 is not available; of the present one it is")
        raise pickle.UnpicklingError("Weights only load failed. The file is not one that torch.save wrote.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.endswith("data.pkl")]
        if not names:
            raise RuntimeError("PytorchStreamReader failed locating file data.pkl: file not found")
        folder = names[0][:-len("data.pkl")]
        if folder + "byteorder" in archive.namelist() and archive.read(folder + "byteorder") != b"little":
            raise NotImplementedError("torch.load of a big-endian file is not available")

        def entry(path):
            info = archive.getinfo(folder + path)
            # PyTorch does not compress; what does could grow without bound.
            if info.compress_type != zipfile.ZIP_STORED:
                raise RuntimeError(f"the entry {path} is compressed")
            return archive.read(info)

        return _Unpickler(io.BytesIO(entry("data.pkl")), entry, weights_only, map_location,
                          pickle_load_args.get("encoding", "utf-8")).load()


def __getattr__(name):
    return absent("torch.serialization", name, globals())


__all__ = ["add_safe_globals", "clear_safe_globals", "get_safe_globals", "load", "safe_globals", "save"]
