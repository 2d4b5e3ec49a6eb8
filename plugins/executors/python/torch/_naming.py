"""Other names of arguments that PyTorch takes: NumPy's, and old ones."""

_NUMPY = {"axis": "dim", "keepdims": "keepdim"}


def renamed(function, names=None):
    """`function`, which also takes the arguments that `names` gives other names; by default NumPy's."""
    names = _NUMPY if names is None else names

    def call(*arguments, **options):
        if options:
            for other, own in names.items():
                if other in options:
                    options[own] = options.pop(other)
        return function(*arguments, **options)

    call.__name__ = call.__qualname__ = function.__name__
    call.__doc__ = function.__doc__
    call.__wrapped__ = function
    return call
