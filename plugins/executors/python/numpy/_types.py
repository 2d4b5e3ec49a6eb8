"""Element types: `numpy.dtype`, and which type an operation's result has."""

import torch

# name: (kind, itemsize, char, how the tensor below holds it). The host has no unsigned types beyond a byte.
_TABLE = {
    "bool": ("b", 1, "?", torch.bool),
    "int8": ("i", 1, "b", torch.int8),
    "int16": ("i", 2, "h", torch.int16),
    "int32": ("i", 4, "i", torch.int32),
    "int64": ("i", 8, "l", torch.int64),
    "uint8": ("u", 1, "B", torch.uint8),
    "uint16": ("u", 2, "H", torch.int32),
    "uint32": ("u", 4, "I", torch.int64),
    "uint64": ("u", 8, "L", torch.int64),
    "float16": ("f", 2, "e", torch.float16),
    "float32": ("f", 4, "f", torch.float32),
    "float64": ("f", 8, "d", torch.float64),
    "complex64": ("c", 8, "F", torch.complex64),
    "complex128": ("c", 16, "D", torch.complex128),
}


class dtype:
    """An element type. `dtype(x)` is the one that `x` names: there is one object for each."""

    __slots__ = ("name", "kind", "itemsize", "char", "held", "type")
    names = fields = subdtype = metadata = None
    shape, isnative, hasobject = (), True, False

    def __new__(cls, dtype=None, align=False, copy=False):
        return named(dtype)

    @property
    def str(self):
        order = "|" if self.itemsize == 1 else "<"
        return f"{order}{self.kind}{self.itemsize}"

    @property
    def byteorder(self):
        return "|" if self.itemsize == 1 else "="

    @property
    def alignment(self):
        return self.itemsize

    @property
    def base(self):
        return self

    def newbyteorder(self, new_order="S"):
        if new_order in ("<", "=", "L", "little", "N", "native", "|", "I"):
            return self
        raise NotImplementedError("big-endian arrays are not available in this sandbox; numbers are little-endian")

    def __repr__(self):
        return f"dtype('{self.name}')"

    def __str__(self):
        return self.name

    def __eq__(self, other):
        if isinstance(other, dtype):
            return self is other
        try:
            return self is named(other) and other is not None
        except TypeError:
            return False

    def __hash__(self):
        return hash(self.name)

    def __lt__(self, other):
        return self is not named(other) and can_cast(self, other)

    def __reduce__(self):
        return named, (self.name,)

    @property
    def num(self):
        return list(_TABLE).index(self.name)


def _make(name):
    kind = object.__new__(dtype)
    kind.name = name
    kind.kind, kind.itemsize, kind.char, kind.held = _TABLE[name]
    return kind


BY_NAME = {name: _make(name) for name in _TABLE}
bool_d, int64_d, float64_d = BY_NAME["bool"], BY_NAME["int64"], BY_NAME["float64"]
_OF_TORCH = {kind.held: kind for kind in reversed(BY_NAME.values())} | {
    torch.int32: BY_NAME["int32"], torch.int64: int64_d, torch.uint32: BY_NAME["uint32"]}
_ALIASES = {
    "float": "float64", "double": "float64", "int": "int64", "long": "int64", "intp": "int64", "longlong": "int64",
    "uint": "uint64", "uintp": "uint64", "single": "float32", "half": "float16", "intc": "int32", "short": "int16",
    "byte": "int8", "ubyte": "uint8", "ushort": "uint16", "uintc": "uint32", "bool_": "bool", "complex": "complex128",
    "q": "int64", "Q": "uint64", "p": "int64", "P": "uint64",
}
_OF_PYTHON = {bool: "bool", int: "int64", float: "float64", complex: "complex128"}


def of_torch(kind):
    """The type of an array over a tensor of the torch type `kind`."""
    if kind not in _OF_TORCH:
        raise TypeError(f"Got unsupported ScalarType {kind.title}")
    return _OF_TORCH[kind]


def _of_text(text):
    if text in BY_NAME:
        return BY_NAME[text]
    if text in _ALIASES:
        return BY_NAME[_ALIASES[text]]
    bare = text.lstrip("<=|")
    for kind in BY_NAME.values():
        if bare in (kind.char, f"{kind.kind}{kind.itemsize}") or bare == "b1" and kind.name == "bool":
            return kind
    if bare[:1] in ("U", "S", "O", "M", "m", "V") or text in ("object", "str", "bytes"):
        raise NotImplementedError(
            f"arrays of {text!r} are not available in this sandbox: arrays hold numbers; the nearest is a list"
        )
    if text[:1] == ">":
        raise NotImplementedError("big-endian arrays are not available in this sandbox; numbers are little-endian")
    raise TypeError(f"data type {text!r} not understood")


