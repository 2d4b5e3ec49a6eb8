"""Modules of PyTorch that are bags of settings, and those that are not there at all."""

import sys
import types


class Settings(types.ModuleType):
    """Any attribute can be set, and read when it was."""

    def __init__(self, name, **attributes):
        super().__init__(name, "Settings without effect.")
        self.__dict__.update(attributes)
        sys.modules[name] = self

    def patch(self, *arguments, **options):
        """Accepted, as a context manager and a decorator."""
        return _Patch()


class _Patch:
    def __enter__(self):
        return None

    def __exit__(self, *_):
        return False

    def __call__(self, function):
        return function


class Unavailable(types.ModuleType):
    """A module that can be imported; what it is asked for can be named, and says when used that it is not there."""

    def __init__(self, name, instead, **attributes):
        super().__init__(name, f"Not available: {instead}.")
        self._instead = instead
        self.__dict__.update(attributes)
        sys.modules[name] = self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        full, instead = f"{self.__name__}.{name}", self._instead

        class Missing:
            """Raises NotImplementedError when called, or made."""

            def __init__(self, *arguments, **options):
                raise NotImplementedError(f"{full} is not available: {instead}")

        Missing.__name__ = Missing.__qualname__ = name
        Missing.__module__ = self.__name__
        self.__dict__[name] = Missing
        return Missing
