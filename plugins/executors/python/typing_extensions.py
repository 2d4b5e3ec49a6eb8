"""typing_extensions: everything is in Python's own `typing` by now."""

import typing
from collections.abc import Buffer  # noqa: F401
from typing import *  # noqa: F401, F403
from warnings import deprecated  # noqa: F401

globals().update({name: getattr(typing, name) for name in dir(typing) if not name.startswith("_")})
runtime = typing.runtime_checkable


def __getattr__(name):
    raise AttributeError(
        f"module 'typing_extensions' has no attribute '{name}' in this sandbox; Python's typing has no such name")
