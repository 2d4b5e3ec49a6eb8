"""Gives the host's handles back when Python lets go of them.

The host's bindings tie a `weakref.finalize` to every handle: general, and a third of what a small operation costs. A
handle owns its finalizer and nobody else does, so the end of one is the end of the other; that is all this class knows.
The bindings take it for `weakref.finalize` when they start, after this component's modules are imported; programs get
Python's own.
"""

import weakref


class Dropping:
    """Calls `drop(*arguments)` once, when it is let go of, unless it was detached before."""

    __slots__ = ("_drop", "_kind", "_handle")

    def __init__(self, owner, drop, kind, handle):
        self._drop = drop
        self._kind = kind
        self._handle = handle

    def __del__(self):
        drop = self._drop
        if drop is not None:
            self._drop = None
            drop(self._kind, self._handle)

    def detach(self):
        """What would be called, which is now the caller's to call; as `weakref.finalize.detach`."""
        drop, self._drop = self._drop, None
        return None if drop is None else (None, drop, (self._kind, self._handle), None)


_original = weakref.finalize


def install():
    """For the bindings."""
    weakref.finalize = Dropping


def uninstall():
    """For the program."""
    weakref.finalize = _original
