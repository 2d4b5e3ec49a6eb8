"""The pattern language: `b (h w) c -> b h w c`."""

import functools
import re
from typing import NamedTuple

ELLIPSIS = "…"


class EinopsError(RuntimeError):
    """A pattern, or a tensor that does not fit it."""


class Side(NamedTuple):
    """One side of a pattern: groups of axes, each a tuple of names; () is an axis of extent 1."""

    groups: tuple
    names: frozenset
    # The extents of axes without names, by the names made up for them.
    anonymous: dict
    has_ellipsis: bool
    ellipsis_in_group: bool


def _check_name(name):
    if not name.isidentifier():
        raise EinopsError(f"Invalid axis identifier: {name}\nnot a valid python identifier")
    if name[0] == "_" or name[-1] == "_":
        if name == "_":
            return
        raise EinopsError(f"Invalid axis identifier: {name}\naxis name should should not start or end with underscore")


class _Reader:
    """Reads one side."""

    def __init__(self, text, underscores):
        self.text, self.underscores = text, underscores
        self.groups, self.names, self.anonymous, self.open = [], set(), {}, None

    def axis(self, name):
        """One name, number or ellipsis."""
        if name == ELLIPSIS:
            if ELLIPSIS in self.names:
                raise EinopsError(
                    "Expression may contain dots only inside ellipsis (...); only one ellipsis for tensor ")
        elif name.isdecimal():
            extent = int(name)
            if extent == 1:
                if self.open is None:
                    self.groups.append(())
                return
            if extent <= 0:
                raise EinopsError(f"Anonymous axis of length {extent} is not allowed")
            name = f"#{len(self.anonymous)}:{extent}"
            self.anonymous[name] = extent
        else:
            _check_name(name)
            if name in self.names and not (name == "_" and self.underscores):
                raise EinopsError(f'Indexing expression contains duplicate dimension "{name}"')
        self.names.add(name)
        if self.open is None:
            self.groups.append((name,))
        else:
            self.open.append(name)

    def read(self):
        """The side."""
        for token in re.findall(r"\(|\)|[^\s()]+", self.text):
            if token == "(":
                if self.open is not None:
                    raise EinopsError("Axis composition is one-level (brackets inside brackets not allowed)")
                self.open = []
            elif token == ")":
                if self.open is None:
                    raise EinopsError("Brackets are not balanced")
                self.groups.append(tuple(self.open))
                self.open = None
            else:
                self.axis(token)
        if self.open is not None:
            raise EinopsError(f"Imbalanced parentheses in expression: \"{self.text}\"")
        inside = any(ELLIPSIS in group and len(group) > 1 for group in self.groups)
        inside = inside or f"({ELLIPSIS})" in self.text.replace(" ", "")
        return Side(tuple(self.groups), frozenset(self.names), self.anonymous, ELLIPSIS in self.names, inside)


@functools.lru_cache(1024)
def side(text, underscores=False):
    """One side of a pattern."""
    plain = text.replace("...", ELLIPSIS)
    if "." in plain:
        raise EinopsError("Expression may contain dots only inside ellipsis (...)")
    if text.count("...") > 1:
        raise EinopsError("Expression may contain dots only inside ellipsis (...); only one ellipsis for tensor ")
    return _Reader(plain, underscores).read()


def sides(pattern):
    """Both sides of a pattern."""
    left, right = pattern.split("->")
    left, right = side(left), side(right)
    if left.has_ellipsis and left.ellipsis_in_group:
        raise EinopsError(f"Ellipsis inside parenthesis in the left side is not allowed: {pattern}")
    if right.has_ellipsis and not left.has_ellipsis:
        raise EinopsError(f"Ellipsis found in right side, but not left side of a pattern {pattern}")
    return left, right


def check(pattern, left, right, operation, sizes):
    """Refuses patterns that the operation cannot do."""
    named = [{name for name in s.names if name not in s.anonymous} for s in (left, right)]
    if operation == "rearrange":
        if left.anonymous or right.anonymous:
            raise EinopsError("Non-unitary anonymous axes are not supported in rearrange (exception is length 1)")
        if named[0] != named[1]:
            raise EinopsError(f"Identifiers only on one side of expression (should be on both): {named[0] ^ named[1]}")
    elif operation == "repeat":
        if missing := named[0] - named[1]:
            raise EinopsError(f"Unexpected identifiers on the left side of repeat: {missing}")
        if missing := named[1] - named[0] - set(sizes) - {ELLIPSIS}:
            raise EinopsError(f"Specify sizes for new axes in repeat: {missing}")
    else:
        if missing := named[1] - named[0]:
            raise EinopsError(f"Unexpected identifiers on the right side of reduce {operation}: {missing}")
        if right.anonymous:
            raise EinopsError(f"Anonymous axes on the right side of reduce {operation} are not allowed")
    for name in sizes:
        _check_name(name)
        if name not in left.names and not (operation == "repeat" and name in right.names):
            raise EinopsError(f"Axis {name} is not used in transform")
