"""Element types, shapes and devices: `torch.dtype`, `torch.Size`, `torch.device`."""

from wit_world.imports.tensors import Dtype


class dtype:
    """An element type. `host` is how the host calls it; None where the host has no such type."""

    __slots__ = ("name", "host", "itemsize", "is_floating_point", "rank", "code")
    is_complex = False

    def __init__(self, name, host, itemsize, is_floating_point, rank, code):
        self.name = name
        self.host = host
        self.itemsize = itemsize
        self.is_floating_point = is_floating_point
        # Where the type stands in promotion; None for a type that only has a name here.
        self.rank = rank
        # Its letter in `struct` and `array`.
        self.code = code

    def __repr__(self):
        return "torch." + self.name

    def __reduce__(self):
        return self.name

    __str__ = __repr__

    @property
    def is_signed(self):
        return self.name not in ("bool", "uint8", "uint32")


bool_ = dtype("bool", Dtype.U8, 1, False, 0, "B")
uint8 = dtype("uint8", Dtype.U8, 1, False, 1, "B")
uint32 = dtype("uint32", Dtype.U32, 4, False, 2, "I")
int64 = dtype("int64", Dtype.I64, 8, False, 3, "q")
bfloat16 = dtype("bfloat16", Dtype.BF16, 2, True, 4, None)
float32 = dtype("float32", Dtype.F32, 4, True, 5, "f")
# Named so that a program that only mentions them loads; to make a tensor of one is an error.
int8 = dtype("int8", None, 1, False, None, None)
int16 = dtype("int16", None, 2, False, None, None)
int32 = dtype("int32", None, 4, False, None, None)
float16 = dtype("float16", None, 2, True, None, None)
float64 = dtype("float64", None, 8, True, None, None)

_NEAREST = {"int8": "int64", "int16": "int64", "int32": "int64", "float16": "bfloat16", "float64": "float32"}

FROM_HOST = {
    Dtype.F32: float32,
    Dtype.BF16: bfloat16,
    Dtype.I64: int64,
    Dtype.U32: uint32,
    Dtype.U8: uint8,
}


def host_dtype(kind):
    """The host's name for `kind`; refuses what the host cannot hold."""
    host = kind.host
    if host is None:
        raise NotImplementedError(
            f"torch.{kind.name} tensors do not exist in this sandbox; the nearest type is torch.{_NEAREST[kind.name]}"
        )
    return host


class Size(tuple):
    """The extent of each dimension."""

    __slots__ = ()

    def numel(self):
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
        return Size(tuple.__add__(self, tuple(other)))


class device:
    """Where a tensor lives. A sandbox has one device, and it is called `cpu`."""

    __slots__ = ("type", "index")

    def __init__(self, kind="cpu", index=None):
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
    """Limits of a floating-point type."""

    _TABLE = {
        "float32": (3.4028234663852886e38, 1.1754943508222875e-38, 1.1920928955078125e-07, 32),
        "bfloat16": (3.3895313892515355e38, 1.1754943508222875e-38, 0.0078125, 16),
        "float16": (65504.0, 6.103515625e-05, 0.0009765625, 16),
        "float64": (1.7976931348623157e308, 2.2250738585072014e-308, 2.220446049250313e-16, 64),
    }

    def __init__(self, kind=float32):
        if kind.name not in self._TABLE:
            raise TypeError("torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'")
        self.max, self.tiny, self.eps, self.bits = self._TABLE[kind.name]
        self.min = -self.max
        self.smallest_normal = self.tiny
        self.dtype = kind.name


class iinfo:
    """Limits of an integer type."""

    _TABLE = {"uint8": (0, 255, 8), "uint32": (0, 2**32 - 1, 32), "int64": (-(2**63), 2**63 - 1, 64),
              "int32": (-(2**31), 2**31 - 1, 32), "int16": (-(2**15), 2**15 - 1, 16), "int8": (-128, 127, 8)}

    def __init__(self, kind=int64):
        if kind.name not in self._TABLE:
            raise TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
        self.min, self.max, self.bits = self._TABLE[kind.name]
        self.dtype = kind.name
