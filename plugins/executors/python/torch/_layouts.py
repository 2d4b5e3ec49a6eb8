"""`torch.layout` and `torch.memory_format`: their instances have names, and no effect."""


class _Named:
    __slots__ = ("_name",)

    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return f"torch.{self._name}"

    def __reduce__(self):
        return _named, (self._name,)


class layout(_Named):
    """How the elements of a tensor are stored: `torch.strided` is the only one of a tensor here."""

    __module__ = "torch"


class memory_format(_Named):
    """In which order they lie."""

    __module__ = "torch"


strided = layout("strided")
FORMATS = {name: memory_format(name)
           for name in ("contiguous_format", "preserve_format", "channels_last", "channels_last_3d")}
# Only to be compared with; sparse tensors are not there.
LAYOUTS = {name: layout(name)
           for name in ("strided", "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "jagged")}
LAYOUTS["strided"] = strided


def _named(name):
    return {**FORMATS, **LAYOUTS}[name]


NAMES = {**FORMATS, **LAYOUTS, "layout": layout, "memory_format": memory_format,
         "legacy_contiguous_format": FORMATS["contiguous_format"]}
