"""`out=` of functions that are made of others."""

import sys


def store_into(out, result):
    """`out` with the values and the shape of `result`, for the function that calls this."""
    # Where tensors are joined and multiplied, writing to them is not yet known.
    from ._in_place import store

    frame = sys._getframe(1)
    while frame.f_code.co_name.startswith("_"):
        frame = frame.f_back
    return store(frame.f_code.co_name, out, result, (result,))
