"""`numpy.testing`: assertions about arrays."""

import contextlib

from ._elementwise import UFUNCS
from ._making import asarray
from ._reducing import array_equal, isclose


def _fail(what, actual, desired, err_msg):
    raise AssertionError(f"\n{what}\n{err_msg}\n ACTUAL: {actual!r}\n DESIRED: {desired!r}")


def _check_shapes(actual, desired, err_msg):
    if actual.shape != desired.shape and actual.ndim and desired.ndim:
        _fail(f"(shapes {actual.shape}, {desired.shape} mismatch)", actual, desired, err_msg)


def assert_allclose(actual, desired, rtol=1e-07, atol=0, equal_nan=True, err_msg="", verbose=True, *, strict=False):
    """|actual - desired| is at most atol + rtol |desired| everywhere."""
    actual, desired = asarray(actual), asarray(desired)
    _check_shapes(actual, desired, err_msg)
    close = asarray(isclose(actual, desired, rtol, atol, equal_nan))
    if not bool(close.all()):
        wrong = close.size - int(close.sum())
        _fail(f"Not equal to tolerance rtol={rtol:g}, atol={atol:g}\nMismatched elements: {wrong} / {close.size} "
              f"({100 * wrong / close.size:.3g}%)", actual, desired, err_msg)


def assert_array_equal(actual, desired, err_msg="", verbose=True, *, strict=False):
    """Shapes and elements are the same."""
    actual, desired = asarray(actual), asarray(desired)
    _check_shapes(actual, desired, err_msg)
    if not (array_equal(actual, desired, True) or actual.shape != desired.shape and bool((actual == desired).all())):
        _fail("Arrays are not equal", actual, desired, err_msg)


def assert_equal(actual, desired, err_msg="", verbose=True, *, strict=False):
    """Both are the same."""
    if isinstance(desired, dict):
        assert set(actual) == set(desired), err_msg
        for key in desired:
            assert_equal(actual[key], desired[key], err_msg)
    elif isinstance(desired, (list, tuple)) and isinstance(actual, (list, tuple)):
        assert len(actual) == len(desired), err_msg
        for a, b in zip(actual, desired):
            assert_equal(a, b, err_msg)
    elif isinstance(desired, str) or desired is None:
        if actual != desired:
            _fail("Items are not equal", actual, desired, err_msg)
    else:
        assert_array_equal(actual, desired, err_msg)


def assert_almost_equal(actual, desired, decimal=7, err_msg="", verbose=True):
    """Both differ by less than 1.5 · 10^-decimal."""
    apart = UFUNCS["absolute"](asarray(actual) - asarray(desired))
    if not bool(asarray(apart < 1.5 * 10.0**-decimal).all()):
        _fail(f"Arrays are not almost equal to {decimal} decimals", actual, desired, err_msg)


assert_array_almost_equal = assert_almost_equal


def assert_array_less(x, y, err_msg="", verbose=True, *, strict=False):
    """Each element is less."""
    if not bool(asarray(asarray(x) < asarray(y)).all()):
        _fail("Arrays are not strictly ordered `x < y`", x, y, err_msg)


def assert_(val, msg=""):
    """`val` is true."""
    if not val:
        raise AssertionError(msg)


@contextlib.contextmanager
def assert_raises(exception, *arguments):
    """What is inside raises `exception`."""
    try:
        yield
    except exception:
        return
    raise AssertionError(f"{exception.__name__} not raised")
