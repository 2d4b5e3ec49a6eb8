"""Element types, shapes and devices: `torch.dtype`, `torch.Size`, `torch.device`."""

from wit_world.imports.tensors import Dtype


class dtype:
    """An element type. `host` is how the host calls it; None where the host has no such type."""

    __slots__ = ("name", "host", "itemsize", "is_floating_point", "is_complex", "rank", "code", "title")

    def __init__(self, name, host, itemsize, is_floating_point, rank, code, title):
        self.name = name
        self.host = host
        self.itemsize = itemsize
        self.is_floating_point = is_floating_point
        self.is_complex = False
        # Where the type stands in promotion; None for a type that takes no part in it.
        self.rank = rank
        # Its letter in `struct` and `array`; None for one that these do not know.
        self.code = code
        # Its name in PyTorch's messages.
        self.title = title

    def __repr__(self):
        return "torch." + self.name

    def __reduce__(self):
        # Pickle and copy find it as an attribute of this module.
        return "bool_" if self.name == "bool" else self.name

    __str__ = __repr__

    @property
    def is_signed(self):
        return self.name not in ("bool", "uint8", "uint16", "uint32", "uint64", "quint8")

    def to_real(self):
        """The type of the parts of a complex number; of others, itself."""
        return {complex32: float16, complex64: float32, complex128: float64}.get(self, self)

    def to_complex(self):
        """The complex type whose parts have this type."""
        if not (self.is_floating_point or self.is_complex):
            raise RuntimeError(f"Unknown Complex ScalarType for {self.title}")
        return {float16: complex32, float64: complex128, complex32: complex32, complex128: complex128}.get(
            self, complex64)


bool_ = dtype("bool", Dtype.U8, 1, False, 0, "B", "Bool")
uint8 = dtype("uint8", Dtype.U8, 1, False, 1, "B", "Byte")
int8 = dtype("int8", Dtype.I8, 1, False, 1, "b", "Char")
int16 = dtype("int16", Dtype.I16, 2, False, 2, "h", "Short")
int32 = dtype("int32", Dtype.I32, 4, False, 3, "i", "Int")
int64 = dtype("int64", Dtype.I64, 8, False, 4, "q", "Long")
float16 = dtype("float16", Dtype.F16, 2, True, 5, None, "Half")
bfloat16 = dtype("bfloat16", Dtype.BF16, 2, True, 5, None, "BFloat16")
float32 = dtype("float32", Dtype.F32, 4, True, 6, "f", "Float")
float64 = dtype("float64", Dtype.F64, 8, True, 7, "d", "Double")
# PyTorch promotes it with nothing but itself and floating-point types.
uint32 = dtype("uint32", Dtype.U32, 4, False, None, "I", "UInt32")


def _named(name, itemsize, title, is_floating_point=False, is_complex=False):
    """A type that only has a name here, so that a program that mentions it loads; a tensor of it is an error."""
    kind = dtype(name, None, itemsize, is_floating_point, None, None, title)
    kind.is_complex = is_complex
    return kind


uint16 = _named("uint16", 2, "UInt16")
uint64 = _named("uint64", 8, "UInt64")
complex32 = _named("complex32", 4, "ComplexHalf", is_complex=True)
complex64 = _named("complex64", 8, "ComplexFloat", is_complex=True)
complex128 = _named("complex128", 16, "ComplexDouble", is_complex=True)
float8_e4m3fn = _named("float8_e4m3fn", 1, "Float8_e4m3fn", True)
float8_e4m3fnuz = _named("float8_e4m3fnuz", 1, "Float8_e4m3fnuz", True)
float8_e5m2 = _named("float8_e5m2", 1, "Float8_e5m2", True)
float8_e5m2fnuz = _named("float8_e5m2fnuz", 1, "Float8_e5m2fnuz", True)
float8_e8m0fnu = _named("float8_e8m0fnu", 1, "Float8_e8m0fnu", True)
qint8 = _named("qint8", 1, "QInt8")
quint8 = _named("quint8", 1, "QUInt8")

_NEAREST = {
    "uint16": "int32", "uint64": "int64", "qint8": "int8", "quint8": "uint8",
    "complex32": "float16, in pairs", "complex64": "float32, in pairs", "complex128": "float64, in pairs",
}

FROM_HOST = {
    Dtype.F32: float32,
    Dtype.BF16: bfloat16,
    Dtype.I64: int64,
    Dtype.U32: uint32,
    Dtype.U8: uint8,
    Dtype.F64: float64,
    Dtype.F16: float16,
    Dtype.I32: int32,
    Dtype.I16: int16,
    Dtype.I8: int8,
}


def host_dtype(kind):
    """The host's name for `kind`; refuses what the host cannot hold."""
    host = kind.host
    if host is None:
        nearest = _NEAREST.get(kind.name, "bfloat16")
        raise NotImplementedError(
            f"torch.{kind.name} tensors do not exist in this sandbox; the nearest type is torch.{nearest}"
        )
    return host


_OF_PYTHON = {float: float64, int: int64, bool: bool_, complex: complex128}


