"""Other names of arguments that PyTorch takes: NumPy's, and old ones."""

from ._dtype import as_dtype

_NUMPY = {"axis": "dim", "keepdims": "keepdim"}


def renamed(function, names=None):
    """`function`, which also takes the arguments that `names` gives other names; by default NumPy's."""
    names = _NUMPY if names is None else names

    def call(*arguments, **options):
        if options:
            for other, own in names.items():
                if other in options:
                    options[own] = options.pop(other)
            if "dtype" in options:
                options["dtype"] = as_dtype(options["dtype"], function.__name__)
        return function(*arguments, **options)

    call.__name__ = call.__qualname__ = function.__name__
    call.__doc__ = function.__doc__
    call.__wrapped__ = function
    return call