def named(spec):
    """The `dtype` that `spec` stands for: a name, a scalar type, a Python type, an array's dtype; None is float64."""
    if isinstance(spec, dtype):
        return spec
    if spec is None:
        return float64_d
    if isinstance(spec, str):
        return _of_text(spec)
    if isinstance(spec, type):
        own = spec.__dict__.get("_kind")
        if own is not None:
            return own
        if spec in _OF_PYTHON:
            return BY_NAME[_OF_PYTHON[spec]]
        if spec in (object, str, bytes):
            return _of_text(spec.__name__)
        generic = {"floating": "float64", "integer": "int64", "signedinteger": "int64", "number": "float64"}
        if spec.__name__ in generic:
            return BY_NAME[generic[spec.__name__]]
    if isinstance(spec, (list, dict)):
        raise NotImplementedError("structured arrays are not available in this sandbox; the nearest is one array each")
    own = getattr(spec, "dtype", None)
    if isinstance(own, dtype):
        return own
    raise TypeError(f"Cannot interpret '{spec!r}' as a data type")


_SIGNED = ("int8", "int16", "int32", "int64")
_UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
_FLOATS = {2: "float16", 4: "float32", 8: "float64"}


def _float_for(kind):
    """The smallest floating type that holds what `kind` does."""
    if kind.kind == "f":
        return kind
    return BY_NAME["float16" if kind.itemsize == 1 else "float32" if kind.itemsize == 2 else "float64"]


def promoted(a, b):
    """The smallest type that holds both."""
    if a is b:
        return a
    if a.kind == "b" or b.kind == "b":
        return b if a.kind == "b" else a
    kinds = {a.kind, b.kind}
    if "c" in kinds:
        real = [float64_d if k.name == "complex128" else BY_NAME["float32"] if k.kind == "c" else _float_for(k)
                for k in (a, b)]
        return BY_NAME["complex128" if max(k.itemsize for k in real) == 8 else "complex64"]
    if "f" in kinds:
        return BY_NAME[_FLOATS[max(_float_for(a).itemsize, _float_for(b).itemsize)]]
    if len(kinds) == 1:
        return a if a.itemsize > b.itemsize else b
    signed, unsigned = (a, b) if a.kind == "i" else (b, a)
    if signed.itemsize > unsigned.itemsize:
        return signed
    return float64_d if unsigned.itemsize == 8 else BY_NAME[f"int{16 * unsigned.itemsize}"]


def weakly(kind, number):
    """The type of an operation on an array of `kind` and a plain Python number, which has no type of its own."""
    if number.__class__ is bool:
        return kind
    if number.__class__ is int:
        return int64_d if kind.kind == "b" else kind
    if number.__class__ is complex:
        return BY_NAME["complex64" if kind.kind in "fc" and kind.name in ("float16", "float32", "complex64")
                       else "complex128"]
    return kind if kind.kind in "fc" else float64_d


def plain(value):
    """Is `value` a plain Python number?"""
    return value.__class__ is int or value.__class__ is float or value.__class__ is bool or value.__class__ is complex


def type_of_plain(number):
    """The type of an array of one plain Python number."""
    return BY_NAME[_OF_PYTHON[number.__class__]]


def result_type(*arrays_and_dtypes):
    """The type that NumPy's promotion gives these arrays, scalars and types."""
    kind, numbers = None, []
    for value in arrays_and_dtypes:
        if plain(value):
            numbers.append(value)
            continue
        own = named(value) if isinstance(
    value, (type, dtype)) else value.dtype if hasattr(
        value, "dtype") else named(value)
        kind = own if kind is None else promoted(kind, own)
    if kind is None:
        kind = type_of_plain(numbers[0])
    for number in numbers:
        kind = weakly(kind, number)
    return kind


def promote_types(type1, type2):
    """The smallest type that holds both."""
    return promoted(named(type1), named(type2))


_ORDER = "biufc"


def can_cast(from_, to, casting="safe"):
    """May values of type `from_` become `to` by the rule `casting`?"""
    a, b = named(from_), named(to)
    if casting in ("no", "equiv"):
        return a is b
    if casting == "unsafe" or promoted(a, b) is b:
        return True
    if casting == "safe":
        return False
    return a.kind == b.kind or (_ORDER.index(a.kind) < _ORDER.index(b.kind) and not (a.kind == "i" and b.kind == "u"))


def limits(kind):
    """The smallest and largest integer of an integer type."""
    bits = 8 * kind.itemsize
    return (0, (1 << bits) - 1) if kind.kind == "u" else (-(1 << bits - 1), (1 << bits - 1) - 1)
