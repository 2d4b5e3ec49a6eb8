"""`torch.return_types`: named tuples that print as PyTorch's."""

import collections

_known = {}


def return_type(name, fields):
    """The named tuple `torch.return_types.NAME` with `fields`, separated by spaces."""
    kind = _known.get(name)
    if kind is None:
        base = collections.namedtuple(name, fields)

        class Result(base):
            __slots__ = ()

            def __repr__(self):
                parts = ",\n".join(f"{field}={value!r}" for field, value in zip(self._fields, self))
                return f"torch.return_types.{name}(\n{parts})"

        Result.__name__ = Result.__qualname__ = name
        Result.__module__ = "torch.return_types"
        kind = _known[name] = Result
    return kind
