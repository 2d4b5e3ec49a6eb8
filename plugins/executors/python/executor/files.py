"""The files that a program sees: what it was granted, its own sources, and what it writes.

All of them are in the sandbox's memory, and vanish with it; only what is granted lies with the host, and is read from
there piece by piece.
"""

import errno
import io
import os
import posixpath

from torch._host import host
from wit_world.imports import data

# The folder that a program begins in.
BEGIN = "/program"
# What the host gives in one call.
_PIECE = 1 << 20


class Memory:
    """A file that lives in the sandbox."""

    writable = True

    def __init__(self, content=b""):
        self.content = bytearray(content)

    @property
    def size(self):
        return len(self.content)

    def read(self, offset, length):
        return self.content[offset : offset + length]


class Granted:
    """A file of the host that may be read."""

    writable = False

    def __init__(self, name, size):
        self.name = name
        self.size = size

    def read(self, offset, length):
        return host(data.read_file, self.name, offset, min(length, _PIECE))


class Tree:
    """Every file and folder, by its path from `/`."""

    def __init__(self):
        self.files = {}
        self.folders = {"/", "/tmp", BEGIN}
        self.current = BEGIN
        # Behind "No such file or directory".
        self.hint = ""

    def path(self, name):
        """Where `name` is: from `/`, without dots."""
        name = os.fsdecode(name)
        if "\0" in name:
            raise ValueError("embedded null byte")
        if not name:
            return ""
        path = posixpath.normpath(posixpath.join(self.current, name))
        return path[1:] if path.startswith("//") else path

    def put(self, path, file):
        """`file` at `path`, and the folders that lead there."""
        self.files[path] = file
        while path != "/":
            path = posixpath.dirname(path)
            self.folders.add(path)

    def exists(self, path):
        return path in self.files or path in self.folders

    def names(self, folder):
        """What is in `folder`."""
        start = folder.rstrip("/") + "/"
        inside = {path[len(start) :] for path in (*self.files, *self.folders) if path.startswith(start) and path != start}
        return sorted(name for name in inside if "/" not in name)

    def absent(self, name):
        """The error for a path that is not there."""
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT) + self.hint, name)

    def check_parent(self, path, name):
        """Can something be made at `path`?"""
        parent = posixpath.dirname(path)
        if parent in self.files:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name)
        if parent not in self.folders:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)


class _Raw(io.RawIOBase):
    """An open file."""

    def __init__(self, file, name, mode):
        super().__init__()
        self.name = name
        self.mode = mode
        self._file = file
        self._at = 0
        self._reads = "r" in mode or "+" in mode
        self._writes = mode != "rb"
        self._appends = "a" in mode

    def readable(self):
        return self._reads

    def writable(self):
        return self._writes

    def seekable(self):
        return True

    def readinto(self, buffer):
        if not self._reads:
            raise io.UnsupportedOperation("not readable")
        piece = self._file.read(self._at, len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def readall(self):
        pieces = []
        while piece := self._file.read(self._at, max(self._file.size - self._at, 0)):
            pieces.append(bytes(piece))
            self._at += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def write(self, buffer):
        if not self._writes:
            raise io.UnsupportedOperation("not writable")
        piece = bytes(buffer)
        content = self._file.content
        if self._appends:
            self._at = len(content)
        if self._at > len(content):
            content.extend(bytes(self._at - len(content)))
        content[self._at : self._at + len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seek(self, offset, whence=0):
        if whence not in (0, 1, 2):
            raise ValueError(f"invalid whence ({whence}, should be 0, 1 or 2)")
        base = (0, self._at, self._file.size)[whence]
        if base + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._at = base + offset
        return self._at

    def tell(self):
        return self._at

    def truncate(self, size=None):
        if not self._writes:
            raise io.UnsupportedOperation("truncate")
        size = self._at if size is None else size
        content = self._file.content
        if size < len(content):
            del content[size:]
        else:
            content.extend(bytes(size - len(content)))
        return size


def _checked_mode(mode):
    """`mode` without `t`: one of r, w, x and a, perhaps `+`, and `b` where it is binary."""
    letters = set(mode)
    if letters - set("rwxabt+") or len(mode) != len(letters) or len(letters & set("rwxa")) != 1 or letters >= {"b", "t"}:
        raise ValueError(f"invalid mode: {mode!r}")
    kind = next(letter for letter in "rwxa" if letter in letters)
    return kind + ("b" if "b" in letters else "") + ("+" if "+" in letters else "")


def _opened(tree, path, name, mode):
    """The file for `mode`: there already, or made or emptied."""
    if path in tree.folders:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    file = tree.files.get(path)
    if mode[0] == "r" and file is None:
        raise tree.absent(name)
    if mode[0] == "x" and file is not None:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
    if file is not None and not file.writable and (mode[0] != "r" or "+" in mode):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES) + "; granted data is for reading only", name)
    if file is None:
        tree.check_parent(path, name)
        file = tree.files[path] = Memory()
    elif mode[0] == "w":
        del file.content[:]
    return file


def opener(tree, system_open):
    """`open` over `tree`, with Python's signature; `system_open` takes what is no path."""

    def open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
        if isinstance(file, int) or opener is not None:
            return system_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        checked = _checked_mode(mode)
        binary = "b" in checked
        if binary and (encoding, errors, newline) != (None, None, None):
            raise ValueError("binary mode doesn't take an encoding, errors or newline argument")
        if not binary and buffering == 0:
            raise ValueError("can't have unbuffered text I/O")
        path = tree.path(file)
        raw_mode = checked if binary else checked[0] + "b" + checked[1:]
        raw = _Raw(_opened(tree, path, file, checked), file, raw_mode)
        if buffering == 0:
            return raw
        size = buffering if buffering > 1 else _PIECE if isinstance(raw._file, Granted) else io.DEFAULT_BUFFER_SIZE
        if "+" in checked:
            buffered = io.BufferedRandom(raw, size)
        else:
            buffered = (io.BufferedReader if checked[0] == "r" else io.BufferedWriter)(raw, size)
        if binary:
            return buffered
        text = io.TextIOWrapper(buffered, encoding or "utf-8", errors, newline, buffering == 1)
        text.mode = mode
        return text

    return open
