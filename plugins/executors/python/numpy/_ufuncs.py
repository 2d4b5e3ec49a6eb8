"""Universal functions: operations on each element, with broadcasting and NumPy's types."""

import torch

from ._making import asarray, from_values
from ._ndarray import ndarray, number_for, result, stored, wrapped
from ._scalars import bare, generic
from ._types import (
    BY_NAME, bool_d, can_cast, float64_d, int64_d, limits, named, plain, promoted, type_of_plain, weakly,
)


class UFuncTypeError(TypeError):
    """Operands of types that a function does not take."""


def operands_kind(values):
    """The type that operands are brought to: arrays, scalars and plain numbers."""
    kind, numbers = None, []
    for value in values:
        if plain(value):
            numbers.append(value)
        else:
            kind = value.dtype if kind is None else promoted(kind, value.dtype)
    for number in numbers:
        kind = type_of_plain(number) if kind is None else weakly(kind, number)
    return kind


def operand(value):
    """An argument as an array, a scalar or a plain number."""
    if value.__class__ is ndarray or plain(value) or isinstance(value, generic):
        return value
    array = asarray(value)
    # A file's array counts as one in memory.
    return array if array.__class__ is ndarray else wrapped(array._t, array._d)


def _checked(number, kind):
    if number.__class__ is int and kind.kind in "iu" and not limits(kind)[0] <= number <= limits(kind)[1]:
        raise OverflowError(f"Python integer {number} out of bounds for {kind.name}")
    return number_for(bare(number), kind)


def prepared(values, kind, numbers):
    """The operands as tensors that hold `kind`; plain numbers where `numbers` allows and another is a tensor."""
    made = [stored(value._t, kind) if value.__class__ is ndarray else None for value in values]
    lone = not numbers or not any(tensor is not None for tensor in made)
    for place, value in enumerate(values):
        if made[place] is None:
            number = _checked(value, kind)
            made[place] = from_values([number], [], kind)._t if lone else number
            if not lone and kind.kind in "iu" and kind.itemsize < 8:
                made[place] = torch.tensor(number, dtype=kind.held)
    return made


def broadcast_error(values):
    """The ValueError for arrays whose shapes do not go together."""
    shapes = " ".join(str(getattr(value, "shape", ())).replace(" ", "") for value in values)
    return ValueError(f"operands could not be broadcast together with shapes {shapes} ")


# What each rule makes of the operands' type: the type to compute in, and that of the result (None: the same).
def _same(kind):
    return kind, None


def _floats(kind):
    if kind.kind in "fc":
        return kind, None
    return BY_NAME["float16" if kind.itemsize == 1 else "float32" if kind.itemsize == 2 else "float64"], None


def _quotient(kind):
    return (kind, None) if kind.kind in "fc" else (float64_d, None)


def _no_booleans(kind):
    return (BY_NAME["int8"], None) if kind is bool_d else (kind, None)


def _test(kind):
    return kind, bool_d


def _truth(kind):
    return bool_d, bool_d


def _double(kind):
    return (float64_d, None) if kind.kind != "c" else (kind, None)


RULES = {"double": _double, "same": _same, "float": _floats, "quotient": _quotient, "numeric": _no_booleans,
         "test": _test,
         "truth": _truth, "bits": _same}


