"""Arrays in files: `.npy`, `.npz`, plain bytes and text, over the sandbox's own `open`."""

import ast
import os
import zipfile

from ._bytes import of_bytes
from ._making import array, asarray, shape_of
from ._ndarray import ndarray, wrapped
from ._types import named

_MAGIC = b"\x93NUMPY"


def _header(a):
    text = f"{{'descr': '{a.dtype.str}', 'fortran_order': False, 'shape': {a.shape}, }}"
    room = 64 - (len(_MAGIC) + 4 + len(text) + 1) % 64
    return _MAGIC + b"\x01\x00" + (len(text) + room % 64 + 1).to_bytes(2, "little") + (
        text + " " * (room % 64) + "\n").encode("latin1")


def _write(stream, a):
    stream.write(_header(a))
    stream.write(a.tobytes())


def _read_header(stream):
    if stream.read(6) != _MAGIC:
        raise ValueError("Cannot load file containing pickled data when allow_pickle=False")
    major = stream.read(2)[0]
    size = int.from_bytes(stream.read(2 if major == 1 else 4), "little")
    found = ast.literal_eval(stream.read(size).decode("latin1"))
    return named(found["descr"]), found["fortran_order"], found["shape"]


def _read(stream):
    kind, turned, shape = _read_header(stream)
    count = kind.itemsize
    for extent in shape:
        count *= extent
    data = stream.read(count)
    if len(data) != count:
        raise ValueError("cannot reshape array: the file ends too early")
    return of_bytes(data, kind, shape[::-1]).T if turned else of_bytes(data, kind, shape)


def _opened(file, mode):
    return (file, False) if hasattr(file, "read" if mode == "rb" else "write") else (open(os.fspath(file), mode), True)


def save(file, arr, allow_pickle=True):
    """Writes one array as `.npy`."""
    if not hasattr(file, "write"):
        file = os.fspath(file)
        file = file if file.endswith(".npy") else file + ".npy"
    stream, own = _opened(file, "wb")
    try:
        _write(stream, asarray(arr))
    finally:
        if own:
            stream.close()


def savez(file, *args, allow_pickle=True, **kwds):
    """Writes several arrays, by name, into one file."""
    _savez(file, args, kwds, zipfile.ZIP_STORED)


def savez_compressed(file, *args, allow_pickle=True, **kwds):
    """As `savez`, packed."""
    _savez(file, args, kwds, zipfile.ZIP_DEFLATED)


def _savez(file, args, named_arrays, method):
    arrays = {f"arr_{place}": a for place, a in enumerate(args)} | named_arrays
    if not hasattr(file, "write"):
        file = os.fspath(file)
        file = file if file.endswith(".npz") else file + ".npz"
    stream, own = _opened(file, "wb")
    try:
        with zipfile.ZipFile(stream, "w", method) as archive:
            for name, a in arrays.items():
                a = asarray(a)
                archive.writestr(name + ".npy", _header(a) + a.tobytes())
    finally:
        if own:
            stream.close()


class NpzFile:
    """The arrays of a `.npz` file, by name."""

    def __init__(self, stream):
        self._archive = zipfile.ZipFile(stream)
        self.files = [name.removesuffix(".npy") for name in self._archive.namelist()]

    def __getitem__(self, key):
        if key not in self.files:
            raise KeyError(f"{key} is not a file in the archive")
        with self._archive.open(key + ".npy") as stream:
            return _read(stream)

    def __contains__(self, key):
        return key in self.files

    def __iter__(self):
        return iter(self.files)

    def __len__(self):
        return len(self.files)

    def keys(self):
        return list(self.files)

    def values(self):
        return [self[name] for name in self.files]

    def items(self):
        return [(name, self[name]) for name in self.files]

    def close(self):
        self._archive.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def load(file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding="ASCII"):
    """The array of a `.npy` file, or the arrays of a `.npz` file."""
    stream, own = _opened(file, "rb")
    first = stream.read(4)
    stream.seek(-len(first), 1)
    if first[:2] == b"PK":
        return NpzFile(stream)
    try:
        if mmap_mode is not None and own:
            kind, turned, shape = _read_header(stream)
            if not turned:
                return memmap(file, kind, mmap_mode, stream.tell(), shape)
            stream.seek(0)
        return _read(stream)
    finally:
        if own:
            stream.close()


def fromfile(file, dtype=float, count=-1, sep="", offset=0, *, like=None):
    """The bytes of a file as numbers."""
    kind = named(dtype)
    if sep:
        with open(file) as stream:
            return array([float(word) for word in stream.read().split(sep) if word.strip()], dtype=kind)
    stream, own = _opened(file, "rb")
    try:
        stream.seek(offset, 1)
        data = stream.read() if count < 0 else stream.read(count * kind.itemsize)
    finally:
        if own:
            stream.close()
    whole = len(data) // kind.itemsize
    return of_bytes(data[: whole * kind.itemsize], kind, [whole])


def tofile(a, fid, sep="", format="%s"):
    """Writes the elements as bytes, or as text with `sep` between them."""
    stream, own = _opened(fid, "w" if sep else "wb")
    try:
        stream.write(sep.join(format % value for value in a.ravel().tolist()) if sep else a.tobytes())
    finally:
        if own:
            stream.close()


