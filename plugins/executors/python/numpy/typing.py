"""`numpy.typing`: names for annotations."""

import typing

from ._ndarray import ndarray

ArrayLike = typing.Any
DTypeLike = typing.Any


class NDArray(ndarray):
    """`NDArray[float32]`: an array of a type, for annotations."""

    def __class_getitem__(cls, item):
        return ndarray


ndarray.__class_getitem__ = classmethod(lambda cls, item: cls)
