"""Modules whose attributes can be set to anything."""

import contextlib
import sys
import types


class Switches(types.ModuleType):
    """The module `torch.backends.NAME` with these attributes; any other can be set."""

    def __init__(self, name, **attributes):
        super().__init__(f"torch.backends.{name}", "Switches without effect.")
        self.__dict__.update(attributes)
        sys.modules[self.__name__] = self

    @contextlib.contextmanager
    def flags(self, **settings):
        """Sets attributes until the end."""
        before = {name: getattr(self, name, None) for name in settings}
        self.__dict__.update(settings)
        try:
            yield
        finally:
            self.__dict__.update(before)