class ufunc:
    """A function of each element. `compute` works on tensors that hold one type, which `rule` chooses."""

    def __init__(self, name, nin, compute, rule, identity=None, numbers=True, kinds="biufc"):
        self.__name__ = self.__qualname__ = name
        self.nin, self.nout, self.nargs = nin, 1, nin + 1
        self.identity = identity
        self._compute = compute
        self._rule = RULES[rule]
        self._name = rule
        self._numbers = numbers and nin == 2
        self._kinds = kinds

    def __repr__(self):
        return f"<ufunc '{self.__name__}'>"

    def __call__(self, *args, out=None, where=True, dtype=None, casting="same_kind", order="K", subok=True):
        if len(args) == self.nargs and out is None:
            args, out = args[:-1], args[-1]
        if len(args) != self.nin:
            raise TypeError(f"{self.__name__}() takes from {self.nin} to {self.nargs} positional arguments but "
                            f"{len(args)} were given")
        if isinstance(out, tuple):
            out = out[0]
        values = [operand(value) for value in args]
        made, kind = self._computed(values, dtype)
        if out is None and where is True:
            if any(isinstance(value, torch.Tensor) for value in args):
                return made
            return result(made, kind)
        return self._delivered(made, kind, out, where)

    def _computed(self, values, dtype=None):
        kind = operands_kind(values)
        if self._name == "test" and kind.kind in "iu" and any(v.__class__ is int and not
                                                              limits(kind)[0] <= v <= limits(kind)[1] for v in values):
            kind = int64_d if all(not plain(v) or -(2**63) <= v < 2**63 for v in values) else float64_d
        if kind.kind not in self._kinds:
            raise UFuncTypeError(
                f"ufunc '{self.__name__}' not supported for the input types, and the inputs could not be safely "
                f"coerced "
                "to any supported types according to the casting rule ''safe''"
            )
        kind, given = self._rule(kind)
        if dtype is not None:
            kind = named(dtype)
        tensors = prepared(values, kind, self._numbers) if self._name != "truth" else [_truths(v) for v in values]
        try:
            made = self._compute(*tensors)
        except RuntimeError as error:
            if "must match the size" in str(error):
                raise broadcast_error(values) from None
            raise
        if given is None and kind.kind == "c" and not made.dtype.is_complex:
            # The size of a complex number is a real one.
            given = BY_NAME["float32" if kind.itemsize == 8 else "float64"]
        kind = given or kind
        return stored(made, kind), kind

    def _delivered(self, made, kind, out, where):
        mask = None if where is True else asarray(where)._t.to(torch.bool)
        if out is None:
            return result(torch.where(mask, made, torch.zeros_like(made)), kind)
        if not can_cast(kind, out.dtype, "same_kind"):
            raise UFuncTypeError(f"Cannot cast ufunc '{self.__name__}' output from dtype('{kind}') to "
                                 f"dtype('{out.dtype}') "
                                 "with casting rule 'same_kind'")
        if made.dim() > out.ndim or any(n != m for n, m in zip(made.shape[::-1], out.shape[::-1]) if n != 1):
            shape = tuple(made.shape)
            raise ValueError(f"non-broadcastable output operand with shape {out.shape} doesn't match the broadcast "
                             f"shape "
                             f"{shape}")
        made = stored(made, out.dtype)
        out._t.copy_(made if mask is None else torch.where(mask, made, out._t))
        return out

    # Along an axis.

    def reduce(self, array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True):
        """The function applied between all elements along `axis`."""
        from ._reducing import reduced_by

        return reduced_by(self, array, axis, dtype, out, keepdims, initial, where)

    def accumulate(self, array, axis=0, dtype=None, out=None):
        """What `reduce` gives for each number of elements so far."""
        from ._reducing import accumulated_by

        return accumulated_by(self, array, axis, dtype, out)

    def outer(self, A, B, **options):
        """The function of every pair of elements."""
        A, B = asarray(A), asarray(B)
        return self(A.reshape(A.shape + (1,) * B.ndim), B, **options)

    def at(self, a, indices, b=None):
        """In-place: applied at `indices`, as often as one is named."""
        if b is None:
            a[indices] = self(a[indices])
            return
        places = _places(a, indices)
        flat = a.flatten()
        values = asarray(b)
        values = values._t.expand(places.shape).reshape([-1]).tolist()
        for place, value in zip(places._t.reshape([-1]).tolist(), values):
            flat[place] = self(flat[place], value)
        a[...] = flat.reshape(a.shape)

    def reduceat(self, array, indices, axis=0, dtype=None, out=None):
        """`reduce` of the slices between neighbouring `indices`."""
        from ._joining import stack

        a = asarray(array).swapaxes(0, axis)
        places = list(indices) + [a.shape[0]]
        parts = [self.reduce(a[i:j] if j > i else a[i : i + 1], 0, dtype) for i, j in zip(places, places[1:])]
        return stack(parts).swapaxes(0, axis)


def _places(a, indices):
    counted = wrapped(torch.arange(a.size).reshape(list(a.shape)))
    return asarray(counted[indices])


def _truths(value):
    if value.__class__ is ndarray:
        return value._t.to(torch.bool)
    return torch.tensor(bool(value))


def frompyfunc(func, nin, nout):
    """`func` of each element."""
    from ._functional import vectorize

    return vectorize(func)


