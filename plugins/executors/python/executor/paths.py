"""Python's own functions on files and folders, over a `Tree`."""

import builtins
import errno
import io
import os
import posixpath
import shutil
import stat
import tempfile

from executor.files import BEGIN, Granted, Memory, opener

_FILE, _READ_ONLY, _FOLDER = stat.S_IFREG | 0o644, stat.S_IFREG | 0o444, stat.S_IFDIR | 0o755


def _error(kind, code, *names):
    return kind(code, os.strerror(code), *names)


class _Entry:
    """What `os.scandir` gives for each name."""

    def __init__(self, folder, name, paths):
        self.name = name
        self.path = posixpath.join(folder, name)
        self._paths = paths

    def __fspath__(self):
        return self.path

    def is_dir(self, *, follow_symlinks=True):
        return stat.S_ISDIR(self.stat().st_mode)

    def is_file(self, *, follow_symlinks=True):
        return stat.S_ISREG(self.stat().st_mode)

    def is_symlink(self):
        return False

    def is_junction(self):
        return False

    def inode(self):
        return 0

    def stat(self, *, follow_symlinks=True):
        return self._paths.stat(self.path)

    def __repr__(self):
        return f"<DirEntry {self.name!r}>"


class _Scan:
    """The iterator of `os.scandir`."""

    def __init__(self, entries):
        self._entries = iter(entries)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._entries)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._entries = iter(())


class Paths:
    """The functions of `os` on one tree, by their names there."""

    def __init__(self, tree):
        self._tree = tree

    def getcwd(self):
        return self._tree.current

    def chdir(self, path):
        folder = self._folder(path)
        self._tree.current = folder

    def stat(self, path, *, dir_fd=None, follow_symlinks=True):
        if isinstance(path, int):
            raise _error(OSError, errno.EBADF)
        at = self._tree.path(path)
        if at in self._tree.folders:
            mode, size = _FOLDER, 0
        elif at in self._tree.files:
            file = self._tree.files[at]
            mode, size = _FILE if file.writable else _READ_ONLY, file.size
        else:
            raise self._tree.absent(path)
        return os.stat_result((mode, 0, 0, 1, 0, 0, size, 0, 0, 0))

    def lstat(self, path, *, dir_fd=None):
        return self.stat(path)

    def access(self, path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True):
        file = self._tree.files.get(self._tree.path(path))
        if file is None:
            return self._tree.path(path) in self._tree.folders
        return not mode & os.X_OK and (file.writable or not mode & os.W_OK)

    def listdir(self, path="."):
        return self._tree.names(self._folder(path))

    def scandir(self, path="."):
        folder = self._folder(path)
        return _Scan([_Entry(os.fspath(path), name, self) for name in self._tree.names(folder)])

    def mkdir(self, path, mode=0o777, *, dir_fd=None):
        at = self._tree.path(path)
        if self._tree.exists(at):
            raise _error(FileExistsError, errno.EEXIST, path)
        self._tree.check_parent(at, path)
        self._tree.folders.add(at)

    def rmdir(self, path, *, dir_fd=None):
        at = self._folder(path)
        if self._tree.names(at) or at == "/":
            raise _error(OSError, errno.ENOTEMPTY, path)
        self._tree.folders.discard(at)

    def remove(self, path, *, dir_fd=None):
        at = self._tree.path(path)
        if at in self._tree.folders:
            raise _error(IsADirectoryError, errno.EISDIR, path)
        if at not in self._tree.files:
            raise self._tree.absent(path)
        if isinstance(self._tree.files[at], Granted):
            raise _error(PermissionError, errno.EACCES, path)
        del self._tree.files[at]

    unlink = remove

    def rename(self, src, dst, *, src_dir_fd=None, dst_dir_fd=None):
        tree, old, new = self._tree, self._tree.path(src), self._tree.path(dst)
        if not tree.exists(old):
            raise tree.absent(src)
        tree.check_parent(new, dst)
        if any(isinstance(tree.files.get(path), Granted) for path in (old, new)):
            raise _error(PermissionError, errno.EACCES, src, None, dst)
        if old in tree.files:
            if new in tree.folders:
                raise _error(IsADirectoryError, errno.EISDIR, src, None, dst)
            tree.files[new] = tree.files.pop(old)
        else:
            self._move_folder(old, new, src, dst)

    replace = rename

    def readlink(self, path, *, dir_fd=None):
        self.stat(path)
        raise _error(OSError, errno.EINVAL, path)

    def _move_folder(self, old, new, src, dst):
        tree = self._tree
        if tree.exists(new) or new.startswith(old + "/"):
            raise _error(OSError, errno.ENOTEMPTY, src, None, dst)
        inside = [path for path in tree.files if path.startswith(old + "/")]
        if any(isinstance(tree.files[path], Granted) for path in inside):
            raise _error(PermissionError, errno.EACCES, src, None, dst)
        for path in inside:
            tree.files[new + path[len(old) :]] = tree.files.pop(path)
        moved = {path for path in tree.folders if path == old or path.startswith(old + "/")}
        tree.folders = tree.folders - moved | {new + path[len(old) :] for path in moved}

    def _folder(self, path):
        at = self._tree.path(path)
        if at in self._tree.files:
            raise _error(NotADirectoryError, errno.ENOTDIR, path)
        if at not in self._tree.folders:
            raise self._tree.absent(path)
        return at


def install(tree):
    """From here on, `open` and `os` are over `tree`."""
    paths = Paths(tree)
    for name in dir(paths):
        if not name.startswith("_"):
            setattr(os, name, getattr(paths, name))
    builtins.open = io.open = opener(tree, io.open)
    # `shutil` would otherwise go by file descriptors, and `tempfile` would look for a folder by them.
    shutil._use_fd_functions = False
    tempfile.tempdir = "/tmp"


def add_sources(tree, sources):
    """The program's own files, as (path, text)."""
    for path, text in sources:
        tree.put(tree.path(path), Memory(text.encode()))


def add_granted(tree, granted, folder):
    """Granted files. Relative names are found from where the program begins, and from its own `folder`."""
    for file in granted:
        for start in {BEGIN, tree.path(folder or ".")}:
            tree.put(tree.path(posixpath.join(start, file.name)), Granted(file.name, file.size))