def as_dtype(kind, name):
    """The dtype that the argument `dtype` of the function `name` means: Python's number types count as well."""
    if kind is None or kind.__class__ is dtype:
        return kind
    meant = _OF_PYTHON.get(kind) if isinstance(kind, type) else None
    if meant is None:
        raise TypeError(f"{name}(): argument 'dtype' must be torch.dtype, not {type(kind).__name__}")
    return meant


class Size(tuple):
    """The extent of each dimension."""

    __slots__ = ()

    def numel(self):
        """How many elements a tensor of this size has."""
        count = 1
        for extent in self:
            count *= extent
        return count

    def __repr__(self):
        return f"torch.Size({list(self)})"

    def __getitem__(self, key):
        item = tuple.__getitem__(self, key)
        return Size(item) if type(key) is slice else item

    def __add__(self, other):
        if not isinstance(other, tuple):
            raise TypeError(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size")
        return Size(tuple.__add__(self, other))

    def __radd__(self, other):
        return Size(tuple.__add__(tuple(other), self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, count):
        return Size(tuple.__mul__(self, count))

    __rmul__ = __mul__


class device:
    """Where a tensor lives. A sandbox has one device, and it is called `cpu`."""

    __slots__ = ("type", "index")

    def __init__(self, kind=None, index=None, *, type=None):
        kind = "cpu" if kind is None and type is None else type if kind is None else kind
        if kind.__class__ is int:
            kind, index = "cuda", kind
        if isinstance(kind, device):
            kind, index = kind.type, kind.index
        name, _, number = str(kind).partition(":")
        if name not in ("cpu", "cuda", "mps", "xpu", "meta"):
            raise RuntimeError(
                f"Expected one of cpu, cuda, xpu, mps, meta device type at start of device string: {name}"
            )
        self.type = name
        self.index = int(number) if number else index

    def __repr__(self):
        tail = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{tail})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        return isinstance(other, device) and str(self) == str(other)

    def __hash__(self):
        return hash(str(self))

    def __enter__(self):
        check_device(self)
        return self

    def __exit__(self, *_):
        return None


CPU = device("cpu")


def check_device(where):
    """Refuses every device but the one that there is."""
    if where is None or where is CPU:
        return
    where = device(where)
    if where.type == "cuda":
        raise AssertionError("Torch not compiled with CUDA enabled (a sandbox has one device, which is called 'cpu')")
    if where.type != "cpu":
        raise NotImplementedError(f"a sandbox has one device, which is called 'cpu'; not '{where}'")


class finfo:
    """Limits of a floating-point type, by default of the default one."""

    # Largest, smallest normal, distance from 1 to the next, bits, smallest, decimal digits.
    _TABLE = {
        "float32": (3.4028234663852886e38, 1.1754943508222875e-38, 1.1920928955078125e-07, 32, 2.0**-149, 1e-06),
        "bfloat16": (3.3895313892515355e38, 1.1754943508222875e-38, 0.0078125, 16, 2.0**-133, 0.01),
        "float16": (65504.0, 6.103515625e-05, 0.0009765625, 16, 2.0**-24, 0.001),
        "float64": (1.7976931348623157e308, 2.2250738585072014e-308, 2.220446049250313e-16, 64, 5e-324, 1e-15),
    }

    def __init__(self, type=None):
        if type is None:
            from ._promotion import default_dtype

            type = default_dtype()
        kind = _OF_PYTHON.get(type, type)
        if not isinstance(kind, dtype):
            raise TypeError(f"finfo(): argument 'type' (position 1) must be torch.dtype, not {kind.__class__.__name__}")
        kind = kind.to_real()
        if kind.name not in self._TABLE:
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'")
        self.max, self.tiny, self.eps, self.bits, self.smallest_subnormal, self.resolution = self._TABLE[kind.name]
        self.min = -self.max
        self.smallest_normal = self.tiny
        self.dtype = kind.name

    def __repr__(self):
        return (f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
                f"smallest_normal={self.tiny:g}, tiny={self.tiny:g}, dtype={self.dtype})")


class iinfo:
    """Limits of an integer type."""

    _TABLE = {"uint8": (0, 255, 8), "uint32": (0, 2**32 - 1, 32), "int64": (-(2**63), 2**63 - 1, 64),
              "int32": (-(2**31), 2**31 - 1, 32), "int16": (-(2**15), 2**15 - 1, 16), "int8": (-128, 127, 8),
              "uint16": (0, 2**16 - 1, 16), "uint64": (0, 2**64 - 1, 64)}

    def __init__(self, type):
        if not isinstance(type, dtype):
            raise TypeError(f"iinfo(): argument 'type' (position 1) must be torch.dtype, not {type.__class__.__name__}")
        if type.name not in self._TABLE:
            if type.name == "bool":
                raise TypeError("torch.bool is not supported by torch.iinfo")
            raise TypeError(
                "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
        self.min, self.max, self.bits = self._TABLE[type.name]
        self.dtype = type.name

    def __repr__(self):
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
