"""Python's operators on tensors."""

from . import _arithmetic as A
from . import _pointwise as P
from ._base import Tensor
from ._in_place import in_place
from ._numbers import item
from ._promotion import cast

_OPERANDS = (Tensor, int, float)


def _operand(function, name):
    """An operator that lets Python try the other operand, or raise its TypeError."""

    def operator(self, other):
        if isinstance(other, _OPERANDS):
            return function(self, other)
        if isinstance(other, complex):
            if name.startswith("__i"):
                raise RuntimeError(
                    f"result type {self.dtype.to_complex().title} can't be cast to the desired output type "
                    f"{self.dtype.title}")
            # Complex tensors have operators of their own.
            return getattr(cast(self, self.dtype.to_complex()), name)(other)
        return NotImplemented

    return operator


def _reflected(function):
    return lambda self, other: function(other, self)


def _pow(self, other):
    if other.__class__ is int and other == 2:
        return P.square(self)
    return A.pow(self, other)


def _scalar(kind):
    def convert(self):
        if self.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return kind(item(self))

    return convert


def _index(self):
    if self.dtype.is_floating_point or self.numel() != 1:
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return int(item(self))


def _truth(self):
    count = self.numel()
    if count != 1:
        raise RuntimeError(
            "Boolean value of Tensor with no values is ambiguous" if count == 0
            else "Boolean value of Tensor with more than one value is ambiguous"
        )
    return bool(item(self))


def _format(self, spec):
    if not self.shape and type(self) is Tensor:
        return item(self).__format__(spec)
    return object.__format__(self, spec)


_BOTH_SIDES = {
    "add": A.add_plain, "sub": A.sub_plain, "mul": A.mul, "truediv": A.div_plain, "mod": A.remainder,
    "floordiv": A.floor_divide, "pow": A.pow, "and": A.bitwise_and, "or": A.bitwise_or, "xor": A.bitwise_xor,
    "lshift": A.bitwise_left_shift, "rshift": A.bitwise_right_shift,
}


def install(cls):
    """Gives the class `Tensor` its operators."""
    for name, function in _BOTH_SIDES.items():
        setattr(cls, f"__{name}__", _operand(function, f"__{name}__"))
        setattr(cls, f"__r{name}__", _operand(_reflected(function), f"__r{name}__"))
        setattr(cls, f"__i{name}__", _operand(in_place(function, f"__i{name}__"), f"__i{name}__"))
    cls.__pow__ = _operand(_pow, "__pow__")
    cls.__ipow__ = _operand(in_place(_pow, "__ipow__"), "__ipow__")
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        setattr(cls, f"__{name}__", _operand(getattr(A, name), f"__{name}__"))
    cls.__hash__ = object.__hash__
    cls.__neg__, cls.__pos__, cls.__abs__, cls.__invert__ = P.neg, P.positive, P.abs, A.invert
    for kind in (float, int, complex):
        setattr(cls, f"__{kind.__name__}__", _scalar(kind))
    cls.__index__, cls.__bool__, cls.__format__ = _index, _truth, _format