def loadtxt(fname, dtype=float, comments="#", delimiter=None, converters=None, skiprows=0, usecols=None, unpack=False,
            ndmin=0, encoding=None, max_rows=None, *, quotechar=None, like=None):
    """The numbers of a text, one row in each line."""
    lines = fname if not isinstance(fname, (str, os.PathLike)) else open(fname)
    kind, rows = named(dtype), []
    for number, line in enumerate(lines):
        line = line.decode() if isinstance(line, bytes) else line
        line = line.partition(comments)[0].strip() if comments else line.strip()
        if number < skiprows or not line or max_rows is not None and len(rows) >= max_rows:
            continue
        words = line.split(delimiter)
        if usecols is not None:
            words = [words[at] for at in ([usecols] if isinstance(usecols, int) else usecols)]
        rows.append([int(word) if kind.kind in "iu" else float(word) for word in words])
    made = array(rows, dtype=kind)
    if made.ndim == 2 and 1 in made.shape and ndmin < 2:
        made = made.reshape(-1) if made.size > 1 or ndmin == 1 else made.reshape(())
    return made.T if unpack else made


def savetxt(fname, X, fmt="%.18e", delimiter=" ", newline="\n", header="", footer="", comments="# ", encoding=None):
    """Writes numbers as text, one row in each line."""
    X = asarray(X)
    rows = X.reshape([-1, 1]).tolist() if X.ndim < 2 else X.tolist()
    each = fmt if isinstance(fmt, str) else delimiter.join(fmt)
    if isinstance(fmt, str) and fmt.count("%") == 1:
        each = delimiter.join([fmt] * (len(rows[0]) if rows else 0))
    text = comments + header + newline if header else ""
    text += "".join(each % tuple(row) + newline for row in rows)
    text += comments + footer + newline if footer else ""
    if hasattr(fname, "write"):
        try:
            fname.write(text)
        except TypeError:
            fname.write(text.encode())
        return
    with open(fname, "w") as stream:
        stream.write(text)


class memmap(ndarray):
    """The numbers of a file, read from it where they are asked for. Writing is to a copy in memory."""

    __slots__ = ("filename", "mode", "offset", "_shape", "_read_whole", "_stream")

    def __new__(cls, filename, dtype="uint8", mode="r+", offset=0, shape=None, order="C"):
        if mode not in ("r", "c", "r+", "w+"):
            raise ValueError(f"mode must be one of ['r', 'c', 'r+', 'w+'] (got {mode!r})")
        if mode == "w+":
            raise NotImplementedError("numpy.memmap(mode='w+') is not available; the nearest is ndarray.tofile")
        self = object.__new__(cls)
        self._d, self.filename, self.mode, self.offset = named(dtype), filename, mode, offset
        self._stream = open(filename, "rb", buffering=0) if not hasattr(filename, "read") else filename
        size = self._stream.seek(0, 2) - offset
        if shape is None:
            if size % self._d.itemsize:
                raise ValueError("Size of available data is not a multiple of the data-type size.")
            shape = (size // self._d.itemsize,)
        self._shape = tuple(shape_of(shape))
        self._read_whole = None
        return self

    def _bytes(self, start, count):
        width = self._d.itemsize
        self._stream.seek(self.offset + start * width)
        data, missing = [], count * width
        while missing and (piece := self._stream.read(missing)):
            data.append(piece)
            missing -= len(piece)
        return of_bytes(b"".join(data), self._d, [count])

    @property
    def _t(self):
        if self._read_whole is None:
            count = 1
            for extent in self._shape:
                count *= extent
            self._read_whole = self._bytes(0, count).reshape(self._shape)._t
        return self._read_whole

    @property
    def shape(self):
        return self._shape

    @property
    def size(self):
        count = 1
        for extent in self._shape:
            count *= extent
        return count

    @property
    def ndim(self):
        return len(self._shape)

    def __len__(self):
        return self._shape[0]

    def __getitem__(self, key):
        if self._read_whole is None and len(self._shape) == 1:
            if isinstance(key, slice):
                start, stop, step = key.indices(self._shape[0])
                if step > 0 and (stop - start) * 2 < self._shape[0]:
                    made = self._bytes(start, max(stop - start, 0))
                    return made if step == 1 else made[::step]
            elif hasattr(key, "__index__") and getattr(key, "ndim", 0) == 0 and not isinstance(key, ndarray):
                at = key.__index__()
                if not -self._shape[0] <= at < self._shape[0]:
                    raise IndexError(f"index {at} is out of bounds for axis 0 with size {self._shape[0]}")
                return self._bytes(at % self._shape[0], 1)[0]
        return wrapped(self._t, self._d)[key]

    def __setitem__(self, key, value):
        if self.mode == "r":
            raise ValueError("assignment destination is read-only")
        if self.mode == "r+":
            raise NotImplementedError("writing to a numpy.memmap is not available; the nearest is mode='c', and tofile")
        wrapped(self._t, self._d)[key] = value

    def flush(self):
        """Nothing is written to the file."""
