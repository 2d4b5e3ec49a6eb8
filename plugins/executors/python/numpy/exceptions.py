"""`numpy.exceptions`."""

from ._ndarray import AxisError  # noqa: F401


class ComplexWarning(RuntimeWarning):
    """A complex number lost its imaginary part."""


class VisibleDeprecationWarning(UserWarning):
    """What will not stay."""


class RankWarning(RuntimeWarning):
    """A fit that is not determined."""
